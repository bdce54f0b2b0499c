// http_location — where a Location header, a refresh or a link leads (RFC 3986 §5). Pure.
//
// Says where it leads, not whether we may go there: only scope can.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace qingdan::net {

struct HttpLocation {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; IPv6 in brackets, spelled as RFC 5952 does
  std::uint16_t port{0};
  std::string path;  // starts with '/'; query included, fragment not; visible ASCII only
  bool operator==(const HttpLocation&) const = default;
  [[nodiscard]] std::string to_string() const;  // without the scheme's own port
};

// Tolerant of white space, backslashes and missing slashes, as browsers are; strict in the result.
// Nothing for other schemes (javascript:, data:), user info, bad hosts and ports, and results
// longer than 2048 bytes.
[[nodiscard]] std::optional<HttpLocation> resolve_location(const HttpLocation& base,
                                                           std::string_view location);

}  // namespace qingdan::net
