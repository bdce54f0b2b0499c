// sim_record — see the header.
#include "support/lib/sim_record.h"

#include <utility>

namespace qingdan::test {

namespace {

bool is_raw_syn(const SentPacket& packet) {
  return packet.origin == Origin::raw && packet.kind == SimKind::tcp && packet.flags == net::kSyn;
}

}  // namespace

namespace keys {

std::optional<net::Address> whole(const SentPacket& packet) {
  return is_paced(packet) ? std::optional(net::Address()) : std::nullopt;
}
std::optional<net::Address> block(const SentPacket& packet) {
  return is_paced(packet) ? std::optional(net::block_of(packet.ip).base) : std::nullopt;
}
std::optional<net::Address> host(const SentPacket& packet) {
  return is_paced(packet) ? std::optional(packet.ip) : std::nullopt;
}

}  // namespace keys

void SimRecord::note(SentPacket packet) {
  ++sent_;
  ++counts_[packet.origin];
  if (keep_) packets_.push_back(packet);
}

std::uint64_t SimRecord::sent(Origin origin) const {
  const auto found = counts_.find(origin);
  return found == counts_.end() ? 0 : found->second;
}

std::uint64_t SimRecord::payload_to(const net::Address& ip, std::uint16_t port) const {
  std::uint64_t bytes = 0;
  for (const auto& packet : packets_) {
    if (packet.ip == ip && packet.port == port) bytes += packet.payload;
  }
  return bytes;
}

std::size_t SimRecord::syns_to(const net::Address& ip, std::uint16_t port) const {
  return static_cast<std::size_t>(
      std::count_if(packets_.begin(), packets_.end(), [&](const SentPacket& packet) {
        return is_raw_syn(packet) && packet.ip == ip && packet.port == port;
      }));
}

std::optional<std::chrono::nanoseconds> SimRecord::least_syn_gap() const {
  std::map<std::pair<net::Address, std::uint16_t>, SteadyTime> last;
  std::optional<std::chrono::nanoseconds> least;
  for (const auto& packet : packets_) {
    if (!is_raw_syn(packet)) continue;
    const auto [found, fresh] = last.try_emplace({packet.ip, packet.port}, packet.at);
    if (fresh) continue;
    const auto gap = packet.at - found->second;
    if (!least || gap < *least) least = gap;
    found->second = packet.at;
  }
  return least;
}

}  // namespace qingdan::test
