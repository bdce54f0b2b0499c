#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::lines;
using app::test::Said;
using app::test::Stage;

namespace {

// One asset, and ways to correct it.
struct Corrected {
  Corrected() { stage.census({{"192.0.2.7"}}); }
  [[nodiscard]] Said set(std::vector<std::string> assignments, const std::string& until = "",
                         const std::string& asset = "192.0.2.7") const {
    return stage.run(AssetsSet{asset, std::move(assignments), "现场核实", until, "王工"});
  }
  [[nodiscard]] std::string shown() const { return stage.run(AssetsShow{"192.0.2.7"}).out; }
  Stage stage;
};

}  // namespace

TEST_CASE("an asset is shown with every fact and where it is from", "[app][commands_assets]") {
  const Corrected one;
  const auto said = one.stage.run(AssetsShow{"192.0.2.7"});
  CHECK(said.status == 0);
  CHECK(has(said.err, "address: 192.0.2.7 (公用网络区)"));
  CHECK(has(said.out, R"("object":"192.0.2.7 22/tcp","field":"port.state","value":"open)"));
  CHECK(has(said.out, R"("field":"service.product")"));
  CHECK(has(said.out, R"("source":"probe:v1")"));
  CHECK(has(said.out, std::string(64, 'e')));
  CHECK(has(said.out, R"("rule_release":"r1")"));
}

TEST_CASE("a correction is a fact at once and survives the next census", "[app][commands_assets]") {
  Corrected one;
  const auto said = one.set({"unit=市卫健委", "registration=已备案"});
  CHECK(said.status == 0);
  CHECK(has(said.out, "2 fields set"));
  CHECK(has(one.shown(), R"("field":"asset.unit","value":"市卫健委","state":"manual")"));
  one.stage.census({{"192.0.2.7"}});
  CHECK(has(one.shown(), R"("field":"asset.unit","value":"市卫健委","state":"manual")"));
  CHECK(lines(one.stage.run(AssetsList{"unit=市卫健委 registration=已备案"}).out) == 1);
}

TEST_CASE("an empty value withdraws a correction", "[app][commands_assets]") {
  const Corrected one;
  REQUIRE(one.set({"unit=市卫健委"}).status == 0);
  CHECK(one.set({"unit="}).status == 0);
  CHECK_FALSE(has(one.shown(), "asset.unit"));
  CHECK(one.set({"unit="}).status == 2);  // there is nothing to withdraw any more
}

TEST_CASE("an operating system is set as product and version", "[app][commands_assets]") {
  const Corrected one;
  REQUIRE(one.set({"os=Debian Linux 12"}, "2099-12-31").status == 0);
  CHECK(has(one.shown(), R"("product":"Debian Linux")"));
  CHECK(has(one.shown(), R"("version":"12")"));
  REQUIRE(one.set({"os=Kylin Server"}).status == 0);
  CHECK(has(one.shown(), R"("product":"Kylin Server")"));
}

TEST_CASE("what is wrong with a correction is said, and nothing is written",
          "[app][commands_assets]") {
  const Corrected one;
  const auto before = one.shown();
  const auto refused = [&](const Said& said, const std::string& word) {
    INFO(said.err);
    CHECK(said.status == 2);
    CHECK(lines(said.err) == 1);
    CHECK(has(said.err, word));
    CHECK(one.shown() == before);
  };
  refused(one.set({"unit"}), "FIELD=VALUE");
  refused(one.set({"uint=x"}), "known: name unit system");
  refused(one.set({"unit=x", "registration=大概"}), "大概");
  refused(one.set({"lifecycle=gone"}), "lifecycle");
  refused(one.set({"name=\xff"}), "UTF-8");
  refused(one.set({"unit=x"}, "2027-02-30"), "--until");
  refused(one.set({"unit=x"}, "next week"), "--until");
  refused(one.set({"unit=x"}, "2027-06-30x"), "--until");
  refused(one.set({"unit=x"}, "", "192.0.2.99"), "192.0.2.99");
}

TEST_CASE("an asset that is not there is wrong input", "[app][commands_assets]") {
  const Corrected one;
  const auto said = one.stage.run(AssetsShow{"QD-999999"});
  CHECK(said.status == 2);
  CHECK(said.out.empty());
  CHECK(has(said.err, "QD-999999"));
}
