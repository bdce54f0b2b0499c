// syn_sweep — see the header. One dispatcher walks the positions and fills batches of frames;
// answers are taken between batches. Silence is the absence of an answer when everything is over,
// so nothing waits per probe.
#include "qingdan/probe/syn_sweep.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unordered_map>
#include <unordered_set>

#include "loss_control.h"
#include "qingdan/base/contract.h"
#include "recapture.h"
#include "send_times.h"
#include "syn_cookie.h"
#include "syn_discovery.h"
#include "syn_state.h"
#include "sweep_state.h"

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
// Source ports: one per try, then those of the samples, so that no sample is taken for a try.
constexpr int kTryPorts = 16, kSamplePorts = 16;
constexpr int kTriesMost = kTryPorts;
// Samples per interval: one in a hundred packets, within these.
constexpr std::size_t kSamplesLeast = 4, kSamplesMost = 64;

SweepSettings plain(const SynSettings& settings) {
  SweepSettings chosen;
  chosen.retries = settings.retries;
  chosen.lossy_retries = settings.lossy_retries;
  return chosen;
}

struct Counters {
  using Counter = std::atomic<std::uint64_t>;
  Counter sent{0}, retried{0}, answered{0}, open{0}, closed{0}, filtered{0}, done{0};
  Counter not_asked{0};
  std::atomic<int> pass{0};
};

void bump(Counters::Counter& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

struct Tally {  // of one block
  std::uint64_t first_try{0}, later{0}, sampled{0}, sample_heard{0}, not_asked{0};
};

}  // namespace

struct SynSweep::State {
  State(Pacer& pacer_of, RawNetwork& network, const TargetSource& source_of, SweepSink& sink_of,
        SynSettings chosen)
      : pacer(pacer_of),
        source(source_of),
        sink(sink_of),
        settings(chosen),
        plain_settings(plain(chosen)),
        hosts(plain_settings),
        marks(source_of.size()),
        event(pacer_of.dialer().sockets().executor(), pacer_of.dialer().sockets().alarms()),
        ways(network, chosen.ports.first, chosen.ports.last, [this] { event.wake(); }),
        batch(chosen.batch),
        discovery(pacer_of, ways, event) {}

  enum class Next : std::uint8_t { parked, position, wait, none };
  enum class Placed : std::uint8_t { frame, elsewhere };

  Awaitable<void> walk();
  Awaitable<void> send_batch();
  Awaitable<void> rest(SteadyTime until);
  Awaitable<void> wait_answers(SteadyTime until);
  Next choose(std::uint64_t& chosen, SteadyTime& until);
  bool fill(SteadyTime& until);
  [[nodiscard]] bool wanted(std::uint64_t at);
  void place(std::uint64_t at);
  void put(std::uint64_t at, const targets::ApprovedTarget& target, const KnownWay& way,
           std::uint16_t source_port);
  void forgo(std::uint64_t at, const net::Address* ip);
  void take_answers();
  void on_frame(BytesView bytes, bool ethernet, SteadyTime at);
  void on_answer(const SynAnswer& answer, SteadyTime at);
  void settle(std::uint64_t at, const targets::ApprovedTarget& target, model::Verdict verdict,
              nanoseconds rtt, int attempt);
  void settle_silent();
  void admit_unfinished();
  void sample(SteadyTime now);
  void close_samples(SteadyTime now);
  [[nodiscard]] int tries(const net::Address& ip) const;
  [[nodiscard]] const KnownWay* way_to(const net::Address& ip);
  [[nodiscard]] bool halted() const {
    return failure || pacer.stopped() || pacer.dialer().breaches() != 0;
  }

  Pacer& pacer;
  const TargetSource& source;
  SweepSink& sink;
  const SynSettings settings;
  const SweepSettings plain_settings;
  const Key128 key{random_key()};
  Hosts hosts;  // those that answered, or were called unreachable
  Marks marks;
  Parking parking;
  SendTimes times;
  LossControl control;
  Sentinels sentinels;
  Event event;
  SynWays ways;
  SynBatch batch;
  SynDiscovery discovery;
  Counters count;
  std::unordered_map<net::Address, Tally> tallies;    // by first address of the block
  std::unordered_set<net::Address> unfinished;        // not all of it was asked
  std::optional<Error> failure;
  std::uint64_t position{0};  // of the walk
  std::uint64_t sent_in_pass{0};
  std::uint64_t sent_at_sample{0};
  SteadyTime moment{};  // of this batch: the clock is read once for all of it
  SteadyTime last_sent{}, next_sample{}, sampled_at{};
  int pass{0};
  int sample_round{0};
};

void SynSweep::State::settle(std::uint64_t at, const targets::ApprovedTarget& target,
                             model::Verdict verdict, nanoseconds rtt, int attempt) {
  marks.set(at, Mark::done);
  bump(count.done);
  if (model::is_open(verdict)) {
    bump(count.open);
  } else {
    bump(verdict == model::Verdict::closed ? count.closed : count.filtered);
  }
  model::PortResult result;
  result.at = target.endpoint();
  result.verdict = verdict;
  if (rtt.count() >= 0) result.rtt_ms = static_cast<double>(rtt.count()) / 1e6;
  result.tries = static_cast<std::uint8_t>(attempt);
  result.time = pacer.dialer().clock().now();
  sink.on_port(target, result);
}

void SynSweep::State::forgo(std::uint64_t at, const net::Address* ip) {
  marks.set(at, Mark::not_asked);
  bump(count.not_asked);
  if (ip == nullptr) return;
  unfinished.insert(*ip);
  ++tallies[net::block_of(*ip).base].not_asked;
}

const KnownWay* SynSweep::State::way_to(const net::Address& ip) {
  auto found = ways.find(ip);
  if (found) return *found;
  if (!failure) failure = found.error().in("syn_sweep");
  return nullptr;
}

int SynSweep::State::tries(const net::Address& ip) const {
  const int wished = std::max(hosts.tries(ip), control.tries(ip));
  return std::min({wished, 1 + std::max(settings.retries, settings.lossy_retries), kTriesMost});
}

// Of a position met on this walk: ask it now?
bool SynSweep::State::wanted(std::uint64_t at) {
  const auto mark = marks.at(at);
  if (pass == 1) return mark == Mark::untried;
  if (mark != Mark::silent) return false;
  if (pass <= 1 + settings.retries) return true;
  const auto target = source.at(at);
  return target && pass <= tries(target->ip());
}

// Parked positions come before new ones; a full car park stops the walk until one leaves.
SynSweep::State::Next SynSweep::State::choose(std::uint64_t& chosen, SteadyTime& until) {
  if (const auto parked = parking.take(moment)) {
    chosen = *parked;
    return Next::parked;
  }
  if (position < source.size() && parking.size() < kParkedMost) {
    chosen = position++;
    return Next::position;
  }
  const auto next = parking.next();
  if (!next) return Next::none;
  until = *next;
  return Next::wait;
}

void SynSweep::State::put(std::uint64_t at, const targets::ApprovedTarget& target,
                          const KnownWay& way, std::uint16_t source_port) {
  const auto seq = syn_cookie(key, way.way.source, source_port, target.ip(), target.port());
  auto* out = batch.add(target.ip(), way.link, way.frame.size());
  way.frame.write(out, target.ip(), source_port, target.port(), seq);
  if (way.way.ethernet && !way.way.hop_known) {
    const auto mac = discovery.hop_to(target.ip(), way.way);
    QD_EXPECTS(mac.has_value());
    std::copy(mac->bytes.begin(), mac->bytes.end(), out);
  }
  last_sent = moment;
  times.note(at, source_port - settings.ports.first, last_sent);
  bump(count.sent);
}

void SynSweep::State::place(std::uint64_t at) {
  const auto target = source.at(at);
  if (!target || target->transport() != net::Transport::tcp) return forgo(at, nullptr);
  const auto& ip = target->ip();
  const auto* way = way_to(ip);
  if (way == nullptr) return;
  const bool lonely =
      way->way.ethernet && !way->way.hop_known && !discovery.hop_to(ip, way->way);
  if (!way->reachable || lonely) {
    // Nobody there to send to: silent without a packet, and nothing changes on a later pass.
    hosts.of(ip).unreachable = true;
    marks.set(at, Mark::silent);
    return;
  }
  if (control.limits()) {
    if (const auto later = control.earliest(ip, moment); later > moment) {
      return parking.park(ip, at, later);
    }
  }
  const auto permit = pacer.ask(*target);
  if (permit.leave == Leave::later) return parking.park(ip, at, permit.at);
  if (permit.leave == Leave::granted) {
    control.take(ip, moment);
    put(at, *target, *way, static_cast<std::uint16_t>(settings.ports.first + pass - 1));
    marks.set(at, Mark::silent);
    ++sent_in_pass;
    if (pass > 1) bump(count.retried);
  } else if (pass == 1) {
    forgo(at, &ip);
  }
  parking.again(ip, moment);
}

// Fills the batch; false: nothing more can be added before `until` (max: nothing more at all).
bool SynSweep::State::fill(SteadyTime& until) {
  until = SteadyTime::max();
  moment = pacer.now();
  for (int steps = 0; !batch.full() && !halted(); ++steps) {
    if (steps >= kStepsAtOnce) return true;
    std::uint64_t chosen = 0;
    const auto next = choose(chosen, until);
    const auto waiting = parking.size();
    if (next == Next::none || next == Next::wait) return false;
    // A parked position was found wanted when it was parked; an answer may have come since.
    if (next == Next::parked ? marks.at(chosen) != Mark::done : wanted(chosen)) {
      place(chosen);
    } else if (next == Next::parked) {
      if (const auto target = source.at(chosen)) parking.again(target->ip(), moment);
    }
    // Once the cap over all is used up nobody gets a permit: asking for every parked position would
    // cost thousands of questions for each packet.
    if (parking.size() > waiting && (until = pacer.ready_at()) > moment) return false;
  }
  return true;
}

Awaitable<void> SynSweep::State::rest(SteadyTime until) {
  const auto at_most = std::min(until, pacer.now() + kStopCheck);
  co_await event.wait_until(at_most);
}

Awaitable<void> SynSweep::State::send_batch() {
  while (!batch.flush(ways.links())) {
    if (auto well = ways.health(); !well && !failure) failure = well.error().in("syn_sweep");
    if (halted()) co_return;
    const auto until = pacer.now() + kQueueRest;
    co_await rest(until);
    take_answers();
  }
  pacer.left();
}

Awaitable<void> SynSweep::State::walk() {
  position = 0;
  sent_in_pass = 0;
  while (!halted()) {
    take_answers();
    moment = pacer.now();
    if (moment >= next_sample) sample(moment);
    SteadyTime until{};
    const bool more = fill(until);
    co_await send_batch();
    if (more) {
      auto executor_of = pacer.dialer().sockets().executor();
      co_await asio::post(executor_of, asio::use_awaitable);
      continue;
    }
    if (until == SteadyTime::max()) co_return;
    co_await rest(until);
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
  if (ethernet) {
    const auto frame = net::parse_ethernet(bytes);
    if (!frame) return;
    if (frame->type == net::kEtherArp) return discovery.on_arp(frame->payload);
    bytes = frame->payload;
  }
  const auto packet = net::parse_packet(bytes);
  if (!packet) return;
  if (const auto answer = read_answer(key, settings.ports, *packet)) return on_answer(*answer, at);
  if (const auto ip = discovery.on_packet(*packet, bytes)) {
    hosts.on_answer(*ip, 1, nanoseconds(-1));
  }
}

void SynSweep::State::on_answer(const SynAnswer& answer, SteadyTime at) {
  const auto place = source.position_of(answer.target, {net::Transport::tcp, answer.target_port});
  if (!place) return;
  const int port = answer.source_port - settings.ports.first;
  if (port >= kTryPorts) {
    const bool due = answer.kind == SynAnswer::Kind::open && sentinels.heard(*place, at);
    if (due) hosts.on_answer(answer.target, 1, nanoseconds(-1));
    return;
  }
  if (answer.kind == SynAnswer::Kind::unreachable) {
    hosts.of(answer.target).unreachable = true;
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
  bump(count.answered);
  auto& tally = tallies[net::block_of(answer.target).base];
  ++(port == 0 ? tally.first_try : tally.later);
  const bool open = answer.kind == SynAnswer::Kind::open;
  if (open) sentinels.learn(*place, answer.target);
  settle(*place, *target, open ? model::Verdict::open_synack : model::Verdict::closed, rtt,
         port + 1);
}

// Asks a sample of known-open ports again, and closes the one before.
void SynSweep::State::sample(SteadyTime now) {
  close_samples(now);
  const auto sent = count.sent.load(std::memory_order_relaxed) - sent_at_sample;
  const auto size = std::clamp<std::size_t>(sent / 100, kSamplesLeast, kSamplesMost);
  sent_at_sample = count.sent.load(std::memory_order_relaxed);
  sampled_at = now;
  next_sample = now + settings.sentinel_gap;
  const auto port = settings.ports.first + kTryPorts + sample_round++ % kSamplePorts;
  for (const auto at : sentinels.choose(size)) {
    if (batch.full()) break;
    const auto target = source.at(at);
    const auto* way = target ? way_to(target->ip()) : nullptr;
    if (way == nullptr || pacer.ask(*target).leave != Leave::granted) continue;
    put(at, *target, *way, static_cast<std::uint16_t>(port));
    sentinels.asked(at, target->ip(), now);
  }
}

void SynSweep::State::close_samples(SteadyTime now) {
  for (const auto& ended : sentinels.collect(now)) {
    control.add(ended.ip, 1, ended.lost ? 1 : 0);
    auto& tally = tallies[net::block_of(ended.ip).base];
    ++tally.sampled;
    tally.sample_heard += ended.lost ? 0 : 1;
  }
  const auto span = std::chrono::duration<double>(now - sampled_at).count();
  if (sampled_at == SteadyTime{} || span <= 0) return;
  const auto sent = count.sent.load(std::memory_order_relaxed) - sent_at_sample;
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
    if (!target) {
      forgo(at, nullptr);
      continue;
    }
    settle(at, *target, model::Verdict::filtered, nanoseconds(-1),
           std::min(pass, tries(target->ip())));
  }
}

// After a stop: whoever has a position without a verdict was not asked as planned.
void SynSweep::State::admit_unfinished() {
  for (std::uint64_t at = 0; at < source.size(); ++at) {
    const auto mark = marks.at(at);
    if (mark != Mark::untried && mark != Mark::silent) continue;
    if (const auto target = source.at(at)) unfinished.insert(target->ip());
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
    if (state.sent_in_pass == 0) break;
    const auto next_pass = state.last_sent + state.settings.pass_gap;
    co_await state.wait_answers(next_pass);
  } while (!state.halted() && state.pass < kTriesMost);
  const auto last = state.last_sent + state.settings.grace;
  co_await state.wait_answers(last);
  state.close_samples(state.pacer.now());
  if (state.halted()) {
    state.admit_unfinished();
  } else {
    state.settle_silent();
  }
  if (state.failure) co_return *state.failure;
  co_return state.pacer.dialer().breach();
}

model::HostOutcome SynSweep::outcome(const net::Address& ip) const {
  const auto& state = *state_;
  if (state.unfinished.contains(ip)) return model::HostOutcome::skipped;
  const auto* host = state.hosts.find(ip);
  if (host == nullptr) return model::HostOutcome::silent;
  if (host->answered) return model::HostOutcome::answered;
  return host->unreachable ? model::HostOutcome::unreachable : model::HostOutcome::silent;
}

std::vector<BlockReport> SynSweep::report() const {
  std::vector<BlockReport> all;
  for (const auto& [base, tally] : state_->tallies) {
    BlockReport report;
    report.block = net::block_of(base);
    report.first_try = tally.first_try;
    report.later = tally.later;
    report.answered = tally.first_try + tally.later;
    report.recaptured_of = tally.sampled;
    report.recaptured = tally.sample_heard;
    report.not_asked = tally.not_asked;
    estimate_missed(report);
    all.push_back(report);
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.block.base < b.block.base; });
  return all;
}

SweepProgress SynSweep::progress() const {
  const auto& count = state_->count;
  SweepProgress now;
  now.planned = state_->source.size();
  now.sent = count.sent;
  now.retried = count.retried;
  now.answered = count.answered;
  now.open = count.open;
  now.closed = count.closed;
  now.filtered = count.filtered;
  now.done = count.done;
  now.not_asked = count.not_asked;
  now.pass = count.pass;
  return now;
}

LinkCounters SynSweep::link_counters() const { return state_->ways.counters(); }

}  // namespace qingdan::probe
