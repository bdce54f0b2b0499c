// enip_wire — ListIdentity of EtherNet/IP: the request that only asks who a device is; no session
// is registered. Pure.
// Source: The CIP Networks Library, Volume 2, §2-3.1 (encapsulation header), §2-4.3 (ListIdentity).
//
// Channel enip.identity = the reply as it came.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_enip_list_identity();

// Of a reply to our request; anything else is foreign.
[[nodiscard]] Extent measure_enip_reply(BytesView stream);

struct EnipIdentity {
  std::uint16_t vendor{0}, device_type{0}, product_code{0};  // numbers of ODVA
  std::uint8_t major{0}, minor{0};
  std::uint32_t serial{0};
  std::string product_name;
};
// nullopt where the reply is not whole, says that it failed, or holds no identity.
[[nodiscard]] std::optional<EnipIdentity> parse_enip_identity(BytesView stream);

}  // namespace qingdan::net
