// json_members — see the header.
#include "net/json_members.h"

#include <charconv>

namespace qingdan::net::json {

namespace {

// What follows the name and its colon; the name may be a value of another member before.
std::string_view after(std::string_view json, std::string_view name) {
  const auto key = "\"" + std::string(name) + "\"";
  for (auto at = json.find(key); at != json.npos; at = json.find(key, at + key.size())) {
    const auto next = json.find_first_not_of(" \t\r\n", at + key.size());
    if (next == json.npos || json[next] != ':') continue;
    const auto value = json.find_first_not_of(" \t\r\n", next + 1);
    return value == json.npos ? std::string_view() : json.substr(value);
  }
  return {};
}

}  // namespace

std::string text_of(std::string_view json, std::string_view name) {
  auto rest = after(json, name);
  if (!rest.starts_with('"')) return {};
  rest.remove_prefix(1);
  const auto end = rest.find_first_of("\"\\");
  return end == rest.npos ? "" : std::string(rest.substr(0, end));
}

std::optional<int> number_of(std::string_view json, std::string_view name) {
  const auto rest = after(json, name);
  int value = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

}  // namespace qingdan::net::json
