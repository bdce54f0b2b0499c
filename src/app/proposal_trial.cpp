// proposal_trial — see proposal_trial.h.
#include "app/proposal_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/rules.h"
#include "qingdan/identify/dissect.h"
#include "qingdan/identify/matcher.h"
#include "qingdan/identify/rule_check.h"
#include "qingdan/model/json.h"

namespace qingdan::app {
namespace {

namespace fs = std::filesystem;

// No directory is named so: messages never show it.
const std::string kProposed = "<proposal>/";

struct Other {
  model::Endpoint at;
  std::string vhost;
};

bool is_product(const model::ServiceRecord& service, const std::string& id) {
  const auto found = service.facts.find(std::string(model::field::kProduct));
  if (found == service.facts.end()) return false;
  const auto held = model::parse_product(found->second.value);
  return held && held->id == id;
}

Result<std::vector<Other>> others_of(const registry::Query& query, const UnknownCluster& cluster,
                                     const std::string& product) {
  std::vector<Other> others;
  auto read = query.records([&](const model::AssetRecord& asset) {
    for (const auto& service : asset.services) {
      const bool member = std::any_of(cluster.members.begin(), cluster.members.end(),
                                      [&](const UnknownCluster::Member& m) {
                                        return m.at == service.at && m.vhost == service.vhost;
                                      });
      if (member || service.state == model::PortState::closed || is_product(service, product))
        continue;
      others.push_back({service.at, service.vhost});
    }
    return true;
  });
  if (!read) return read.error();
  return others;
}

// Marks the proposals whose condition holds on a field of the service.
void try_on(const identify::Matcher& matcher, identify::Matcher::Scratch& scratch,
            const std::vector<model::Observation>& heard,
            const std::vector<identify::Proposal>& proposals,
            std::vector<std::optional<std::string>>& found) {
  for (const auto& seen : heard) {
    for (const auto& field : identify::dissect(seen.channel, seen.raw).fields) {
      if (!matcher.reads(field.name)) continue;
      for (const auto& hit : matcher.match(field.name, field.value, scratch)) {
        if (found[hit.rule]) continue;
        found[hit.rule] = fmt::format(
            "{}: {} says so too", proposals[hit.rule].rule.parts.front().input,
            seen.at.ip.is_v6() ? fmt::format("[{}]:{}", seen.at.ip.to_string(), seen.at.port)
                               : fmt::format("{}:{}", seen.at.ip.to_string(), seen.at.port));
      }
    }
  }
}

Result<identify::RuleTexts> texts_in_use(const Settings& settings, const std::string& directory) {
  auto directories = rule_paths(settings.rule_directories);
  std::error_code failed;
  const bool there = !directory.empty() && fs::is_directory(directory, failed);
  const bool in_use =
      there && std::any_of(directories.begin(), directories.end(), [&](const fs::path& used) {
        return fs::equivalent(used, directory, failed);
      });
  if (there && !in_use) directories.emplace_back(directory);
  return identify::open_rule_texts(directories);
}

}  // namespace

Result<std::vector<std::optional<std::string>>> find_others(
    const registry::Query& query, const UnknownCluster& cluster,
    const std::vector<identify::Proposal>& proposals, const std::string& product) {
  std::vector<identify::Rule> rules;
  for (const auto& proposal : proposals) rules.push_back(proposal.rule);
  const auto matcher = identify::Matcher::build(rules);
  if (!matcher) return matcher.error();
  auto others = others_of(query, cluster, product);
  if (!others) return others.error();
  identify::Matcher::Scratch scratch(*matcher);
  std::vector<std::optional<std::string>> found(proposals.size());
  for (const auto& other : *others) {
    const auto heard = newest_evidence(query, other.at, other.vhost);
    if (!heard) return heard.error();
    try_on(*matcher, scratch, *heard, proposals, found);
    if (std::all_of(found.begin(), found.end(), [](const auto& one) { return one.has_value(); }))
      break;
  }
  return found;
}

Result<std::optional<std::string>> find_fault(const Settings& settings,
                                              const std::string& directory,
                                              const identify::Proposal& proposal) {
  auto texts = texts_in_use(settings, directory);
  if (!texts) return texts.error();
  auto shipped = rule_paths({settings.rule_directories.front()}).front().string();
  if (!shipped.ends_with('/')) shipped += '/';
  const auto vocabulary = vocabulary_directory(settings);
  auto with = *texts;
  with.files.push_back({kProposed + proposal.file, proposal.rules, false, proposal.file});
  if (!proposal.products.empty()) {
    with.files.push_back(
        {kProposed + proposal.product_file, proposal.products, true, proposal.product_file});
  }
  const auto report = identify::check_rules(with, shipped, vocabulary);
  if (!report) return report.error();
  for (const auto& shadow : report->shadows) {
    if (shadow.starts_with(proposal.rule.id + " ")) return std::optional(shadow);
  }
  if (report->problems.empty()) return std::optional<std::string>();
  // Faults that stand there already are not the proposal's.
  const auto before = identify::check_rules(*texts, shipped, vocabulary);
  if (!before) return before.error();
  for (const auto& problem : report->problems) {
    const auto& known = before->problems;
    if (std::find(known.begin(), known.end(), problem) == known.end())
      return std::optional(fmt::format("{}: {}", problem.rule, problem.text));
  }
  return std::optional<std::string>();
}

}  // namespace qingdan::app
