// hygiene — values that many machines have by their nature identify none of them.
#include <array>
#include <cstdint>

#include "qingdan/base/text.h"
#include "qingdan/resolve/identity.h"

namespace qingdan::resolve {

namespace {

// "00:00:5e:00:01:2a", any separator or none → twelve lower-case hex digits; "" = not a MAC.
std::string digits_of(std::string_view mac) {
  std::string digits;
  for (const char c : to_lower_ascii(mac)) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
      digits += c;
    } else if (c != ':' && c != '-' && c != '.') {
      return "";
    }
  }
  return digits.size() == 12 ? digits : "";
}

// Addresses of virtual routers, which move between machines.
constexpr std::array<std::string_view, 6> kVirtualRouters{
    "00005e0001",  // VRRP for IPv4, RFC 9568 §7.3
    "00005e0002",  // VRRP for IPv6, RFC 9568 §7.3
    "00000c07ac",  // HSRP version 1, RFC 2281 §5.1
    "00000c9ff",   // HSRP version 2 for IPv4 (Cisco)
    "000573a0",    // HSRP version 2 for IPv6 (Cisco)
    "0007b400"};   // GLBP (Cisco)

bool is_telling_mac(std::string_view text) {
  const auto mac = digits_of(text);
  if (mac.empty() || mac == "000000000000") return false;
  const auto first = from_hex(mac.substr(0, 2));
  // IEEE 802-2014 §8.2.2: bit 0 = group address, bit 1 = locally administered, i.e. made up.
  if (!first || ((*first)[0] & 0x03) != 0) return false;
  for (const auto prefix : kVirtualRouters) {
    if (mac.rfind(prefix, 0) == 0) return false;
  }
  return true;
}

}  // namespace

bool is_telling(const model::Identifier& identifier) {
  const auto value = trim(identifier.value);
  if (value.size() < 3) return false;
  if (identifier.type == model::IdentifierType::mac) return is_telling_mac(value);
  if (identifier.type == model::IdentifierType::host_name) {
    const auto name = to_lower_ascii(value);
    return name.rfind("localhost", 0) != 0 && name != "(none)" && name != "unknown";
  }
  // A serial or key of one repeated character was never set by the maker.
  return value.find_first_not_of(value.front()) != std::string_view::npos;
}

}  // namespace qingdan::resolve
