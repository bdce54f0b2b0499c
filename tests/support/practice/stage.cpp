// stage — see stage.h.
#include "stage.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "certificates.h"
#include "connection.h"
#include "player.h"
#include "players/http_pages.h"

namespace qingdan::practice {
namespace {

constexpr int kBacklog = 512;

sockaddr_in socket_address(const Place& place) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(place.port);
  inet_pton(AF_INET, place.ip.c_str(), &address.sin_addr);
  return address;
}

Error cannot(const std::string& what, const Place& place) {
  std::string text =
      "cannot " + what + " " + place.ip + " " + port_name(place) + ": " + strerror(errno);
  if (errno == EADDRINUSE)
    text += "; another program holds this port on all addresses: stop it, or use 'unshare -n'";
  if (errno == EACCES) text += "; run as root or set net.ipv4.ip_unprivileged_port_start=0";
  if (errno == EMFILE) text += "; raise 'ulimit -n'";
  return Error{ErrorCode::io, text, {}};
}

void drop_every_packet(const UniqueFd& socket) {
  sock_filter nothing = {BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog program{1, &nothing};
  setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

Result<UniqueFd> bound_socket(const Place& place, bool silent) {
  if (!is_practice_address(place.ip))
    return Error{ErrorCode::refused, place.ip + " is no practice address", {}};
  const bool tcp = place.transport == "tcp";
  UniqueFd socket(
      ::socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return cannot("open a socket for", place);
  const int yes = 1;
  if (tcp) setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (silent) drop_every_packet(socket);
  const auto address = socket_address(place);
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return cannot("bind", place);
  }
  if (tcp && listen(socket.get(), kBacklog) != 0) return cannot("listen on", place);
  return socket;
}

}  // namespace

struct Stage::Opening {
  explicit Opening(UniqueFd fd) : socket(std::move(fd)) {}
  virtual ~Opening() = default;
  std::string key;
  UniqueFd socket;
};

namespace {

class TcpOpening final : public Stage::Opening, public Loop::Handler {
 public:
  TcpOpening(Loop& loop, UniqueFd fd, ListenerSetting setting, TlsContext tls)
      : Opening(std::move(fd)), loop_(loop), tls_(std::move(tls)), setting_(std::move(setting)) {
    setting_.tls = tls_.get();
    watch_ = loop_.watch(socket, EPOLLIN, *this);
  }
  ~TcpOpening() override { loop_.forget(socket, watch_); }

  void on_ready(std::uint32_t) override {
    constexpr int kMostATurn = 64;
    for (int i = 0; i < kMostATurn; ++i) {
      UniqueFd accepted(accept4(socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (!accepted) return;
      setting_.host->on_accepted(*setting_.port, std::chrono::steady_clock::now());
      const auto id = ++last_;
      // The listener may be gone when the timer of a finished connection fires; then its
      // connections are too, and with them their timers — except this one, hence the weak guard.
      auto& slot = connections_[id];
      slot = std::make_unique<Connection>(loop_, std::move(accepted), setting_,
                                          [this, id, alive = std::weak_ptr<int>(alive_)] {
                                            if (!alive.expired()) connections_.erase(id);
                                          });
      slot->start();
    }
  }

 private:
  Loop& loop_;
  TlsContext tls_;
  ListenerSetting setting_;
  Loop::Id watch_ = 0;
  std::uint64_t last_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
};

class UdpOpening final : public Stage::Opening, public Loop::Handler {
 public:
  UdpOpening(Loop& loop, UniqueFd fd, DatagramPlayer player, PortLog& log)
      : Opening(std::move(fd)), loop_(loop), player_(std::move(player)), log_(log) {
    watch_ = loop_.watch(socket, EPOLLIN, *this);
  }
  ~UdpOpening() override { loop_.forget(socket, watch_); }

  void on_ready(std::uint32_t) override {
    std::array<std::uint8_t, 4096> buffer{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto count = recvfrom(socket.get(), buffer.data(), buffer.size(), 0,
                                reinterpret_cast<sockaddr*>(&from), &size);
    if (count < 0) return;
    const BytesView asked(buffer.data(), static_cast<std::size_t>(count));
    ++log_.datagrams;
    log_.payload_bytes += asked.size();
    note_request(log_, asked);
    const auto answer = player_(asked);
    if (answer.empty()) return;
    sendto(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&from), size);
  }

 private:
  Loop& loop_;
  DatagramPlayer player_;
  PortLog& log_;
  Loop::Id watch_ = 0;
};

}  // namespace

Stage::Stage(Loop& loop, const Network& network, Ledger& ledger)
    : loop_(loop), network_(network), ledger_(ledger) {}
Stage::~Stage() = default;

std::map<Place, Stage::Wanted> Stage::wanted_in(const std::vector<Service>& services,
                                                int epoch) const {
  std::map<Place, Wanted> wanted;
  for (const auto& service : services) {
    const bool silent = service.play == "silent";
    wanted[service.at] = {silent ? "silent" : service.settings.values().dump(), &service, silent};
  }
  static const Service kHold{{}, "hold", Settings({{"play", "hold"}}, "everything open")};
  const auto ports = places_of(network_.ports);
  const auto fill = [&](const std::string& ip, const std::vector<Place>& places,
                        const Wanted& how) {
    for (auto place : places) {
      place.ip = ip;
      wanted.try_emplace(place, how);
    }
  };
  for (const auto& host : network_.hosts) {
    const bool there = host.present.contains(epoch);
    if (!there || host.rest == Rest::silent) fill(host.ip, ports, {"silent", nullptr, true});
    if (!there || host.rest != Rest::accepts) continue;
    for (const auto& list : {ports, places_of(network_.also_accepts)}) {
      for (auto place : list) {
        place.ip = host.ip;
        if (place.transport == "tcp") wanted.try_emplace(place, Wanted{"hold", &kHold, false});
      }
    }
  }
  for (const auto& ip : network_.vacant) fill(ip, ports, {"silent", nullptr, true});
  return wanted;
}

Result<std::unique_ptr<Stage::Opening>> Stage::open(const Place& place, const Wanted& wanted) {
  auto socket = bound_socket(place, wanted.silent);
  if (!socket) return socket.error();
  if (wanted.silent) {
    auto silent = std::make_unique<Opening>(std::move(*socket));
    silent->key = wanted.key;
    return silent;
  }
  const auto& settings = wanted.service->settings;
  const auto* role = find_role(wanted.service->play);
  auto& host = ledger_.host(place.ip);
  auto& log = host.ports[port_name(place)];
  const bool tls = settings.flag("tls");
  const Seat seat{place.ip, place.port, tls};
  std::unique_ptr<Opening> opening;
  if (place.transport == "udp") {
    opening = std::make_unique<UdpOpening>(loop_, std::move(*socket),
                                           role->make_datagram(settings, seat), log);
  } else {
    TlsContext context;
    if (tls || settings.flag("offers_tls")) {
      const auto chain =
          make_chain(certificate_spec(settings, place.ip + " " + std::to_string(place.port)));
      context = make_tls_context(chain, settings);
    }
    ListenerSetting setting;
    setting.make_player = role->make(settings, seat);
    setting.tls_at_once = tls;
    setting.drip = std::chrono::milliseconds(settings.number("drip_ms"));
    if (tls && role->protocol == "http")
      setting.plain_on_tls = plain_on_tls_page(settings.text("server"));
    setting.host = &host;
    setting.port = &log;
    opening = std::make_unique<TcpOpening>(loop_, std::move(*socket), std::move(setting),
                                           std::move(context));
  }
  opening->key = wanted.key;
  return opening;
}

Result<void> Stage::play(int epoch) {
  std::vector<Service> services;
  for (const auto& host : network_.hosts) {
    for (auto& service : services_in(network_, host, epoch)) services.push_back(std::move(service));
  }
  const auto wanted = wanted_in(services, epoch);
  // All that ends must be closed before anything opens: a port may change its kind.
  std::erase_if(openings_, [&](const auto& item) {
    const auto found = wanted.find(item.first);
    return found == wanted.end() || found->second.key != item.second->key;
  });
  for (const auto& [place, how] : wanted) {
    if (openings_.contains(place)) continue;
    auto opened = open(place, how);
    if (!opened) return opened.error();
    openings_[place] = std::move(*opened);
  }
  epoch_ = epoch;
  return {};
}

}  // namespace qingdan::practice
