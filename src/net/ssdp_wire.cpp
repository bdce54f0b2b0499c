// ssdp_wire — see the header.
#include "qingdan/net/ssdp_wire.h"

#include <algorithm>
#include <utility>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::size_t kDatagramMax = 16'384;
constexpr std::size_t kHeadersMax = 64;

// What may stand in a URI's host (RFC 3986 §3.2.2): no name can add a header.
std::string host_of(std::string_view host) {
  std::string kept;
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || std::string_view("-._~[]:%").find(c) != std::string_view::npos) kept += c;
  }
  return kept;
}

}  // namespace

// MX is for multicast alone in version 1.1, but version 1.0 (§1.2.2) knows no search without it and
// stacks of that age (libupnp among them) drop one. 1 is the least it may be.
Bytes build_ssdp_search(std::string_view host, std::uint16_t port) {
  return to_bytes("M-SEARCH * HTTP/1.1\r\nHOST: " + host_of(host) + ":" + std::to_string(port) +
                  "\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: upnp:rootdevice\r\n"
                  "USER-AGENT: qingdan UPnP/1.1\r\n\r\n");
}

std::string_view SsdpAnswer::find_header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

std::optional<SsdpAnswer> parse_ssdp_answer(BytesView datagram) {
  const auto text = as_text(datagram.first(std::min(datagram.size(), kDatagramMax)));
  if (!text.starts_with("HTTP/1.1 200") && !text.starts_with("HTTP/1.0 200")) return std::nullopt;
  SsdpAnswer answer;
  bool first = true;
  for (const auto raw : split(text, '\n')) {
    const auto line = trim(raw);
    if (std::exchange(first, false)) continue;
    if (line.empty() || answer.headers.size() == kHeadersMax) break;
    const auto colon = line.find(':');
    if (colon == line.npos || colon == 0) continue;
    answer.headers.emplace_back(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  if (answer.find_header("ST").empty() && answer.find_header("USN").empty()) return std::nullopt;
  return answer;
}

}  // namespace qingdan::net
