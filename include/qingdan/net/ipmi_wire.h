// ipmi_wire — RMCP: the ASF presence ping and IPMI's "Get Channel Authentication Capabilities", the
// two requests a baseboard management controller answers before any session. Pure, bounded.
// Sources: ASF 2.0 §3.2.4 (ping, pong), IPMI 2.0 §13.1.3 (RMCP), §13.6 (session header),
// §13.8 (message), §22.13 (the command).
//
// Channel ipmi.reply = net/frames.h messages: pong and answer, each datagram as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_asf_ping(std::uint8_t tag);
// Of the channel that is asked, for the privilege level "user"; opens no session. `sequence` is of
// six bits.
[[nodiscard]] Bytes build_ipmi_auth_capabilities(std::uint8_t sequence);

struct AsfPong {
  std::uint8_t tag{0};
  std::uint32_t enterprise{0};  // IANA's; 4542 is ASF itself and names nobody
  bool ipmi{false};             // "supported entities", bit 7
};
[[nodiscard]] std::optional<AsfPong> parse_asf_pong(BytesView datagram);

struct IpmiCapabilities {
  std::uint8_t sequence{0};
  std::uint8_t completion{0};  // 0 = done; what follows is empty otherwise
  std::uint8_t channel{0};
  std::vector<std::string> types;  // none md2 md5 password oem
  bool v15{false}, v20{false};     // which sessions it takes
  bool null_users{false};          // "non-null user names" alone is how it should be
  bool anonymous{false};           // a null user name with a null password may log in
  bool kg_set{false};              // the two-key log-in of IPMI 2.0
  std::uint32_t oem{0};            // IANA enterprise number, 0 = none named
};
[[nodiscard]] std::optional<IpmiCapabilities> parse_ipmi_capabilities(BytesView datagram);

}  // namespace qingdan::net
