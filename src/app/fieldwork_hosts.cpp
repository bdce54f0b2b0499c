// fieldwork_hosts — the part of fieldwork.h that knows hosts: canaries and the host's name before
// its ports are interviewed, and the closer look at hosts that answer like a machine in front of
// them.
#include <boost/asio/co_spawn.hpp>

#include <utility>

#include "app/fieldwork_host.h"

namespace qingdan::app {

probe::RunnerSettings short_form() {
  using std::chrono_literals::operator""ms;
  probe::RunnerSettings settings;
  settings.per_host = 8;
  settings.interview.session = 4000ms;
  settings.interview.listen = 1000ms;
  settings.interview.connections = settings.interview.silent_connections = 1;
  settings.interview.tls_questions = 0;
  return settings;
}

void Fieldwork::on_open(const targets::ApprovedTarget& target, const model::PortResult& result) {
  looks_.keep(result);
  auto& host = hosts_[target.ip()];
  const bool first = !host;
  if (first) host = std::make_unique<Host>();
  host->waiting.push_back({target, result.rtt_ms, result.verdict == model::Verdict::open_synack});
  if (host->asked) return release(*host);
  if (!first) return;
  spawn_canary(ask_host(target.ip()));
}

void Fieldwork::spawn_canary(Awaitable<void> canary) {
  ++canaries_running_;
  boost::asio::co_spawn(context_, std::move(canary), [this](const std::exception_ptr& thrown) {
    --canaries_running_;
    if (thrown) failed({ErrorCode::internal, "the canaries ended by an exception", ""});
    finish_when_done();
  });
}

// What half-open answers look like is complete: hosts that look like a machine in front must say
// something to count, and blocks that do are asked where nobody is.
void Fieldwork::look_closer() {
  if (!plan_.interviews) return;
  const auto ports = plan_.ports.only(net::Transport::tcp).size();
  for (const auto& ip : picture_.suspects(static_cast<std::uint32_t>(ports))) suspects_.insert(ip);
  for (const auto& at : std::exchange(mute_, {})) {
    if (suspects_.contains(at.ip)) take_back(at);
  }
  const auto in_scope = [this](const net::Address& ip) { return plan_.scope.contains(ip); };
  const auto addresses = [this](const auto& block) { return incidents_.addresses_of(block); };
  for (const auto& block : picture_.fronted_blocks(addresses)) {
    for (const auto& ip : picture_.dark_of(block, plan_.dark, in_scope)) spawn_canary(ask_dark(ip));
  }
}

void Fieldwork::take_back(const model::Endpoint& at) {
  model::PortResult result;
  result.at = at;
  result.verdict = model::Verdict::suspect_proxy;
  result.tries = 1;
  result.time = clock_.now();
  sink_.on_port(result);
}

// In the long form, as the hosts of the block are: what is said to be compared must be asked for
// alike.
Awaitable<void> Fieldwork::ask_dark(net::Address ip) {
  const auto ports = probe::choose_canaries(rng_, plan_.ports);
  const probe::InterviewSettings settings;
  auto findings = co_await probe::ask_canaries(pacer_, *tls_, ip, ports, settings);
  canary_sent_ += findings.sent;
  if (!findings.suspect()) co_return;
  for (const auto& said : findings.said) {
    incidents_.on_dark(net::block_of(ip), probe::shape_of(said));
  }
}

Awaitable<void> Fieldwork::ask_host(net::Address ip) {
  const auto ports = probe::choose_canaries(rng_, plan_.ports);
  const auto settings = short_form().interview;
  const std::string zone = plan_.scope.area_of(ip).zone;
  probe::CanaryFindings findings;
  do {
    co_await await_window(zone);
    auto made = co_await probe::ask_canaries(pacer_, *tls_, ip, ports, settings);
    findings = std::move(made);
    canary_sent_ += findings.sent;
  } while (!findings.complete && !stop_.load() && pacer_.closed_until(zone).value != 0);
  if (!findings.suspect()) co_await ask_name(ip);
  auto& host = *hosts_.at(ip);
  if (findings.suspect()) devices_.on_suspect(ip);
  host.canaries = std::move(findings);
  host.asked = true;
  release(host);
}

// Before its interviews, so that its web servers are asked for the name too.
Awaitable<void> Fieldwork::ask_name(net::Address ip) {
  const std::string zone = plan_.scope.area_of(ip).zone;
  std::optional<model::ReverseName> told;
  do {
    co_await await_window(zone);
    auto answer = co_await reverse_names_.ask(zone, ip);
    told = std::move(answer);
  } while (!told && !stop_.load() && pacer_.closed_until(zone).value != 0);
  if (!told) co_return;
  virtual_hosts_.learn_reverse_name(ip, told->name);
  sink_.on_reverse_name(*told);
}

// Of hosts that nothing but datagrams found: no interview waits for their names.
void Fieldwork::name_datagram_hosts() {
  for (const auto& ip : std::exchange(datagram_hosts_, {})) {
    if (!hosts_.contains(ip)) spawn_canary(ask_name(ip));
  }
}

probe::Subject Fieldwork::subject_of(const targets::ApprovedTarget& target,
                                     std::chrono::nanoseconds rtt, bool half_open) const {
  probe::Subject subject{target, rtt, "", half_open};
  const auto known = plan_.protocols.find(target.endpoint());
  if (known != plan_.protocols.end()) subject.remembered = known->second;
  return subject;
}

void Fieldwork::release(Host& host) {
  auto& runner = host.canaries.suspect() ? *short_runner_ : *runner_;
  for (const auto& waiting : host.waiting) {
    const auto rtt = std::chrono::nanoseconds(static_cast<std::int64_t>(waiting.rtt_ms * 1e6));
    runner.submit(subject_of(waiting.target, rtt, waiting.half_open));
  }
  host.waiting.clear();
}

}  // namespace qingdan::app
