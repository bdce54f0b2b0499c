// rdp_wire — the X.224 connection request of RDP and its confirm. Pure, bounded.
// Sources: [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2, RFC 1006 §6 (TPKT), X.224 §13.
//
// Channel rdp.reply = the stream as it came: one TPKT.
#pragma once

#include <optional>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// Offers TLS, CredSSP and CredSSP with early user authorization; no cookie, hence no user name.
[[nodiscard]] Bytes build_rdp_connection_request();

[[nodiscard]] Extent measure_rdp_confirm(BytesView stream);

struct RdpConfirm {
  enum class Negotiation : std::uint8_t {
    none,      // the server knows only standard RDP security
    selected,  // `protocol`: 0 RDP, 1 TLS, 2 CredSSP, 8 CredSSP with early user authorization
    refused    // `failure`: 1 TLS required, 2 TLS not allowed, 3 no certificate, 5 CredSSP required
  };
  Negotiation negotiation{Negotiation::none};
  std::uint32_t protocol{0};
  std::uint32_t failure{0};
  // [MS-RDPBCGR] 2.2.1.2.1: 0x01 extended client data, 0x02 graphics pipeline, 0x08 restricted
  // admin, 0x10 redirected authentication; tells generations of Windows apart.
  std::uint8_t flags{0};
  // After this the server expects a TLS ClientHello.
  [[nodiscard]] bool wants_tls() const {
    return negotiation == Negotiation::selected && protocol != 0;
  }
};
// nullopt where it is not a whole connection confirm.
[[nodiscard]] std::optional<RdpConfirm> parse_rdp_confirm(BytesView stream);

}  // namespace qingdan::net
