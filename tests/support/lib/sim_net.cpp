// sim_net — see the header.
#include "support/lib/sim_net.h"

#include <algorithm>

#include "qingdan/base/contract.h"

namespace qingdan::test {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

namespace {

// ip_local_port_range of Linux.
constexpr std::uint16_t kFirstPort = 32'768;
constexpr std::uint64_t kPorts = 28'000;

net::Address parsed(std::string_view ip) { return net::parse_address(ip).value(); }

bool is_answer_to_connect(const SimPacket& packet) {
  if (packet.kind == SimKind::error) return true;
  return packet.kind == SimKind::tcp && (packet.flags & (net::kSyn | net::kRst)) != 0;
}

PortKind meaning_of(const SimPacket& packet) {
  if (packet.kind == SimKind::tcp) {
    return (packet.flags & net::kRst) != 0 ? PortKind::refused : PortKind::open;
  }
  if (packet.kind == SimKind::udp) return PortKind::open;
  const bool six = packet.source.is_v6();
  if (packet.icmp_code == (six ? 4 : 3)) return PortKind::refused;
  return packet.icmp_code == (six ? 1 : 13) ? PortKind::prohibited : PortKind::unreachable;
}

}  // namespace

class SimNet::Link final : public probe::RawLink {
 public:
  Link(SimNet& net, probe::Way way, std::uint16_t first, std::uint16_t last)
      : net_(net), way_(std::move(way)), first_(first), last_(last) {
    net_.links_.push_back(this);
  }
  ~Link() override { std::erase(net_.links_, this); }

  std::size_t send(std::span<const probe::Outgoing> frames) override {
    if (breached_) return 0;
    if (net_.link_traits_.refusals > 0) {
      --net_.link_traits_.refusals;
      ++counters_.send_retries;
      return 0;
    }
    const auto most = std::min(frames.size(), net_.link_traits_.per_call);
    for (std::size_t i = 0; i < most; ++i) {
      breached_ = !net_.send_frame(frames[i], way_.ethernet);
      if (breached_) return 0;
      ++counters_.sent;
    }
    return most;
  }

  std::size_t receive(const OnFrame& on_frame, std::size_t most) override {
    std::size_t given = 0;
    for (; given < most && !inbox_.empty(); ++given) {
      const auto frame = std::move(inbox_.front());
      inbox_.pop_front();
      on_frame(frame.bytes, way_.ethernet, frame.at);
    }
    return given;
  }
  void on_arrival(std::function<void()> wake) override { wake_ = std::move(wake); }
  probe::LinkCounters counters() const override { return counters_; }
  Result<void> health() const override {
    if (breached_) return Error{ErrorCode::refused, "a frame to outside the scope", {}};
    return {};
  }

  void hear(const SimPacket& packet, SteadyTime at) {
    const bool mine = packet.target_port >= first_ && packet.target_port <= last_;
    if (packet.kind == SimKind::udp || (packet.kind == SimKind::tcp && !mine)) return;
    if (inbox_.size() >= net_.link_traits_.inbox) {
      ++counters_.dropped;
      return;
    }
    ++counters_.received;
    inbox_.push_back({write_frame(packet, way_.ethernet, way_.own), at});
    if (wake_) wake_();
  }
  [[nodiscard]] const std::string& interface() const { return way_.interface; }

 private:
  struct Frame {
    Bytes bytes;
    SteadyTime at;
  };
  SimNet& net_;
  probe::Way way_;
  std::uint16_t first_, last_;
  std::deque<Frame> inbox_;
  std::function<void()> wake_;
  probe::LinkCounters counters_;
  bool breached_{false};
};

SimNet::SimNet(FakeNet& net, const targets::Scope& scope, std::uint64_t seed)
    : net_(net),
      scope_(scope),
      rng_(seed),
      out_(seed * 3 + 1),
      in_(seed * 3 + 2),
      own_four_(parsed("198.51.100.1")),
      own_six_(parsed("2001:db8:ffff::1")) {
  net_.set_world(this);
}

SimNet::~SimNet() {
  QD_EXPECTS(links_.empty());
  if (alarm_) net_.alarms().clear(*alarm_);
  net_.set_world(nullptr);
}

SimHost& SimNet::host(std::string_view ip) {
  net_.host(ip);
  return *living(parsed(ip));
}

SimHost* SimNet::living(const net::Address& ip) {
  const auto found = hosts_.find(ip);
  if (found != hosts_.end()) return &found->second;
  if (net_.find_host(ip) == nullptr) return nullptr;
  return &hosts_.emplace(ip, SimHost(ip)).first->second;
}

void SimNet::after(nanoseconds time, std::function<void()> act) {
  schedule(net_.clock().steady() + time, std::move(act));
}

// --- events ----------------------------------------------------------------------------------

void SimNet::schedule(SteadyTime at, Event event) {
  const bool earlier = events_.empty() || at < events_.begin()->first;
  events_.emplace(at, std::move(event));
  if (earlier) set_alarm();
}

void SimNet::set_alarm() {
  if (alarm_) net_.alarms().clear(*alarm_);
  alarm_.reset();
  if (!events_.empty()) alarm_ = net_.alarms().set(events_.begin()->first, *this);
}

void SimNet::on_alarm() {
  alarm_.reset();
  // The time is read anew: an event may stall the clock.
  while (!events_.empty() && events_.begin()->first <= net_.clock().steady()) {
    const auto due = events_.extract(events_.begin());
    due.mapped()();
  }
  set_alarm();
}

// --- the way of a packet -----------------------------------------------------------------------

std::vector<SimNet::Arrival> SimNet::carry(const SimPacket& packet, Origin origin) {
  const auto now = net_.clock().steady();
  const auto payload = packet.kind == SimKind::tcp || packet.kind == SimKind::udp
                           ? packet.payload.size()
                           : std::size_t{0};
  record_.note({now, packet.target, packet.kind, origin, packet.flags, packet.source_port,
                packet.target_port, packet.seq, static_cast<std::uint32_t>(payload)});
  std::vector<Arrival> arrivals;
  Copies copies;
  copies.count = 1;  // a neighbour is not at the end of a path
  if (packet.kind != SimKind::neighbour) copies = out_.carry(now);
  for (std::size_t i = 0; i < copies.count; ++i) {
    const auto at = now + copies.late[i];
    Replies replies;
    answer(packet, at, replies);
    bring_back({packet.source, packet.source_port, packet.target_port}, packet.target, at, replies,
               arrivals);
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  return arrivals;
}

void SimNet::answer(const SimPacket& packet, SteadyTime at, Replies& replies) {
  const auto* ports = net_.find_host(packet.target);
  for (const auto& actor : actors_) {
    if (actor->on_packet(packet, at, ports, replies)) return;
  }
  auto* host = living(packet.target);
  if (host == nullptr) return;
  host->hear(packet, at, *ports, replies);
  const auto jitter = static_cast<std::uint64_t>(host->traits.jitter.count());
  for (auto& reply : replies) {
    reply.after = ports->round_trip;
    if (jitter != 0) reply.after += nanoseconds(rng_.below(jitter));
  }
}

void SimNet::bring_back(const Flow& flow, const net::Address& ip, SteadyTime at, Replies& replies,
                        std::vector<Arrival>& arrivals) {
  for (auto& reply : replies) {
    if (reply.half_open) {
      schedule(at + reply.after + 1s, [this, ip, flow] { repeat_synack(ip, flow, 1); });
    }
    Copies copies;
    copies.count = 1;
    const auto sent = at + reply.after;
    if (reply.packet.kind != SimKind::neighbour) copies = in_.carry(sent);
    for (std::size_t i = 0; i < copies.count; ++i)
      arrivals.push_back({sent + copies.late[i], reply});
  }
}

void SimNet::repeat_synack(const net::Address& ip, const Flow& flow, int tries) {
  auto* host = living(ip);
  const auto* ports = net_.find_host(ip);
  Replies replies;
  if (host == nullptr || !host->repeat_synack(flow, tries, *ports, replies)) return;
  std::vector<Arrival> arrivals;
  bring_back(flow, ip, net_.clock().steady(), replies, arrivals);
  expect(std::move(arrivals));
  after(1s * (1 << tries), [this, ip, flow, tries] { repeat_synack(ip, flow, tries + 1); });
}

void SimNet::expect(std::vector<Arrival> arrivals) {
  for (auto& arrival : arrivals) {
    schedule(arrival.at, [this, packet = std::move(arrival.reply.packet)] { deliver(packet); });
  }
}

void SimNet::deliver(const SimPacket& packet) {
  ++delivered_;
  const auto now = net_.clock().steady();
  const auto links = links_;
  for (auto* link : links) {
    const auto way = links.size() > 1 ? find_way(packet.source) : Result<probe::Way>(probe::Way{});
    if (links.size() > 1 && (!way || way->interface != link->interface())) continue;
    link->hear(packet, now);
  }
  const bool stranger = packet.kind == SimKind::tcp && (packet.flags & net::kRst) == 0 &&
                        !socket_ports_.contains(packet.target_port);
  if (!stranger || !kernel_resets_) return;
  // RFC 9293 §3.10.7.1: the kernel knows nothing of what raw frames began.
  auto reset = answer_to(packet, SimKind::tcp);
  reset.flags = net::kRst;
  reset.seq = packet.ack;
  expect(carry(reset, Origin::kernel));
}

bool SimNet::send_frame(const probe::Outgoing& frame, bool ethernet) {
  const auto read = read_frame(frame.bytes, ethernet);
  const bool asks = read && read->packet.kind == SimKind::neighbour;
  const bool gateway = asks && std::any_of(ways_.begin(), ways_.end(), [&](const auto& way) {
                         return !way.on_link && way.next_hop == frame.ip;
                       });
  const bool mine = scope_.contains(frame.ip) || gateway;
  if (!mine || (read && read->packet.target != frame.ip)) {
    record_.note_outside(frame.ip);
    return false;
  }
  if (!read) {
    record_.note_malformed();
    return true;
  }
  const auto way = find_way(frame.ip);
  if (ethernet && way && !asks && read->to != (way->on_link ? mac_of(frame.ip) : way->hop)) {
    record_.note_malformed();  // for a machine that is not there
    return true;
  }
  expect(carry(read->packet, Origin::raw));
  return true;
}

Result<probe::Way> SimNet::find_way(const net::Address& ip) {
  for (const auto& way : ways_) {
    if (way.covers.range().contains(ip)) return way;
  }
  if (!ways_.empty()) return Error{ErrorCode::io, "no route to " + ip.to_string(), {}};
  probe::Way way;
  way.covers = {net::Address::from_number(0, ip.is_v6()), 0};
  way.interface = "sim0";
  way.interface_index = 1;
  way.source = own_address(ip.is_v6());
  way.hop_known = true;
  return way;
}

Result<std::unique_ptr<probe::RawLink>> SimNet::open_link(const probe::Way& way,
                                                          std::uint16_t first_port,
                                                          std::uint16_t last_port) {
  return std::unique_ptr<probe::RawLink>(std::make_unique<Link>(*this, way, first_port, last_port));
}

// --- sockets -----------------------------------------------------------------------------------

std::uint16_t SimNet::next_source_port() {
  return static_cast<std::uint16_t>(kFirstPort + sockets_++ % kPorts);
}

SimPacket SimNet::packet_of(const SocketFlow& flow, SimKind kind) const {
  SimPacket packet;
  packet.kind = kind;
  packet.source = own_address(flow.ip.is_v6());
  packet.target = flow.ip;
  packet.source_port = flow.source_port;
  packet.target_port = flow.port.port;
  return packet;
}

std::optional<SocketWorld::Answer> SimNet::send_syn(const SocketFlow& flow, int tries) {
  if (!scope_.contains(flow.ip)) record_.note_outside(flow.ip);
  socket_ports_.insert(flow.source_port);
  auto syn = packet_of(flow, SimKind::tcp);
  syn.flags = net::kSyn;
  syn.window = net::kSynWindow;
  syn.seq = flow.source_port * 2'654'435'761U;
  auto arrivals = carry(syn, tries == 0 ? Origin::stream : Origin::kernel);
  std::optional<Answer> first;
  for (const auto& arrival : arrivals) {
    if (!is_answer_to_connect(arrival.reply.packet)) continue;
    first = Answer{arrival.at, meaning_of(arrival.reply.packet), arrival.reply.peer, {}};
    break;
  }
  expect(std::move(arrivals));
  return first;
}

void SimNet::on_connected(const SocketFlow& flow) {
  auto* host = living(flow.ip);
  if (host == nullptr) return;
  host->complete({own_address(flow.ip.is_v6()), flow.source_port, flow.port.port});
}

void SimNet::on_closed(const SocketFlow& flow) {
  socket_ports_.erase(flow.source_port);
  auto* host = living(flow.ip);
  if (host == nullptr) return;
  host->release({own_address(flow.ip.is_v6()), flow.source_port, flow.port.port});
}

bool SimNet::send_bytes(const SocketFlow& flow, BytesView bytes) {
  record_.note({net_.clock().steady(), flow.ip, SimKind::tcp, Origin::data, net::kAck,
                flow.source_port, flow.port.port, 0, static_cast<std::uint32_t>(bytes.size())});
  auto* host = living(flow.ip);
  return host == nullptr || host->take_bytes();
}

std::vector<SocketWorld::Answer> SimNet::send_datagram(const SocketFlow& flow, BytesView bytes) {
  if (!scope_.contains(flow.ip)) record_.note_outside(flow.ip);
  auto packet = packet_of(flow, SimKind::udp);
  packet.payload.assign(bytes.begin(), bytes.end());
  auto arrivals = carry(packet, Origin::datagram);
  std::vector<Answer> answers;
  std::vector<Arrival> errors;
  for (auto& arrival : arrivals) {
    const bool error = arrival.reply.packet.kind == SimKind::error;
    answers.push_back({arrival.at,
                       meaning_of(arrival.reply.packet),
                       {},
                       error ? Bytes() : std::move(arrival.reply.packet.payload)});
    if (error) errors.push_back(std::move(arrival));
  }
  expect(std::move(errors));
  return answers;
}

}  // namespace qingdan::test
