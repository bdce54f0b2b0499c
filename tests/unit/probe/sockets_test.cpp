// sockets — the real network, on loopback only: outcomes, deadlines, FIN, descriptors.
#include "qingdan/probe/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <exception>
#include <optional>

#include "qingdan/base/handle.h"
#include "qingdan/probe/dialer.h"
#include "support/lib/scopes.h"

using namespace qingdan;
using namespace std::chrono_literals;
using probe::DatagramOutcome;
using probe::DialOutcome;
using probe::ReadOutcome;

namespace {

const auto kLoopback = net::parse_address("127.0.0.1").value();

// A socket of ours on a free port of loopback.
struct Server {
  explicit Server(int type) : fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    bound = ::bind(fd.get(), address, size) == 0;
    if (type == SOCK_STREAM) bound = bound && ::listen(fd.get(), 8) == 0;
    ::getsockname(fd.get(), address, &size);
    port = ntohs(at.sin_port);
  }
  [[nodiscard]] UniqueFd accept() const { return UniqueFd(::accept(fd.get(), nullptr, nullptr)); }
  UniqueFd fd;
  bool bound{false};
  std::uint16_t port{0};
};

struct Bench {
  targets::ApprovedTarget target(std::uint16_t port,
                                 net::Transport transport = net::Transport::tcp) {
    return scope.approve(kLoopback, transport, port).value();
  }
  Deadline in(std::chrono::milliseconds wait) const { return {clock.steady() + wait}; }
  template <class T>
  T await(Awaitable<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(context, std::move(task), [&](std::exception_ptr failed, T value) {
      if (!failed) result.emplace(std::move(value));
    });
    context.restart();
    while (!result) context.run_one();
    return std::move(result.value());
  }
  boost::asio::io_context context{1};
  SystemClock clock;
  targets::Scope scope{test::make_scope("127.0.0.0/8")};
  std::unique_ptr<probe::Sockets> sockets{probe::make_sockets(context.get_executor(), clock)};
};

Awaitable<bool> finish(probe::Stream& stream, Deadline by) {
  co_await stream.finish(by);
  co_return true;
}

}  // namespace

TEST_CASE("a connect to a listener is connected, to nobody refused", "[probe][sockets]") {
  Bench bench;
  std::uint16_t free_port = 0;
  {
    const Server gone(SOCK_STREAM);
    free_port = gone.port;
  }
  const Server server(SOCK_STREAM);
  REQUIRE(server.bound);
  auto open = bench.await(bench.sockets->connect(bench.target(server.port), bench.in(5s)));
  CHECK(open.outcome == DialOutcome::connected);
  CHECK(open.rtt > 0ns);
  REQUIRE(open.stream);
  const auto closed = bench.await(bench.sockets->connect(bench.target(free_port), bench.in(5s)));
  CHECK(closed.outcome == DialOutcome::refused);
  CHECK(closed.rtt > 0ns);
}

TEST_CASE("bytes go both ways; silence ends with the deadline; FIN is seen", "[probe][sockets]") {
  Bench bench;
  const Server server(SOCK_STREAM);
  auto open = bench.await(bench.sockets->connect(bench.target(server.port), bench.in(5s)));
  REQUIRE(open.stream);
  auto peer = server.accept();
  REQUIRE(peer);

  CHECK(bench.await(open.stream->write(to_bytes("ping"), bench.in(1s))));
  char heard[8] = {};
  CHECK(::recv(peer.get(), heard, sizeof heard, 0) == 4);
  CHECK(bench.await(open.stream->read(bench.in(20ms))).outcome == ReadOutcome::timeout);
  REQUIRE(::send(peer.get(), "pong", 4, 0) == 4);
  const auto read = bench.await(open.stream->read(bench.in(5s)));
  CHECK(read.outcome == ReadOutcome::bytes);
  CHECK(as_text(read.bytes) == "pong");
  // The peer hears FIN, not RST, though words of its own are still under way.
  REQUIRE(::send(peer.get(), "late", 4, 0) == 4);
  ::shutdown(peer.get(), SHUT_WR);
  CHECK(bench.await(finish(*open.stream, bench.in(1s))));
  CHECK(::recv(peer.get(), heard, sizeof heard, 0) == 0);
}

TEST_CASE("a reset by the peer is told from its FIN", "[probe][sockets]") {
  Bench bench;
  const Server server(SOCK_STREAM);
  auto open = bench.await(bench.sockets->connect(bench.target(server.port), bench.in(5s)));
  auto peer = server.accept();
  const linger hard{1, 0};
  ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  peer.reset();
  CHECK(bench.await(open.stream->read(bench.in(5s))).outcome == ReadOutcome::reset);
  auto second = bench.await(bench.sockets->connect(bench.target(server.port), bench.in(5s)));
  server.accept().reset();
  CHECK(bench.await(second.stream->read(bench.in(5s))).outcome == ReadOutcome::closed);
}

namespace {
Awaitable<probe::Datagram> ask(probe::DatagramSocket& socket, std::string text, Deadline by) {
  const auto sent = socket.send(as_bytes(text));
  probe::Datagram heard;
  heard.outcome = sent;
  if (sent == DatagramOutcome::bytes) heard = co_await socket.receive(by);
  co_return heard;
}
}  // namespace

TEST_CASE("UDP: a port unreachable is refused, silence a timeout", "[probe][sockets]") {
  Bench bench;
  std::uint16_t free_port = 0;
  {
    const Server gone(SOCK_DGRAM);
    free_port = gone.port;
  }
  const Server server(SOCK_DGRAM);
  const auto refused = bench.sockets->open_udp(bench.target(free_port, net::Transport::udp),
                                               probe::AnswersFrom::asked_port);
  REQUIRE(refused);
  CHECK(bench.await(ask(*refused, "x", bench.in(5s))).outcome == DatagramOutcome::refused);
  const auto silent = bench.sockets->open_udp(bench.target(server.port, net::Transport::udp),
                                              probe::AnswersFrom::asked_port);
  CHECK(bench.await(ask(*silent, "x", bench.in(20ms))).outcome == DatagramOutcome::timeout);
  char heard[4] = {};
  sockaddr_in from{};
  socklen_t size = sizeof from;
  auto* address = reinterpret_cast<sockaddr*>(&from);
  REQUIRE(::recvfrom(server.fd.get(), heard, sizeof heard, 0, address, &size) == 1);
  REQUIRE(::sendto(server.fd.get(), "y", 1, 0, address, size) == 1);
  const auto reply = bench.await(silent->receive(bench.in(5s)));
  CHECK(reply.outcome == DatagramOutcome::bytes);
  CHECK(as_text(reply.bytes) == "y");
}

namespace {
// `text` to whoever asked `server`, from another socket bound to `ip`.
bool answer_from(const char* ip, std::string_view text, const Server& server, sockaddr_in& asker) {
  char heard[4] = {};
  socklen_t size = sizeof asker;
  const auto got = ::recvfrom(server.fd.get(), heard, sizeof heard, MSG_DONTWAIT,
                              reinterpret_cast<sockaddr*>(&asker), &size);
  if (got < 0 && asker.sin_port == 0) return false;
  const UniqueFd other(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  ::inet_pton(AF_INET, ip, &at.sin_addr);
  return ::bind(other.get(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 &&
         ::sendto(other.get(), text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&asker),
                  sizeof asker) == static_cast<ssize_t>(text.size());
}
}  // namespace

TEST_CASE("UDP: an answer may come from any port of the target, and from no other address",
          "[probe][sockets]") {
  Bench bench;
  const Server server(SOCK_DGRAM);
  const auto target = bench.target(server.port, net::Transport::udp);
  const auto any = bench.sockets->open_udp(target, probe::AnswersFrom::any_port);
  REQUIRE(any);
  REQUIRE(any->send(as_bytes("x")) == DatagramOutcome::bytes);
  sockaddr_in asker{};
  REQUIRE(answer_from("127.0.0.2", "foreign", server, asker));
  REQUIRE(answer_from("127.0.0.1", "ours", server, asker));
  const auto reply = bench.await(any->receive(bench.in(5s)));
  CHECK(reply.outcome == DatagramOutcome::bytes);
  CHECK(as_text(reply.bytes) == "ours");
  CHECK(bench.await(any->receive(bench.in(20ms))).outcome == DatagramOutcome::timeout);

  const auto strict = bench.sockets->open_udp(target, probe::AnswersFrom::asked_port);
  REQUIRE(strict->send(as_bytes("x")) == DatagramOutcome::bytes);
  sockaddr_in strict_asker{};
  REQUIRE(answer_from("127.0.0.1", "other port", server, strict_asker));
  CHECK(bench.await(strict->receive(bench.in(50ms))).outcome == DatagramOutcome::timeout);
}

TEST_CASE("UDP: who listens to any port is told of a port unreachable all the same",
          "[probe][sockets]") {
  Bench bench;
  std::uint16_t free_port = 0;
  {
    const Server gone(SOCK_DGRAM);
    free_port = gone.port;
  }
  const auto refused = bench.sockets->open_udp(bench.target(free_port, net::Transport::udp),
                                               probe::AnswersFrom::any_port);
  REQUIRE(refused);
  CHECK(bench.await(ask(*refused, "x", bench.in(5s))).outcome == DatagramOutcome::refused);
}

TEST_CASE("an abort ends a wait long before its deadline", "[probe][sockets]") {
  Bench bench;
  const Server server(SOCK_STREAM);
  auto open = bench.await(bench.sockets->connect(bench.target(server.port), bench.in(5s)));
  struct Breaker final : probe::Waiter {
    explicit Breaker(probe::Sockets& of) : sockets(of) {}
    void on_alarm() override { sockets.alarms().fire(SteadyTime::max()); }
    probe::Sockets& sockets;
  } breaker(*bench.sockets);
  bench.sockets->alarms().set(bench.clock.steady() + 10ms, breaker);
  const auto read = bench.await(open.stream->read(bench.in(std::chrono::hours(1))));
  CHECK(read.outcome == ReadOutcome::aborted);
}

TEST_CASE("there is room for connections, and less than the descriptors", "[probe][sockets]") {
  Bench bench;
  CHECK(bench.sockets->capacity() >= 1);
  CHECK(bench.sockets->capacity() <= 524'288);
}
