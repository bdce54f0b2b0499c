#include "app/csv_file.h"

#include "qingdan/base/text.h"
#include "unit/app/stage.h"
#include "unit/report/sample_listing.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::slurp;
using app::test::take;
using app::test::TempDir;

namespace {

report::ExportOptions options() {
  report::ExportOptions made;
  made.exported_by = "测试";
  made.exported_at = report::sample::kCutoff;
  return made;
}

Result<report::ExportSummary> write(const std::string& path, const std::string& encoding,
                                    const std::string& sheet = "06") {
  return write_csv_file(report::sample::small_listing(), options(), sheet, encoding, path);
}

}  // namespace

TEST_CASE("a CSV file is told with its rows and the digest of its bytes", "[app][csv_file]") {
  const TempDir dir;
  const auto summary = take(write(dir.file("a.csv"), "utf8-bom"));
  const auto text = slurp(dir.file("a.csv"));
  CHECK(text.substr(0, 3) == "\xEF\xBB\xBF");
  CHECK(summary.rows > 0);
  CHECK(summary.sha256 == net::sha256_hex(as_bytes(text)));
  CHECK_FALSE(std::filesystem::exists(dir.file("a.csv.part")));
}

TEST_CASE("the same list in three encodings", "[app][csv_file]") {
  const TempDir dir;
  (void)take(write(dir.file("bom.csv"), "utf8-bom"));
  (void)take(write(dir.file("utf8.csv"), "utf8"));
  (void)take(write(dir.file("gb.csv"), "gb18030"));
  CHECK(slurp(dir.file("bom.csv")) == "\xEF\xBB\xBF" + slurp(dir.file("utf8.csv")));
  CHECK(to_utf8(as_bytes(slurp(dir.file("gb.csv"))), "gb18030") == slurp(dir.file("utf8.csv")));
}

TEST_CASE("on an error the file that was there stays and no piece is left", "[app][csv_file]") {
  const TempDir dir;
  app::test::write_file(dir.file("a.csv"), "yesterday's list");
  CHECK(write(dir.file("a.csv"), "utf8", "99").error().code == ErrorCode::usage);
  CHECK(slurp(dir.file("a.csv")) == "yesterday's list");
  CHECK_FALSE(std::filesystem::exists(dir.file("a.csv.part")));

  auto breaking = report::sample::small_listing();
  breaking.breaks_ = Error{ErrorCode::io, "row 2 is damaged", ""};
  const auto broken = write_csv_file(breaking, options(), "04", "utf8", dir.file("a.csv"));
  REQUIRE_FALSE(broken);
  CHECK(slurp(dir.file("a.csv")) == "yesterday's list");
  CHECK_FALSE(std::filesystem::exists(dir.file("a.csv.part")));
}

TEST_CASE("where nothing can be written the path is named", "[app][csv_file]") {
  const TempDir dir;
  const auto nowhere = write(dir.file("no/such/a.csv"), "utf8");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == ErrorCode::io);
  CHECK(app::test::has(nowhere.error().text, "no/such/a.csv"));

  std::filesystem::create_directory(dir.file("taken.csv"));  // the last step fails
  CHECK_FALSE(write(dir.file("taken.csv"), "utf8"));
  CHECK_FALSE(std::filesystem::exists(dir.file("taken.csv.part")));
}
