// syn_discovery — see the header.
#include "syn_discovery.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <numeric>
#include <utility>

namespace qingdan::probe {
namespace {

namespace asio = boost::asio;

// RFC 4861 §10 (RETRANS_TIMER, MAX_MULTICAST_SOLICIT); Linux asks by ARP as often.
constexpr int kNeighbourTries = 3;
constexpr std::chrono::milliseconds kNeighbourWait{1000};
constexpr std::chrono::milliseconds kQueueRest{1};
constexpr std::uint64_t kFramesAtOnce = 32;

// An address index far from the one before, each exactly once: neighbours share a block's budget,
// so walking in order would wait for one block while the others idle.
std::uint64_t stride_of(std::uint64_t count) {
  auto stride = static_cast<std::uint64_t>(static_cast<double>(count) * 0.618'033'988'7) | 1U;
  while (std::gcd(stride, count) != 1) ++stride;
  return stride;
}

}  // namespace

SynDiscovery::SynDiscovery(Pacer& pacer, SynWays& ways, Event& event)
    : pacer_(pacer), ways_(ways), event_(event) {}

std::optional<net::Mac> SynDiscovery::neighbour(const net::Address& ip) const {
  const auto found = neighbours_.find(ip);
  if (found == neighbours_.end()) return std::nullopt;
  return found->second;
}

// What an ICMP answer must bring back: 32 bits that only somebody who saw our question knows.
std::uint64_t SynDiscovery::mark_of(const net::Address& ip) const {
  const std::array<std::uint64_t, 2> words{static_cast<std::uint64_t>(ip.number() >> 64),
                                           static_cast<std::uint64_t>(ip.number())};
  return siphash24(key_, words.data(), sizeof words);
}

void SynDiscovery::on_arp(BytesView payload) {
  const auto reply = net::parse_arp_reply(payload);
  if (reply && pacer_.dialer().scope().contains(reply->ip)) neighbours_[reply->ip] = reply->mac;
}

std::optional<net::Address> SynDiscovery::on_packet(const net::Packet& packet, BytesView ip) {
  using Kind = net::Packet::Kind;
  if (packet.kind == Kind::icmp_other) {
    const auto reply = net::parse_neighbour_advertisement(ip);
    if (reply && pacer_.dialer().scope().contains(reply->ip)) neighbours_[reply->ip] = reply->mac;
    return std::nullopt;
  }
  if (packet.kind != Kind::echo_reply && packet.kind != Kind::timestamp_reply) return std::nullopt;
  const auto mark = mark_of(packet.source);
  const bool ours = packet.icmp_id == static_cast<std::uint16_t>(mark) &&
                    packet.icmp_sequence == static_cast<std::uint16_t>(mark >> 16);
  if (!ours || !pacer_.dialer().scope().contains(packet.source)) return std::nullopt;
  return packet.source;
}

Bytes SynDiscovery::frame(Question question, const Way& way, const net::Address& ip) const {
  if (question == Question::neighbour) {
    return ip.is_v4() ? net::build_arp_request(way.own, way.source, ip)
                      : net::build_neighbour_solicitation(way.own, way.source, ip);
  }
  const auto mark = mark_of(ip);
  const auto id = static_cast<std::uint16_t>(mark);
  const auto sequence = static_cast<std::uint16_t>(mark >> 16);
  constexpr std::int64_t kDayMs = 86'400'000;  // RFC 792: milliseconds since midnight UT
  const auto since_midnight = pacer_.dialer().clock().now().value % kDayMs;
  const bool timestamp = question == Question::second && ip.is_v4();
  const auto packet = timestamp ? net::build_timestamp(way.source, ip, id, sequence,
                                                       static_cast<std::uint32_t>(since_midnight))
                                : net::build_echo(way.source, ip, id, sequence);
  if (!way.ethernet) return packet;
  const auto hop = way.on_link ? neighbour(ip).value_or(net::Mac{}) : way.hop;
  return net::build_ethernet(hop, way.own, ip.is_v4() ? net::kEtherIpv4 : net::kEtherIpv6, packet);
}

// Waits for the permit; false: not now and not later on this round.
Awaitable<bool> SynDiscovery::permitted(net::Address ip, std::function<void()> take) {
  // The permit is the address'; ICMP and ARP have no ports, so any stands for it.
  const auto target = pacer_.dialer().scope().approve(ip, net::Transport::tcp, 1);
  if (!target) co_return false;
  while (true) {
    const auto permit = pacer_.ask(*target);
    if (permit.leave != Leave::later) co_return permit.leave == Leave::granted;
    const auto until = std::min(permit.at, pacer_.now() + kStopCheck);
    co_await event_.wait_until(until);
    take();
  }
}

Awaitable<bool> SynDiscovery::send(Bytes bytes, net::Address ip, std::size_t link,
                                   std::function<void()> take) {
  while (!pacer_.stopped() && ways_.health()) {
    const Outgoing one{bytes, ip};
    if (ways_.links()[link].link->send({&one, 1}) == 1) {
      ++sent_;
      co_return true;
    }
    const auto until = pacer_.now() + kQueueRest;
    co_await event_.wait_until(until);
    take();
  }
  co_return false;
}

Awaitable<Result<void>> SynDiscovery::round(Question question, Wanted wanted,
                                            std::function<void()> take) {
  const auto& scope = pacer_.dialer().scope();
  const auto count = scope.address_count();
  const auto stride = stride_of(count);
  std::uint64_t index = 0;
  for (std::uint64_t i = 0; i < count && !pacer_.stopped(); ++i) {
    index = static_cast<std::uint64_t>((static_cast<unsigned __int128>(index) + stride) % count);
    const auto ip = scope.address_at(index);
    if (!wanted(ip)) continue;
    auto way = ways_.find(ip);
    if (!way) co_return way.error().in("syn_discovery");
    const auto& known = **way;
    const bool on_link = known.way.on_link && known.way.ethernet;
    const bool asks_neighbour = question == Question::neighbour;
    if (!known.reachable || asks_neighbour != on_link) continue;
    auto permit = co_await permitted(ip, take);
    if (!permit) continue;
    auto bytes = frame(question, known.way, ip);
    const auto link = known.link;
    co_await send(std::move(bytes), ip, link, take);
    if (i % kFramesAtOnce != 0) continue;
    take();
    auto executor_of = pacer_.dialer().sockets().executor();
    co_await asio::post(executor_of, asio::use_awaitable);
  }
  take();
  if (auto well = ways_.health(); !well) co_return well.error().in("syn_discovery");
  co_return Result<void>{};
}

Awaitable<Result<void>> SynDiscovery::run(bool icmp, std::function<void()> take) {
  for (int attempt = 0; attempt < kNeighbourTries && !pacer_.stopped(); ++attempt) {
    const auto before = sent_;
    const Wanted unknown = [this](const net::Address& ip) { return !neighbours_.contains(ip); };
    auto asked = co_await round(Question::neighbour, unknown, take);
    if (!asked) co_return asked.error();
    if (sent_ == before) break;  // no address of the scope is on our own link, or all are known
    const auto until = pacer_.now() + kNeighbourWait;
    while (!pacer_.stopped() && pacer_.now() < until) {
      const auto slice = std::min(until, pacer_.now() + kStopCheck);
      co_await event_.wait_until(slice);
      take();
    }
  }
  if (!icmp) co_return Result<void>{};
  const Wanted everybody = [](const net::Address&) { return true; };
  auto asked = co_await round(Question::echo, everybody, take);
  co_return asked;
}

Awaitable<Result<void>> SynDiscovery::run_again(std::function<bool(const net::Address&)> heard,
                                                std::function<void()> take) {
  const Wanted silent = [&heard](const net::Address& ip) { return !heard(ip); };
  auto asked = co_await round(Question::second, silent, take);
  co_return asked;
}

}  // namespace qingdan::probe
