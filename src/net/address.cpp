// address — parsing and printing of IPv4 and IPv6 addresses, prefixes and ranges.
//   A1  parse_address(a.to_string()) == a for every address
//   A2  one address has one spelling: text that we would not print ourselves may be read, but
//       is printed canonically (RFC 5952)
// Octets with leading zeros are refused: some resolvers read them as octal, and a scope that two
// programs read differently is a scope leak.
#include "qingdan/net/address.h"

#include <bit>
#include <limits>
#include <vector>

#include "qingdan/base/contract.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using Wide = unsigned __int128;

constexpr unsigned kBits4 = 32;
constexpr unsigned kBits6 = 128;
constexpr std::size_t kGroups = 8;
// The longest RFC 4291 text: eight groups, the last two as a dotted quad.
constexpr std::size_t kMaxAddressText = 45;

// RFC 4291 §2.5.5.2: ::ffff:0:0/96.
bool is_v4_mapped(Wide number) { return (number >> 32) == 0xFFFF; }

Error bad(std::string_view what, std::string_view text, std::string_view why) {
  return {ErrorCode::input,
          std::string(what) + " \"" + escape_untrusted(text, 80) + "\": " + std::string(why),
          {}};
}

// A decimal number without sign or leading zeros, at most `max`.
std::optional<std::uint32_t> read_decimal(std::string_view text, std::uint32_t max) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (value > max) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> read_v4(std::string_view text) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const auto dot = text.find('.');
    if ((i < 3) == (dot == std::string_view::npos)) return std::nullopt;
    const auto octet = read_decimal(text.substr(0, dot), 255);
    if (!octet) return std::nullopt;
    value = value << 8 | *octet;
    text.remove_prefix(i < 3 ? dot + 1 : text.size());
  }
  return value;
}

std::optional<std::uint16_t> read_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    const auto lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value << 4 | static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return static_cast<std::uint16_t>(value);
}

// Groups separated by single colons; "" is no group. The last may be a dotted quad (two groups).
std::optional<std::vector<std::uint16_t>> read_groups(std::string_view text, bool may_end_in_v4) {
  std::vector<std::uint16_t> groups;
  if (text.empty()) return groups;
  for (const auto part : split(text, ':')) {
    const bool last = part.data() + part.size() == text.data() + text.size();
    if (last && may_end_in_v4 && part.find('.') != std::string_view::npos) {
      const auto quad = read_v4(part);
      if (!quad) return std::nullopt;
      groups.push_back(static_cast<std::uint16_t>(*quad >> 16));
      groups.push_back(static_cast<std::uint16_t>(*quad));
      continue;
    }
    const auto group = read_group(part);
    if (!group || groups.size() >= kGroups) return std::nullopt;
    groups.push_back(*group);
  }
  return groups;
}

std::optional<Wide> read_v6(std::string_view text) {
  const auto gap = text.find("::");
  const bool has_gap = gap != std::string_view::npos;
  const auto head = read_groups(text.substr(0, gap), !has_gap);
  const auto tail =
      has_gap ? read_groups(text.substr(gap + 2), true) : std::vector<std::uint16_t>{};
  if (!head || !tail) return std::nullopt;
  const std::size_t given = head->size() + tail->size();
  // "::" stands for at least one group (RFC 4291 §2.2).
  if (has_gap ? given >= kGroups : given != kGroups) return std::nullopt;
  Wide value = 0;
  for (const auto group : *head) value = value << 16 | group;
  for (std::size_t i = given; i < kGroups; ++i) value <<= 16;
  for (const auto group : *tail) value = value << 16 | group;
  return value;
}

std::string v4_text(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    text += std::to_string(value >> shift & 0xFF);
    if (shift > 0) text += '.';
  }
  return text;
}

std::string hex_group(std::uint16_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const auto nibble = static_cast<std::size_t>(value >> shift & 0xF);
    if (nibble != 0 || !text.empty() || shift == 0) text += kDigits[nibble];
  }
  return text;
}

// RFC 5952 §4: the longest run of two or more zero groups is folded, the first of equals.
std::string v6_text(Wide number) {
  if (is_v4_mapped(number)) return "::ffff:" + v4_text(static_cast<std::uint32_t>(number));
  std::array<std::uint16_t, kGroups> groups{};
  for (std::size_t i = 0; i < kGroups; ++i) {
    groups[i] = static_cast<std::uint16_t>(number >> (112 - 16 * i));
  }
  std::size_t best = 0;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < kGroups; ++i) {
    std::size_t length = 0;
    while (i + length < kGroups && groups[i + length] == 0) ++length;
    if (length > best_length) {
      best = i;
      best_length = length;
    }
  }
  const bool folds = best_length > 1;
  std::string text;
  for (std::size_t i = 0; i < kGroups;) {
    if (folds && i == best) {
      text += "::";
      i += best_length;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += hex_group(groups[i++]);
  }
  return text;
}

Wide host_mask(unsigned host_bits) {
  return host_bits >= kBits6 ? ~Wide{0} : (Wide{1} << host_bits) - 1;
}

}  // namespace

Address Address::v4(std::uint32_t host_order) { return from_number(host_order, false); }

Address Address::v6(const std::array<std::uint8_t, 16>& network_order) {
  Wide number = 0;
  for (const auto byte : network_order) number = number << 8 | byte;
  return from_number(number, true);
}

Address Address::from_number(Wide number, bool six) {
  QD_EXPECTS(six || number <= std::numeric_limits<std::uint32_t>::max());
  Address address;
  address.six_ = six;
  address.number_ = number;
  return address;
}

std::uint32_t Address::v4_value() const {
  QD_EXPECTS(is_v4());
  return static_cast<std::uint32_t>(number_);
}

std::array<std::uint8_t, 16> Address::v6_bytes() const {
  QD_EXPECTS(is_v6());
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(number_ >> (120 - 8 * i));
  }
  return bytes;
}

bool Address::is_loopback() const {
  return six_ ? number_ == 1 : number_ >> 24 == 127;  // RFC 4291 §2.5.3, RFC 1122 §3.2.1.3
}

bool Address::can_be_target() const {
  if (number_ == 0) return false;
  if (!six_) {
    const bool multicast = number_ >> 28 == 0xE;  // RFC 5771: 224.0.0.0/4
    return !multicast && number_ != 0xFFFFFFFF;
  }
  const bool multicast = number_ >> 120 == 0xFF;  // RFC 4291 §2.7: ff00::/8
  return !multicast && !is_v4_mapped(number_);
}

std::string Address::to_string() const {
  return six_ ? v6_text(number_) : v4_text(static_cast<std::uint32_t>(number_));
}

Result<Address> parse_address(std::string_view text) {
  if (text.size() <= kMaxAddressText) {
    if (text.find(':') == std::string_view::npos) {
      if (const auto value = read_v4(text)) return Address::v4(*value);
    } else if (const auto value = read_v6(text)) {
      return Address::from_number(*value, true);
    }
  }
  if (text.find('%') != std::string_view::npos) {
    return bad("address", text, "zone ids are not accepted; leave out % and what follows");
  }
  return bad("address", text,
             "not an IPv4 address (10.0.0.1, no leading zeros) or an IPv6 address (2001:db8::1)");
}

std::uint64_t AddressRange::size() const {
  if (last < first || first.is_v4() != last.is_v4()) return 0;
  const Wide count = last.number() - first.number();
  constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
  return count >= kMost ? kMost : static_cast<std::uint64_t>(count) + 1;
}

AddressRange Prefix::range() const {
  const unsigned width = base.is_v4() ? kBits4 : kBits6;
  QD_EXPECTS(bits <= width);
  const Wide mask = host_mask(width - bits);
  return {base, Address::from_number(base.number() | mask, base.is_v6())};
}

std::string Prefix::to_string() const { return base.to_string() + "/" + std::to_string(bits); }

Result<Prefix> parse_prefix(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return bad("prefix", text, "no /length; write it as 10.0.0.0/24, one address as /32 or /128");
  }
  const auto base = parse_address(text.substr(0, slash));
  if (!base) return bad("prefix", text, "what stands before the / is not an address");
  const unsigned width = base->is_v4() ? kBits4 : kBits6;
  const auto bits = read_decimal(text.substr(slash + 1), width);
  if (!bits) return bad("prefix", text, "the length must be 0 to " + std::to_string(width));
  const Wide mask = host_mask(width - *bits);
  const Prefix meant{Address::from_number(base->number() & ~mask, base->is_v6()),
                     static_cast<std::uint8_t>(*bits)};
  if (meant.base != *base) {
    return bad("prefix", text, "host bits are set; is " + meant.to_string() + " meant?");
  }
  return meant;
}

Result<AddressRange> parse_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) {
    const auto only = parse_address(text);
    if (!only) return only.error();
    return AddressRange{*only, *only};
  }
  const auto first = parse_address(trim(text.substr(0, dash)));
  if (!first) return first.error();
  const auto last = parse_address(trim(text.substr(dash + 1)));
  if (!last) return last.error();
  if (first->is_v4() != last->is_v4()) {
    return bad("range", text, "one end is IPv4 and the other IPv6");
  }
  if (*last < *first) {
    return bad(
        "range", text,
        "the ends are reversed; is " + last->to_string() + "-" + first->to_string() + " meant?");
  }
  return AddressRange{*first, *last};
}

Prefix block_of(const Address& a) {
  const unsigned host_bits = a.is_v4() ? 8 : 64;
  return {Address::from_number(a.number() & ~host_mask(host_bits), a.is_v6()),
          static_cast<std::uint8_t>(a.is_v4() ? 24 : 64)};
}

}  // namespace qingdan::net
