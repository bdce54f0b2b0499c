// desk — see desk.h.
#include "desk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "practice/player.h"
#include "practice/players/http_pages.h"

namespace qingdan::city {
namespace {

using namespace practice;

// A sweep of a /16 knocks on every open port within a second; what finds the queue full is lost.
constexpr int kBacklog = 65535;

[[noreturn]] void refuse(const std::string& what) {
  throw BadDescription("cannot " + what + ": " + strerror(errno));
}

UniqueFd bound(int type, std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) refuse("open a socket");
  const int yes = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (type == SOCK_DGRAM) {
    setsockopt(socket.get(), IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
  } else if (setsockopt(socket.get(), IPPROTO_IP, IP_TRANSPARENT, &yes, sizeof yes) != 0) {
    refuse("make a socket transparent");
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    refuse("bind port " + std::to_string(port));
  return socket;
}

// Not there where IPv6 is switched off: then nobody can ask for it either.
UniqueFd bound_six(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  const int yes = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
  setsockopt(socket.get(), IPPROTO_IPV6, IPV6_TRANSPARENT, &yes, sizeof yes);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket.get(), kBacklog) != 0)
    return {};
  return socket;
}

struct Asked {
  std::uint32_t ip;
  std::uint16_t port;
};

// Whom a connection was meant for; an IPv6 host by the IPv4 address that shares its last 16 bits.
std::optional<Asked> asked_of(const UniqueFd& accepted, std::uint32_t block) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(accepted.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) return {};
  if (name.ss_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &name, sizeof four);
    return Asked{ntohl(four.sin_addr.s_addr), ntohs(four.sin_port)};
  }
  sockaddr_in6 six{};
  std::memcpy(&six, &name, sizeof six);
  const auto* const bytes = six.sin6_addr.s6_addr;
  return Asked{block | std::uint32_t{bytes[14]} << 8 | bytes[15], ntohs(six.sin6_port)};
}

std::string text_of(std::uint32_t ip) {
  std::array<char, INET_ADDRSTRLEN> text{};
  const in_addr address{htonl(ip)};
  inet_ntop(AF_INET, &address, text.data(), text.size());
  return text.data();
}

}  // namespace

class Desk::Counter final : public Loop::Handler {
 public:
  Counter(Desk& desk, std::uint16_t port)
      : desk_(desk), port_(port), socket_(bound(SOCK_DGRAM, port)) {
    watch_ = desk_.loop_.watch(socket_, EPOLLIN, *this);
  }
  ~Counter() override { desk_.loop_.forget(socket_, watch_); }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  void on_ready(std::uint32_t) override {
    std::array<std::uint8_t, 4096> buffer{};
    alignas(cmsghdr) std::array<char, 128> control{};
    sockaddr_in from{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto count = recvmsg(socket_.get(), &message, 0);
    auto* const info = count < 0 ? nullptr : CMSG_FIRSTHDR(&message);
    if (info == nullptr || info->cmsg_type != IP_PKTINFO) return;
    in_pktinfo asked{};
    std::memcpy(&asked, CMSG_DATA(info), sizeof asked);
    const auto answer = answer_to(ntohl(asked.ipi_addr.s_addr),
                                  BytesView(buffer.data(), static_cast<std::size_t>(count)));
    if (answer.empty()) return;
    // The reply must come from the address that was asked, not from the one the route would choose.
    asked.ipi_spec_dst = asked.ipi_addr;
    asked.ipi_ifindex = 0;
    std::memcpy(CMSG_DATA(info), &asked, sizeof asked);
    part = {const_cast<std::uint8_t*>(answer.data()), answer.size()};
    sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  }

 private:
  Bytes answer_to(std::uint32_t ip, BytesView datagram) {
    const auto found = desk_.plan_.seats.find(seat_key(ip, port_, Transport::udp));
    if (found == desk_.plan_.seats.end()) return {};
    auto& log = desk_.ledger_.host(text_of(ip)).ports["udp/" + std::to_string(port_)];
    ++log.datagrams;
    log.payload_bytes += datagram.size();
    note_request(log, datagram);
    const auto& settings = found->second->settings;
    const auto* role = find_role(settings.text("play"));
    return role->make_datagram(settings, Seat{text_of(ip), port_, false})(datagram);
  }

  Desk& desk_;
  std::uint16_t port_;
  UniqueFd socket_;
  Loop::Id watch_ = 0;
};

class Desk::SixDoor final : public Loop::Handler {
 public:
  SixDoor(Desk& desk, UniqueFd socket) : desk_(desk), socket_(std::move(socket)) {
    watch_ = desk_.loop_.watch(socket_, EPOLLIN, *this);
  }
  ~SixDoor() override { desk_.loop_.forget(socket_, watch_); }
  SixDoor(const SixDoor&) = delete;
  SixDoor& operator=(const SixDoor&) = delete;
  void on_ready(std::uint32_t) override { desk_.take_guests(socket_); }

 private:
  Desk& desk_;
  UniqueFd socket_;
  Loop::Id watch_ = 0;
};

Desk::Desk(Loop& loop, const Plan& plan, Ledger& ledger, std::uint16_t port)
    : loop_(loop), plan_(plan), ledger_(ledger), socket_(bound(SOCK_STREAM, port)) {
  if (listen(socket_.get(), kBacklog) != 0) refuse("listen");
  watch_ = loop_.watch(socket_, EPOLLIN, *this);
  if (auto six = bound_six(port)) six_door_ = std::make_unique<SixDoor>(*this, std::move(six));
  // A certificate that cannot be made must be known before the first guest, not by him.
  for (const auto& [name, kind] : plan_.kinds)
    if (kind.settings.flag("tls") || kind.settings.flag("offers_tls")) tls_of(kind);
  for (const auto datagrams : plan_.datagram_ports)
    counters_.push_back(std::make_unique<Counter>(*this, datagrams));
}

Desk::~Desk() { loop_.forget(socket_, watch_); }

SSL_CTX* Desk::tls_of(const Kind& kind) {
  auto& context = contexts_[&kind];
  if (!context) {
    const auto chain = make_chain(certificate_spec(kind.settings, kind.name));
    context = make_tls_context(chain, kind.settings);
  }
  return context.get();
}

ListenerSetting* Desk::seat_of(std::uint32_t ip, std::uint16_t port) {
  const auto key = seat_key(ip, port, Transport::tcp);
  const auto known = seats_.find(key);
  if (known != seats_.end()) return known->second.get();
  const auto found = plan_.seats.find(key);
  if (found == plan_.seats.end()) return nullptr;
  const Kind& kind = *found->second;
  const auto* role = find_role(kind.settings.text("play"));
  const bool tls = kind.settings.flag("tls");
  auto seat = std::make_unique<ListenerSetting>();
  seat->make_player = role->make(kind.settings, Seat{text_of(ip), port, tls});
  if (tls || kind.settings.flag("offers_tls")) seat->tls = tls_of(kind);
  seat->tls_at_once = tls;
  seat->drip = std::chrono::milliseconds(kind.settings.number("drip_ms"));
  if (tls && role->protocol == "http")
    seat->plain_on_tls = plain_on_tls_page(kind.settings.text("server"));
  seat->host = &ledger_.host(text_of(ip));
  seat->port = &seat->host->ports["tcp/" + std::to_string(port)];
  return (seats_[key] = std::move(seat)).get();
}

void Desk::welcome(UniqueFd accepted, const ListenerSetting& setting) {
  setting.host->on_accepted(*setting.port, std::chrono::steady_clock::now());
  const auto id = ++last_;
  auto& slot = connections_[id];
  slot = std::make_unique<Connection>(loop_, std::move(accepted), setting,
                                      [this, id] { connections_.erase(id); });
  slot->start();
}

void Desk::on_ready(std::uint32_t) { take_guests(socket_); }

void Desk::take_guests(const UniqueFd& door) {
  constexpr int kMostATurn = 256;
  for (int i = 0; i < kMostATurn; ++i) {
    UniqueFd accepted(accept4(door.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted) return;
    const auto asked = asked_of(accepted, plan_.block);
    const auto* seat = asked ? seat_of(asked->ip, asked->port) : nullptr;
    if (seat != nullptr) welcome(std::move(accepted), *seat);
  }
}

}  // namespace qingdan::city
