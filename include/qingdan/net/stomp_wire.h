// stomp_wire — the first frame of a STOMP client, and what the broker says to it. Pure, bounded.
//
// Channel stomp.frame = the frame as it came.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// CONNECT for all versions, without login and passcode; then DISCONNECT, which asks for no receipt:
// STOMP 1.2, "CONNECT or STOMP frame", "DISCONNECT". The virtual host is "/": brokers without any
// ignore it, RabbitMQ calls its first one so.
[[nodiscard]] Bytes build_stomp_connect();
[[nodiscard]] Bytes build_stomp_disconnect();

inline constexpr std::size_t kStompFrameMax = 32'768;  // a refusal may carry a stack trace

// CONNECTED, or ERROR with a header that says why: memcached's "ERROR" has none.
struct StompFrame {
  bool connected{false};                                     // else ERROR
  std::vector<std::pair<std::string, std::string>> headers;  // in order, the first of a name counts
  std::string body;
  // "" where there is none.
  [[nodiscard]] std::string find_header(std::string_view name) const;
};
[[nodiscard]] Extent measure_stomp(BytesView stream);
[[nodiscard]] std::optional<StompFrame> parse_stomp(BytesView stream);

}  // namespace qingdan::net
