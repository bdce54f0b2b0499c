// command_line — the commands as a table; every command fills one plain struct of app/invocation.h
// and does nothing else.
#include "cli/command_line.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace qingdan::cli {
namespace {

using app::Invocation;

// What a leaf command needs: the parsed struct goes into the invocation when its command was
// chosen.
template <class T>
T* chosen(CLI::App* command, Invocation& invocation,
          std::vector<std::unique_ptr<Invocation>>& keep) {
  keep.push_back(std::make_unique<Invocation>());
  keep.back()->command = T{};
  Invocation* held = keep.back().get();
  command->callback([held, &invocation] { invocation.command = held->command; });
  return &std::get<T>(held->command);
}

class Builder {
 public:
  explicit Builder(Invocation& invocation) : invocation_(invocation) {}

  void build(CLI::App& root) {
    add_global(root);
    add_scope(root);
    add_scan(root);
    add_runs(root);
    add_register_lists(root);
    add_assets(root);
    add_list(root);
    add_rules(root);
    add_care(root);
  }
  [[nodiscard]] bool version_asked() const { return version_asked_; }

 private:
  template <class T>
  T* leaf(CLI::App* command) {
    return chosen<T>(command, invocation_, keep_);
  }

  CLI::App* prints_data(CLI::App* command) {
    command
        ->add_option_function<std::string>(
            "--format",
            [this](const std::string& text) {
              invocation_.format = text == "table"   ? app::Format::table
                                   : text == "jsonl" ? app::Format::jsonl
                                                     : app::Format::csv;
            },
            "How to print: table on a terminal, jsonl otherwise")
        ->check(CLI::IsMember({"table", "jsonl", "csv"}));
    return command;
  }

  static CLI::App* group(CLI::App& root, const char* name, const char* help) {
    CLI::App* made = root.add_subcommand(name, help);
    made->require_subcommand(1);
    return made;
  }

  // They stand before the command or behind it; of two the one behind holds.
  void add_global(CLI::App& root) {
    root.add_option("--register", invocation_.register_path,
                    "The register (default: $QINGDAN_REGISTER, else qingdan.db)")
        ->take_last();
    root.add_option("--config", invocation_.config, "Settings file (TOML)")->take_last();
    root.add_option("--vantage", invocation_.vantage, "Name of the place this machine probes from")
        ->take_last();
    root.add_option("--rules", invocation_.rules,
                    "A further directory of fingerprint rules (repeatable)")
        ->allow_extra_args(false);
    root.add_flag("-q,--quiet", invocation_.quiet, "No progress, no summary on a terminal");
    root.add_flag("-v,--verbose", invocation_.verbosity, "Log more (-v info, -vv debug)");
    root.add_flag_callback(
        "--version",
        [this] {
          version_asked_ = true;
          throw CLI::Success();
        },
        "Version, rule release, build");
  }

  void add_scope(CLI::App& root) {
    auto* check =
        group(root, "scope", "The scope document")
            ->add_subcommand(
                "check",
                "Parse, count addresses, show what would be probed, when, and how long it takes");
    auto* args = leaf<app::ScopeCheck>(prints_data(check));
    check->add_option("FILE", args->file, "The scope document (TOML)")->required();
    check->add_option("--ports", args->ports, "Ports to reckon with")->capture_default_str();
  }

  template <class T>
  void scan_options(CLI::App* command, T* args) {
    command
        ->add_option("--scope", args->scope,
                     "The scope document: what may be touched, by whose leave")
        ->required();
    command
        ->add_option("--ports", args->ports,
                     "22,80,8000-8100,U:53,U:161 or default, top100, top1000, all")
        ->capture_default_str();
    command
        ->add_option("--method", args->method,
                     "How to probe TCP: half-open (syn), by full handshakes (connect), half-open "
                     "where the right is there (auto); UDP too; or only UDP (udp)")
        ->check(CLI::IsMember({"auto", "syn", "connect", "udp"}))
        ->capture_default_str();
    command->add_option("--pps", args->pps,
                        "Global packets per second instead of the document's; 0 = no global cap");
  }

  void add_scan(CLI::App& root) {
    auto* sweep = root.add_subcommand(
        "sweep", "Port discovery only, no register: jsonl {ip, port, transport, verdict, rtt_ms}");
    auto* sweep_args = leaf<app::Sweep>(sweep);
    scan_options(sweep, sweep_args);
    sweep->add_option("-o,--output", sweep_args->output,
                      "File to write (default: standard output)");

    auto* census = root.add_subcommand("census", "Full census into the register");
    scan_options(census, leaf<app::Census>(prints_data(census)));
  }

  void add_runs(CLI::App& root) {
    auto* runs = group(root, "runs", "Runs, their coverage and misses");
    leaf<app::RunsList>(prints_data(runs->add_subcommand("list", "All runs, newest first")));
    auto* show =
        prints_data(runs->add_subcommand("show", "One run: counts, coverage, what was not asked"));
    auto* show_args = leaf<app::RunsShow>(show);
    show->add_option("RUN", show_args->run, "Number of the run")->required();
    show->add_flag("--prefixes", show_args->prefixes,
                   "A row per /24 or /64: asked, answered, estimates of loss and misses");
    add_run_control(*runs);
  }

  void add_run_control(CLI::App& runs) {
    auto* resume = prints_data(
        runs.add_subcommand("resume", "Goes on with a paused run where it was interrupted"));
    auto* args = leaf<app::RunsResume>(resume);
    resume->add_option("RUN", args->run, "Number of the run")->required();
    resume
        ->add_option("--scope", args->scope,
                     "The scope document it was begun with; any other is refused")
        ->required();
    resume->add_option("--pps", args->pps,
                       "Global packets per second instead of the document's; 0 = no global cap");

    auto* stop = runs.add_subcommand(
        "stop", "Halts a running census within a second; it is paused and can go on");
    stop->add_option("RUN", leaf<app::RunsStop>(stop)->run, "Number of the run")->required();

    auto* finish = prints_data(runs.add_subcommand(
        "finish", "Takes in what a paused run found; what it did not ask stays uncovered"));
    finish->add_option("RUN", leaf<app::RunsFinish>(finish)->run, "Number of the run")->required();

    auto* touched = prints_data(
        runs.add_subcommand("touched", "What was sent to a network, when and under whose leave"));
    auto* touched_args = leaf<app::RunsTouched>(touched);
    touched->add_option("NETWORK", touched_args->what, "Address or prefix, e.g. 10.98.3.0/24")
        ->required();
    touched->add_option("--from", touched_args->from,
                        "Not before this time, e.g. \"2026-11-28 03:00\"");
    touched->add_option("--to", touched_args->to, "Not after this time");
  }

  // Several conditions come as several words or as one in quotes.
  static void conditions(CLI::App* command, std::string& query) {
    command->add_option_function<std::vector<std::string>>(
        "QUERY",
        [&query](const std::vector<std::string>& words) {
          query.clear();
          for (const auto& word : words) query += (query.empty() ? "" : " ") + word;
        },
        "Conditions, all must hold");
  }

  void add_register_lists(CLI::App& root) {
    auto* services = prints_data(
        group(root, "services", "Services in the register")
            ->add_subcommand(
                "list",
                "Services, e.g. port=22 product=nginx ip=10.1.0.0/16; ? and doubts: 待核实"));
    auto* services_args = leaf<app::ServicesList>(services);
    conditions(services, services_args->query);
    services->add_flag("--unknown", services_args->unknown,
                       "Services that no rule knows: a row for those that look alike");

    auto* changes =
        prints_data(group(root, "changes", "Changes between runs")
                        ->add_subcommand("list", "Typed changes with cause and evidence"));
    auto* args = leaf<app::ChangesList>(changes);
    changes->add_option("--since", args->since, "Only changes after this sequence number");
    auto* run = changes->add_option("--run", args->run, "Only changes of this run");
    changes->add_option("--against", args->against, "With --run: of all runs after this one too")
        ->needs(run);
  }

  void people_options(CLI::App* command, std::string& reason, std::string& actor) {
    command->add_option("--reason", reason, "Why; kept with the change")->required();
    command->add_option("--actor", actor, "Who (default: the login name)");
  }

  void add_assets(CLI::App& root) {
    auto* assets = group(root, "assets", "Assets in the register");
    auto* list = prints_data(assets->add_subcommand(
        "list", "Assets, e.g. unit=市卫健委 presence=在线; ? and doubts: 待核实"));
    conditions(list, leaf<app::AssetsList>(list)->query);

    auto* show = prints_data(
        assets->add_subcommand("show", "One asset: every fact with its source and evidence"));
    show->add_option("ASSET", leaf<app::AssetsShow>(show)->asset, "资产编号 or address")
        ->required();

    auto* set = assets->add_subcommand(
        "set", "Manual correction: survives every rescan until its basis changes");
    auto* set_args = leaf<app::AssetsSet>(set);
    set->add_option("ASSET", set_args->asset, "资产编号 or address")->required();
    set->add_option("FIELD=VALUE", set_args->assignments,
                    "name unit system owner purpose location registration lifecycle remark os "
                    "hostname; empty VALUE withdraws")
        ->required();
    people_options(set, set_args->reason, set_args->actor);
    set->add_option("--until", set_args->until, "Last day on which it holds, e.g. 2027-06-30");
    add_merges(assets);
  }

  void add_merges(CLI::App* assets) {
    auto* merge = assets->add_subcommand(
        "merge", "Two records are one machine: B answers under the number of A from now on");
    auto* args = leaf<app::AssetsMerge>(merge);
    merge->add_option("A", args->survivor, "资产编号 or address of the one that stays")->required();
    merge->add_option("B", args->merged, "资产编号 or address of the other")->required();
    people_options(merge, args->reason, args->actor);

    auto* unmerge = assets->add_subcommand(
        "unmerge",
        "Takes a merge back: both as before, and never brought together by a rule again");
    auto* back = leaf<app::AssetsUnmerge>(unmerge);
    unmerge->add_option("B", back->asset, "资产编号 that was merged")->required();
    people_options(unmerge, back->reason, back->actor);
  }

  void add_list(CLI::App& root) {
    auto* list = group(root, "list", "The 《网络资产清单》");
    auto* out = list->add_subcommand("export", "Seals the list and prints it as workbook or CSV");
    auto* args = leaf<app::ListExport>(out);
    out->add_option("-o,--output", args->output, "FILE.xlsx or FILE.csv")->capture_default_str();
    out->add_option("--unit", args->unit, "Only rows of this unit");
    out->add_option("--profile", args->profile, "Who reads it")
        ->check(CLI::IsMember({"full", "unit", "masked"}))
        ->capture_default_str();
    out->add_option("--encoding", args->encoding, "Of CSV")
        ->check(CLI::IsMember({"utf8-bom", "utf8", "gb18030"}))
        ->capture_default_str();
    out->add_option("--sheet", args->sheet,
                    "Of CSV: which sheet, e.g. 06 (default: the asset list)");
    out->add_option("--snapshot", args->snapshot,
                    "Print this sealed list again instead of today's");
    out->add_option("--actor", args->actor, "Who exports (default: the login name)");

    auto* seal = prints_data(list->add_subcommand("seal", "Seals today's list as a snapshot"));
    seal->add_option("--actor", leaf<app::ListSeal>(seal)->actor,
                     "Who seals (default: the login name)");

    auto* diff = prints_data(list->add_subcommand("diff", "What differs between two sealed lists"));
    auto* diff_args = leaf<app::ListDiff>(diff);
    diff->add_option("A", diff_args->before, "Snapshot, by number or name")->required();
    diff->add_option("B", diff_args->after, "Snapshot, by number or name")->required();
  }

  void add_rules(CLI::App& root) {
    auto* rules = group(root, "rules", "The fingerprint rules");
    auto* check = rules->add_subcommand("check", "Self-test of the rule base");
    auto* args = leaf<app::RulesCheck>(check);
    check->add_option("DIRECTORY", args->directories, "Rule directories (default: those in use)");
    check->add_flag("--overlaps", args->overlaps,
                    "Print only which rules hold on the same example: \"ID + ID ×HOW OFTEN\"");
    leaf<app::RulesIdentify>(rules->add_subcommand(
        "identify", "Reads jsonl {id, input, text|text_b64}, writes what it is"));
    auto* diff = prints_data(rules->add_subcommand(
        "diff", "Which labels of the register another rule base would change; 1 where any"));
    auto* diff_args = leaf<app::RulesDiff>(diff);
    diff->add_option("OLD", diff_args->before, "Directory of rules, in place of the shipped ones")
        ->required();
    diff->add_option("NEW", diff_args->after, "The same, of the update")->required();
    add_learn(rules);
  }

  void add_learn(CLI::App* rules) {
    auto* learn = rules->add_subcommand(
        "learn", "Proposes a rule for unknown services that look alike, once a person knows them");
    auto* args = leaf<app::RulesLearn>(learn);
    learn->add_option("DIGEST", args->digest, "Of services list --unknown; its beginning will do")
        ->required();
    learn->add_option("--product", args->product, "What they are: id or name of a product")
        ->required();
    learn->add_option("--vendor", args->vendor, "Of a product the rules do not know yet");
    learn->add_option("--category", args->category, "The same, e.g. 业务应用");
    learn->add_option(
        "--id", args->id,
        "The same: its id (default: made of the name; own-DIGEST of a name in Chinese)");
    learn->add_option("--role", args->role, "The same")
        ->check(CLI::IsMember(
            {"server", "application", "framework", "component", "proxy", "os", "hardware"}))
        ->capture_default_str();
    learn->add_option("-o,--output", args->output,
                      "Directory of own rules to write to (default: standard output)");
  }

  void add_care(CLI::App& root) {
    auto* care = group(root, "register", "Care of the register");
    leaf<app::RegisterVerify>(
        care->add_subcommand("verify", "Checks the file, the ledger and the laws"));
    leaf<app::RegisterRebuild>(
        care->add_subcommand("rebuild", "Resolves all facts again from their claims"));
    auto* backup = care->add_subcommand("backup", "A consistent copy, while others read and write");
    backup->add_option("TO", leaf<app::RegisterBackup>(backup)->to, "File to write; must not exist")
        ->required();
    auto* restore = care->add_subcommand(
        "restore", "Puts a backup in place; the present register is kept beside it");
    restore->add_option("FROM", leaf<app::RegisterRestore>(restore)->from, "The backup")
        ->required();
  }

  Invocation& invocation_;
  bool version_asked_{false};
  std::vector<std::unique_ptr<Invocation>> keep_;
};

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv) {
  Invocation invocation;
  Builder builder(invocation);
  CLI::App root("qingdan 清单 — what is on the network, provably", "qingdan");
  root.require_subcommand(1);
  root.fallthrough();
  root.footer(
      "Exit status: 0 done, 1 done but something needs attention, 2 wrong usage or input, "
      "3 could not be done\n");
  builder.build(root);
  try {
    root.parse(argc, argv);
  } catch (const CLI::Success& done) {
    if (builder.version_asked()) return VersionAsked{invocation};
    std::ostringstream text;
    root.exit(done, text, text);
    return Ending{0, text.str()};
  } catch (const CLI::ParseError& wrong) {
    return Ending{2, std::string("qingdan: ") + wrong.what() + " (see qingdan --help)\n"};
  }
  return invocation;
}

}  // namespace qingdan::cli
