// stored_evidence — see stored_evidence.h.
#include "app/stored_evidence.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "qingdan/model/json.h"

namespace qingdan::app {
namespace {

using Place = std::tuple<std::string, std::string, std::string, std::uint16_t, std::string>;

Place place_of(const model::Endpoint& at, const std::string& vhost) {
  return {at.zone, at.ip.to_string(), std::string(net::to_string(at.transport)), at.port, vhost};
}

std::string text_of(const model::Facts& facts, std::string_view field) {
  const auto found = facts.find(std::string(field));
  if (found == facts.end()) return {};
  auto text = model::parse_text(found->second.value);
  return text ? *text : std::string();
}

void take(const model::AssetRecord& asset, const model::ServiceRecord& service,
          std::map<std::string, UnknownCluster>& clusters) {
  const auto digest = text_of(service.facts, model::field::kDigest);
  if (digest.empty() || service.state == model::PortState::closed) return;
  auto& cluster = clusters[digest];
  if (cluster.members.empty()) {
    cluster.digest = digest;
    cluster.protocol = text_of(service.facts, model::field::kProtocol);
    cluster.banner = text_of(service.facts, model::field::kBanner);
    cluster.first_seen = service.first_seen;
  }
  cluster.first_seen = std::min(cluster.first_seen, service.first_seen);
  cluster.last_seen = std::max(cluster.last_seen, service.last_seen);
  cluster.members.push_back({asset.number, service.at, service.vhost});
}

}  // namespace

Result<std::vector<model::Observation>> newest_evidence(const registry::Query& query,
                                                        const model::Endpoint& at,
                                                        const std::string& vhost,
                                                        std::optional<model::RunId> before) {
  auto all = query.evidence(at);
  if (!all) return all.error();
  std::vector<model::Observation> newest;
  std::optional<model::RunId> run;
  for (auto& one : *all) {
    if (one.observation.vhost != vhost) continue;
    if (before && one.run.value >= before->value) continue;
    if (!run) run = one.run;
    if (one.run != *run) break;
    newest.push_back(std::move(one.observation));
  }
  return newest;
}

Result<std::vector<UnknownCluster>> unknown_clusters(const registry::Query& query,
                                                     const registry::Filter& filter) {
  std::set<Place> wanted;
  auto listed = query.services(filter, [&](const registry::ServiceRow& row) {
    if (!model::is_described(row.vendor, row.product.empty() ? 0 : row.confidence))
      wanted.insert({row.zone, row.ip, row.transport, row.port, row.vhost});
    return true;
  });
  if (!listed) return listed.error();
  std::map<std::string, UnknownCluster> by_digest;
  auto read = query.records([&](const model::AssetRecord& asset) {
    for (const auto& service : asset.services) {
      if (wanted.contains(place_of(service.at, service.vhost))) take(asset, service, by_digest);
    }
    return true;
  });
  if (!read) return read.error();
  std::vector<UnknownCluster> clusters;
  for (auto& [digest, cluster] : by_digest) clusters.push_back(std::move(cluster));
  std::stable_sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) {
    return a.members.size() > b.members.size();
  });
  return clusters;
}

}  // namespace qingdan::app
