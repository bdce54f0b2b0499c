// redis_wire — INFO of Redis and its kin (KeyDB, Valkey, Pika, Tendis, Codis …) and what answers
// it. Pure, linear, bounded. Source: Redis serialization protocol specification, RESP2 and RESP3.
//
// Channel redis.reply = the stream as it came: one reply, or an error sent at connect.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// "INFO server" as a RESP array: reads one section, changes nothing.
[[nodiscard]] Bytes build_redis_info();

// Of a bulk string or an error, which is all that INFO can get.
[[nodiscard]] Extent measure_redis_reply(BytesView stream);

struct RedisReply {
  enum class Kind : std::uint8_t { error, bulk };
  Kind kind{Kind::bulk};
  std::string text;        // after "-", or the bulk string (what is there of it, where cut)
  std::string error_code;  // NOAUTH, DENIED, ERR …: the first word of an error in capitals, else ""
  bool truncated{false};
  // The "name:value" lines of INFO, in their order: redis_version, redis_mode, os, …
  std::vector<std::pair<std::string, std::string>> info;
  [[nodiscard]] std::string_view find_info(std::string_view name) const;  // "" where absent
};
// nullopt where it is neither.
[[nodiscard]] std::optional<RedisReply> parse_redis_reply(BytesView stream);

}  // namespace qingdan::net
