// http_location — reference resolution of RFC 3986 §5.2 for http and https.
#include "qingdan/net/http_location.h"

#include <algorithm>
#include <charconv>

#include "qingdan/base/text.h"
#include "qingdan/net/address.h"

namespace qingdan::net {
namespace {

constexpr std::size_t kLocationMax = 2048;
constexpr std::size_t kHostMax = 253;  // RFC 1035 §2.3.4

std::uint16_t own_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// A name or an address in lower case, or nothing.
std::optional<std::string> read_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto address = parse_address(text.substr(1, text.size() - 2));
    if (!text.ends_with(']') || !address || !address->is_v6()) return std::nullopt;
    return "[" + address->to_string() + "]";
  }
  auto host = to_lower_ascii(text);
  const bool good = !host.empty() && host.size() <= kHostMax && host.front() != '.' &&
                    host.find("..") == std::string::npos &&
                    std::all_of(host.begin(), host.end(), is_name_byte);
  if (!good) return std::nullopt;
  return host;
}

bool read_authority(std::string_view text, HttpLocation& location) {
  if (text.find('@') != std::string_view::npos) return false;  // never carry user info on
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const auto host = read_host(text.substr(0, colon));
  if (!host) return false;
  location.host = *host;
  location.port = own_port(location.scheme);
  const auto digits = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  if (digits.empty()) return true;
  std::uint32_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, problem] = std::from_chars(digits.data(), end, port);
  if (problem != std::errc{} || stop != end || port == 0 || port > 65535) return false;
  location.port = static_cast<std::uint16_t>(port);
  return true;
}

// RFC 3986 §5.2.4, on a path that starts with '/'.
std::string without_dots(std::string_view path) {
  std::string out;
  std::size_t at = 0;
  while (at < path.size()) {
    auto end = path.find('/', at + 1);
    const bool last = end == std::string_view::npos;
    if (last) end = path.size();
    const auto segment = path.substr(at, end - at);
    if (segment == "/..") {
      const auto cut = out.rfind('/');
      out.erase(cut == std::string::npos ? 0 : cut);
    } else if (segment != "/.") {
      out += segment;
    }
    if (last && (segment == "/.." || segment == "/.")) out += '/';
    at = end;
  }
  return out.empty() ? "/" : out;
}

std::string encode(std::string_view text) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  constexpr std::string_view kNever = "\"<>\\^`{|}";  // RFC 3986 §2: in no production
  std::string out;
  for (const char c : text) {
    if (c > 0x20 && c < 0x7F && kNever.find(c) == std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
  }
  return out;
}

// The path and query that `reference` means, seen from the path `base`.
std::string merge_path(std::string_view base, std::string_view reference) {
  const auto query_at = reference.find('?');
  const auto path = reference.substr(0, query_at);
  const auto query =
      query_at == std::string_view::npos ? std::string_view{} : reference.substr(query_at);
  const auto base_path = base.substr(0, base.find('?'));
  if (path.empty()) {
    return encode(base_path) + encode(query.empty() ? base.substr(base_path.size()) : query);
  }
  std::string whole(path);
  std::replace(whole.begin(), whole.end(), '\\', '/');
  if (!whole.starts_with('/')) {
    whole = std::string(base_path.substr(0, base_path.rfind('/') + 1)) + whole;
    if (!whole.starts_with('/')) whole.insert(0, 1, '/');
  }
  return encode(without_dots(whole)) + encode(query);
}

// "scheme:" at the front, in lower case; "" where there is none (RFC 3986 §3.1).
std::string read_scheme(std::string_view text) {
  const auto colon = text.find_first_of(":/?#\\");
  if (colon == std::string_view::npos || colon == 0 || text[colon] != ':') return {};
  auto scheme = to_lower_ascii(text.substr(0, colon));
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  if (!std::all_of(scheme.begin(), scheme.end(), good)) return "?";
  return scheme;
}

bool is_slash(char c) { return c == '/' || c == '\\'; }

}  // namespace

std::string HttpLocation::to_string() const {
  auto text = scheme + "://" + host;
  if (port != own_port(scheme)) text += ':' + std::to_string(port);
  return text + path;
}

std::optional<HttpLocation> resolve_location(const HttpLocation& base, std::string_view location) {
  if (location.size() > kLocationMax) return std::nullopt;
  auto text = trim(location);
  text = text.substr(0, text.find('#'));
  HttpLocation found = base;
  const auto scheme = read_scheme(text);
  if (!scheme.empty()) {
    if (scheme != "http" && scheme != "https") return std::nullopt;
    text.remove_prefix(scheme.size() + 1);
    found.scheme = scheme;
    found.port = own_port(scheme);
  }
  if (text.size() >= 2 && is_slash(text[0]) && is_slash(text[1])) {
    text.remove_prefix(2);
    const auto end = std::min(text.find_first_of("/\\?"), text.size());
    if (!read_authority(text.substr(0, end), found)) return std::nullopt;
    found.path = merge_path("/", text.substr(end));
  } else if (!scheme.empty() && scheme != base.scheme) {
    return std::nullopt;  // "https:/x" from http: names no host to speak TLS with
  } else {
    found.port = base.port;
    found.path = merge_path(base.path.empty() ? "/" : base.path, text);
  }
  if (found.path.size() > kLocationMax) return std::nullopt;
  return found;
}

}  // namespace qingdan::net
