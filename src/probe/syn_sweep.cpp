// syn_sweep — see the header. One dispatcher walks the positions and fills batches of frames;
// answers are taken between batches. Silence is the absence of an answer when everything is over,
// so nothing waits per probe.
#include "qingdan/probe/syn_sweep.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "qingdan/base/contract.h"
#include "qingdan/net/tcp_signature.h"
#include "syn_run.h"

namespace qingdan::probe {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Positions waiting for a budget; enough that one slow host does not hold up the others.
constexpr std::size_t kParkedMost = 4096;
// Steps of the walk between two looks at the clock and the arrivals, where nothing is to be sent.
constexpr int kStepsAtOnce = 4096;
// The kernel's send queue was full: it drains within a millisecond at any rate worth having.
constexpr milliseconds kQueueRest{1};
constexpr std::size_t kAnswersAtOnce = 4096;
// Laid out once: put together for each probe it would wait for the stores of the one before.
constexpr Errand kErrand{"syn", false, true};
// Samples per interval: one in a hundred packets, within these.
constexpr std::size_t kSamplesLeast = 4, kSamplesMost = 64;

}  // namespace

void SynSweep::State::settle(std::uint64_t at, const targets::ApprovedTarget& target,
                             model::Verdict verdict, nanoseconds rtt, int attempt) {
  marks.set(at, Mark::done);
  ++count.done;
  hosts.on_block_done(target.ip());
  if (const auto index = pacer.dialer().scope().index_of(target.ip())) ++decided[*index];
  if (model::is_open(verdict)) {
    ++count.open;
    hosts.on_open(target.ip(), attempt);
  } else {
    ++(verdict == model::Verdict::closed ? count.closed : count.filtered);
  }
  model::PortResult result;
  result.at = target.endpoint();
  result.verdict = verdict;
  if (rtt.count() >= 0) result.rtt_ms = static_cast<double>(rtt.count()) / 1e6;
  result.tries = static_cast<std::uint8_t>(attempt);
  result.time = pacer.dialer().clock().now();
  if (verdict == model::Verdict::open_synack) result.look = std::exchange(signature, {});
  sink.on_port(target, result);
}

// Not asked as planned: its address will be `skipped`.
void SynSweep::State::forgo(std::uint64_t at) {
  marks.set(at, Mark::not_asked);
  ++count.not_asked;
}

// Its mark stays: it is asked in this pass when its zone opens, and after a restart too.
void SynSweep::State::defer(std::uint64_t at, const net::Address& ip, UnixMillis opens) {
  if (deferred_opens.value == 0 || opens < deferred_opens) deferred_opens = opens;
  deferred.set(at, source.size());
  hosts.on_deferred(ip, +1);
  ++count.deferred;
}

const KnownWay* SynSweep::State::way_to(const net::Address& ip) {
  auto found = ways.find(ip);
  if (found) return *found;
  if (!failure) failure = found.error().in("syn_sweep");
  return nullptr;
}

int SynSweep::State::tries(const net::Address& ip) const {
  const int wished = std::max(hosts.tries(ip), control.tries(ip));
  const int most = std::min(wished, 1 + std::max(settings.retries, settings.lossy_retries));
  const int slow = rations.rations(ip) ? 1 + settings.retries + ResetRations::kPasses : 0;
  return std::min(std::max(most, slow), kTriesMost);
}

// Of a position met on this walk: ask it now?
bool SynSweep::State::wanted(std::uint64_t at) {
  const auto mark = marks.at(at);
  if (pass == 1) return mark == Mark::untried;
  if (mark != Mark::silent) return false;
  if (!late_pass() && !rations.any()) return true;
  const auto target = source.at(at);
  if (!target) return false;
  // Who rations its resets is asked in late passes alone, slowly: at this pace it would be in vain.
  return late_pass() ? pass <= tries(target->ip()) : !rations.rations(target->ip());
}

// Parked positions come before new ones; a full car park stops the walk until one leaves.
SynSweep::State::Next SynSweep::State::choose(std::uint64_t& chosen, SteadyTime& until) {
  if (parking.size() != 0) {
    if (const auto parked = parking.take(moment.steady)) {
      chosen = *parked;
      return Next::parked;
    }
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

void SynSweep::State::put(std::uint64_t at, const targets::ApprovedTarget& target,
                          const KnownWay& way, std::uint16_t source_port,
                          const std::optional<net::Mac>& hop) {
  const auto seq = syn_cookie(key, way.way.source, source_port, target.ip(), target.port());
  auto* out = batch.add(target.ip(), way.link, way.frame.size());
  way.frame.write(out, target.ip(), source_port, target.port(), seq);
  if (hop) std::copy(hop->bytes.begin(), hop->bytes.end(), out);
  last_sent = moment.steady;
  times.note(at, source_port - settings.ports.first, last_sent);
  ++count.sent;
  pacer.dialer().note(target.ip(), model::SendKind::tcp_syn, way.way.source, moment.wall);
}

// The walk reads some positions ahead; others come one by one.
const std::optional<targets::ApprovedTarget>& SynSweep::State::target_at(std::uint64_t at) {
  if (at - ahead.first < ahead.count) return ahead.targets[at - ahead.first];
  const auto most = at + 1 == position ? ahead.targets.size() : 1;
  ahead.first = at;
  ahead.count = std::min<std::uint64_t>(most, source.size() - at);
  source.read(at, std::span(ahead.targets).first(ahead.count));
  for (auto i = at; i < at + ahead.count; ++i) times.expect(i);
  return ahead.targets[0];
}

bool SynSweep::State::reach(const KnownWay& way, const net::Address& ip,
                            std::optional<net::Mac>& hop) const {
  if (!way.reachable) return false;
  if (!way.way.ethernet || way.way.hop_known) return true;
  hop = discovery.hop_to(ip, way.way);
  return hop.has_value();
}

void SynSweep::State::place(std::uint64_t at) {
  const auto& target = target_at(at);
  if (!target || target->transport() != net::Transport::tcp) return forgo(at);
  const auto& ip = target->ip();
  const auto* way = way_to(ip);
  if (way == nullptr) return;
  std::optional<net::Mac> hop;
  if (!reach(*way, ip, hop)) {
    // Nobody there to send to: silent without a packet, and nothing changes on a later pass.
    hosts.on_unreachable(ip);
    marks.set(at, Mark::silent);
    return;
  }
  if (control.limits()) {
    if (const auto later = control.earliest(ip, moment.steady); later > moment.steady) {
      return parking.park(ip, at, later);
    }
  }
  if (late_pass() && rations.any()) {
    if (const auto later = rations.earliest(ip, moment.steady); later > moment.steady) {
      return parking.park(ip, at, later);
    }
  }
  const auto permit = pacer.ask(*target, kErrand, moment);
  if (permit.leave == Leave::later) return parking.park(ip, at, permit.at);
  if (permit.leave == Leave::granted) {
    control.take(ip, moment.steady);
    if (late_pass()) rations.take(ip, moment.steady);
    put(at, *target, *way, static_cast<std::uint16_t>(settings.ports.first + pass - 1), hop);
    marks.set(at, Mark::silent);
    ++sent_in_pass;
    if (pass > 1) {
      ++count.retried;
      hosts.on_asked_again(ip, pass);
    }
  } else if (permit.leave == Leave::window_closed && permit.opens.value != 0) {
    defer(at, ip, permit.opens);
  } else if (permit.leave != Leave::stopped) {
    forgo(at);
  }
  if (parking.size() != 0) parking.again(ip, moment.steady);
}

void SynSweep::State::take(Next next, std::uint64_t at) {
  if (next == Next::position) {
    if (wanted(at)) place(at);
    return;
  }
  if (next == Next::deferred) {
    if (!deferred.take(at)) return;
    --count.deferred;
    if (const auto target = source.at(at)) hosts.on_deferred(target->ip(), -1);
    return place(at);
  }
  // Found wanted when it was parked; an answer to an earlier try may have come since.
  if (marks.at(at) != Mark::done && (!late_pass() || wanted(at))) return place(at);
  if (const auto target = source.at(at)) parking.again(target->ip(), moment.steady);
}

// Fills the batch; false: nothing more can be added before `until` (max: nothing more at all).
bool SynSweep::State::fill(SteadyTime& until) {
  until = SteadyTime::max();
  moment = pacer.moment();
  for (int steps = 0; !batch.full() && !halted(); ++steps) {
    if (steps >= kStepsAtOnce) return true;
    std::uint64_t chosen = 0;
    const auto next = choose(chosen, until);
    const auto waiting = parking.size();
    if (next == Next::none || next == Next::wait) return false;
    take(next, chosen);
    // Once the cap over all is used up nobody gets a permit: asking for every parked position would
    // cost thousands of questions for each packet.
    if (parking.size() > waiting && (until = pacer.ready_at()) > moment.steady) return false;
  }
  return true;
}

Awaitable<void> SynSweep::State::rest(SteadyTime until) {
  const auto at_most = std::min(until, pacer.now() + kStopCheck);
  co_await event.wait_until(at_most);
}

Awaitable<void> SynSweep::State::send_batch() {
  const bool post = pacer.unbound();
  posted = posted || post;
  while (!batch.flush(ways.links(), post)) {
    if (auto well = ways.health(); !well && !failure) failure = well.error().in("syn_sweep");
    if (halted()) co_return;
    const auto until = pacer.now() + kQueueRest;
    co_await rest(until);
    take_answers();
  }
  pacer.left();
}

// The pass is over when its last frame has left the machine.
Awaitable<void> SynSweep::State::drain() {
  while (!halted() && !ways.idle()) {
    const auto until = pacer.now() + kQueueRest;
    co_await rest(until);
    take_answers();
  }
  // The link may have gone under what was posted.
  if (auto well = ways.health(); !well && !failure) failure = well.error().in("syn_sweep");
  if (posted && sent_in_pass != 0) last_sent = pacer.now();
}

// Until the first zone of what was deferred opens again.
Awaitable<void> SynSweep::State::await_opening() {
  count.paused_until = deferred_opens.value;
  while (!halted() && pacer.dialer().clock().now() < deferred_opens) {
    take_answers();
    const auto until = pacer.now() + kStopCheck;
    co_await rest(until);
  }
  count.paused_until = 0;
  deferred_opens = {};  // what is still closed on the walk that follows says anew when it opens
  looking_again = true;
  position = deferred.first();
}

Awaitable<void> SynSweep::State::walk() {
  position = 0;
  sent_in_pass = 0;
  looking_again = false;
  while (!halted()) {
    take_answers();
    moment = pacer.moment();
    if (moment.steady >= next_sample) sample(moment.steady);
    SteadyTime until{};
    const bool more = fill(until);
    co_await send_batch();
    if (more) {
      auto executor_of = pacer.dialer().sockets().executor();
      co_await asio::post(executor_of, asio::use_awaitable);
    } else if (until != SteadyTime::max()) {
      co_await rest(until);
    } else if (!deferred.empty()) {
      co_await await_opening();
    } else {
      co_return;
    }
  }
}

void SynSweep::State::take_answers() {
  for (const auto& open : ways.links()) {
    open.link->receive(
        [this](BytesView bytes, bool ethernet, SteadyTime at) { on_frame(bytes, ethernet, at); },
        kAnswersAtOnce);
  }
}

void SynSweep::State::on_frame(BytesView bytes, bool ethernet, SteadyTime at) {
  std::optional<net::Mac> from;
  if (ethernet) {
    const auto frame = net::parse_ethernet(bytes);
    if (!frame) return;
    from = frame->from;
    if (frame->type == net::kEtherArp) return discovery.on_arp(frame->payload);
    bytes = frame->payload;
  }
  const auto packet = net::parse_packet(bytes);
  if (!packet) return;
  if (const auto answer = read_answer(key, settings.ports, *packet)) {
    look = {packet->window, digest_options(packet->options), packet->hop_limit, nanoseconds(-1)};
    const bool open = answer->kind == SynAnswer::Kind::open;
    signature = open ? describe(*packet, from) : std::string();
    return on_answer(*answer, at);
  }
  if (const auto ip = discovery.on_packet(*packet, bytes)) hosts.on_sign_of_life(*ip);
}

std::string SynSweep::State::describe(const net::Packet& packet,
                                      const std::optional<net::Mac>& from) {
  auto text = net::tcp_signature(packet);
  const auto* way = from ? way_to(packet.source) : nullptr;
  if (way != nullptr && way->way.on_link) text += " " + from->to_string();
  return text;
}

void SynSweep::State::on_answer(const SynAnswer& answer, SteadyTime at) {
  const auto place = source.position_of(answer.target, {net::Transport::tcp, answer.target_port});
  if (!place) return;
  // The kernel has answered with a reset, for a handshake it never began.
  if (answer.kind == SynAnswer::Kind::open) pacer.dialer().spent(answer.target, 1);
  const int port = answer.source_port - settings.ports.first;
  if (port >= kTryPorts) {
    const bool due = answer.kind == SynAnswer::Kind::open && sentinels.heard(*place, at);
    if (due) hosts.on_sign_of_life(answer.target);
    return;
  }
  if (answer.kind == SynAnswer::Kind::unreachable) {
    hosts.on_unreachable(answer.target);
    return;
  }
  if (marks.at(*place) == Mark::done) return;
  const auto target = source.at(*place);
  if (!target) return;
  if (answer.kind == SynAnswer::Kind::prohibited) {
    return settle(*place, *target, model::Verdict::filtered, nanoseconds(-1), port + 1);
  }
  const auto sent = times.find(*place, port);
  const auto rtt = sent ? nanoseconds(at - *sent) : nanoseconds(-1);
  hosts.on_answer(answer.target, port + 1, rtt);
  ++count.answered;
  const bool open = answer.kind == SynAnswer::Kind::open;
  look.rtt = rtt;
  sink.on_look(answer.target, open, look);
  if (!open) rations.on_reset(answer.target, at);
  pacer.dialer().tell_answered(*target, open);
  // Printers and industrial devices are not asked again to measure the path.
  if (open && pacer.class_of(*target) == PortClass::normal) sentinels.learn(*place, answer.target);
  settle(*place, *target, open ? model::Verdict::open_synack : model::Verdict::closed, rtt,
         port + 1);
}

// Asks a sample of known-open ports again, and closes the one before.
void SynSweep::State::sample(SteadyTime now) {
  close_samples(now);
  const auto sent = count.sent - sent_at_sample;
  const auto size = std::clamp<std::size_t>(sent / 100, kSamplesLeast, kSamplesMost);
  sent_at_sample = count.sent;
  sampled_at = now;
  next_sample = now + settings.sentinel_gap;
  const auto port = settings.ports.first + kTryPorts + sample_round++ % kSamplePorts;
  for (const auto at : sentinels.choose(size)) {
    if (batch.full()) break;
    const auto target = source.at(at);
    const auto* way = target ? way_to(target->ip()) : nullptr;
    std::optional<net::Mac> hop;
    if (way == nullptr || !reach(*way, target->ip(), hop)) continue;
    if (pacer.ask(*target, {}, moment).leave != Leave::granted) continue;
    put(at, *target, *way, static_cast<std::uint16_t>(port), hop);
    sentinels.asked(at, target->ip(), now);
  }
}

void SynSweep::State::close_samples(SteadyTime now) {
  for (const auto& ended : sentinels.collect(now)) {
    control.add(ended.ip, 1, ended.lost ? 1 : 0);
    auto& kept = samples[net::block_of(ended.ip).base];
    ++kept.asked;
    kept.heard += ended.lost ? 0 : 1;
  }
  const auto span = std::chrono::duration<double>(now - sampled_at).count();
  if (sampled_at == SteadyTime{} || span <= 0) return;
  const auto sent = count.sent - sent_at_sample;
  control.close_interval(static_cast<double>(sent) / span, now);
}

// Until `until`, as long as answers may come.
Awaitable<void> SynSweep::State::wait_answers(SteadyTime until) {
  while (!halted() && pacer.now() < until) {
    take_answers();
    co_await rest(until);
  }
  take_answers();
}

void SynSweep::State::settle_silent() {
  for (std::uint64_t at = 0; at < source.size(); ++at) {
    if (marks.at(at) != Mark::silent) continue;
    const auto target = source.at(at);
    // Of a host that was left alone because it fell silent, silence says nothing.
    const auto* guard = pacer.dialer().guard();
    const bool stopped = target && guard != nullptr && guard->stops(target->ip());
    if (!target || stopped) {
      forgo(at);
      continue;
    }
    settle(at, *target, model::Verdict::filtered, nanoseconds(-1),
           std::min(pass, tries(target->ip())));
  }
}

SynSweep::SynSweep(Pacer& pacer, RawNetwork& network, const TargetSource& source, SweepSink& sink,
                   SynSettings settings)
    : state_(std::make_unique<State>(pacer, network, source, sink, settings)) {}

SynSweep::~SynSweep() = default;

Awaitable<Result<void>> SynSweep::run() {
  auto& state = *state_;
  const std::function<void()> take = [&state] { state.take_answers(); };
  const std::function<bool(const net::Address&)> heard = [&state](const net::Address& ip) {
    const auto* host = state.hosts.find(ip);
    return host != nullptr && host->answered;
  };
  const bool discover = state.settings.discover;
  auto ready = co_await state.discovery.run(discover, take);
  if (!ready) state.failure = ready.error();
  do {
    state.pass += 1;
    state.count.pass = state.pass;
    if (state.pass == 2 && discover && !state.halted()) {
      auto again = co_await state.discovery.run_again(heard, take);
      if (!again) state.failure = again.error();
    }
    co_await state.walk();
    co_await state.drain();
    if (state.sent_in_pass == 0 && !state.slow_pass_left()) break;
    const auto next_pass = state.last_sent + state.settings.pass_gap;
    co_await state.wait_answers(next_pass);
  } while (!state.halted() && state.pass < kTriesMost);
  const auto last = state.last_sent + state.settings.grace;
  co_await state.wait_answers(last);
  state.close_samples(state.pacer.now());
  if (state.halted()) {
    state.ways.abandon();
  } else {
    state.settle_silent();
  }
  if (state.failure) co_return *state.failure;
  co_return state.pacer.dialer().breach();
}

}  // namespace qingdan::probe
