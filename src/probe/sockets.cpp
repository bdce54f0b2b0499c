// sockets — the real network: Boost.Asio on one io_context. Connects by hand (socket, connect,
// wait for writability) because the outcome must keep errno apart: refused is an answer, no
// descriptor is our own trouble, unreachable is the network's.
#include "qingdan/probe/sockets.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace qingdan::probe {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kReadBytes = 16'384;
constexpr std::size_t kDrainBytes = 65'536;
// Descriptors left to databases, logs, the console and the resolver.
constexpr std::size_t kReserve = 128;

class AsioAlarms final : public Alarms {
 public:
  AsioAlarms(Executor executor, const Clock& clock) : timer_(std::move(executor)), clock_(clock) {}

 protected:
  void on_earlier(SteadyTime at) override { arm(at); }

 private:
  void arm(SteadyTime at) {
    timer_.expires_at(at);
    timer_.async_wait([this](error_code failed) {
      if (!failed) on_time();
    });
  }
  void on_time() {
    fire(clock_.steady());
    const auto earliest = next();
    // An alarm set while firing has armed the timer already, unless it is not the earliest.
    if (earliest) arm(*earliest);
  }

  asio::steady_timer timer_;
  const Clock& clock_;
};

asio::ip::address to_asio(const net::Address& ip) {
  if (ip.is_v4()) return asio::ip::address_v4(ip.v4_value());
  return asio::ip::address_v6(ip.v6_bytes());
}

DialOutcome dial_outcome(int error) {
  switch (error) {
    case 0:
      return DialOutcome::connected;
    // tcp(7): a RST in SYN-SENT is ECONNREFUSED; one after the handshake is ECONNRESET, or EPIPE
    // where a FIN came before it. The port is open, its peer just does not stay.
    case ECONNRESET:
    case EPIPE:
      return DialOutcome::connected;
    case ECONNREFUSED:
      return DialOutcome::refused;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EINVAL:
      return DialOutcome::unreachable;
    case EACCES:
    case EPERM:
      return DialOutcome::prohibited;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:  // no local port is left towards this endpoint
    case EADDRINUSE:
    case EAGAIN:
      return DialOutcome::exhausted;
    default:
      return DialOutcome::timeout;
  }
}

// A look without waiting.
bool is_ready(int descriptor, short events) {
  pollfd look{descriptor, events, 0};
  return ::poll(&look, 1, 0) > 0;
}

// Cancels what its socket waits for when the deadline comes; lives on the coroutine's frame.
template <class Socket>
class Guarded final : public Waiter {
 public:
  Guarded(Alarms& alarms, Socket& socket, Deadline by)
      : alarms_(alarms), socket_(socket), entry_(alarms.set(by.at, *this)) {}
  ~Guarded() override { done(); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  void on_alarm() override {
    pending_ = false;
    fired_ = true;
    error_code ignored;
    socket_.cancel(ignored);
  }
  void done() {
    if (pending_) alarms_.clear(entry_);
    pending_ = false;
  }
  [[nodiscard]] bool fired() const { return fired_; }

 private:
  Alarms& alarms_;
  Socket& socket_;
  Alarms::Entry entry_;
  bool pending_{true};
  bool fired_{false};
};

class AsioStream final : public Stream {
 public:
  AsioStream(asio::ip::tcp::socket socket, Alarms& alarms, const Clock& clock)
      : socket_(std::move(socket)), alarms_(alarms), clock_(clock) {}

  Awaitable<ReadResult> read(Deadline by) override {
    ReadResult result;
    result.bytes.resize(kReadBytes);
    while (true) {
      const auto got = ::recv(socket_.native_handle(), result.bytes.data(), kReadBytes, 0);
      const int error = errno;
      if (got >= 0 || (error != EAGAIN && error != EINTR)) {
        result.outcome = got > 0    ? ReadOutcome::bytes
                         : got == 0 ? ReadOutcome::closed
                                    : ReadOutcome::reset;
        result.bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        co_return result;
      }
      auto ready = co_await wait(asio::ip::tcp::socket::wait_read, by);
      if (ready) continue;
      result.bytes.clear();
      result.outcome = clock_.steady() >= by.at ? ReadOutcome::timeout : ReadOutcome::aborted;
      co_return result;
    }
  }

  Awaitable<bool> write(Bytes bytes, Deadline by) override {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto put =
          ::send(socket_.native_handle(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (put > 0) {
        sent += static_cast<std::size_t>(put);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN) co_return false;
      auto ready = co_await wait(asio::ip::tcp::socket::wait_write, by);
      if (!ready) co_return false;
    }
    co_return true;
  }

  Awaitable<void> finish(Deadline by) override {
    error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    std::size_t drained = 0;
    while (drained < kDrainBytes) {
      auto last = co_await read(by);
      if (last.outcome != ReadOutcome::bytes) break;
      drained += last.bytes.size();
    }
    socket_.close(ignored);
  }

 private:
  // False: the deadline came, or the wait was aborted.
  Awaitable<bool> wait(asio::ip::tcp::socket::wait_type what, Deadline by) {
    if (clock_.steady() >= by.at) co_return false;
    Guarded guard(alarms_, socket_, by);
    auto waited = co_await socket_.async_wait(what, kAwait);
    guard.done();
    const short events = what == asio::ip::tcp::socket::wait_read ? POLLIN : POLLOUT;
    if (guard.fired()) co_return is_ready(socket_.native_handle(), events);
    co_return !std::get<0>(waited);
  }

  asio::ip::tcp::socket socket_;
  Alarms& alarms_;
  const Clock& clock_;
};

class AsioDatagramSocket final : public DatagramSocket {
 public:
  AsioDatagramSocket(asio::ip::udp::socket socket, asio::ip::udp::endpoint peer, Alarms& alarms,
                     const Clock& clock)
      : socket_(std::move(socket)), peer_(std::move(peer)), alarms_(alarms), clock_(clock) {}

  // On a connected socket Linux takes the address given for the one it has (udp(7)).
  DatagramOutcome send(BytesView bytes) override {
    const auto put = ::sendto(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                              peer_.data(), static_cast<socklen_t>(peer_.size()));
    return put >= 0 ? DatagramOutcome::bytes : failed(errno);
  }

  Awaitable<Datagram> receive(Deadline by) override {
    Datagram result;
    result.bytes.resize(65'536);
    while (true) {
      asio::ip::udp::endpoint from;
      auto size = static_cast<socklen_t>(from.capacity());
      const auto got = ::recvfrom(socket_.native_handle(), result.bytes.data(), result.bytes.size(),
                                  0, from.data(), &size);
      const int error = errno;
      // Only a socket that answers any port hears other addresses; the deadline bounds their
      // chatter.
      if (got >= 0 && from.address() != peer_.address()) {
        if (clock_.steady() >= by.at) break;
        continue;
      }
      if (got >= 0) {
        result.outcome = DatagramOutcome::bytes;
        result.bytes.resize(static_cast<std::size_t>(got));
        co_return result;
      }
      if (error != EAGAIN && error != EINTR) {
        result.bytes.clear();
        result.outcome = failed(error);
        co_return result;
      }
      if (clock_.steady() >= by.at) break;
      Guarded guard(alarms_, socket_, by);
      co_await socket_.async_wait(asio::ip::udp::socket::wait_read, kAwait);
      guard.done();
      if (guard.fired() && !is_ready(socket_.native_handle(), POLLIN)) break;
    }
    result.bytes.clear();
    result.outcome = clock_.steady() >= by.at ? DatagramOutcome::timeout : DatagramOutcome::aborted;
    co_return result;
  }

 private:
  static DatagramOutcome failed(int error) {
    switch (error) {
      case ECONNREFUSED:
        return DatagramOutcome::refused;
      case ENOBUFS:
      case ENOMEM:
      case EMFILE:
      case EAGAIN:
        return DatagramOutcome::exhausted;
      default:
        return DatagramOutcome::unreachable;
    }
  }

  asio::ip::udp::socket socket_;
  asio::ip::udp::endpoint peer_;
  Alarms& alarms_;
  const Clock& clock_;
};

// ip(7): without IP_RECVERR an unconnected socket is not told of a port unreachable.
void ask_for_errors(asio::ip::udp::socket& socket, bool v6) {
  const int on = 1;
  ::setsockopt(socket.native_handle(), v6 ? IPPROTO_IPV6 : IPPROTO_IP,
               v6 ? IPV6_RECVERR : IP_RECVERR, &on, sizeof on);
}

template <class Socket, class Protocol>
error_code open_quietly(Socket& socket, Protocol protocol) {
  error_code failed;
  socket.open(protocol, failed);
  if (!failed) socket.native_non_blocking(true, failed);
  return failed;
}

class AsioSockets final : public Sockets {
 public:
  AsioSockets(Executor executor, const Clock& clock, std::size_t capacity)
      : executor_(executor), clock_(clock), alarms_(executor, clock), capacity_(capacity) {}

  Executor executor() override { return executor_; }
  const Clock& clock() const override { return clock_; }
  Alarms& alarms() override { return alarms_; }
  std::size_t capacity() const override { return capacity_; }

  Awaitable<Connected> connect(targets::ApprovedTarget target, Deadline by) override {
    Connected result;
    const asio::ip::tcp::endpoint peer(to_asio(target.ip()), target.port());
    asio::ip::tcp::socket socket(executor_);
    error_code failed = open_quietly(socket, peer.protocol());
    if (!failed) socket.set_option(asio::ip::tcp::no_delay(true), failed);
    if (!failed && receive_window_ != 0) {
      socket.set_option(asio::socket_base::receive_buffer_size(receive_window_), failed);
    }
    if (failed) {
      result.outcome = DialOutcome::exhausted;
      co_return result;
    }
    const auto begun = clock_.steady();
    int error =
        ::connect(socket.native_handle(), peer.data(), static_cast<socklen_t>(peer.size())) == 0
            ? 0
            : errno;
    if (error == EINPROGRESS) {
      Guarded guard(alarms_, socket, by);
      co_await socket.async_wait(asio::ip::tcp::socket::wait_write, kAwait);
      guard.done();
      // If it was us who stalled, the answer lies there all the same: late answers count.
      if (guard.fired() && !is_ready(socket.native_handle(), POLLOUT)) {
        result.outcome = clock_.steady() >= by.at ? DialOutcome::timeout : DialOutcome::aborted;
        co_return result;
      }
      error = pending_error(socket);
    }
    result.outcome = dial_outcome(error);
    if (result.outcome == DialOutcome::connected || result.outcome == DialOutcome::refused) {
      result.rtt = clock_.steady() - begun;
    }
    if (result.outcome == DialOutcome::connected && !is_self(socket)) {
      result.stream = std::make_unique<AsioStream>(std::move(socket), alarms_, clock_);
    } else if (result.outcome == DialOutcome::connected) {
      result.outcome = DialOutcome::refused;
    }
    co_return result;
  }

  void limit_receive_window(int bytes) override { receive_window_ = bytes; }

  // Connecting a datagram socket asks the routing table and sends nothing (RFC 1122 §4.1.3.5 and
  // connect(2)); port 9 is as good as any.
  std::optional<net::Address> source_of(const net::Address& ip) override {
    const asio::ip::udp::endpoint peer(to_asio(ip), 9);
    asio::ip::udp::socket socket(executor_);
    error_code failed = open_quietly(socket, peer.protocol());
    if (!failed) socket.connect(peer, failed);
    if (failed) return std::nullopt;
    const auto ours = socket.local_endpoint(failed).address();
    if (failed) return std::nullopt;
    return ours.is_v4() ? net::Address::v4(ours.to_v4().to_uint())
                        : net::Address::v6(ours.to_v6().to_bytes());
  }

  std::unique_ptr<DatagramSocket> open_udp(const targets::ApprovedTarget& target,
                                           AnswersFrom from) override {
    const asio::ip::udp::endpoint peer(to_asio(target.ip()), target.port());
    asio::ip::udp::socket socket(executor_);
    error_code failed = open_quietly(socket, peer.protocol());
    if (!failed && from == AnswersFrom::asked_port) socket.connect(peer, failed);
    if (failed) return nullptr;
    if (from == AnswersFrom::any_port) ask_for_errors(socket, target.ip().is_v6());
    return std::make_unique<AsioDatagramSocket>(std::move(socket), peer, alarms_, clock_);
  }

 private:
  static int pending_error(asio::ip::tcp::socket& socket) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
      return errno;
    }
    return error;
  }
  // On one's own addresses a connect to a closed port of the ephemeral range may pick that very
  // port as source and connect to itself (simultaneous open, RFC 9293 §3.5).
  static bool is_self(asio::ip::tcp::socket& socket) {
    error_code failed;
    const auto ours = socket.local_endpoint(failed);
    if (failed) return false;
    const auto theirs = socket.remote_endpoint(failed);
    return !failed && ours == theirs;
  }

  Executor executor_;
  int receive_window_{0};  // bytes; 0 = the kernel decides
  const Clock& clock_;
  AsioAlarms alarms_;
  std::size_t capacity_;
};

std::size_t lift_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  if (limit.rlim_cur < limit.rlim_max) {
    rlimit lifted = limit;
    lifted.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &lifted) == 0) limit = lifted;
  }
  // Half a million is plenty where the hard limit is "none".
  const auto held = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, 524'288));
  return held > 2 * kReserve ? held - kReserve : std::max<std::size_t>(held / 2, 1);
}

}  // namespace

std::unique_ptr<Sockets> make_sockets(Executor executor, const Clock& clock) {
  return std::make_unique<AsioSockets>(std::move(executor), clock, lift_descriptor_limit());
}

}  // namespace qingdan::probe
