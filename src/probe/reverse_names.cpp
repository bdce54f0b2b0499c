// reverse_names — see the header.
#include "qingdan/probe/reverse_names.h"

#include <algorithm>
#include <chrono>

#include "cookie.h"
#include "qingdan/net/dns_wire.h"
#include "qingdan/net/mdns_wire.h"
#include "setting.h"

namespace qingdan::probe {
namespace {

using std::chrono_literals::operator""ms;

constexpr std::uint16_t kDnsPort = 53;  // RFC 1035 §4.2.1
// A server that asks others may take its time; RFC 1536 §1 warns of asking again too soon.
constexpr std::chrono::milliseconds kPatience[]{2000ms, 4000ms};
constexpr int kStrays = 4;  // datagrams that are no answer, in one wait

}  // namespace

std::vector<net::Address> ReverseNames::given_up() const {
  std::vector<net::Address> found;
  for (const auto& [ip, server] : servers_) {
    if (server.failures >= kGivenUpAfter) found.push_back(ip);
  }
  return found;
}

// In order of asking. False: stopped.
Awaitable<bool> ReverseNames::take_turn(Server& server) {
  if (server.busy < kAskedAtOnce) {
    ++server.busy;
    co_return true;
  }
  auto& sockets = pacer_.dialer().sockets();
  Event turn(sockets.executor(), sockets.alarms());
  server.waiting.push_back(&turn);
  // Whoever passes the turn takes us off the line first.
  const auto stands = [&] {
    return std::find(server.waiting.begin(), server.waiting.end(), &turn) != server.waiting.end();
  };
  while (stands()) {
    const auto until = pacer_.now() + kStopCheck;
    const bool woken = co_await turn.wait_until(until);
    if (!woken && pacer_.stopped() && stands()) {
      std::erase(server.waiting, &turn);
      co_return false;
    }
  }
  co_return true;
}

void ReverseNames::pass_turn(Server& server) {
  if (server.waiting.empty()) {
    --server.busy;
    return;
  }
  auto* next = server.waiting.front();
  server.waiting.pop_front();
  next->wake();
}

// The port of our side is new for each try, as RFC 5452 §9.2 asks; the id tells late answers.
// `left`: whether a question left.
Awaitable<std::optional<std::string>> ReverseNames::question(targets::ApprovedTarget server,
                                                             net::Address ip, bool& left) {
  const auto name = net::reverse_name(ip);
  auto setting = make_setting(server, name, false);  // so that each name has a cookie of its own
  for (const auto patience : kPatience) {
    ++setting.attempt;
    auto leave = co_await pacer_.admit(server, {"dns-ptr"});
    if (leave != Leave::granted) break;
    const auto id = static_cast<std::uint16_t>(cookie_of(setting) + setting.attempt);
    auto exchange = pacer_.dialer().open_udp(server);
    ++sent_;
    left = true;
    const auto asked =
        net::build_dns_query(name, net::kDnsTypePtr, net::kDnsClassIn, id, net::Recursion::desired);
    if (exchange.send(asked) != DatagramOutcome::bytes) break;
    const Deadline by{pacer_.now() + patience};
    for (int strays = 0; strays <= kStrays; ++strays) {
      auto got = co_await exchange.receive(by);
      if (got.outcome == DatagramOutcome::timeout) break;
      if (got.outcome != DatagramOutcome::bytes) co_return std::nullopt;
      const auto message = net::parse_dns_message(got.bytes);
      if (message && message->id == id) co_return net::pointer_of(*message, name);
    }
  }
  co_return std::nullopt;
}

Awaitable<std::optional<model::ReverseName>> ReverseNames::ask(std::string zone, net::Address ip) {
  const auto& scope = pacer_.dialer().scope();
  const auto* resolver = scope.resolver_of(zone);
  if (resolver == nullptr) co_return std::nullopt;
  const auto target = scope.approve(resolver->ip, net::Transport::udp, kDnsPort);
  auto& server = servers_[resolver->ip];
  if (!target) co_return std::nullopt;
  const bool turn = co_await take_turn(server);
  if (!turn) co_return std::nullopt;
  std::optional<std::string> told;
  const bool asks = server.failures < kGivenUpAfter && !pacer_.stopped();
  if (asks) {
    bool left = false;
    auto answer = co_await question(*target, ip, left);
    told = std::move(answer);
    // A window that closed, or a stop, is not the server's fault.
    if (left && !pacer_.stopped()) server.failures = told ? 0 : server.failures + 1;
  }
  pass_turn(server);
  if (!told) co_return std::nullopt;
  model::ReverseName found;
  found.zone = std::move(zone);
  found.ip = ip;
  found.name = std::move(*told);
  found.resolver = resolver->ip;
  found.at = pacer_.dialer().clock().now();
  co_return found;
}

}  // namespace qingdan::probe
