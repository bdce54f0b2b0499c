// commands_unknown — services that no rule knows, by how they look, and a rule proposed for one
// look.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "app/commands.h"
#include "app/output.h"
#include "app/proposal_trial.h"
#include "app/rules.h"
#include "app/stored_evidence.h"
#include "qingdan/base/text.h"
#include "qingdan/identify/dissect.h"
#include "qingdan/identify/learn.h"

namespace qingdan::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSamplesMax = 20;  // of a cluster: they look alike

Error wrong(std::string text) { return {ErrorCode::input, std::move(text), ""}; }

std::vector<model::Cell> cells(const UnknownCluster& cluster) {
  std::set<std::pair<std::string, std::string>> hosts;
  std::set<std::pair<std::uint16_t, std::string>> ports;
  for (const auto& member : cluster.members) {
    hosts.insert({member.at.zone, member.at.ip.to_string()});
    ports.insert({member.at.port, member.at.transport == net::Transport::udp ? "U:" : ""});
  }
  std::string written;
  for (const auto& [port, prefix] : ports)
    written += (written.empty() ? "" : ",") + prefix + std::to_string(port);
  const auto& first = cluster.members.front();
  return {cluster.digest,
          number_cell(cluster.members.size()),
          number_cell(hosts.size()),
          written,
          text_cell(cluster.protocol),
          text_cell(cluster.banner),
          first.asset,
          first.at.ip.to_string(),
          std::int64_t{first.at.port},
          time_cell(cluster.first_seen),
          time_cell(cluster.last_seen)};
}

Result<UnknownCluster> find_cluster(const registry::Query& query, const std::string& digest) {
  auto clusters = unknown_clusters(query, {});
  if (!clusters) return clusters.error();
  const UnknownCluster* found = nullptr;
  for (const auto& cluster : *clusters) {
    if (!cluster.digest.starts_with(digest)) continue;
    if (found != nullptr)
      return wrong(fmt::format("{}: several unknown services begin so", digest));
    found = &cluster;
  }
  if (found == nullptr)
    return wrong(
        fmt::format("{}: no unknown service looks so (see services list --unknown)", digest));
  return *found;
}

// Of each service the fields of its conversation; what TLS says of itself comes after.
Result<std::vector<std::vector<identify::FieldValue>>> samples_of(const registry::Query& query,
                                                                  const UnknownCluster& cluster) {
  std::vector<std::vector<identify::FieldValue>> samples;
  bool any = false;
  for (const auto& member : cluster.members) {
    if (samples.size() == kSamplesMax) break;
    auto heard = newest_evidence(query, member.at, member.vhost);
    if (!heard) return heard.error();
    std::stable_partition(heard->begin(), heard->end(), [](const model::Observation& seen) {
      return seen.channel != model::channel::kTls && seen.channel != model::channel::kCertificate;
    });
    std::vector<identify::FieldValue> fields;
    for (const auto& seen : *heard) {
      if (seen.channel == model::channel::kSynAck) continue;
      any = true;
      auto taken = identify::dissect(seen.channel, seen.raw).fields;
      std::move(taken.begin(), taken.end(), std::back_inserter(fields));
    }
    if (!fields.empty()) samples.push_back(std::move(fields));
  }
  if (!samples.empty()) return samples;
  return wrong(cluster.digest +
               (any ? ": their bytes are kept, but they are an answer of the protocol that says "
                      "nothing of who gives it; no rule can tell them by it"
                    : ": the register keeps no bytes of these services"));
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Of a digest, in ids.
std::string short_of(const std::string& digest) {
  constexpr std::size_t kDigits = 8;
  return digest.substr(0, kDigits);
}

// Letters and digits with dashes between. A name in Chinese has none that mean anything: such a
// product is called by the look it was learned from, so that the same command gives the same id.
std::string id_of(const std::string& name, const std::string& digest) {
  std::string id;
  for (const char c : is_ascii(name) ? to_lower_ascii(name) : std::string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) id += c;
    if (!plain && !id.empty() && id.back() != '-') id += '-';
  }
  while (id.ends_with('-')) id.pop_back();
  return id.empty() ? "own-" + short_of(digest) : id;
}

// A product that the rules know by this id or name, else a new one of what the command says.
Result<identify::Label> label_of(const identify::RuleBase& base, const RulesLearn& command,
                                 const std::string& digest) {
  identify::Label label;
  for (const auto& known : base.products()) {
    const bool meant = known.id == command.product || known.product_zh == command.product ||
                       equals_ignoring_case(known.product, command.product);
    if (!meant || command.product.empty()) continue;
    label.product = known;
    // The plain id is most often that of a rule there is.
    label.rule = known.id + "-" + short_of(digest);
    return label;
  }
  label.is_new = true;
  auto& product = label.product;
  product.id = command.id.empty() ? id_of(command.product, digest) : command.id;
  label.rule = product.id;
  product.vendor = command.vendor;
  product.category = command.category;
  if (product.vendor.empty() || product.category.empty()) {
    return wrong(fmt::format("no product \"{}\" is known; a new one needs --vendor and --category",
                             command.product));
  }
  const auto role = identify::parse_role(command.role);
  if (!role) return wrong(fmt::format("--role {}: no such role", command.role));
  product.role = *role;
  product.product = command.product;
  if (!is_ascii(command.product)) product.product_zh = command.product;
  return label;
}

Result<void> write(const fs::path& file, const std::string& text) {
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  if (!out) return Error{ErrorCode::io, file.string() + ": cannot be written", ""};
  return {};
}

// Either both are new or none is written.
Result<void> must_be_new(const identify::Proposal& proposal, const fs::path& place) {
  for (const auto& name : {proposal.product_file, proposal.file}) {
    std::error_code failed;
    if (!name.empty() && fs::exists(place / name, failed))
      return wrong((place / name).string() + ": is there already");
  }
  return {};
}

Result<int> give(const identify::Proposal& proposal, const std::string& directory) {
  if (directory.empty()) {
    if (!proposal.products.empty())
      std::fputs(fmt::format("# {}\n{}\n", proposal.product_file, proposal.products).c_str(),
                 stdout);
    std::fputs(fmt::format("# {}\n{}", proposal.file, proposal.rules).c_str(), stdout);
    return 0;
  }
  const fs::path place(directory);
  if (!proposal.products.empty()) {
    if (auto done = write(place / proposal.product_file, proposal.products); !done)
      return done.error();
  }
  if (auto done = write(place / proposal.file, proposal.rules); !done) return done.error();
  std::fputs(fmt::format("{}: {} written; look it over, then: qingdan --rules {} rules check\n",
                         directory, proposal.file, directory)
                 .c_str(),
             stderr);
  return 0;
}

// The first that holds on no other service and is sound beside the rules in use.
Result<identify::Proposal> choose(const Call& call, const registry::Query& query,
                                  const UnknownCluster& cluster, const std::string& directory,
                                  const identify::Label& label,
                                  const std::vector<identify::Proposal>& proposals) {
  auto others = find_others(query, cluster, proposals, label.is_new ? "" : label.product.id);
  if (!others) return others.error();
  std::string reasons;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    auto reason = (*others)[i];
    if (!reason) {
      if (auto fresh = must_be_new(proposals[i], directory); !directory.empty() && !fresh)
        return fresh.error();
      auto fault = find_fault(call.settings, directory, proposals[i]);
      if (!fault) return fault.error();
      if (!*fault) return proposals[i];
      reason = proposals[i].rule.parts.front().input + ": " + **fault;
    }
    reasons += (reasons.empty() ? "" : "; ") + *reason;
  }
  return wrong(
      fmt::format("{}: no rule tells these services from others ({})", cluster.digest, reasons));
}

}  // namespace

Result<int> list_unknown(const Call& call, const ServicesList& command) {
  auto filter = registry::parse_filter(command.query);
  if (!filter) return filter.error();
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto clusters = unknown_clusters(*query, *filter);
  if (!clusters) return clusters.error();
  Output output(call.invocation, {"digest", "services", "hosts", "ports", "service", "banner",
                                  "asset", "ip", "port", "first_seen", "last_seen"});
  for (const auto& cluster : *clusters) output.row(cells(cluster));
  if (auto done = output.done(); !done) return done.error();
  return 0;
}

Result<int> carry_out(const Call& call, const RulesLearn& command) {
  auto rules = open_rules(call.settings);
  if (!rules) return rules.error();
  auto query = registry::Query::open(call.settings.register_path);
  if (!query) return query.error();
  auto cluster = find_cluster(*query, command.digest);
  if (!cluster) return cluster.error();
  auto label = label_of(**rules, command, cluster->digest);
  if (!label) return label.error();
  label->protocol = cluster->protocol;
  label->source = fmt::format("seen on {} services of this network", cluster->members.size());
  auto samples = samples_of(*query, *cluster);
  if (!samples) return samples.error();
  auto proposals = identify::propose_rules(*samples, *label);
  if (!proposals) return proposals.error();
  auto chosen = choose(call, *query, *cluster, command.output, *label, *proposals);
  if (!chosen) return chosen.error();
  return give(*chosen, command.output);
}

}  // namespace qingdan::app
