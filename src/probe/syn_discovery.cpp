// syn_discovery — see the header.
#include "syn_discovery.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <numeric>
#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kQueueRest{1};
constexpr std::size_t kFramesAtOnce = 32;
// Addresses passed over between two looks at the arrivals, where nothing is to be sent.
constexpr std::uint64_t kStepsAtOnce = 4096;

// An address index far from the one before, each exactly once: neighbours share a block's budget,
// so walking in order would wait for one block while the others idle.
std::uint64_t stride_of(std::uint64_t count) {
  auto stride = static_cast<std::uint64_t>(static_cast<double>(count) * 0.618'033'988'7) | 1U;
  while (std::gcd(stride, count) != 1) ++stride;
  return stride;
}

}  // namespace

SynDiscovery::SynDiscovery(Pacer& pacer, SynWays& ways, Event& event, const Key128& key)
    : pacer_(pacer), ways_(ways), event_(event), key_(key) {}

std::optional<net::Mac> SynDiscovery::hop_to(const net::Address& ip, const Way& way) const {
  if (way.hop_known) return way.hop;
  return neighbours_.find(way.on_link ? ip : way.next_hop);
}

// What an ICMP answer must bring back: 32 bits that only somebody who saw our question knows.
std::uint64_t SynDiscovery::mark_of(const net::Address& ip) const {
  const std::array<std::uint64_t, 2> words{static_cast<std::uint64_t>(ip.number() >> 64),
                                           static_cast<std::uint64_t>(ip.number())};
  return siphash24_words(key_, words);
}

void SynDiscovery::believe(const net::ArpReply& reply) {
  if (neighbours_.learn(reply.ip, reply.mac)) ways_.learn(reply.ip, reply.mac);
}

void SynDiscovery::on_arp(BytesView payload) {
  if (const auto reply = net::parse_arp_reply(payload)) believe(*reply);
}

std::optional<net::Address> SynDiscovery::on_packet(const net::Packet& packet, BytesView ip) {
  using Kind = net::Packet::Kind;
  if (packet.kind == Kind::icmp_other) {
    if (const auto reply = net::parse_neighbour_advertisement(ip)) believe(*reply);
    return std::nullopt;
  }
  if (packet.kind != Kind::echo_reply && packet.kind != Kind::timestamp_reply) return std::nullopt;
  const auto mark = mark_of(packet.source);
  const bool ours = packet.icmp_id == static_cast<std::uint16_t>(mark) &&
                    packet.icmp_sequence == static_cast<std::uint16_t>(mark >> 16);
  if (!ours || !pacer_.dialer().scope().contains(packet.source)) return std::nullopt;
  return packet.source;
}

void SynDiscovery::put(Question question, const KnownWay& known, const net::Address& ip) {
  const auto mark = mark_of(ip);
  const auto id = static_cast<std::uint16_t>(mark);
  const auto sequence = static_cast<std::uint16_t>(mark >> 16);
  constexpr std::int64_t kDayMs = 86'400'000;  // RFC 792: milliseconds since midnight UT
  const auto since_midnight = static_cast<std::uint32_t>(moment_.wall.value % kDayMs);
  const auto& frame = question == Question::echo ? known.echo : known.second;
  frame.write(batch_.add(ip, known.link, frame.size()), ip, id, sequence, since_midnight);
  pacer_.dialer().note(ip, model::SendKind::icmp, known.way.source, moment_.wall);
}

// The permit is the address'; ICMP and ARP have no ports, so any stands for it.
Permit SynDiscovery::ask(const net::Address& ip) {
  const auto target = pacer_.dialer().scope().approve(ip, net::Transport::tcp, 1);
  if (!target) return {Leave::guarded, {}, {}};
  return pacer_.ask(*target, {}, moment_);
}

// Waits for the permit; false: not now and not later on this round.
Awaitable<bool> SynDiscovery::permitted(net::Address ip, std::function<void()> take) {
  auto permit = ask(ip);
  while (permit.leave == Leave::later) {
    // What has its permit does not wait for what has none.
    co_await flush(take);
    const auto until = std::min(permit.at, pacer_.now() + kStopCheck);
    co_await event_.wait_until(until);
    take();
    moment_ = pacer_.moment();
    permit = ask(ip);
  }
  co_return permit.leave == Leave::granted;
}

// What a stop or a broken link leaves in the batch never leaves the machine.
Awaitable<void> SynDiscovery::flush(std::function<void()> take) {
  const bool post = pacer_.unbound();
  while (!batch_.flush(ways_.links(), post)) {
    if (pacer_.stopped() || !ways_.health()) co_return;
    const auto until = pacer_.now() + kQueueRest;
    co_await event_.wait_until(until);
    take();
  }
  pacer_.left();
  moment_ = pacer_.moment();
}

// A neighbour has said by ARP that it is there; of loopback our own kernel answers for everybody.
Result<const KnownWay*> SynDiscovery::far_way(const net::Address& ip) {
  auto way = ways_.find(ip);
  if (!way) return way.error().in("syn_discovery");
  const auto& known = **way;
  const bool near = known.way.on_link && known.way.ethernet;
  const bool lost = !known.reachable || (known.way.ethernet && !known.way.hop_known);
  return near || lost || ip.is_loopback() ? nullptr : &known;
}

Awaitable<Result<void>> SynDiscovery::round(Question question, Wanted wanted,
                                            std::function<void()> take) {
  const auto& scope = pacer_.dialer().scope();
  const auto count = scope.address_count();
  const auto stride = stride_of(count);
  std::uint64_t index = 0;
  moment_ = pacer_.moment();
  for (std::uint64_t i = 0; i < count && !pacer_.stopped(); ++i) {
    index += stride;
    if (index >= count) index -= count;
    const auto ip = scope.address_at(index);
    if (wanted(ip)) {
      auto way = far_way(ip);
      if (!way) co_return way.error();
      const auto permit = *way == nullptr ? Permit{Leave::guarded, {}, {}} : ask(ip);
      bool granted = permit.leave == Leave::granted;
      if (permit.leave == Leave::later) {
        auto waited = co_await permitted(ip, take);
        granted = waited;
      }
      if (granted) put(question, **way, ip);
    }
    if (!batch_.full() && i % kStepsAtOnce != 0) continue;
    co_await flush(take);
    if (auto well = ways_.health(); !well) break;
    take();
    auto executor_of = pacer_.dialer().sockets().executor();
    co_await asio::post(executor_of, asio::use_awaitable);
  }
  co_await flush(take);
  take();
  if (auto well = ways_.health(); !well) co_return well.error().in("syn_discovery");
  co_return Result<void>{};
}

// Whom to ask for their MAC: every address on our own link, and gateways the kernel has not met.
Result<void> SynDiscovery::want_neighbours() {
  const auto& scope = pacer_.dialer().scope();
  for (std::uint64_t i = 0; i < scope.address_count(); ++i) {
    const auto ip = scope.address_at(i);
    auto found = ways_.find(ip);
    if (!found) return found.error();
    const auto& known = **found;
    if (!known.reachable || !known.way.ethernet || known.way.hop_known) continue;
    neighbours_.want(known.way.on_link ? ip : known.way.next_hop);
    if (!known.way.on_link) gateways_.emplace(known.way.next_hop, &known);
  }
  return {};
}

Awaitable<Result<void>> SynDiscovery::ask_neighbour(net::Address ip, std::function<void()> take) {
  const auto gateway = gateways_.find(ip);
  const KnownWay* known = gateway == gateways_.end() ? nullptr : gateway->second;
  if (known == nullptr) {
    auto found = ways_.find(ip);
    if (!found) co_return found.error();
    known = *found;
    // A gateway is not in the scope and has no budget; it is asked three times in all.
    auto permit = co_await permitted(ip, take);
    if (!permit) co_return Result<void>{};
  }
  const auto& way = known->way;
  const auto bytes = ip.is_v4() ? net::build_arp_request(way.own, way.source, ip)
                                : net::build_neighbour_solicitation(way.own, way.source, ip);
  if (batch_.full()) co_await flush(take);
  if (batch_.full()) co_return Result<void>{};  // stopped, or the link is gone
  std::copy(bytes.begin(), bytes.end(), batch_.add(ip, known->link, bytes.size()));
  pacer_.dialer().note(ip, model::SendKind::arp, way.source, moment_.wall);
  co_return Result<void>{};
}

Awaitable<Result<void>> SynDiscovery::resolve(std::function<void()> take) {
  if (auto wanted = want_neighbours(); !wanted) co_return wanted.error();
  while (neighbours_.open() != 0 && !pacer_.stopped()) {
    moment_ = pacer_.moment();
    const auto due = neighbours_.due(moment_.steady, kFramesAtOnce);
    for (const auto& ip : due) {
      auto asked = co_await ask_neighbour(ip, take);
      if (!asked) co_return asked.error();
    }
    co_await flush(take);
    take();
    silent_ += neighbours_.take_silent(pacer_.now()).size();
    const auto next = neighbours_.next();
    if (!next || *next <= pacer_.now()) continue;
    const auto until = std::min(*next, pacer_.now() + kStopCheck);
    co_await event_.wait_until(until);
  }
  if (auto well = ways_.health(); !well) co_return well.error().in("syn_discovery");
  co_return Result<void>{};
}

Awaitable<Result<void>> SynDiscovery::run(bool icmp, std::function<void()> take) {
  auto resolved = co_await resolve(take);
  if (!resolved) co_return resolved.error();
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
