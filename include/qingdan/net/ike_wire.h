// ike_wire — the first message of IKE, in version 1 (Main Mode) and 2 (IKE_SA_INIT), and what a
// responder's first message tells. Pure, linear, bounded.
// Sources: RFC 2408 §3 (ISAKMP), RFC 2409 §5, appendix A (attributes), RFC 7296 §3 (IKEv2),
// RFC 3948 §2.2 (the four zeros of port 4500), IANA "IPSEC" and "IKEv2" registries.
//
// Channel ike.reply = the datagram as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// A proposal of the transforms gateways take by default; no identity, no key is sent. `cookie` is
// the initiator's, not zero. `nat_port`: as port 4500 wants it.
[[nodiscard]] Bytes build_ike1_main_mode(std::uint64_t cookie, bool nat_port);
// With a public value of group 14 whose exponent anybody may know: nothing is ever encrypted.
[[nodiscard]] Bytes build_ike2_init(std::uint64_t cookie, bool nat_port);

struct IkeReply {
  std::uint64_t initiator{0};  // our cookie
  std::uint64_t responder{0};  // 0 in refusals of some
  int major{0};
  int minor{0};
  std::uint8_t exchange{0};
  bool accepted{false};                // it chose one of our proposals
  std::string chosen;                  // "enc=7 hash=2 auth=1 group=14", IANA's numbers; version 1
  std::vector<std::string> vendors;    // vendor ids, hex
  std::vector<std::uint16_t> notices;  // notify types: 14 = no proposal chosen
  bool truncated{false};
};
// nullopt where it is no IKE message, or one of an initiator (an echo).
[[nodiscard]] std::optional<IkeReply> parse_ike_reply(BytesView datagram);

}  // namespace qingdan::net
