// remote_wire — one question each to ways in and shares: PPTP, AFP, and the INFO line of NATS.
// Pure, bounded.
//
// Channels pptp.reply, afp.status, nats.info = the message as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// Start-Control-Connection-Request and its reply (RFC 2637 §2.1, §2.2).
[[nodiscard]] Bytes build_pptp_start();
[[nodiscard]] Bytes build_pptp_stop();  // §2.3, reason "stop-local-shutdown"
[[nodiscard]] Extent measure_pptp(BytesView stream);
struct PptpReply {
  int result{0};  // 1: it would go on
  std::uint16_t firmware{0};
  std::string host, vendor;
};
[[nodiscard]] std::optional<PptpReply> parse_pptp(BytesView stream);

// DSIGetStatus, which no session needs, and the server's FPGetSrvrInfo block (Apple Filing Protocol
// Programming Guide, "DSIGetStatus"; Apple Filing Protocol Reference, "FPGetSrvrInfo").
[[nodiscard]] Bytes build_afp_status();
inline constexpr std::size_t kAfpStatusMax = 16'384;
[[nodiscard]] Extent measure_afp(BytesView stream);
struct AfpStatus {
  std::string machine;  // "Netatalk3.1.12", "MacPro7,1"
  std::string name;
  std::string versions;  // "AFP2.2 AFPX03 AFP3.4"
};
[[nodiscard]] std::optional<AfpStatus> parse_afp(BytesView stream);

// NATS client protocol, "INFO": the server says it first.
inline constexpr std::size_t kNatsInfoMax = 32'768;
[[nodiscard]] Extent measure_nats(BytesView stream);
struct NatsInfo {
  std::string version;  // "2.9.10"
  std::string server_name;
};
[[nodiscard]] std::optional<NatsInfo> parse_nats(BytesView stream);

}  // namespace qingdan::net
