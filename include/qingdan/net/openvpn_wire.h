// openvpn_wire — the hard reset by which an OpenVPN client begins, and the server's. Pure, bounded.
// Source: OpenVPN's protocol as written down in doc/doxygen/doc_protocol_overview.h of its sources
// ("Network protocol").
//
// Channel openvpn.reply = the datagram as it came, over TCP with the length before it. A server
// with tls-auth or tls-crypt keeps silent.
#pragma once

#include <optional>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_openvpn_reset(std::uint64_t session);
// With the length that TCP wants before each packet.
[[nodiscard]] Bytes build_openvpn_reset_tcp(std::uint64_t session);
// Of the first packet, its length included.
[[nodiscard]] Extent measure_openvpn_tcp(BytesView stream);

struct OpenvpnReset {
  std::uint64_t session{0};         // the server's
  std::uint64_t remote_session{0};  // ours; 0 where it acknowledges nothing
};
// nullopt where it is no P_CONTROL_HARD_RESET_SERVER_V2.
[[nodiscard]] std::optional<OpenvpnReset> parse_openvpn_reset(BytesView packet);

}  // namespace qingdan::net
