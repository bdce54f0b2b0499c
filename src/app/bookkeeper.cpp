// bookkeeper — see bookkeeper.h.
#include "app/bookkeeper.h"

#include <iterator>
#include <map>

#include "app/known_devices.h"

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

void Bookkeeper::on_reverse_name(const model::ReverseName& told) { channel_.push(told); }

void Bookkeeper::on_state(FieldState state) { channel_.push(std::move(state)); }

Result<void> Bookkeeper::run() {
  std::optional<Error> failure;
  while (auto first = channel_.pop()) {
    if (failure) continue;  // drained, so that the field never waits for us
    registry::Batch batch;
    take(std::move(*first), batch);
    for (std::size_t i = 1; i < kBatch && !batch.checkpoint; ++i) {
      auto next = channel_.try_pop();
      if (!next) break;
      take(std::move(*next), batch);
    }
    pass_warnings();
    if (auto written = store_.add(run_, batch); !written) {
      failure = written.error();
      stop_.store(true);
    }
  }
  if (failure) return *failure;
  return write_hosts();
}

void Bookkeeper::take(Message message, registry::Batch& batch) {
  if (auto* result = std::get_if<model::PortResult>(&message)) {
    batch.results.push_back(std::move(*result));
  } else if (auto* told = std::get_if<model::ReverseName>(&message)) {
    batch.reverse_names.push_back(std::move(*told));
  } else if (auto* state = std::get_if<FieldState>(&message)) {
    const auto append = [](auto& from, auto& to) {
      std::move(from.begin(), from.end(), std::back_inserter(to));
    };
    append(state->sent, batch.sent);
    append(state->incidents.trips, batch.trips);
    append(state->incidents.boxes, batch.middleboxes);
    append(state->incidents.masked, batch.results);
    batch.checkpoint = std::move(state->checkpoint);
  } else {
    identify(std::get<std::vector<model::Observation>>(std::move(message)), batch);
  }
}

void Bookkeeper::identify(std::vector<model::Observation> of_one_endpoint, registry::Batch& batch) {
  for (auto& [vhost, observations] : by_vhost(std::move(of_one_endpoint))) {
    auto finding = identifier_.identify(observations);
    auto light = finding;
    for (auto& certificate : light.certificates) certificate.der.clear();
    notice(finding);
    hosts_[{finding.at.zone, finding.at.ip}].insert_or_assign({finding.at, vhost},
                                                              std::move(light));
    finding.host_claims.clear();  // a host is judged by all its ports together, in write_hosts
    batch.findings.push_back(std::move(finding));
    for (auto& one : observations) batch.observations.push_back(std::move(one));
  }
}

void Bookkeeper::notice(const model::Finding& finding) {
  const auto kind = fragile_kind(finding);
  if (kind == probe::DeviceKind::unknown) return;
  auto& known = fragile_[finding.at.ip];
  if (known >= kind) return;
  known = kind;
  untold_.insert(finding.at.ip);
}

void Bookkeeper::pass_warnings() {
  if (!warn_of_) return;
  std::erase_if(untold_, [this](const auto& ip) { return warn_of_(ip, fragile_.at(ip)); });
}

Result<void> Bookkeeper::recall() {
  auto heard = store_.recall(run_, [this](std::vector<model::Observation> of_one_endpoint) {
    registry::Batch known;  // kept already
    identify(std::move(of_one_endpoint), known);
  });
  pass_warnings();
  return heard;
}

Result<void> Bookkeeper::write_hosts() {
  std::vector<model::Finding> together;
  for (const auto& [key, places] : hosts_) {
    std::vector<model::Finding> findings;
    for (const auto& [place, finding] : places) findings.push_back(finding);
    model::Finding host;
    host.at = {key.first, key.second, net::Transport::tcp, 0};
    host.host_claims = identifier_.combine_host(findings);
    if (!host.host_claims.empty()) together.push_back(std::move(host));
  }
  return store_.add(run_, together);
}

}  // namespace qingdan::app
