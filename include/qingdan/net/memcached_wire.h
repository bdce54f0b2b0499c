// memcached_wire — the "version" command of memcached's text protocol and what answers it. Pure.
// Source: memcached doc/protocol.txt, "Error strings" and "Other commands".
//
// Channel memcached.reply = the stream as it came: one line.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_memcached_version();

// Of one line that can answer "version"; anything else is foreign.
[[nodiscard]] Extent measure_memcached_reply(BytesView stream);

struct MemcachedReply {
  std::string version;  // after "VERSION "; "" for an error
  std::string error;    // "CLIENT_ERROR unauthenticated" …; "" for a version
};
// nullopt where the line is not whole or not memcached's.
[[nodiscard]] std::optional<MemcachedReply> parse_memcached_reply(BytesView stream);

}  // namespace qingdan::net
