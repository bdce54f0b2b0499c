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
  for (const auto& member : cluster.members) {
    if (samples.size() == kSamplesMax) break;
    auto heard = newest_evidence(query, member.at, member.vhost);
    if (!heard) return heard.error();
    std::stable_partition(heard->begin(), heard->end(), [](const model::Observation& seen) {
      return seen.channel != model::channel::kTls && seen.channel != model::channel::kCertificate;
    });
    std::vector<identify::FieldValue> fields;
    for (const auto& seen : *heard) {
      auto taken = identify::dissect(seen.channel, seen.raw).fields;
      std::move(taken.begin(), taken.end(), std::back_inserter(fields));
    }
    if (!fields.empty()) samples.push_back(std::move(fields));
  }
  if (samples.empty())
    return wrong(fmt::format("{}: the register keeps no bytes of these services", cluster.digest));
  return samples;
}

std::string kebab(const std::string& name) {
  std::string id;
  for (const char c : to_lower_ascii(name)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) id += c;
    if (!plain && !id.empty() && id.back() != '-') id += '-';
  }
  while (id.ends_with('-')) id.pop_back();
  return id;
}

// A product that the rules know by this id or name, else a new one of what the command says.
Result<identify::Label> label_of(const identify::RuleBase& base, const RulesLearn& command) {
  identify::Label label;
  for (const auto& known : base.products()) {
    const bool meant = known.id == command.product || known.product_zh == command.product ||
                       equals_ignoring_case(known.product, command.product);
    if (!meant || command.product.empty()) continue;
    label.product = known;
    return label;
  }
  label.is_new = true;
  auto& product = label.product;
  product.id = command.id.empty() ? kebab(command.product) : command.id;
  product.vendor = command.vendor;
  product.category = command.category;
  if (product.id.empty())
    return wrong(
        fmt::format("\"{}\" gives no id; say --id in lower case and dashes", command.product));
  if (product.vendor.empty() || product.category.empty()) {
    return wrong(fmt::format("no product \"{}\" is known; a new one needs --vendor and --category",
                             command.product));
  }
  const auto role = identify::parse_role(command.role);
  if (!role) return wrong(fmt::format("--role {}: no such role", command.role));
  product.role = *role;
  const bool ascii = std::all_of(command.product.begin(), command.product.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  product.product = ascii ? command.product : product.id;
  if (!ascii) product.product_zh = command.product;
  return label;
}

Result<void> write_new(const fs::path& file, const std::string& text) {
  std::error_code failed;
  if (fs::exists(file, failed)) return wrong(file.string() + ": is there already");
  fs::create_directories(file.parent_path(), failed);
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  if (!out) return Error{ErrorCode::io, file.string() + ": cannot be written", ""};
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
    if (auto done = write_new(place / proposal.product_file, proposal.products); !done)
      return done.error();
  }
  if (auto done = write_new(place / proposal.file, proposal.rules); !done) return done.error();
  std::fputs(fmt::format("{}: {} written; look it over, then: qingdan --rules {} rules check\n",
                         directory, proposal.file, directory)
                 .c_str(),
             stderr);
  return 0;
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
  auto label = label_of(**rules, command);
  if (!label) return label.error();
  label->protocol = cluster->protocol;
  label->source = fmt::format("seen on {} services of this network", cluster->members.size());
  auto samples = samples_of(*query, *cluster);
  if (!samples) return samples.error();
  auto proposal = identify::propose_rule(*samples, *label);
  if (!proposal) return proposal.error();
  return give(*proposal, command.output);
}

}  // namespace qingdan::app
