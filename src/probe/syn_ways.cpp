// syn_ways — see the header.
#include "syn_ways.h"

#include <algorithm>

namespace qingdan::probe {

namespace {

bool holds(const KnownWay& known, const net::Address& ip) {
  return known.range.contains(ip);
}

KnownWay make_known(Way way, std::size_t link, bool reachable) {
  using Question = net::IcmpFrame::Question;
  const bool four = way.source.is_v4();
  const auto icmp = [&way](Question question) {
    return net::IcmpFrame(way.source, way.ethernet, way.own, way.hop, question);
  };
  const auto range = way.covers.range();
  return {way,
          link,
          reachable,
          net::SynFrame(way.source, way.ethernet, way.own, way.hop),
          icmp(Question::echo),
          icmp(four ? Question::timestamp : Question::echo),
          range};
}

}  // namespace

Result<const KnownWay*> SynWays::find(const net::Address& ip) {
  if (last_found_ != nullptr && holds(*last_found_, ip)) return last_found_;
  const auto after = std::upper_bound(
      ways_.begin(), ways_.end(), ip,
      [](const net::Address& a, const auto& known) { return a < known->way.covers.base; });
  if (after != ways_.begin() && holds(**std::prev(after), ip)) {
    last_found_ = std::prev(after)->get();
    return last_found_;
  }
  return ask(ip);
}

Result<const KnownWay*> SynWays::ask(const net::Address& ip) {
  auto found = network_.find_way(ip);
  const bool reachable = found.has_value();
  if (!reachable && found.error().code == ErrorCode::privilege) return found.error();
  Way way = reachable ? std::move(*found) : Way{};
  if (!reachable) {
    way.covers = net::Prefix{ip, static_cast<std::uint8_t>(ip.is_v6() ? 128 : 32)};
    way.source = ip;  // of its family; never sent from
  }
  std::size_t link = 0;
  if (reachable) {
    auto opened = open(way);
    if (!opened) return opened.error();
    link = *opened;
  }
  auto known = std::make_unique<KnownWay>(make_known(std::move(way), link, reachable));
  last_found_ = known.get();
  const auto place = std::upper_bound(
      ways_.begin(), ways_.end(), known->way.covers.base,
      [](const net::Address& a, const auto& held) { return a < held->way.covers.base; });
  ways_.insert(place, std::move(known));
  return last_found_;
}

Result<std::size_t> SynWays::open(const Way& way) {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].interface == way.interface) return i;
  }
  auto link = network_.open_link(way, first_, last_);
  if (!link) return link.error();
  (*link)->on_arrival(wake_);
  links_.push_back({way.interface, std::move(*link)});
  return links_.size() - 1;
}

void SynWays::learn(const net::Address& gateway, const net::Mac& mac) {
  for (auto& known : ways_) {
    auto way = known->way;
    if (way.on_link || !known->reachable || way.next_hop != gateway || !way.ethernet) continue;
    way.hop = mac;
    way.hop_known = true;
    *known = make_known(std::move(way), known->link, true);
  }
}

bool SynWays::idle() const {
  return std::all_of(links_.begin(), links_.end(),
                     [](const auto& open) { return open.link->idle(); });
}

void SynWays::abandon() const {
  for (const auto& open : links_) open.link->abandon();
}

LinkCounters SynWays::counters() const {
  LinkCounters sum;
  for (const auto& open : links_) {
    const auto one = open.link->counters();
    sum.sent += one.sent;
    sum.send_retries += one.send_retries;
    sum.send_failures += one.send_failures;
    sum.received += one.received;
    sum.dropped += one.dropped;
  }
  return sum;
}

Result<void> SynWays::health() const {
  for (const auto& open : links_) {
    if (auto well = open.link->health(); !well) return well;
  }
  return {};
}

}  // namespace qingdan::probe
