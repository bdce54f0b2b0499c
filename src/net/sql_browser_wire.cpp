// sql_browser_wire — see the header.
#include "qingdan/net/sql_browser_wire.h"

#include <utility>

#include "qingdan/base/text.h"

namespace qingdan::net {

namespace {

constexpr std::uint8_t kRequest = 0x03;   // [MC-SQLR] §2.2.2
constexpr std::uint8_t kResponse = 0x05;  // §2.2.5
constexpr std::size_t kInstancesMax = 64;
constexpr std::size_t kWordMax = 255;  // §2.2.5: SERVERNAME; the other words are shorter

void set_word(SqlInstance& instance, std::string_view key, std::string_view value) {
  if (value.size() > kWordMax) return;
  if (key == "ServerName") instance.server = value;
  if (key == "InstanceName") instance.instance = value;
  if (key == "IsClustered") instance.clustered = value == "Yes";
  if (key == "Version") instance.version = value;
  if (key == "tcp") instance.tcp = value;
}

}  // namespace

Bytes build_sql_browser_request() { return {kRequest}; }

std::optional<std::vector<SqlInstance>> parse_sql_browser_reply(BytesView datagram) {
  ByteReader reader(datagram);
  const auto type = reader.u8();
  const auto size = reader.u16le();
  const auto text = as_text(reader.rest());
  if (!reader || type != kResponse || size == 0 || size > text.size()) return std::nullopt;
  if (!text.starts_with("ServerName;")) return std::nullopt;
  // "ServerName;A;InstanceName;B;…;tcp;1433;;ServerName;…": an empty word ends an instance.
  std::vector<SqlInstance> instances(1);
  std::string_view key;
  for (const auto word : split(text.substr(0, size), ';')) {
    if (!key.empty()) {
      set_word(instances.back(), std::exchange(key, {}), word);
    } else if (!word.empty()) {
      key = word;
    } else if (!instances.back().server.empty()) {
      if (instances.size() == kInstancesMax) break;
      instances.emplace_back();
    }
  }
  if (instances.back().server.empty()) instances.pop_back();
  if (instances.empty()) return std::nullopt;
  return instances;
}

}  // namespace qingdan::net
