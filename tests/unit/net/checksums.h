// checksums — RFC 1071 told a second time, the slow way: 16-bit words added one by one, each carry
// brought round at once. A packet is right where every sum over it comes out as all ones.
#pragma once

#include "qingdan/base/bytes.h"

namespace qingdan::test {

inline std::uint16_t add_round(std::uint16_t a, std::uint16_t b) {
  const unsigned sum = unsigned{a} + b;
  return static_cast<std::uint16_t>(sum > 0xFFFF ? sum - 0xFFFF : sum);
}

inline std::uint16_t ones_sum(Bytes bytes, std::uint16_t start = 0) {
  if (bytes.size() % 2 != 0) bytes.push_back(0);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    start = add_round(start, static_cast<std::uint16_t>(bytes[i] * 256 + bytes[i + 1]));
  }
  return start;
}

// The packet of a builder: IPv4 without options, or IPv6 without extension headers.
inline bool sums_are_right(const Bytes& ip) {
  const bool six = ip.at(0) >> 4 == 6;
  const auto piece = [&](std::size_t from, std::size_t size) {
    return Bytes(ip.begin() + static_cast<std::ptrdiff_t>(from),
                 ip.begin() + static_cast<std::ptrdiff_t>(from + size));
  };
  const std::size_t header = six ? 40 : 20;
  if (!six && ones_sum(piece(0, 20)) != 0xFFFF) return false;
  const std::uint8_t protocol = six ? ip.at(6) : ip.at(9);
  const auto body = piece(header, ip.size() - header);
  if (protocol == 1) return ones_sum(body) == 0xFFFF;
  // Pseudo-header: both addresses, the protocol, the length (RFC 9293 §3.1, RFC 8200 §8.1).
  auto pseudo = six ? piece(8, 32) : piece(12, 8);
  for (const auto value : {std::size_t{protocol}, body.size()}) {
    pseudo.push_back(static_cast<std::uint8_t>(value >> 8));
    pseudo.push_back(static_cast<std::uint8_t>(value));
  }
  return ones_sum(body, ones_sum(pseudo)) == 0xFFFF;
}

}  // namespace qingdan::test
