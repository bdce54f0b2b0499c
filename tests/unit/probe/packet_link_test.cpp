// packet_link — the guard before the sender, what the sender says, the bell; SYNs over loopback.
// covers: probe/frame_sender probe/raw_network
#include "probe/packet_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>
#include <cstring>
#include <thread>

#include "support/lib/scopes.h"

using namespace qingdan;
using namespace std::chrono_literals;
using net::Address;
using probe::FrameSender;
using probe::Outgoing;
using probe::PacketLink;
using Outcome = FrameSender::Outcome;

namespace {

Address at(std::string_view text) { return net::parse_address(text).value(); }

Bytes syn(const Address& source, const Address& target, std::uint16_t port, std::uint32_t seq) {
  const net::SynFrame frame(source, false, {}, {});
  Bytes bytes(frame.size());
  frame.write(bytes.data(), target, 61'000, port, seq);
  return bytes;
}

// Takes `room` frames of each batch and then answers `then`.
class ScriptedSender final : public FrameSender {
 public:
  std::size_t room{kBatchMost};
  Outcome then{Outcome::later};
  std::vector<std::size_t> batches;

  Batch send(std::span<const Outgoing> frames) override {
    batches.push_back(frames.size());
    if (room == 0) return {0, then};
    return {std::min(room, frames.size()), Outcome::sent};
  }
};

struct Desk {
  boost::asio::io_context context{1};
  targets::Scope scope = test::make_scope("192.0.2.0/24");
  ScriptedSender* sender{nullptr};
  std::shared_ptr<probe::Bell> bell = std::make_shared<probe::Bell>(context.get_executor());
  std::unique_ptr<PacketLink> link;
  std::vector<Bytes> bytes;
  std::vector<Outgoing> frames;

  Desk() {
    auto owned = std::make_unique<ScriptedSender>();
    sender = owned.get();
    link = std::make_unique<PacketLink>(
        scope, false,
        PacketLink::Parts{std::move(owned), std::make_shared<probe::Gateways>(), bell, {}});
  }
  void add(std::size_t count, std::string_view text = "192.0.2.7") {
    for (std::size_t i = 0; i < count; ++i) {
      bytes.push_back(syn(at("192.0.2.1"), at(text), 443, 1));
    }
    frames.clear();
    for (const auto& one : bytes) frames.push_back({one, one.empty() ? Address{} : target(one)});
  }
  static Address target(const Bytes& packet) { return net::parse_packet(packet).value().target; }
};

}  // namespace

TEST_CASE("frames leave in batches") {
  Desk desk;
  desk.add(150);
  CHECK(desk.link->send(desk.frames) == 150);
  CHECK(desk.sender->batches == std::vector<std::size_t>{64, 64, 22});
  CHECK(desk.link->counters().sent == 150);
  CHECK(desk.link->health());
  CHECK(desk.link->send({}) == 0);
}

TEST_CASE("no room just now is told, a frame that never goes is passed over") {
  Desk desk;
  desk.add(3);
  desk.sender->room = 0;
  CHECK(desk.link->send(desk.frames) == 0);
  CHECK(desk.link->counters().send_retries == 1);
  desk.sender->then = Outcome::never;
  CHECK(desk.link->send(desk.frames) == 3);
  CHECK(desk.link->counters().send_failures == 3);
  CHECK(desk.link->counters().sent == 0);
  CHECK(desk.link->health());
  desk.sender->then = Outcome::no_link;
  CHECK(desk.link->send(desk.frames) == 0);
  REQUIRE_FALSE(desk.link->health());
  CHECK(desk.link->health().error().code == ErrorCode::io);
  desk.sender->room = 64;
  CHECK(desk.link->send(desk.frames) == 0);
}

TEST_CASE("L1: a batch with one frame outside the scope stays, and so does all after it") {
  Desk desk;
  desk.add(2);
  desk.add(1, "192.0.3.1");
  CHECK(desk.link->send(desk.frames) == 0);
  CHECK(desk.sender->batches.empty());
  CHECK(desk.link->health().error().code == ErrorCode::refused);
  CHECK(desk.link->send(std::span(desk.frames).first(1)) == 0);
  CHECK(desk.sender->batches.empty());
}

TEST_CASE("posted frames leave by the link's own thread, or beside it where that is full") {
  Desk desk;
  probe::SenderPair made{std::make_unique<ScriptedSender>(), std::make_unique<ScriptedSender>()};
  auto& beside = dynamic_cast<ScriptedSender&>(*made.owners);
  auto pair = std::make_shared<probe::SenderPair>(std::move(made));
  desk.link = std::make_unique<PacketLink>(
      desk.scope, false,
      PacketLink::Parts{std::make_unique<ScriptedSender>(), std::make_shared<probe::Gateways>(),
                        desk.bell,
                        [pair]() -> Result<probe::SenderPair> { return std::move(*pair); }});
  desk.add(1000);
  CHECK(desk.link->post(desk.frames) == 1000);
  for (int i = 0; i < 10'000 && !desk.link->idle(); ++i) std::this_thread::sleep_for(1ms);
  CHECK(desk.link->idle());
  CHECK(desk.link->counters().sent == 1000);
  std::size_t ours = 0;
  for (const auto size : beside.batches) ours += size;
  CHECK(ours < 1000);

  desk.add(1, "192.0.3.1");
  CHECK(desk.link->post(std::span(desk.frames).last(2)) == 0);
  CHECK(desk.link->health().error().code == ErrorCode::refused);
  CHECK(desk.link->post(std::span(desk.frames).first(1)) == 0);
  CHECK(desk.link->counters().sent == 1000);
}

TEST_CASE("what was posted to a link that has no room does not leave after a stop") {
  Desk desk;
  probe::SenderPair made{std::make_unique<ScriptedSender>(), std::make_unique<ScriptedSender>()};
  auto& lanes = dynamic_cast<ScriptedSender&>(*made.lanes);
  lanes.room = 0;
  auto pair = std::make_shared<probe::SenderPair>(std::move(made));
  desk.link = std::make_unique<PacketLink>(
      desk.scope, false,
      PacketLink::Parts{std::make_unique<ScriptedSender>(), std::make_shared<probe::Gateways>(),
                        desk.bell,
                        [pair]() -> Result<probe::SenderPair> { return std::move(*pair); }});
  desk.add(10);
  CHECK(desk.link->post(desk.frames) == 10);
  CHECK_FALSE(desk.link->idle());
  desk.link->abandon();
  CHECK(desk.link->idle());
  const auto retries = desk.link->counters().send_retries;
  std::this_thread::sleep_for(20ms);
  CHECK(desk.link->counters().send_retries <= retries + 1);
  CHECK(desk.link->counters().sent == 0);
}

TEST_CASE("without a thread of its own a link posts by sending") {
  Desk desk;
  desk.add(3);
  CHECK(desk.link->post(desk.frames) == 3);
  CHECK(desk.sender->batches == std::vector<std::size_t>{3});
  CHECK(desk.link->idle());
}

TEST_CASE("many arrivals ring once, and a bell without a listener is silent") {
  Desk desk;
  int rung = 0;
  desk.link->on_arrival([&] { ++rung; });
  for (int i = 0; i < 3; ++i) probe::Bell::ring(desk.bell);
  desk.context.run();
  CHECK(rung == 1);
  probe::Bell::ring(desk.bell);
  desk.context.restart();
  desk.context.run();
  CHECK(rung == 2);
  probe::Bell::ring(desk.bell);
  desk.link.reset();
  desk.context.restart();
  desk.context.run();
  CHECK(rung == 2);
}

TEST_CASE("what came before anybody listened rings at once") {
  Desk desk;
  desk.link->inbox().put(as_bytes("early"), SteadyTime{});
  int seen = 0;
  desk.link->on_arrival([&] {
    desk.link->receive(
        [&](BytesView frame, bool, SteadyTime) { seen += as_text(frame) == "early"; }, 10);
  });
  desk.context.run();
  CHECK(seen == 1);
  CHECK(desk.link->counters().received == 1);
}

namespace {

// A listening socket on an address of loopback; 0: the family is not there.
std::uint16_t listen_on(UniqueFd& socket, const Address& ip) {
  sockaddr_storage name{};
  socklen_t size = sizeof(sockaddr_in);
  if (ip.is_v4()) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(ip.v4_value());
    std::memcpy(&name, &four, sizeof four);
  } else {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    std::memcpy(&name, &six, sizeof six);
    size = sizeof six;
  }
  socket = UniqueFd(::socket(ip.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto* const generic = reinterpret_cast<sockaddr*>(&name);
  if (!socket || ::bind(socket.get(), generic, size) != 0 || ::listen(socket.get(), 4) != 0)
    return 0;
  ::getsockname(socket.get(), generic, &size);
  std::uint16_t port = 0;  // at the same place in both
  std::memcpy(&port, reinterpret_cast<const char*>(&name) + 2, sizeof port);
  return ntohs(port);
}

// Other programs of this machine may use loopback meanwhile: only answers of these ports count.
struct Heard {
  std::set<std::uint16_t> ports;
  std::vector<net::Packet> packets;  // without their views
};

void hear(boost::asio::io_context& context, probe::RawLink& link, Heard& heard,
          std::size_t wanted) {
  boost::asio::steady_timer deadline(context, 5s);
  deadline.async_wait([](auto) {});
  link.on_arrival([&] {
    link.receive(
        [&](BytesView frame, bool ethernet, SteadyTime) {
          REQUIRE_FALSE(ethernet);
          auto packet = net::parse_packet(frame);
          if (!packet || !heard.ports.contains(packet->source_port)) return;
          packet->options = packet->payload = {};
          heard.packets.push_back(*packet);
        },
        1000);
    if (heard.packets.size() >= wanted) deadline.cancel();
  });
  context.run();
  context.restart();
}

void probe_loopback(const Address& ip, const std::string& cidr) {
  const auto scope = test::make_scope(cidr);
  UniqueFd open, closed;
  const auto open_port = listen_on(open, ip);
  const auto closed_port = listen_on(closed, ip);
  if (open_port == 0 || closed_port == 0) {
    WARN("no listener on " << ip.to_string() << ": skipped");
    return;
  }
  closed.reset();
  const SystemClock clock;
  boost::asio::io_context context{1};
  auto network = probe::make_raw_network(context.get_executor(), clock, scope);
  const auto way = network->find_way(ip);
  REQUIRE(way);
  const auto link = network->open_link(*way, 61'000, 61'999);
  REQUIRE(link);
  const auto to_open = syn(way->source, ip, open_port, 1000);
  const auto to_closed = syn(way->source, ip, closed_port, 2000);
  const std::vector<Outgoing> frames{{to_open, ip}, {to_closed, ip}};
  CHECK((*link)->send(frames) == 2);

  Heard heard{{open_port, closed_port}, {}};
  hear(context, **link, heard, 2);
  REQUIRE(heard.packets.size() == 2);
  for (const auto& packet : heard.packets) {
    const bool is_open = packet.source_port == open_port;
    CHECK(packet.source == ip);
    CHECK(packet.target_port == 61'000);
    CHECK(packet.flags == (is_open ? net::kSyn | net::kAck : net::kRst | net::kAck));
    CHECK(packet.ack == (is_open ? 1001 : 2001));
  }
  CHECK((*link)->counters().received >= 2);
  CHECK((*link)->counters().dropped == 0);
  CHECK((*link)->health());
}

}  // namespace

TEST_CASE("SYNs over loopback are answered once each") {
  if (!probe::can_send_raw()) {
    WARN("no raw sockets here (CAP_NET_RAW): skipped");
    return;
  }
  SECTION("IPv4") { probe_loopback(at("127.0.0.1"), "127.0.0.0/8"); }
  SECTION("IPv6") { probe_loopback(at("::1"), "::1/128"); }
}
