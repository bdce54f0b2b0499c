// address — IPv4 and IPv6 addresses, prefixes and ranges as values with one spelling each. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "qingdan/base/result.h"

namespace qingdan::net {

// Ordered: every IPv4 address before every IPv6 address, then numerically.
class Address {
 public:
  Address() = default;  // 0.0.0.0
  [[nodiscard]] static Address v4(std::uint32_t host_order);
  [[nodiscard]] static Address v6(const std::array<std::uint8_t, 16>& network_order);

  [[nodiscard]] bool is_v4() const { return !six_; }
  [[nodiscard]] bool is_v6() const { return six_; }
  [[nodiscard]] std::uint32_t v4_value() const;  // EXPECTS is_v4()
  [[nodiscard]] std::array<std::uint8_t, 16> v6_bytes() const;  // EXPECTS is_v6()
  [[nodiscard]] bool is_loopback() const;
  // Multicast, broadcast 255.255.255.255 and the unspecified address can never be targets; nor can
  // IPv4-mapped IPv6 (::ffff:a.b.c.d): a socket would reach the IPv4 host past its exclusion.
  [[nodiscard]] bool can_be_target() const;

  // As a 128-bit number (IPv4 in the low 32 bits); arithmetic on ranges.
  [[nodiscard]] unsigned __int128 number() const { return number_; }
  [[nodiscard]] static Address from_number(unsigned __int128 number, bool six);

  // Dotted quad, or RFC 5952 text for IPv6.
  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const Address&) const = default;

 private:
  bool six_ = false;  // first, so that the default order puts IPv4 before IPv6
  unsigned __int128 number_ = 0;
};

// Accepts dotted quads without leading zeros and RFC 4291 text; no zone ids, no host names.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

// An inclusive range of one family.
struct AddressRange {
  Address first;
  Address last;
  [[nodiscard]] bool contains(const Address& a) const { return first <= a && a <= last; }
  // Number of addresses, saturating at 2^64 - 1.
  [[nodiscard]] std::uint64_t size() const;
  auto operator<=>(const AddressRange&) const = default;
};

struct Prefix {
  Address base;  // host bits zero
  std::uint8_t bits = 0;
  [[nodiscard]] AddressRange range() const;
  [[nodiscard]] std::string to_string() const;  // 10.0.0.0/8
  auto operator<=>(const Prefix&) const = default;
};

// Refuses host bits that are set ("10.0.0.1/24"): the message says which prefix was meant.
[[nodiscard]] Result<Prefix> parse_prefix(std::string_view text);
// "a-b" with first <= last, or one address.
[[nodiscard]] Result<AddressRange> parse_range(std::string_view text);
// The /24 or /64 that holds `a`: the block of pacing and of coverage.
[[nodiscard]] Prefix block_of(const Address& a);

}  // namespace qingdan::net

template <>
struct std::hash<qingdan::net::Address> {
  std::size_t operator()(const qingdan::net::Address& a) const noexcept {
    const auto n = a.number();
    return std::hash<std::uint64_t>{}(static_cast<std::uint64_t>(n) ^
                                      static_cast<std::uint64_t>(n >> 64) * 0x9E3779B97F4A7C15ULL);
  }
};
