// memcached_wire — the "version" command of memcached's text protocol and what answers it. Pure.
// Source: memcached doc/protocol.txt, "Error strings" and "Other commands".
//
// Channel memcached.reply = the stream as it came, over UDP without its frame: one line.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_memcached_version();
// In the frame of UDP (protocol.txt, "UDP protocol"): request id, this datagram's number, how many.
[[nodiscard]] Bytes build_memcached_version_udp(std::uint16_t request);
// What follows the frame of the one datagram that answers `request`; nullopt where it is another.
[[nodiscard]] std::optional<BytesView> find_memcached_udp(BytesView datagram,
                                                          std::uint16_t request);

// Of one line that can answer "version"; anything else is foreign.
[[nodiscard]] Extent measure_memcached_reply(BytesView stream);

struct MemcachedReply {
  std::string version;  // after "VERSION "; "" for an error
  std::string error;    // "CLIENT_ERROR unauthenticated" …; "" for a version
};
// nullopt where the line is not whole or not memcached's.
[[nodiscard]] std::optional<MemcachedReply> parse_memcached_reply(BytesView stream);

}  // namespace qingdan::net
