// guard — see the header.
#include "qingdan/probe/guard.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

using std::chrono::milliseconds;

// Hosts that may serve as control; enough that one of them is not in trouble itself.
constexpr std::size_t kRecentHosts = 8;
// A silence is a surprise where the host's own habits give it less than this chance.
constexpr double kSurprise = 0.001;
// At 5 % loss each way one probe in ten is lost, three in a row one time in a thousand.
constexpr std::uint32_t kShortestStreak = 3;
// Questions without a control that answered tell nothing; asking faster would tell no more.
constexpr milliseconds kUncontrolledGap{5000};
// No network we are for answers later than that.
constexpr milliseconds kOverdue{2000};

// Is a silence of `streak` probes a surprise in a host that answered `answers` of `probes` others?
// One probe too many is taken, so that a new acquaintance is not judged by its first answer.
bool is_surprise(std::uint32_t streak, std::uint32_t answers, std::uint32_t probes) {
  if (streak < kShortestStreak) return false;
  const double share = std::min(1.0, answers / (static_cast<double>(probes) + 1));
  return std::pow(1 - share, streak) < kSurprise;
}

}  // namespace

// Text of static storage by number: there are a few dozen conversations.
std::uint8_t Guard::index_of(std::string_view what) {
  const auto found = std::find(whats_.begin(), whats_.end(), what);
  if (found != whats_.end()) return static_cast<std::uint8_t>(found - whats_.begin());
  QD_EXPECTS(whats_.size() < 255);
  whats_.push_back(what);
  return static_cast<std::uint8_t>(whats_.size() - 1);
}

void Guard::on_sent(const net::Address& ip, net::TransportPort port, std::string_view what,
                    SteadyTime now, bool half_open) {
  const auto found = hosts_.find(ip);
  // A host that never answered cannot fall silent.
  if (found == hosts_.end()) return;
  if (!begun_) begun_ = now;
  auto& host = found->second;
  const auto since = std::chrono::duration_cast<milliseconds>(now - *begun_).count();
  host.ring[host.sent++ % kKept] = {static_cast<std::uint32_t>(std::max<std::int64_t>(since, 0)),
                                    port.port, index_of(what),
                                    port.transport == net::Transport::udp};
  if (half_open) look_for_overdue(ip, host, now);
}

// The half-open sweep keeps no clock per probe: what left long enough ago, after the host's last
// word, is taken for silent. The ring is no help: at 40 packets a second it reaches back 0.4 s. So the
// count is written down in turns of kOverdue, and what the turn before had is overdue at the next.
// Hosts that answer less than two in five never come to notice here.
void Guard::look_for_overdue(const net::Address& ip, Host& host, SteadyTime now) {
  if (host.unheard++ == 0) {
    host.unheard_from = host.turn = now;
    host.turned = 1;
    return;
  }
  if (now - host.turn < kOverdue) return;
  const auto overdue = std::min<std::uint32_t>(host.turned, kKept);
  host.turn = now;
  host.turned = host.unheard;
  if (host.state != State::well || now < host.next_ask) return;
  const auto others = host.sent - std::min(host.sent, host.unheard);
  if (!is_surprise(overdue, host.answers, others)) return;
  host.silent_since = host.unheard_from;
  suspect(ip, host, host.unheard_from);
}

void Guard::note_heard(const net::Address& ip, SteadyTime now) {
  if (!recent_.empty() && recent_.back().ip == ip) {
    recent_.back().at = now;
    return;
  }
  std::erase_if(recent_, [&](const Heard& heard) { return heard.ip == ip; });
  recent_.push_back({ip, now});
  if (recent_.size() > kRecentHosts) recent_.erase(recent_.begin());
}

void Guard::settle_well(const net::Address& ip, Host& host) {
  if (host.state == State::suspect) suspects_.erase(ip);
  host.state = State::well;
  host.unanswered = 0;
}

void Guard::on_heard(const net::Address& ip, SteadyTime now) {
  auto& host = hosts_[ip];
  note_heard(ip, now);
  host.last_heard = now;
  host.unheard = 0;
  ++host.heard;
  host.silent += host.streak;
  host.streak = 0;
  if (host.state == State::stopped || host.state == State::well) return;
  settle_well(ip, host);
  host.next_ask = now + settings_.check_gap;
}

void Guard::on_answer(const net::Address& ip, net::TransportPort port, bool open, SteadyTime now) {
  on_heard(ip, now);
  if (port.transport != net::Transport::tcp) return;
  auto& host = hosts_[ip];
  ++host.answers;
  auto& sentinel = open ? host.open_port : host.refused_port;
  if (sentinel == 0) sentinel = port.port;
}

void Guard::suspect(const net::Address& ip, Host& host, SteadyTime since) {
  if (host.state != State::well || !sentinel_of(host)) return;
  host.state = State::suspect;
  host.suspected = since;
  host.next_ask = since;
  host.unanswered = 0;
  suspects_.insert(ip);
}

// Counts the silence; nullptr where it says nothing of the host.
Guard::Host* Guard::silent_host(const net::Address& ip, SteadyTime sent) {
  const auto found = hosts_.find(ip);
  if (found == hosts_.end()) return nullptr;
  auto& host = found->second;
  // It spoke after this probe had left: the probe was filtered or lost, the host lives.
  if (sent < host.last_heard) {
    ++host.silent;
    return nullptr;
  }
  if (host.streak++ == 0) host.silent_since = sent;
  return &host;
}

void Guard::on_silence(const net::Address& ip, SteadyTime sent) {
  auto* host = silent_host(ip, sent);
  if (host != nullptr && sent >= host->next_ask &&
      is_surprise(host->streak, host->heard, host->heard + host->silent)) {
    suspect(ip, *host, host->silent_since);
  }
}

void Guard::on_surprise(const net::Address& ip, SteadyTime sent) {
  auto* host = silent_host(ip, sent);
  if (host != nullptr) suspect(ip, *host, sent);
}

void Guard::on_quiet(const net::Address& ip, SteadyTime sent) {
  auto* host = silent_host(ip, sent);
  if (host != nullptr && sent >= host->next_ask) suspect(ip, *host, sent);
}

void Guard::keep_stopped(const net::Address& ip, bool counts) {
  auto& host = hosts_[ip];
  if (host.state == State::stopped) return;
  host.state = State::stopped;
  ++stopped_in_[net::block_of(ip).base];
  if (counts) ++stopped_;
}

Ruling Guard::ruling(const net::Address& ip) const {
  if (run_stopped_) return Ruling::run;
  if (stopped_in_.empty() && suspects_.empty()) return Ruling::free;
  const auto block = stopped_in_.find(net::block_of(ip).base);
  if (block != stopped_in_.end() && block->second >= settings_.block_hosts) return Ruling::block;
  const auto host = hosts_.find(ip);
  if (host == hosts_.end()) return Ruling::free;
  if (host->second.state == State::stopped) return Ruling::host;
  return host->second.state == State::suspect ? Ruling::hold : Ruling::free;
}

// A service may have shut us out alone while its host lives, so where both are known an open port
// and one that refused are asked in turn.
std::optional<net::TransportPort> Guard::sentinel_of(const Host& host) const {
  const bool refused = host.open_port == 0 || (host.refused_port != 0 && host.unanswered % 2 == 1);
  const auto port = refused ? host.refused_port : host.open_port;
  if (port == 0) return std::nullopt;
  return net::TransportPort{net::Transport::tcp, port};
}

bool Guard::others_heard(const net::Address& ip, SteadyTime since) const {
  return std::any_of(recent_.begin(), recent_.end(),
                     [&](const Heard& heard) { return heard.ip != ip && heard.at >= since; });
}

// The host that answered last, other than this one and not in trouble itself.
void Guard::add_control(const net::Address& ip, std::vector<SentinelCheck>& checks) const {
  for (auto heard = recent_.rbegin(); heard != recent_.rend(); ++heard) {
    const auto& host = hosts_.at(heard->ip);
    if (heard->ip == ip || host.state != State::well) continue;
    const auto port = sentinel_of(host);
    if (!port) continue;
    checks.push_back({heard->ip, *port, true});
    return;
  }
}

std::vector<SentinelCheck> Guard::take_checks(SteadyTime now) {
  std::vector<SentinelCheck> checks;
  for (const auto& ip : suspects_) {
    auto& host = hosts_.at(ip);
    if (host.asking || host.next_ask > now || ruling(ip) != Ruling::hold) continue;
    host.asking = true;
    checks.push_back({ip, *sentinel_of(host), false});
    // The first question nearly always ends it; from the second on the path is checked as well.
    if (host.unanswered > 0 || now - host.suspected > kUncontrolledGap) add_control(ip, checks);
  }
  return checks;
}

void Guard::on_check(const net::Address& ip, bool answered, SteadyTime asked, SteadyTime now) {
  auto& host = hosts_.at(ip);
  host.asking = false;
  if (host.state != State::suspect) return;
  if (answered) {  // or could not be asked: it would have been heard
    host.next_ask = now + settings_.ask_gap;
    return;
  }
  const bool alone = recent_.empty() || (recent_.size() == 1 && recent_.front().ip == ip);
  if (!alone && !others_heard(ip, asked)) {
    host.next_ask = now + kUncontrolledGap;
    if (now - host.suspected >= settings_.path_patience) give_up(ip, host, now, true);
    return;
  }
  host.next_ask = now + settings_.ask_gap;
  if (++host.unanswered >= settings_.asks) give_up(ip, host, now, false);
}

void Guard::give_up(const net::Address& ip, Host& host, SteadyTime now, bool path) {
  suspects_.erase(ip);
  if (!path && host.suspected - host.last_heard > settings_.attribution) {
    host.state = State::gone;
    return;
  }
  host.state = State::stopped;
  ++stopped_;
  const auto in_block = ++stopped_in_[net::block_of(ip).base];
  Trip trip;
  trip.ip = ip;
  trip.at = now;
  trip.last_heard = host.last_heard;
  trip.first_silent = host.silent_since;
  trip.sentinel = *sentinel_of(host);
  trip.probes = probes_of(host);
  trip.path = path;
  trip.stops_block = in_block == settings_.block_hosts;
  trip.stops_run = !run_stopped_ && (path || stopped_ >= settings_.run_hosts);
  run_stopped_ = run_stopped_ || trip.stops_run;
  trips_.push_back(std::move(trip));
}

std::vector<SentProbe> Guard::probes_of(const Host& host) const {
  std::vector<SentProbe> probes;
  const auto kept = std::min<std::size_t>(host.sent, kKept);
  for (std::size_t i = host.sent - kept; i < host.sent; ++i) {
    const auto& packed = host.ring[i % kKept];
    const auto transport = packed.udp ? net::Transport::udp : net::Transport::tcp;
    probes.push_back(
        {*begun_ + milliseconds(packed.ms), {transport, packed.port}, whats_[packed.what]});
  }
  return probes;
}

std::vector<Trip> Guard::take_trips() { return std::exchange(trips_, {}); }

}  // namespace qingdan::probe
