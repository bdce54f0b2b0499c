// sweep — see the header. One dispatcher walks the positions and starts a coroutine for each that
// may leave; passes are walks over what is still silent. A position that stayed silent is decided
// on the next walk: asked again, or final.
#include "qingdan/probe/sweep.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "industrial.h"
#include "qingdan/probe/table.h"
#include "sweep_run.h"
#include "udp_probe.h"

namespace qingdan::probe {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

// Positions waiting for a budget; enough that one slow host does not hold up the others.
constexpr std::size_t kParkedMost = 1024;
constexpr std::size_t kWindowMost = 4096;
constexpr std::size_t kWindowLeast = 8;
// Answers without shortage after which a narrowed window grows again by a sixteenth.
constexpr std::uint64_t kGrowAfter = 256;
constexpr milliseconds kShortageRest{100};
constexpr milliseconds kDrain{300};
// Steps without an await, after which the loop lets answers in.
constexpr int kStepsAtOnce = 32;

}  // namespace

Sweep::State::State(Pacer& pacer_of, const TargetSource& source_of, SweepSink& sink_of,
                    SweepSettings chosen)
    : pacer(pacer_of),
      source(source_of),
      sink(sink_of),
      settings(chosen),
      hosts(settings),
      marks(source_of.size()),
      event(pacer_of.dialer().sockets().executor(), pacer_of.dialer().sockets().alarms()) {
  const auto room = pacer.dialer().sockets().capacity() * 3 / 4;
  window_most = std::max<std::size_t>(
      1, std::min(settings.window != 0 ? settings.window : kWindowMost, room));
  window = window_most;
  count.window = window;
}

void Sweep::State::settle(std::uint64_t at, const targets::ApprovedTarget& target,
                          model::Verdict verdict, std::chrono::nanoseconds rtt) {
  marks.set(at, Mark::done);
  outstanding.erase(at);
  hosts.on_done(target.ip());
  ++count.done;
  if (model::is_open(verdict)) {
    ++count.open;
    hosts.on_open(target.ip(), pass);
  } else {
    ++(verdict == model::Verdict::closed ? count.closed : count.filtered);
  }
  model::PortResult result;
  result.at = target.endpoint();
  result.verdict = verdict;
  if (rtt.count() >= 0) result.rtt_ms = static_cast<double>(rtt.count()) / 1e6;
  result.tries = static_cast<std::uint8_t>(std::min(pass, 255));
  result.time = pacer.dialer().clock().now();
  sink.on_port(target, result);
}

void Sweep::State::on_silence(std::uint64_t at) {
  marks.set(at, Mark::silent);
  outstanding.erase(at);
  ++still_silent;
}

// Not asked, or not asked as planned: its address will be `skipped`.
void Sweep::State::forgo(std::uint64_t at) {
  marks.set(at, Mark::not_asked);
  outstanding.erase(at);
  ++count.not_asked;
}

// Its mark stays: it is asked in this pass when its zone opens, and after a restart too.
void Sweep::State::defer(std::uint64_t at, const net::Address& ip, UnixMillis opens) {
  if (deferred_opens.value == 0 || opens < deferred_opens) deferred_opens = opens;
  deferred.set(at, source.size());
  hosts.on_deferred(ip, +1);
  outstanding.erase(at);
  ++count.deferred;
}

void Sweep::State::on_shortage(std::uint64_t at, const net::Address& ip) {
  ++count.shortages;
  smooth = 0;
  window = std::max(std::min(kWindowLeast, window_most), window * 3 / 4);
  count.window = window;
  parking.park(ip, at, pacer.now() + kShortageRest);
}

Awaitable<void> Sweep::State::ask_tcp(State& state, std::uint64_t position,
                                      targets::ApprovedTarget target) {
  InFlight flight(state);
  const Deadline by{state.pacer.now() + state.hosts.timeout(target.ip(), state.pass)};
  auto connection = co_await state.pacer.dialer().dial(target, by);
  switch (connection.outcome()) {
    case DialOutcome::refused:
      state.rations.on_reset(target.ip(), state.pacer.now());
      [[fallthrough]];
    case DialOutcome::connected:
      ++state.count.answered;
      ++state.smooth;
      state.hosts.on_answer(target.ip(), state.pass, connection.rtt());
      break;
    case DialOutcome::exhausted:
      --state.count.sent;
      state.on_shortage(position, target.ip());
      co_return;
    case DialOutcome::unreachable:
      state.hosts.on_unreachable(target.ip());
      state.on_silence(position);
      co_return;
    case DialOutcome::timeout:
      state.on_silence(position);
      co_return;
    case DialOutcome::prohibited:
      state.settle(position, target, model::Verdict::filtered, connection.rtt());
      co_return;
    case DialOutcome::out_of_scope:
      state.forgo(position);
      co_return;
    case DialOutcome::aborted:
      co_return;  // a stop: still outstanding, so that a resumed run asks it
  }
  const bool open = connection.connected();
  if (open) {
    auto said = co_await ask_industrial(state.pacer, connection, target);
    if (!said.empty()) {
      state.settle(position, target, model::Verdict::open_verified, connection.rtt());
      state.sink.on_observations(std::move(said));
      const Deadline closed{state.pacer.now() + kDrain};
      co_await connection.finish(closed);
      co_return;
    }
  }
  state.settle(position, target, open ? model::Verdict::open : model::Verdict::closed,
               connection.rtt());
  if (!open) co_return;
  const Deadline drained{state.pacer.now() + kDrain};
  co_await connection.finish(drained);
}

Awaitable<void> Sweep::State::ask_udp(State& state, std::uint64_t position,
                                      targets::ApprovedTarget target) {
  InFlight flight(state);
  auto found = co_await probe_udp(state.pacer, target, state.settings.udp_timeout, state.pass);
  state.count.sent += static_cast<std::uint64_t>(found.further_sends);
  switch (found.outcome) {
    case DatagramOutcome::bytes:
    case DatagramOutcome::refused: {
      ++state.count.answered;
      state.hosts.on_answer(target.ip(), state.pass, found.rtt);
      const bool open = found.outcome == DatagramOutcome::bytes;
      state.settle(position, target, open ? model::Verdict::open_verified : model::Verdict::closed,
                   found.rtt);
      break;
    }
    case DatagramOutcome::exhausted:
      --state.count.sent;
      state.on_shortage(position, target.ip());
      break;
    case DatagramOutcome::unreachable:
      state.hosts.on_unreachable(target.ip());
      state.on_silence(position);
      break;
    case DatagramOutcome::timeout:
      state.on_silence(position);
      break;
    case DatagramOutcome::out_of_scope:
      state.forgo(position);
      break;
    case DatagramOutcome::aborted:
      break;
  }
  if (!found.observations.empty()) state.sink.on_observations(std::move(found.observations));
}

void Sweep::State::launch(std::uint64_t at, const targets::ApprovedTarget& target) {
  ++count.sent;
  ++count.in_flight;
  if (pass > 1) {
    ++count.retried;
    hosts.on_asked_again(target.ip(), pass);
  }
  last_sent = pacer.now();
  auto& executor_of = pacer.dialer().sockets();
  if (target.transport() == net::Transport::tcp) {
    asio::co_spawn(executor_of.executor(), ask_tcp(*this, at, target), asio::detached);
  } else {
    hosts.of(target.ip()).next_datagram = last_sent + settings.udp_host_gap;
    asio::co_spawn(executor_of.executor(), ask_udp(*this, at, target), asio::detached);
  }
}

int Sweep::State::tries(const targets::ApprovedTarget& target) const {
  const bool tcp = target.transport() == net::Transport::tcp;
  const bool slow = tcp && rations.rations(target.ip());
  return std::max(hosts.tries(target.ip()),
                  slow ? 1 + settings.retries + ResetRations::kPasses : 0);
}

// Of a position met on this walk: ask it now? Decides those that have had their tries.
bool Sweep::State::wanted(std::uint64_t at) {
  const auto mark = marks.at(at);
  if (mark == Mark::untried) return true;
  if (pass == 1 || mark != Mark::silent) return false;
  const auto target = source.at(at);
  --still_silent;
  if (!target) {
    forgo(at);
    return false;
  }
  const bool tcp = target->transport() == net::Transport::tcp;
  if (tcp && !late_pass() && rations.rations(target->ip())) {
    ++still_silent;  // in a later pass, slowly: at this pace it would be in vain
    return false;
  }
  if (pass <= tries(*target)) return true;
  settle(at, *target, tcp ? model::Verdict::filtered : model::Verdict::open_filtered,
         std::chrono::nanoseconds(-1));
  return false;
}

// Parked positions come before new ones; a full car park stops the walk until one leaves.
Sweep::State::Next Sweep::State::choose(std::uint64_t& chosen, SteadyTime& until) {
  const auto parked = parking.take(pacer.now());
  if (parked) {
    chosen = *parked;
    return Next::parked;
  }
  if (position < source.size() && parking.size() < kParkedMost) {
    chosen = position++;
    return looking_again ? Next::deferred : Next::position;
  }
  const auto next = parking.next();
  if (!next) return Next::none;
  until = *next;
  return Next::wait;
}

void Sweep::State::handle(std::uint64_t at) {
  const auto target = source.at(at);
  const bool udp = target && target->transport() == net::Transport::udp;
  if (!target || (udp && datagram_entry(target->port(), target->ot_readonly()) == nullptr)) {
    forgo(at);
    return;
  }
  if (udp) {
    const auto* host = hosts.find(target->ip());
    if (host != nullptr && host->next_datagram > pacer.now()) {
      parking.park(target->ip(), at, host->next_datagram);
      return;
    }
  }
  if (!udp && late_pass()) {
    // Taken for one that rations, and found not to be while this one was parked.
    if (pass > tries(*target)) {
      settle(at, *target, model::Verdict::filtered, std::chrono::nanoseconds(-1));
      return parking.again(target->ip(), pacer.now());
    }
    const auto later = rations.earliest(target->ip(), pacer.now());
    if (later > pacer.now()) return parking.park(target->ip(), at, later);
  }
  const auto permit = pacer.ask(*target);
  switch (permit.leave) {
    case Leave::granted:
      if (!udp && late_pass()) rations.take(target->ip(), pacer.now());
      launch(at, *target);
      parking.again(target->ip(), pacer.now());
      break;
    case Leave::later:
      parking.park(target->ip(), at, permit.at);
      break;
    case Leave::window_closed:
      if (permit.opens.value == 0) {
        forgo(at);
      } else {
        defer(at, target->ip(), permit.opens);
      }
      parking.again(target->ip(), pacer.now());
      break;
    case Leave::guarded:
      forgo(at);
      parking.again(target->ip(), pacer.now());
      break;
    case Leave::stopped:
      break;
  }
}

Awaitable<void> Sweep::State::wait(SteadyTime until) {
  const auto at_most = std::min(until, pacer.now() + kStopCheck);
  co_await event.wait_until(at_most);
}

// Until a zone opens again: nothing leaves, and what is in flight comes home meanwhile.
Awaitable<void> Sweep::State::pause() {
  while (!halted()) {
    const auto opens = pacer.closed_until();
    count.paused_until = opens.value;
    if (opens.value == 0) break;
    co_await wait(SteadyTime::max());
  }
  count.paused_until = 0;
}

// The end of a walk that had to leave positions of closed zones out.
Awaitable<void> Sweep::State::await_opening() {
  count.paused_until = deferred_opens.value;
  while (!halted() && pacer.dialer().clock().now() < deferred_opens) {
    co_await wait(SteadyTime::max());
  }
  count.paused_until = 0;
  deferred_opens = {};  // what is still closed on the walk that follows says anew when it opens
  position = deferred.first();
  looking_again = true;
}

void Sweep::State::take(Next next, std::uint64_t at) {
  if (next == Next::position) {
    if (!wanted(at)) return;
    outstanding.insert(at);
  } else if (next == Next::deferred) {
    if (!deferred.take(at)) return;
    --count.deferred;
    if (const auto target = source.at(at)) hosts.on_deferred(target->ip(), -1);
    outstanding.insert(at);
  }
  handle(at);  // what was parked was found wanted then; asking twice would count it twice
}

void Sweep::State::widen() {
  if (smooth < kGrowAfter || window >= window_most) return;
  smooth = 0;
  window = std::min(window_most, window + std::max<std::size_t>(1, window / 16));
  count.window = window;
}

Awaitable<void> Sweep::State::walk() {
  position = start;
  start = 0;
  looking_again = false;
  int steps = 0;
  while (!halted()) {
    if (pacer.closed_until().value != 0) {
      co_await pause();
      continue;
    }
    if (count.in_flight >= window) {
      co_await wait(SteadyTime::max());
      continue;
    }
    const auto ready = pacer.ready_at();
    if (ready > pacer.now()) {
      co_await wait(ready);
      continue;
    }
    if (++steps % kStepsAtOnce == 0) {
      auto executor_of = pacer.dialer().sockets().executor();
      co_await asio::post(executor_of, asio::use_awaitable);
    }
    std::uint64_t chosen = 0;
    SteadyTime until{};
    const auto next = choose(chosen, until);
    if (next == Next::wait) {
      co_await wait(until);
    } else if (next != Next::none) {
      take(next, chosen);
    } else if (count.in_flight != 0) {
      // Those in flight may still come back for want of descriptors.
      co_await wait(SteadyTime::max());
    } else if (!deferred.empty()) {
      co_await await_opening();
    } else {
      co_return;
    }
    widen();
  }
}

// After a stop: nobody waits for an answer any more.
Awaitable<void> Sweep::State::drain() {
  while (count.in_flight != 0) {
    if (halted()) pacer.dialer().abort_waits();
    co_await wait(SteadyTime::max());
  }
}

std::optional<std::uint64_t> ListSource::position_of(const net::Address& ip,
                                                     net::TransportPort port) const {
  const auto found = std::find_if(targets_.begin(), targets_.end(), [&](const auto& target) {
    return target.ip() == ip && target.port() == port.port && target.transport() == port.transport;
  });
  if (found == targets_.end()) return std::nullopt;
  return static_cast<std::uint64_t>(found - targets_.begin());
}

Sweep::Sweep(Pacer& pacer, const TargetSource& source, SweepSink& sink, SweepSettings settings)
    : state_(std::make_unique<State>(pacer, source, sink, settings)) {}

Sweep::~Sweep() = default;

Awaitable<Result<void>> Sweep::run() {
  auto& state = *state_;
  // A resumed one may have asked its silent positions a moment before it died.
  if (state.pass != 0) state.last_sent = state.pacer.now();
  const auto resumed = state.last_sent + state.settings.pass_gap;
  while (state.pass != 0 && !state.halted() && state.pacer.now() < resumed) {
    co_await state.wait(resumed);
  }
  do {
    state.pass += 1;
    state.count.pass = state.pass;
    co_await state.walk();
    co_await state.drain();
    const auto next_pass = state.last_sent + state.settings.pass_gap;
    while (state.still_silent != 0 && !state.halted() && state.pacer.now() < next_pass) {
      co_await state.wait(next_pass);
    }
  } while (state.still_silent != 0 && !state.halted());
  co_return state.pacer.dialer().breach();
}

Awaitable<Result<std::vector<model::PortResult>>> confirm(
    Pacer& pacer, std::vector<targets::ApprovedTarget> endpoints, milliseconds gap) {
  struct Collect final : SweepSink {
    void on_port(const targets::ApprovedTarget&, const model::PortResult& result) override {
      results.push_back(result);
    }
    void on_observations(std::vector<model::Observation>) override {}
    std::vector<model::PortResult> results;
  };
  Collect collect;
  const ListSource source(std::move(endpoints));
  Event timer(pacer.dialer().sockets().executor(), pacer.dialer().sockets().alarms());
  const auto until = pacer.now() + gap;
  while (!pacer.stopped() && pacer.now() < until) {
    const auto slice = std::min(until, pacer.now() + kStopCheck);
    co_await timer.wait_until(slice);
  }
  Sweep sweep(pacer, source, collect, SweepSettings{});
  auto ended = co_await sweep.run();
  if (!ended) co_return ended.error();
  co_return std::move(collect.results);
}

}  // namespace qingdan::probe
