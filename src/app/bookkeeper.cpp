// bookkeeper — see bookkeeper.h.
#include "app/bookkeeper.h"

#include <map>

namespace qingdan::app {
namespace {

// One transaction for so many messages: a commit costs about what 200 rows cost.
constexpr std::size_t kBatch = 512;

// The observations of one endpoint may be of several names it was asked for.
std::map<std::string, std::vector<model::Observation>> by_vhost(
    std::vector<model::Observation> all) {
  std::map<std::string, std::vector<model::Observation>> sorted;
  for (auto& one : all) sorted[one.vhost].push_back(std::move(one));
  return sorted;
}

}  // namespace

void Bookkeeper::on_port(const model::PortResult& result) { channel_.push(result); }

void Bookkeeper::on_observations(std::vector<model::Observation> of_one_endpoint) {
  channel_.push(std::move(of_one_endpoint));
}

Result<void> Bookkeeper::run() {
  std::optional<Error> failure;
  while (auto first = channel_.pop()) {
    if (failure) continue;  // drained, so that the field never waits for us
    Batch batch;
    take(std::move(*first), batch);
    for (std::size_t i = 1; i < kBatch; ++i) {
      auto next = channel_.try_pop();
      if (!next) break;
      take(std::move(*next), batch);
    }
    if (auto written = write(batch); !written) {
      failure = written.error();
      stop_.store(true);
    }
  }
  if (failure) return *failure;
  return write_hosts();
}

void Bookkeeper::take(Message message, Batch& batch) {
  if (auto* result = std::get_if<model::PortResult>(&message)) {
    batch.results.push_back(std::move(*result));
    return;
  }
  for (auto& [vhost, observations] :
       by_vhost(std::get<std::vector<model::Observation>>(std::move(message)))) {
    auto finding = identifier_.identify(observations);
    auto light = finding;
    for (auto& certificate : light.certificates) certificate.der.clear();
    hosts_[{finding.at.zone, finding.at.ip}].push_back(std::move(light));
    finding.host_claims.clear();  // a host is judged by all its ports together, in write_hosts
    batch.findings.push_back(std::move(finding));
    for (auto& one : observations) batch.observations.push_back(std::move(one));
  }
}

Result<void> Bookkeeper::write(const Batch& batch) {
  if (auto added = store_.add(run_, batch.results); !added) return added;
  if (auto added = store_.add(run_, batch.observations); !added) return added;
  return store_.add(run_, batch.findings);
}

Result<void> Bookkeeper::write_hosts() {
  std::vector<model::Finding> together;
  for (const auto& [key, findings] : hosts_) {
    model::Finding host;
    host.at = {key.first, key.second, net::Transport::tcp, 0};
    host.host_claims = identifier_.combine_host(findings);
    if (!host.host_claims.empty()) together.push_back(std::move(host));
  }
  return store_.add(run_, together);
}

}  // namespace qingdan::app
