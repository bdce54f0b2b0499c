// invocation — one call of the program as plain data: what the command line said, nothing resolved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace qingdan::app {

enum class Format : std::uint8_t { table, jsonl, csv };

struct ScopeCheck {
  std::string file;
  std::string ports{"default"};
};
struct Sweep {
  std::string scope, ports{"default"}, method{"auto"};
  std::optional<std::uint32_t> pps;  // replaces the document's global_pps; 0 = no global cap
  std::string output;                // "" = standard output
};
struct Census {
  std::string scope, ports{"default"}, method{"auto"};
  std::optional<std::uint32_t> pps;
};
struct RunsList {};
struct RunsShow {
  std::int64_t run{0};
  bool prefixes{false};  // a row per block instead of a row per outcome
};
struct RunsResume {
  std::int64_t run{0};
  std::string scope;
  std::optional<std::uint32_t> pps;
};
struct RunsStop {
  std::int64_t run{0};
};
struct RunsFinish {
  std::int64_t run{0};
};
struct RunsTouched {
  std::string what;      // address or prefix
  std::string from, to;  // times of the machine's zone; "" = from the beginning, until now
};
struct ServicesList {
  std::string query;
  bool unknown{false};  // services no rule knows, a row for those that look alike
};
struct AssetsList {
  std::string query;
};
struct AssetsShow {
  std::string asset;
};
struct AssetsSet {
  std::string asset;
  std::vector<std::string> assignments;  // FIELD=VALUE
  std::string reason, until, actor;
};
struct AssetsMerge {
  std::string survivor, merged;  // the second answers under the first's number
  std::string reason, actor;
};
struct AssetsUnmerge {
  std::string asset;  // the one that was merged
  std::string reason, actor;
};
struct ChangesList {
  std::int64_t since{0};
  std::int64_t run{0}, against{0};  // 0 = not given
};
struct ListExport {
  std::string output{"网络资产清单.xlsx"};
  std::string unit, profile{"full"}, encoding{"utf8-bom"}, snapshot, sheet, actor;
};
struct ListSeal {
  std::string actor;
};
struct ListDiff {
  std::string before, after;
};
struct RulesCheck {
  std::vector<std::string> directories;
  bool overlaps{false};  // print pairs of rules that hold on one example, nothing else
};
struct RulesIdentify {};
struct RulesDiff {
  std::string before, after;  // directories, each in the place of the shipped rules
};
struct RulesLearn {
  std::string digest;   // of an unknown cluster; its beginning will do
  std::string product;  // id or name; a new one needs the next two
  std::string vendor, category;
  std::string id, role{"server"};
  std::string output;  // directory of own rules; "" = standard output
};
struct RegisterVerify {};
struct RegisterRebuild {};
struct RegisterBackup {
  std::string to;
};
struct RegisterRestore {
  std::string from;
};

using Command =
    std::variant<ScopeCheck, Sweep, Census, RunsList, RunsShow, RunsResume, RunsStop, RunsFinish,
                 RunsTouched, ServicesList, AssetsList, AssetsShow, AssetsSet, AssetsMerge,
                 AssetsUnmerge, ChangesList, ListExport, ListSeal, ListDiff, RulesCheck, RulesIdentify, RulesDiff,
                 RulesLearn, RegisterVerify, RegisterRebuild, RegisterBackup, RegisterRestore>;

struct Invocation {
  std::optional<std::string> register_path;
  std::string config;  // "" = none
  std::optional<std::string> vantage;
  std::vector<std::string> rules;  // further rule directories
  std::optional<Format> format;    // unset: table on a terminal, jsonl otherwise
  bool quiet{false};
  int verbosity{0};
  Command command;
};

// Carries it out; prints results to standard output, one-line errors and progress to standard
// error. Returns the exit status: 0 done, 1 done but needs attention, 2 usage or input, 3 could
// not.
[[nodiscard]] int run(const Invocation& invocation);

// "qingdan 0.1.0 (rules 2026.11.1 …, built with …)" for --version.
[[nodiscard]] std::string version_text(const Invocation& invocation);

}  // namespace qingdan::app
