// covers: cli/cli
#include "cli/command_line.h"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <vector>

#include "qingdan/cli/cli.h"

using namespace qingdan;
using namespace qingdan::cli;

namespace {

Parsed parse(std::initializer_list<const char*> words) {
  std::vector<const char*> argv{"qingdan"};
  argv.insert(argv.end(), words);
  return parse_command_line(static_cast<int>(argv.size()), argv.data());
}

app::Invocation invocation(std::initializer_list<const char*> words) {
  auto parsed = parse(words);
  if (const auto* ending = std::get_if<Ending>(&parsed)) FAIL(ending->text);
  REQUIRE(std::holds_alternative<app::Invocation>(parsed));
  return std::get<app::Invocation>(parsed);
}

template <class Command>
Command command(std::initializer_list<const char*> words) {
  const auto made = invocation(words);
  REQUIRE(std::holds_alternative<Command>(made.command));
  return std::get<Command>(made.command);
}

Ending ending(std::initializer_list<const char*> words) {
  auto parsed = parse(words);
  REQUIRE(std::holds_alternative<Ending>(parsed));
  return std::get<Ending>(parsed);
}

}  // namespace

TEST_CASE("options of the program may stand before and after the command", "[cli]") {
  for (const auto& made :
       {invocation({"--register", "r.db", "--vantage", "v2", "-q", "-vv", "runs", "list"}),
        invocation({"runs", "list", "-vv", "-q", "--vantage", "v2", "--register", "r.db"})}) {
    CHECK(made.register_path == "r.db");
    CHECK(made.vantage == "v2");
    CHECK(made.quiet);
    CHECK(made.verbosity == 2);
    CHECK(std::holds_alternative<app::RunsList>(made.command));
  }
}

TEST_CASE("what is not said is left open", "[cli]") {
  const auto made = invocation({"assets", "list"});
  CHECK_FALSE(made.register_path);
  CHECK_FALSE(made.vantage);
  CHECK_FALSE(made.format);
  CHECK(made.config.empty());
  CHECK(made.rules.empty());
  CHECK_FALSE(made.quiet);
  CHECK(made.verbosity == 0);
  CHECK(std::get<app::AssetsList>(made.command).query.empty());
}

TEST_CASE("rule directories add up", "[cli]") {
  const auto made = invocation({"--rules", "a", "--rules", "b", "rules", "check"});
  CHECK(made.rules == std::vector<std::string>{"a", "b"});
  const auto after = invocation({"rules", "check", "--rules", "a", "d"});
  CHECK(after.rules == std::vector<std::string>{"a"});
  CHECK(std::get<app::RulesCheck>(after.command).directories == std::vector<std::string>{"d"});
}

TEST_CASE("assets are merged and taken apart with a reason", "[cli]") {
  const auto merge = command<app::AssetsMerge>(
      {"assets", "merge", "ZC-000001", "192.0.2.8", "--reason", "两块网卡", "--actor", "王工"});
  CHECK(merge.survivor == "ZC-000001");
  CHECK(merge.merged == "192.0.2.8");
  CHECK(merge.reason == "两块网卡");
  CHECK(merge.actor == "王工");
  const auto back = command<app::AssetsUnmerge>({"assets", "unmerge", "ZC-2", "--reason", "误判"});
  CHECK(back.asset == "ZC-2");
  CHECK(back.reason == "误判");
  CHECK(ending({"assets", "merge", "ZC-1", "ZC-2"}).status == 2);
  CHECK(ending({"assets", "merge", "ZC-1", "--reason", "r"}).status == 2);
  CHECK(ending({"assets", "unmerge", "ZC-2"}).status == 2);
}

TEST_CASE("a format is a word of three", "[cli]") {
  CHECK(invocation({"runs", "list", "--format", "csv"}).format == app::Format::csv);
  CHECK(invocation({"runs", "list", "--format", "jsonl"}).format == app::Format::jsonl);
  CHECK(invocation({"runs", "list", "--format", "table"}).format == app::Format::table);
  CHECK(ending({"runs", "list", "--format", "xml"}).status == 2);
}

TEST_CASE("a sweep takes scope, ports, pace and output", "[cli]") {
  const auto sweep = command<app::Sweep>(
      {"sweep", "--scope", "s.toml", "--ports", "22,U:53", "--pps", "0", "-o", "out.jsonl"});
  CHECK(sweep.scope == "s.toml");
  CHECK(sweep.ports == "22,U:53");
  CHECK(sweep.method == "auto");
  CHECK(sweep.pps == 0U);  // said, and no cap: not the same as left open
  CHECK(sweep.output == "out.jsonl");
}

TEST_CASE("a census takes its defaults where nothing is said", "[cli]") {
  const auto census = command<app::Census>({"census", "--scope", "s.toml"});
  CHECK(census.ports == "default");
  CHECK(census.method == "auto");
  CHECK_FALSE(census.pps);
}

TEST_CASE("no census without scope, with a negative pace or an unknown method", "[cli]") {
  CHECK(ending({"census"}).status == 2);
  CHECK(ending({"census", "--scope", "s", "--pps", "-5"}).status == 2);
  CHECK(ending({"census", "--scope", "s", "--pps", "99999999999"}).status == 2);
  CHECK(ending({"census", "--scope", "s", "--method", "xmas"}).status == 2);
}

TEST_CASE("conditions come as several words or as one", "[cli]") {
  CHECK(command<app::ServicesList>({"services", "list", "port=22", "product=nginx"}).query ==
        "port=22 product=nginx");
  CHECK(command<app::AssetsList>({"assets", "list", "port=22 && product=nginx"}).query ==
        "port=22 && product=nginx");
}

TEST_CASE("scope check reads a file and ports", "[cli]") {
  const auto check = command<app::ScopeCheck>({"scope", "check", "s.toml", "--ports", "top100"});
  CHECK(check.file == "s.toml");
  CHECK(check.ports == "top100");
  CHECK(ending({"scope", "check"}).status == 2);
}

TEST_CASE("a correction needs an asset, a field and a reason", "[cli]") {
  const auto set = command<app::AssetsSet>({"assets", "set", "QD-000001", "unit=市卫健委",
                                            "name=", "--reason", "核实", "--until", "2027-06-30"});
  CHECK(set.asset == "QD-000001");
  CHECK(set.assignments == std::vector<std::string>{"unit=市卫健委", "name="});
  CHECK(set.reason == "核实");
  CHECK(set.until == "2027-06-30");
  CHECK(ending({"assets", "set", "QD-000001", "unit=x"}).status == 2);
  CHECK(ending({"assets", "set", "QD-000001", "--reason", "x"}).status == 2);
}

TEST_CASE("changes against a run need the run", "[cli]") {
  const auto changes =
      command<app::ChangesList>({"changes", "list", "--run", "5", "--against", "3"});
  CHECK(changes.run == 5);
  CHECK(changes.against == 3);
  CHECK(command<app::ChangesList>({"changes", "list", "--since", "17"}).since == 17);
  CHECK(ending({"changes", "list", "--against", "3"}).status == 2);
}

TEST_CASE("an export knows its profiles and encodings", "[cli]") {
  const auto all = command<app::ListExport>({"list", "export"});
  CHECK(all.output == "网络资产清单.xlsx");
  CHECK(all.profile == "full");
  CHECK(all.encoding == "utf8-bom");
  const auto some = command<app::ListExport>({"list", "export", "-o", "a.csv", "--unit", "市卫健委",
                                              "--profile", "masked", "--encoding", "gb18030",
                                              "--sheet", "06", "--snapshot", "3", "--actor", "王"});
  CHECK(some.output == "a.csv");
  CHECK(some.unit == "市卫健委");
  CHECK(some.profile == "masked");
  CHECK(some.encoding == "gb18030");
  CHECK(some.sheet == "06");
  CHECK(some.snapshot == "3");
  CHECK(some.actor == "王");
  CHECK(ending({"list", "export", "--profile", "public"}).status == 2);
  CHECK(ending({"list", "export", "--encoding", "utf16"}).status == 2);
}

TEST_CASE("every other command fills its own struct", "[cli]") {
  CHECK(command<app::RunsShow>({"runs", "show", "7"}).run == 7);
  CHECK(command<app::AssetsShow>({"assets", "show", "192.0.2.7"}).asset == "192.0.2.7");
  CHECK(command<app::ListSeal>({"list", "seal", "--actor", "李"}).actor == "李");
  CHECK(command<app::ListDiff>({"list", "diff", "1", "2"}).after == "2");
  CHECK(command<app::RulesCheck>({"rules", "check", "d", "--overlaps"}).overlaps);
  CHECK(command<app::RulesCheck>({"rules", "check", "d"}).directories ==
        std::vector<std::string>{"d"});
  (void)command<app::RulesIdentify>({"rules", "identify"});
  CHECK(command<app::RulesDiff>({"rules", "diff", "old", "new"}).after == "new");
  const auto learn = command<app::RulesLearn>({"rules", "learn", "ab12", "--product", "网关",
                                               "--vendor", "V", "--role", "hardware", "-o", "own"});
  CHECK(learn.digest == "ab12");
  CHECK(learn.product == "网关");
  CHECK(learn.role == "hardware");
  CHECK(learn.output == "own");
  CHECK(ending({"rules", "learn", "ab12"}).status == 2);
  CHECK(ending({"rules", "learn", "ab12", "--product", "x", "--role", "thing"}).status == 2);
  CHECK(command<app::ServicesList>({"services", "list", "--unknown", "port=22"}).unknown);
  (void)command<app::RegisterVerify>({"register", "verify"});
  (void)command<app::RegisterRebuild>({"register", "rebuild"});
  CHECK(command<app::RegisterBackup>({"register", "backup", "b.db"}).to == "b.db");
  CHECK(command<app::RegisterRestore>({"register", "restore", "b.db"}).from == "b.db");
}

TEST_CASE("options of the program stand behind the command too, where the last holds", "[cli]") {
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"rules", "diff", "a", "b", "--register", "r.db"},
           {"--register", "q.db", "rules", "diff", "a", "b", "--register", "r.db"},
           {"--register", "r.db", "rules", "diff", "a", "b"}}) {
    auto all = words;
    all.insert(all.begin(), "qingdan");
    const auto parsed = parse_command_line(static_cast<int>(all.size()), all.data());
    REQUIRE(std::holds_alternative<app::Invocation>(parsed));
    CHECK(std::get<app::Invocation>(parsed).register_path == "r.db");
  }
}

TEST_CASE("a wrong command line is one line that names what is wrong", "[cli]") {
  for (const auto& [words, named] : std::vector<std::pair<std::vector<const char*>, std::string>>{
           {{"qingdan", "runs", "show", "seven"}, "seven"},
           {{"qingdan", "frobnicate"}, "subcommand"},
           {{"qingdan"}, "subcommand"},
           {{"qingdan", "runs", "list", "--nothing"}, "--nothing"}}) {
    const auto parsed = parse_command_line(static_cast<int>(words.size()), words.data());
    REQUIRE(std::holds_alternative<Ending>(parsed));
    const auto& made = std::get<Ending>(parsed);
    INFO(made.text);
    CHECK(made.status == 2);
    CHECK(made.text.find("qingdan: ") == 0);
    CHECK(made.text.find(named) != std::string::npos);
    CHECK(made.text.find('\n') == made.text.size() - 1);
  }
}

TEST_CASE("help is no mistake, of the program and of a command", "[cli]") {
  const auto all = ending({"--help"});
  CHECK(all.status == 0);
  for (const auto* word : {"census", "sweep", "assets", "register", "--vantage"}) {
    CHECK(all.text.find(word) != std::string::npos);
  }
  const auto one = ending({"list", "export", "--help"});
  CHECK(one.status == 0);
  CHECK(one.text.find("--profile") != std::string::npos);
}

TEST_CASE("--version asks for no command", "[cli]") {
  const auto parsed = parse({"--rules", "d", "--version"});
  REQUIRE(std::holds_alternative<VersionAsked>(parsed));
}

TEST_CASE("the program ends with the status of what it was asked", "[cli]") {
  const std::vector<const char*> wrong{"qingdan", "--nothing"};
  CHECK(run(static_cast<int>(wrong.size()), wrong.data()) == 2);
  const std::vector<const char*> missing{"qingdan", "--register", "/nonexistent/r.db", "runs",
                                         "list"};
  CHECK(run(static_cast<int>(missing.size()), missing.data()) == 3);
}
