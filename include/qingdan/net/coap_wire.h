// coap_wire — CoAP: the question for a device's resources, and the answer. Pure, linear, bounded.
// Sources: RFC 7252 §3 (messages), §5.10 (options), §7.2 (discovery), RFC 6690, RFC 7959 §2.2.
//
// Channel coap.reply = the datagram as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// GET /.well-known/core, non-confirmable, so that nobody repeats anything for our sake; at most
// 1024 bytes of the answer are asked for (Block2).
[[nodiscard]] Bytes build_coap_discovery(std::uint16_t message_id, std::uint32_t token);

struct CoapReply {
  std::uint8_t type{0};  // 1 non-confirmable, 2 acknowledgement, 3 reset
  std::uint16_t message_id{0};
  Bytes token;
  std::string code;     // "2.05"; "0.00" for a reset
  std::string payload;  // link format where the code is 2.05
};
// nullopt where it is no response (an echo is a request) and no reset.
[[nodiscard]] std::optional<CoapReply> parse_coap_reply(BytesView datagram);

}  // namespace qingdan::net
