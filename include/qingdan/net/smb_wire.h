// smb_wire — negotiation of SMB 1, 2 and 3, the first step of a session set-up, and the answers.
// Pure, linear, bounded. Sources: [MS-SMB2] 2.2.1 to 2.2.6, 3.2.4.2.2; [MS-SMB] 2.2.4.5, 2.2.4.6;
// [MS-CIFS] 2.2.3.1, 2.2.4.52, 2.2.4.53; RFC 1002 §4.3 (NetBIOS session service).
//
// Channel smb.negotiate = the stream as it came. Packets carry their own length (RFC 1002 §4.3.1):
// parse_smb_stream() takes them apart: the answers to NEGOTIATE, then the one to SESSION_SETUP.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/clock.h"
#include "qingdan/net/frames.h"
#include "qingdan/net/ntlm_wire.h"

namespace qingdan::net {

// All requests come as whole packets, the NetBIOS header included.
// RFC 1002 §4.3.2, port 139 only: called name *SMBSERVER.
[[nodiscard]] Bytes build_netbios_session_request();
// SMB 1 NEGOTIATE that also offers SMB 2 ([MS-SMB2] 3.2.4.2.2.1).
[[nodiscard]] Bytes build_smb_multi_protocol_negotiate();
// SMB 2 NEGOTIATE of 2.0.2 to 3.1.1. `message_id`: 1 after a multi-protocol one, else 0.
[[nodiscard]] Bytes build_smb2_negotiate(std::uint64_t message_id);
// SESSION_SETUP with NTLM's first message: no user, no credential, no session comes of it.
[[nodiscard]] Bytes build_smb2_session_setup(std::uint64_t message_id);
[[nodiscard]] Bytes build_smb1_session_setup(std::uint32_t session_key);

[[nodiscard]] Extent measure_smb_packet(BytesView stream);

struct Smb2Negotiate {
  std::uint16_t security_mode{0};  // 1 signing enabled, 2 required
  std::uint16_t dialect{0};        // 0x0202, 0x0210, 0x0300, 0x0302, 0x0311; 0x02FF "ask again"
  std::array<std::uint8_t, 16> guid{};
  std::uint32_t capabilities{0};
  std::uint32_t max_transact{0};
  std::uint32_t max_read{0};
  std::uint32_t max_write{0};
  UnixMillis system_time;
  UnixMillis start_time;  // 0 where not told; the server's boot
};
struct Smb1Negotiate {
  std::uint16_t dialect_index{0};  // into what we offered; 0 = NT LM 0.12, 0xFFFF none
  std::uint8_t security_mode{0};   // 1 user level, 2 encrypts, 4 signing enabled, 8 required
  std::uint32_t session_key{0};
  std::uint32_t capabilities{0};
  UnixMillis system_time;
  std::int16_t minutes_west_of_utc{0};
  std::optional<std::array<std::uint8_t, 16>> guid;  // extended security
  std::string domain;                                // without extended security
  std::string server;
  [[nodiscard]] bool extended_security() const { return (capabilities & 0x8000'0000U) != 0; }
};
struct Smb1Session {
  std::string native_os;           // "Windows 5.1", "Unix"
  std::string native_lan_manager;  // "Samba 3.6.25"
  std::string domain;
};

struct SmbMessage {
  int generation{0};         // 1 or 2 (2 is also SMB 3)
  std::uint16_t command{0};  // SMB 1: 0x72 negotiate, 0x73 session; SMB 2: 0, 1
  std::uint32_t status{0};   // NTSTATUS
  std::optional<Smb1Negotiate> negotiate1;
  std::optional<Smb1Session> session1;
  std::optional<Smb2Negotiate> negotiate2;
  std::optional<SpnegoOffer> offer;        // of the security blob
  std::optional<NtlmChallenge> challenge;  // of the security blob
};
struct SmbStream {
  std::optional<bool> netbios_accepted;  // the answer to the NetBIOS session request, port 139
  std::vector<SmbMessage> messages;
};
// nullopt where the first packet is not SMB's; what follows a whole message and is not, is left
// out.
[[nodiscard]] std::optional<SmbStream> parse_smb_stream(BytesView stream);

}  // namespace qingdan::net
