// interview_runner — see the header. Hosts wait in a ring; each turn starts one interview of the
// host in front if it has room, so that a host with many ports cannot hold up the others.
#include "qingdan/probe/interview_runner.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <deque>
#include <unordered_map>

#include "qingdan/base/contract.h"

namespace qingdan::probe {

struct InterviewRunner::State {
  State(Pacer& pacer_of, TlsContext& tls_of, OnReport report_to, RunnerSettings chosen)
      : pacer(pacer_of),
        tls(tls_of),
        on_report(std::move(report_to)),
        settings(chosen),
        event(pacer_of.dialer().sockets().executor(), pacer_of.dialer().sockets().alarms()) {
    const auto room = pacer.dialer().sockets().capacity() / 4;
    at_once = std::max<std::size_t>(1, std::min(settings.at_once, room));
  }

  struct Host {
    std::deque<Subject> waiting;
    std::size_t running{0};
    bool in_ring{false};
  };

  void enlist(const net::Address& ip, Host& host);
  [[nodiscard]] std::size_t room_of(const net::Address& ip) const;
  [[nodiscard]] bool start_one();
  void on_done(const net::Address& ip, InterviewReport report);
  void tell(InterviewReport report);
  void give_up_waiting();
  static Awaitable<void> one(State& state, Subject subject);

  Pacer& pacer;
  TlsContext& tls;
  OnReport on_report;
  const RunnerSettings settings;
  std::size_t at_once{1};
  std::unordered_map<net::Address, Host> hosts;
  std::deque<net::Address> ring;  // hosts with something waiting and room for it
  Event event;
  bool finished{false};
  bool telling{false};
  std::atomic<std::uint64_t> submitted{0}, running{0}, reported{0}, connections{0};
};

// Learnt late, a host may have more running than this; it gets no further ones until they are done.
std::size_t InterviewRunner::State::room_of(const net::Address& ip) const {
  const auto* devices = pacer.dialer().devices();
  return devices != nullptr && devices->fragile(ip) ? 1 : settings.per_host;
}

// In the ring at most once, and only while it may start one.
void InterviewRunner::State::enlist(const net::Address& ip, Host& host) {
  if (host.in_ring || host.waiting.empty() || host.running >= room_of(ip)) return;
  host.in_ring = true;
  ring.push_back(ip);
}

bool InterviewRunner::State::start_one() {
  if (ring.empty() || running >= at_once) return false;
  const auto ip = ring.front();
  ring.pop_front();
  auto& host = hosts[ip];
  host.in_ring = false;
  auto subject = std::move(host.waiting.front());
  host.waiting.pop_front();
  ++host.running;
  ++running;
  enlist(ip, host);
  boost::asio::co_spawn(pacer.dialer().sockets().executor(), one(*this, std::move(subject)),
                        boost::asio::detached);
  return true;
}

void InterviewRunner::State::on_done(const net::Address& ip, InterviewReport report) {
  const auto found = hosts.find(ip);
  --found->second.running;
  --running;
  connections += static_cast<std::uint64_t>(report.connections);
  enlist(ip, found->second);
  if (found->second.running == 0 && found->second.waiting.empty()) hosts.erase(found);
  tell(std::move(report));
  event.wake();
}

Awaitable<void> InterviewRunner::State::one(State& state, Subject subject) {
  const auto ip = subject.target.ip();
  auto report =
      co_await interview(state.pacer, state.tls, std::move(subject), state.settings.interview);
  state.on_done(ip, std::move(report));
}

// Counted only after it was told, as what it said may lead to more.
void InterviewRunner::State::tell(InterviewReport report) {
  telling = true;
  on_report(std::move(report));
  telling = false;
  ++reported;
}

// After a stop what never began is reported as it stands: a handshake of the sweep, no more.
void InterviewRunner::State::give_up_waiting() {
  ring.clear();
  std::vector<Subject> left;
  for (auto& [ip, host] : hosts) {
    host.in_ring = false;
    std::move(host.waiting.begin(), host.waiting.end(), std::back_inserter(left));
    host.waiting.clear();
  }
  for (auto& subject : left) {
    InterviewReport report;
    report.at = subject.target.endpoint();
    report.vhost = subject.vhost;
    report.complete = false;
    tell(std::move(report));
  }
}

InterviewRunner::InterviewRunner(Pacer& pacer, TlsContext& tls, OnReport on_report,
                                 RunnerSettings settings)
    : state_(std::make_unique<State>(pacer, tls, std::move(on_report), settings)) {}

InterviewRunner::~InterviewRunner() = default;

void InterviewRunner::submit(Subject subject) {
  auto& state = *state_;
  QD_EXPECTS(!state.finished || state.telling);
  QD_EXPECTS(subject.target.transport() == net::Transport::tcp);
  const auto ip = subject.target.ip();
  auto& host = state.hosts[ip];
  host.waiting.push_back(std::move(subject));
  ++state.submitted;
  state.enlist(ip, host);
  state.event.wake();
}

void InterviewRunner::finish() {
  state_->finished = true;
  state_->event.wake();
}

Awaitable<Result<void>> InterviewRunner::run() {
  auto& state = *state_;
  while (true) {
    const bool halted = state.pacer.stopped() || state.pacer.dialer().breaches() != 0;
    if (halted) {
      state.give_up_waiting();
      if (state.running != 0) state.pacer.dialer().abort_waits();
    } else {
      while (state.start_one()) {
      }
    }
    // Also after a stop: what is submitted until finish() is reported, if only as not complete.
    if (state.finished && state.reported == state.submitted) break;
    const auto until = state.pacer.now() + kStopCheck;
    co_await state.event.wait_until(until);
  }
  co_return state.pacer.dialer().breach();
}

RunnerProgress InterviewRunner::progress() const {
  const auto& state = *state_;
  return {state.submitted, state.running, state.reported, state.connections};
}

}  // namespace qingdan::probe
