// tns_wire — Oracle's listener asked as tnsping does, and what it says. Pure, bounded.
// Sources: Oracle Database Net Services Reference (connect descriptors, error 1189 …); the packet
// header as Oracle's own open client node-oracledb (lib/thin/sqlnet/packet.js) writes it.
//
// Channel oracle.tns = the packet as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// A connect packet with (COMMAND=ping): what tnsping sends; no service and no user is named.
[[nodiscard]] Bytes build_tns_ping();

inline constexpr std::size_t kTnsPacketMax = 8192;
[[nodiscard]] Extent measure_tns_packet(BytesView stream);

struct TnsReply {
  enum class Kind : std::uint8_t { accept, refuse, redirect, resend };
  Kind kind{Kind::refuse};
  std::string data;     // "(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0)(ALIAS=LISTENER))"
  std::string version;  // of VSNNUM: "19.0.0.0.0"; "" where there is none
};
// nullopt where the bytes are none of these packets.
[[nodiscard]] std::optional<TnsReply> parse_tns_reply(BytesView packet);

// What the number of VSNNUM stands for. Since release 18 its digits are cut otherwise.
[[nodiscard]] std::string tns_version_text(std::uint32_t number);

}  // namespace qingdan::net
