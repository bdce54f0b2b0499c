// syn_cookie — see the header.
#include "syn_cookie.h"

#include <array>

#include "qingdan/probe/syn_sweep.h"

namespace qingdan::probe {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;  // IANA protocol numbers

bool ours(std::uint16_t port) { return port >= kSynPortFirst && port <= kSynPortLast; }

std::optional<SynAnswer> read_tcp(const Key128& key, const net::Packet& packet) {
  if (!ours(packet.target_port) || (packet.flags & net::kAck) == 0) return std::nullopt;
  const bool reset = (packet.flags & net::kRst) != 0;
  const bool syn = (packet.flags & net::kSyn) != 0;
  if (reset == syn) return std::nullopt;
  const auto cookie = syn_cookie(key, packet.target, packet.target_port, packet.source,
                                 packet.source_port);
  if (packet.ack != cookie + 1 && !(reset && packet.ack == cookie)) return std::nullopt;
  return SynAnswer{syn ? SynAnswer::Kind::open : SynAnswer::Kind::closed, packet.source,
                   packet.source_port, packet.target_port};
}

// RFC 792 and RFC 1812 §5.2.7.1 for IPv4, RFC 4443 §3.1 for IPv6.
SynAnswer::Kind kind_of(const net::Packet& error) {
  const bool six = error.target.is_v6();
  const auto code = error.icmp_code;
  const bool destination = error.icmp_type == (six ? 1 : 3);
  if (!destination) return SynAnswer::Kind::unreachable;
  const bool prohibited = six ? code == 1 || code == 5 || code == 6
                              : code == 3 || code == 9 || code == 10 || code == 13;
  return prohibited ? SynAnswer::Kind::prohibited : SynAnswer::Kind::unreachable;
}

std::optional<SynAnswer> read_error(const Key128& key, const net::Packet& packet) {
  const auto& quoted = packet.quoted;
  if (quoted.protocol != kProtocolTcp || !ours(quoted.source_port)) return std::nullopt;
  const auto cookie = syn_cookie(key, quoted.source, quoted.source_port, quoted.target,
                                 quoted.target_port);
  if (quoted.seq != cookie) return std::nullopt;
  return SynAnswer{kind_of(packet), quoted.target, quoted.target_port, quoted.source_port};
}

}  // namespace

std::uint32_t syn_cookie(const Key128& key, const net::Address& source, std::uint16_t source_port,
                         const net::Address& target, std::uint16_t target_port) {
  const std::uint64_t ports = std::uint64_t{source_port} << 16 | target_port;
  if (source.is_v4()) {
    const std::array<std::uint64_t, 2> words{
        std::uint64_t{source.v4_value()} << 32 | target.v4_value(), ports};
    return static_cast<std::uint32_t>(siphash24(key, words.data(), sizeof words));
  }
  const std::array<std::uint64_t, 5> words{static_cast<std::uint64_t>(source.number() >> 64),
                                           static_cast<std::uint64_t>(source.number()),
                                           static_cast<std::uint64_t>(target.number() >> 64),
                                           static_cast<std::uint64_t>(target.number()), ports};
  return static_cast<std::uint32_t>(siphash24(key, words.data(), sizeof words));
}

std::optional<SynAnswer> read_answer(const Key128& key, const net::Packet& packet) {
  if (packet.kind == net::Packet::Kind::tcp) return read_tcp(key, packet);
  if (packet.kind == net::Packet::Kind::icmp_error) return read_error(key, packet);
  return std::nullopt;
}

}  // namespace qingdan::probe
