// fake_net — see the header.
#include "support/lib/fake_net.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <deque>
#include <exception>

#include "qingdan/base/contract.h"

namespace qingdan::test {

namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

net::Address parsed(std::string_view ip) { return net::parse_address(ip).value(); }

// RFC 6298 §5: a lost SYN is repeated after 1 s, 3 s, 7 s.
constexpr std::array<nanoseconds, 4> kSyns{0s, 1s, 3s, 7s};

probe::DialOutcome outcome_of(PortKind kind) {
  switch (kind) {
    case PortKind::open:
      return probe::DialOutcome::connected;
    case PortKind::refused:
      return probe::DialOutcome::refused;
    case PortKind::unreachable:
      return probe::DialOutcome::unreachable;
    case PortKind::prohibited:
      return probe::DialOutcome::prohibited;
    case PortKind::silent:
      break;
  }
  return probe::DialOutcome::timeout;
}

}  // namespace

class FakeNet::Alarm final : public probe::Alarms {
 protected:
  void on_earlier(SteadyTime) override {}
};

// One connection: what the peer will have said, and when it arrives.
class FakeNet::Wire final : public probe::Stream {
 public:
  Wire(FakeNet& net, SocketFlow flow, const MakePeer& make, nanoseconds round_trip)
      : net_(net),
        flow_(flow),
        ip_(flow.ip),
        port_(flow.port),
        peer_(make ? make() : peers::silent()()),
        round_trip_(round_trip),
        event_(net.executor(), net.alarms()) {
    auto& open = net_.traffic_.open_at[ip_];
    auto& most = net_.traffic_.most_open_at[ip_];
    most = std::max(most, ++open);
    if (net_.world_ != nullptr) net_.world_->on_connected(flow_);
    schedule(peer_->on_open(), net_.clock_.steady());
  }
  ~Wire() override {
    if (net_.world_ != nullptr) net_.world_->on_closed(flow_);
    --net_.traffic_.open_at[ip_];
    --net_.traffic_.open;
    if (!finished_) ++net_.traffic_.dropped;
  }

  Awaitable<probe::ReadResult> read(Deadline by) override {
    probe::ReadResult result;
    while (true) {
      take_words();
      const auto now = net_.clock_.steady();
      const bool over = !inbox_.empty() && inbox_.front().at <= now;
      if (over) {
        auto arrived = std::move(inbox_.front());
        if (arrived.what != probe::ReadOutcome::bytes) {
          result.outcome = arrived.what;
          co_return result;
        }
        inbox_.pop_front();
        result.outcome = probe::ReadOutcome::bytes;
        result.bytes = std::move(arrived.bytes);
        co_return result;
      }
      const auto next = inbox_.empty() ? by.at : std::min(inbox_.front().at, by.at);
      if (now >= by.at) {
        result.outcome = probe::ReadOutcome::timeout;
        co_return result;
      }
      co_await event_.wait_until(next);
      if (net_.clock_.steady() < next) {
        result.outcome = probe::ReadOutcome::aborted;
        co_return result;
      }
    }
  }

  Awaitable<bool> write(Bytes bytes, Deadline) override {
    const bool gone = !inbox_.empty() && inbox_.back().what == probe::ReadOutcome::reset;
    if (gone) co_return false;
    auto& seen = net_.traffic_.payload[{ip_, port_}];
    seen.insert(seen.end(), bytes.begin(), bytes.end());
    gone_ = gone_ || (net_.world_ != nullptr && !net_.world_->send_bytes(flow_, bytes));
    if (!gone_) schedule(peer_->on_received(bytes), net_.clock_.steady() + round_trip_);
    co_return true;
  }

  Awaitable<void> finish(Deadline by) override {
    ++net_.traffic_.fins;
    finished_ = true;
    // An ordinary peer answers our FIN with its own after a round trip.
    const auto until = std::min(by.at, net_.clock_.steady() + round_trip_);
    co_await event_.wait_until(until);
  }

 private:
  struct Arrival {
    SteadyTime at;
    probe::ReadOutcome what;
    Bytes bytes;
  };

  void schedule(Turn turn, SteadyTime at) {
    if (closed_) return;
    if (!turn.send.empty()) push({at, probe::ReadOutcome::bytes, std::move(turn.send)});
    closed_ = turn.close || turn.reset;
    if (!closed_) return;
    push({at, turn.reset ? probe::ReadOutcome::reset : probe::ReadOutcome::closed, {}});
  }
  void push(Arrival arrival) {
    last_words_ = std::max(last_words_, arrival.at);
    arrival.at = last_words_;
    inbox_.push_back(std::move(arrival));
  }
  void take_words() {
    if (closed_ || gone_ || !inbox_.empty()) return;
    if (last_words_ == SteadyTime{}) last_words_ = net_.clock_.steady();
    auto words = peer_->next_words();
    if (!words) return;
    push({last_words_ + words->after, probe::ReadOutcome::bytes, std::move(words->bytes)});
  }

  FakeNet& net_;
  SocketFlow flow_;
  net::Address ip_;
  net::TransportPort port_;
  std::unique_ptr<Peer> peer_;
  nanoseconds round_trip_;
  probe::Event event_;
  std::deque<Arrival> inbox_;
  SteadyTime last_words_{};
  bool closed_{false};
  bool gone_{false};  // the host hangs: it takes and says nothing more
  bool finished_{false};
};

class FakeNet::DatagramWire final : public probe::DatagramSocket {
 public:
  DatagramWire(FakeNet& net, const targets::ApprovedTarget& target)
      : net_(net),
        ip_(target.ip()),
        port_{target.transport(), target.port()},
        event_(net.executor(), net.alarms()) {
    if (net.world_ != nullptr) source_port_ = net.world_->next_source_port();
  }
  ~DatagramWire() override { --net_.traffic_.open; }

  probe::DatagramOutcome send(BytesView bytes) override {
    net_.note(ip_, port_);
    auto& seen = net_.traffic_.payload[{ip_, port_}];
    seen.insert(seen.end(), bytes.begin(), bytes.end());
    if (net_.world_ != nullptr) {
      take_answers(net_.world_->send_datagram({ip_, port_, source_port_}, bytes));
      return probe::DatagramOutcome::bytes;
    }
    const auto port = net_.port_of(ip_, port_);
    const auto found = net_.hosts_.find(ip_);
    if (found == net_.hosts_.end() || net_.lost() || net_.lost()) {
      return probe::DatagramOutcome::bytes;
    }
    const auto at = net_.clock_.steady() + found->second.round_trip;
    if (port.kind == PortKind::refused) {
      inbox_.push_back({at, probe::DatagramOutcome::refused, {}});
    } else if (port.kind == PortKind::open && port.reply) {
      auto reply = port.reply(bytes);
      if (reply) inbox_.push_back({at, probe::DatagramOutcome::bytes, std::move(*reply)});
    }
    return probe::DatagramOutcome::bytes;
  }

  Awaitable<probe::Datagram> receive(Deadline by) override {
    probe::Datagram result;
    const auto next = inbox_.empty() ? by.at : std::min(by.at, inbox_.front().at);
    if (next > net_.clock_.steady()) co_await event_.wait_until(next);
    if (net_.clock_.steady() < next) {
      result.outcome = probe::DatagramOutcome::aborted;
    } else if (!inbox_.empty() && inbox_.front().at <= net_.clock_.steady()) {
      result.outcome = inbox_.front().what;
      result.bytes = std::move(inbox_.front().bytes);
      inbox_.pop_front();
    }
    co_return result;
  }

 private:
  struct Arrival {
    SteadyTime at;
    probe::DatagramOutcome what;
    Bytes bytes;
  };
  void take_answers(std::vector<SocketWorld::Answer> answers) {
    for (auto& answer : answers) {
      auto what = probe::DatagramOutcome::unreachable;
      if (answer.kind == PortKind::open) what = probe::DatagramOutcome::bytes;
      if (answer.kind == PortKind::refused) what = probe::DatagramOutcome::refused;
      inbox_.push_back({answer.at, what, std::move(answer.bytes)});
    }
    std::stable_sort(inbox_.begin(), inbox_.end(),
                     [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  }

  FakeNet& net_;
  net::Address ip_;
  net::TransportPort port_;
  std::uint16_t source_port_{0};
  probe::Event event_;
  std::deque<Arrival> inbox_;
};

FakeNet::FakeNet(std::uint64_t seed) : context_(1), alarms_(std::make_unique<Alarm>()), rng_(seed) {
  clock_.advance(1h);  // so that no time is the epoch, which stands for "never"
}

FakeNet::~FakeNet() = default;

probe::Alarms& FakeNet::alarms() { return *alarms_; }

FakeHost& FakeNet::host(std::string_view ip) { return hosts_[parsed(ip)]; }

const FakeHost* FakeNet::find_host(const net::Address& ip) const {
  const auto found = hosts_.find(ip);
  return found == hosts_.end() ? nullptr : &found->second;
}

void FakeNet::listen(std::string_view ip, std::uint16_t port, MakePeer peer) {
  host(ip).ports[{net::Transport::tcp, port}] = {PortKind::open, std::move(peer), {}};
}

void FakeNet::answer_udp(std::string_view ip, std::uint16_t port, UdpReply reply) {
  host(ip).ports[{net::Transport::udp, port}] = {PortKind::open, {}, std::move(reply)};
}

void FakeNet::spawn(Awaitable<void> task) {
  boost::asio::co_spawn(context_, std::move(task), [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  });
}

bool FakeNet::run(nanoseconds most) {
  const auto end = clock_.steady() + most;
  while (true) {
    context_.restart();
    while (context_.poll() != 0) {
    }
    const auto next = alarms_->next();
    if (!next) return true;
    if (*next > end) return false;
    if (*next > clock_.steady()) clock_.advance(*next - clock_.steady());
    alarms_->fire(clock_.steady());
  }
}

std::size_t FakeNet::attempts_at(std::string_view ip, std::uint16_t port) const {
  const auto address = parsed(ip);
  return static_cast<std::size_t>(std::count_if(
      traffic_.attempts.begin(), traffic_.attempts.end(),
      [&](const Attempt& one) { return one.ip == address && one.port.port == port; }));
}

std::string FakeNet::payload(std::string_view ip, std::uint16_t port,
                             net::Transport transport) const {
  const auto found = traffic_.payload.find({parsed(ip), {transport, port}});
  return found == traffic_.payload.end() ? "" : std::string(as_text(found->second));
}

FakePort FakeNet::port_of(const net::Address& ip, net::TransportPort port) const {
  const auto host = hosts_.find(ip);
  if (host == hosts_.end()) return {PortKind::silent, {}, {}};
  const auto found = host->second.ports.find(port);
  return found == host->second.ports.end() ? host->second.others : found->second;
}

bool FakeNet::lost() {
  constexpr std::uint64_t kParts = 1'000'000;
  return loss_ > 0 && rng_.below(kParts) < static_cast<std::uint64_t>(loss_ * kParts);
}

void FakeNet::note(const net::Address& ip, net::TransportPort port) {
  const Attempt attempt{ip, port, clock_.steady()};
  if (hook_) {
    hook_(attempt);
  } else {
    traffic_.attempts.push_back(attempt);
  }
}

std::optional<nanoseconds> FakeNet::answered_after(const net::Address& ip, nanoseconds patience) {
  const auto round_trip = hosts_.at(ip).round_trip;
  for (const auto sent : kSyns) {
    if (sent + round_trip > patience) break;
    const bool heard = !lost();
    const bool answered = !lost();
    if (heard && answered) return sent + round_trip;
  }
  return std::nullopt;
}

Awaitable<probe::Connected> FakeNet::connect(targets::ApprovedTarget target, Deadline by) {
  using probe::DialOutcome;
  probe::Connected result;
  if (traffic_.open >= descriptors_) {
    result.outcome = DialOutcome::exhausted;
    co_return result;
  }
  const net::TransportPort at{target.transport(), target.port()};
  note(target.ip(), at);
  ++traffic_.open;
  traffic_.most_open = std::max(traffic_.most_open, traffic_.open);
  if (world_ != nullptr) {
    result = co_await connect_in_world(target, by);
    if (!result.stream) --traffic_.open;
    co_return result;
  }
  const auto port = port_of(target.ip(), at);
  const auto begun = clock_.steady();
  std::optional<nanoseconds> after;
  if (port.kind != PortKind::silent) after = answered_after(target.ip(), by.at - begun);
  probe::Event event(executor(), *alarms_);
  const auto until = after ? begun + *after : by.at;
  co_await event.wait_until(until);
  if (clock_.steady() < until) {
    result.outcome = DialOutcome::aborted;
  } else if (!after) {
    result.outcome = DialOutcome::timeout;
  } else {
    result.outcome = outcome_of(port.kind);
    const bool tcp_said = port.kind == PortKind::open || port.kind == PortKind::refused;
    if (tcp_said) result.rtt = clock_.steady() - begun;
  }
  if (result.outcome == DialOutcome::connected) {
    result.stream = std::make_unique<Wire>(*this, SocketFlow{target.ip(), at, 0}, port.peer,
                                           hosts_.at(target.ip()).round_trip);
    co_return result;
  }
  --traffic_.open;
  co_return result;
}

Awaitable<probe::Connected> FakeNet::connect_in_world(targets::ApprovedTarget target, Deadline by) {
  const SocketFlow flow{
      target.ip(), {target.transport(), target.port()}, world_->next_source_port()};
  probe::Event event(executor(), *alarms_);
  probe::Connected result;
  const auto begun = clock_.steady();
  std::optional<SocketWorld::Answer> answer;
  for (std::size_t tries = 0;; ++tries) {
    if (tries < kSyns.size()) {
      auto heard = world_->send_syn(flow, static_cast<int>(tries));
      if (heard && (!answer || heard->at < answer->at)) answer = std::move(heard);
    }
    auto until = tries + 1 < kSyns.size() ? std::min(begun + kSyns[tries + 1], by.at) : by.at;
    if (answer) until = std::min(until, answer->at);
    co_await event.wait_until(until);
    const auto now = clock_.steady();
    if (now < until) {
      result.outcome = probe::DialOutcome::aborted;
      break;
    }
    if (answer && answer->at <= now) {
      result.outcome = outcome_of(answer->kind);
      break;
    }
    if (now >= by.at) break;
  }
  if (result.outcome == probe::DialOutcome::connected) {
    result.rtt = clock_.steady() - begun;
    result.stream = std::make_unique<Wire>(*this, flow, answer->peer, result.rtt);
    co_return result;
  }
  if (result.outcome == probe::DialOutcome::refused) result.rtt = clock_.steady() - begun;
  world_->on_closed(flow);
  co_return result;
}

std::unique_ptr<probe::DatagramSocket> FakeNet::open_udp(const targets::ApprovedTarget& target,
                                                         probe::AnswersFrom) {
  if (traffic_.open >= descriptors_) return nullptr;
  ++traffic_.open;
  traffic_.most_open = std::max(traffic_.most_open, traffic_.open);
  return std::make_unique<DatagramWire>(*this, target);
}

}  // namespace qingdan::test
