// One sheet of the list into a table writer.
// covers: report/listing_walk
#include "qingdan/report/listing_export.h"

#include <catch2/catch.hpp>

#include <sstream>

#include "report/sheets.h"
#include "sample_listing.h"

using namespace qingdan;
using namespace qingdan::report;

namespace {
std::string sheet(std::string_view key, const ExportOptions& options = {}) {
  std::ostringstream out;
  const auto writer = make_csv(out, Encoding::utf8);
  const auto written = write_sheet(sample::small_listing(), options, key, *writer);
  REQUIRE(written.has_value());
  CHECK(written->sheets.size() == 1);
  return out.str();
}
}  // namespace

TEST_CASE("the main list is one row per asset with all columns once", "[report][listing_export]") {
  const auto text = sheet("04");
  std::istringstream lines(text);
  std::string heading;
  std::getline(lines, heading);
  CHECK(heading.find("资产编号") == heading.rfind("资产编号"));
  CHECK(heading.find("身份可信度,数据库,中间件") != std::string::npos);
  CHECK(heading.find("是否热备,资产状态") != std::string::npos);
  CHECK(text.find("A100001,'=1+1,") != std::string::npos);
  CHECK(text.find("\nA100002,") != std::string::npos);
}

TEST_CASE("every sheet can be had by its number", "[report][listing_export]") {
  for (const auto& words : all_sheets()) {
    const auto text = sheet(words.key);
    CHECK(text.find(columns_of(words.id).front().title) == 0);
    CHECK(std::count(text.begin(), text.end(), '\n') > 1);
  }
  CHECK(sheet("06").find("A100001,公用网络区,10.98.0.1,22,tcp,") != std::string::npos);
}

TEST_CASE("TLS that was not asked version by version does not look complete",
          "[report][listing_export]") {
  auto list = sample::small_listing();
  const auto shown = [&](std::vector<std::string> accepts) {
    model::TlsStatement tls{"TLSv1.3", "x", ""};
    tls.accepts = std::move(accepts);
    list.assets_.at(0).services.at(0).facts[std::string(model::field::kTls)] =
        sample::fact(model::to_json(tls));
    std::ostringstream out;
    const auto writer = make_csv(out, Encoding::utf8);
    REQUIRE(write_sheet(list, {}, "06", *writer).has_value());
    return out.str();
  };
  CHECK(shown({}).find("/TLSv1.3（仅握手所见）") != std::string::npos);
  CHECK(shown({"TLSv1.3"}).find("/TLSv1.3（") == std::string::npos);
  CHECK(shown({"TLSv1.2", "TLSv1.3"}).find("/TLSv1.3（支持 TLSv1.2;TLSv1.3）") !=
        std::string::npos);
}

TEST_CASE("an unknown sheet is answered with those there are", "[report][listing_export]") {
  std::ostringstream out;
  const auto writer = make_csv(out, Encoding::utf8);
  const auto written = write_sheet(sample::small_listing(), {}, "17", *writer);
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == ErrorCode::usage);
  CHECK(written.error().text.find("04-1") != std::string::npos);
  CHECK(out.str().empty());
}

TEST_CASE("the dictionary names every column of every sheet", "[report][listing_export]") {
  const auto text = sheet("16");
  for (const auto& words : all_sheets()) {
    for (const auto& column : columns_of(words.id)) {
      INFO(words.name << " " << column.title);
      CHECK(text.find(std::string(words.name) + "," + column.title + ",") != std::string::npos);
      CHECK(std::string_view(column.meaning) != "");
      CHECK(std::string_view(column.source).find_first_not_of("PTIMD/") == std::string::npos);
    }
  }
}

TEST_CASE("the masked profile holds in CSV too", "[report][listing_export]") {
  ExportOptions options;
  options.profile = Profile::masked;
  CHECK(sheet("04", options).find("13812345678") == std::string::npos);
  CHECK(sheet("04").find("13812345678") != std::string::npos);
}

TEST_CASE("profiles are read as they are written", "[report][listing_export]") {
  for (const auto profile : {Profile::full, Profile::unit, Profile::masked}) {
    CHECK(parse_profile(to_string(profile)) == profile);
  }
  CHECK_FALSE(parse_profile("all").has_value());
}
