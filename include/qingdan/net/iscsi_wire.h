// iscsi_wire — the discovery session of iSCSI: log in as nobody, ask for the names of the targets,
// log out. RFC 7143 §4.3, §11.10 to §11.15, §13; three of the keys are of RFC 7144 and RFC 7145.
// Pure, bounded.
//
// Channel iscsi.login = all that came, PDU after PDU, as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// The first Login Request, which offers CHAP and None. A target that wants CHAP is left there.
[[nodiscard]] Bytes build_iscsi_login();

// What we declare to take in one PDU, MaxRecvDataSegmentLength (§13.12): some 800 names.
inline constexpr std::size_t kIscsiTextMax = 65'536;

// One PDU of a target: Login Response, Text Response or Reject; a response under a tag of ours.
[[nodiscard]] Extent measure_iscsi(BytesView stream);

struct IscsiTurn {
  bool ours{false};
  bool last{false};  // nothing more is to be asked
  Bytes send;        // empty where the connection is just closed, which ends a login (§6.3)
};
// What is said after a whole `pdu`. No target is ever logged in to.
[[nodiscard]] IscsiTurn answer_iscsi(BytesView pdu);

struct IscsiDiscovery {
  int status_class{0}, status_detail{0};  // of the last Login Response, §11.13.5
  std::vector<std::string> keys;          // of the Login Responses, in order: "AuthMethod=None"
  std::vector<std::string> negotiated;    // of these, what was said after authentication
  std::vector<std::string> targets;       // "iqn.2003-01.com.example:disk"
};
// The PDUs at the start of `stream`; nothing where the first is no Login Response.
[[nodiscard]] std::optional<IscsiDiscovery> parse_iscsi(BytesView stream);

}  // namespace qingdan::net
