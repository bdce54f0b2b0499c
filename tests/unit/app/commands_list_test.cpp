#include "app/commands.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::lines;
using app::test::slurp;
using app::test::Stage;

namespace {

ListExport to(const Stage& stage, const std::string& name) {
  ListExport command;
  command.output = stage.file(name);
  command.actor = "李工";
  return command;
}

}  // namespace

TEST_CASE("a list that did not change is the same snapshot", "[app][commands_list]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  const auto first = stage.run(ListSeal{"李工"});
  CHECK(first.status == 0);
  CHECK(has(first.out, R"("snapshot":1)"));
  CHECK(has(first.out, R"("assets":1,"services":1)"));
  CHECK(has(first.out, R"("reused":false)"));
  const auto again = stage.run(ListSeal{"李工"});
  CHECK(has(again.out, R"("snapshot":1)"));
  CHECK(has(again.out, R"("reused":true)"));
  stage.census({{"192.0.2.7"}, {"192.0.2.8"}});
  CHECK(has(stage.run(ListSeal{"李工"}).out, R"("snapshot":2)"));
}

TEST_CASE("sealing makes no register where there is none", "[app][commands_list]") {
  const Stage stage;
  for (const auto& said : {stage.run(ListSeal{"李工"}), stage.run(to(stage, "a.csv"))}) {
    CHECK(said.status == 3);
    CHECK(has(said.err, "there is no register"));
  }
  CHECK_FALSE(std::filesystem::exists(stage.path()));
  CHECK_FALSE(std::filesystem::exists(stage.file("a.csv")));
}

TEST_CASE("the list is exported as workbook and as CSV", "[app][commands_list]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  const auto book = stage.run(to(stage, "list.XLSX"));
  CHECK(book.status == 0);
  CHECK(has(book.out, "1 assets, 1 services"));
  CHECK(slurp(stage.file("list.XLSX")).substr(0, 2) == "PK");
  const auto sheet = stage.run(to(stage, "list.csv"));
  CHECK(sheet.status == 0);
  CHECK(has(slurp(stage.file("list.csv")), "192.0.2.7"));
}

TEST_CASE("a sealed list prints the same bytes after the register moved on",
          "[app][commands_list]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  auto first = to(stage, "first.csv");
  first.sheet = "06";
  REQUIRE(stage.run(first).status == 0);
  stage.census({{"192.0.2.7", "9.6p1"}});
  auto again = to(stage, "again.csv");
  again.sheet = "06";
  again.snapshot = "1";
  REQUIRE(stage.run(again).status == 0);
  CHECK(slurp(stage.file("again.csv")) == slurp(stage.file("first.csv")));
  auto today = to(stage, "today.csv");
  today.sheet = "06";
  REQUIRE(stage.run(today).status == 0);
  CHECK(slurp(stage.file("today.csv")) != slurp(stage.file("first.csv")));
}

TEST_CASE("an export that cannot be is refused, and no file appears", "[app][commands_list]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  const auto refused = [&](const ListExport& command, const std::string& word) {
    const auto said = stage.run(command);
    INFO(said.err);
    CHECK(said.status == 2);
    CHECK(lines(said.err) == 1);
    CHECK(has(said.err, word));
    CHECK_FALSE(std::filesystem::exists(command.output));
  };
  refused(to(stage, "list.pdf"), "list.pdf");
  auto command = to(stage, "list.xlsx");
  command.sheet = "06";
  refused(command, "--sheet");
  command = to(stage, "list.csv");
  command.sheet = "99";
  refused(command, "99");
  command = to(stage, "list.csv");
  command.snapshot = "5";
  refused(command, "no snapshot 5");
  command = to(stage, "list.xlsx");
  command.profile = "unit";
  refused(command, "unit");
}

TEST_CASE("two sealed lists differ by what changed between them", "[app][commands_list]") {
  Stage stage;
  stage.census({{"192.0.2.7"}});
  REQUIRE(stage.run(ListSeal{"李工"}).status == 0);
  stage.census({{"192.0.2.7", "9.6p1"}});
  REQUIRE(stage.run(ListSeal{"李工"}).status == 0);
  const auto said = stage.run(ListDiff{"1", "2"});
  CHECK(said.status == 0);
  CHECK(has(said.out, R"("field":"service.product")"));
  CHECK(has(said.out, "9.6p1"));
  CHECK(stage.run(ListDiff{"1", "1"}).out.empty());
  CHECK(stage.run(ListDiff{"1", "9"}).status == 2);
}
