// l2tp_wire — the first control message of L2TP, what answers it, and the goodbye. Pure, bounded.
// Sources: RFC 2661 §3.1 (header), §4.1 (AVPs), §4.4 (their types), §6.1, §6.2, §6.4.
//
// Channel l2tp.reply = the datagram as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// Start-Control-Connection-Request; `tunnel` is the number we give the tunnel, not zero.
[[nodiscard]] Bytes build_l2tp_start(std::uint16_t tunnel);
// Stop-Control-Connection-Notification to a peer that agreed to a tunnel: its state ends at once.
[[nodiscard]] Bytes build_l2tp_stop(std::uint16_t peer_tunnel, std::uint16_t tunnel);

struct L2tpReply {
  std::uint16_t tunnel{0};       // ours, as the peer addresses us
  std::uint16_t message{0};      // 2 = agreed, 4 = refused, 0 = an acknowledgement without more
  std::uint16_t peer_tunnel{0};  // the peer's number for it
  std::string host;              // its name
  std::string vendor;
  std::uint16_t firmware{0};  // 0 = not said
  std::string error;          // of a refusal
};
// nullopt where it is no control message of version 2, or a request (an echo).
[[nodiscard]] std::optional<L2tpReply> parse_l2tp_reply(BytesView datagram);

}  // namespace qingdan::net
