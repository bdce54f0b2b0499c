// loopback — a few real ports on 127.66.240.0/24 for what makes its own sockets. The kernel chooses
// free numbers; whoever comes is served one after the other, for a bounded time.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <utility>

#include "qingdan/base/handle.h"

namespace qingdan::app::test {

inline constexpr const char* kLoopbackHost = "127.66.240.1";

// Bound, so that nobody else listens there; refuses all until listened at.
class BoundPort {
 public:
  explicit BoundPort(const std::string& host = kLoopbackHost, std::uint16_t number = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    REQUIRE(::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1);
    address.sin_port = htons(number);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(socket_.get(), raw, sizeof address) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket_.get(), raw, &size) == 0);
    number_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::uint16_t number() const { return number_; }
  [[nodiscard]] int socket() const { return socket_.get(); }

 private:
  UniqueFd socket_;
  std::uint16_t number_{0};
};

// Says the same to everyone who connects, then listens until they go.
class Greeter {
 public:
  explicit Greeter(std::string greeting, const std::string& host = kLoopbackHost,
                   std::uint16_t number = 0)
      : port_(host, number), greeting_(std::move(greeting)), wake_(::eventfd(0, EFD_CLOEXEC)) {
    REQUIRE(::listen(port_.socket(), 16) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  Greeter(const Greeter&) = delete;
  Greeter& operator=(const Greeter&) = delete;
  ~Greeter() {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return port_.number(); }

 private:
  void serve() {
    pollfd waited[2] = {{port_.socket(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    for (int i = 0; i < 1000 && ::poll(waited, 2, 60'000) > 0 && waited[1].revents == 0; ++i) {
      greet(UniqueFd(::accept4(port_.socket(), nullptr, nullptr, SOCK_CLOEXEC)));
    }
  }
  void greet(const UniqueFd& peer) const {
    if (!peer) return;
    (void)!::send(peer.get(), greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
    ::shutdown(peer.get(), SHUT_WR);
    pollfd waited{peer.get(), POLLIN, 0};
    char heard[1024];
    for (int i = 0; i < 100 && ::poll(&waited, 1, 2000) > 0; ++i) {
      if (::recv(peer.get(), heard, sizeof heard, 0) <= 0) return;
    }
  }

  BoundPort port_;
  std::string greeting_;
  UniqueFd wake_;
  std::thread thread_;
};

}  // namespace qingdan::app::test
