// ipmi — a management controller before any session: the pong of ASF 2.0 section 3.2.4.3 and "Get
// Channel Authentication Capabilities" of IPMI 2.0 section 22.13.
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kAsf = 6, kIpmi = 7;

std::uint8_t checksum(BytesView bytes) {
  std::uint8_t sum = 0;
  for (const auto byte : bytes) sum = static_cast<std::uint8_t>(sum + byte);
  return static_cast<std::uint8_t>(0x100 - sum);
}

Bytes pong(BytesView asked, std::uint32_t enterprise) {
  if (asked.size() < 12 || asked[8] != 0x80) return {};
  ByteWriter out;
  out.u8(6).u8(0).u8(0xff).u8(kAsf).u32be(4542).u8(0x40).u8(asked[9]).u8(0).u8(16);
  out.u32be(enterprise).u32be(0).u8(0x81).fill(7);
  return std::move(out).take();
}

struct Abilities {
  std::uint8_t types, status, sessions;
  std::uint32_t oem;
};

Bytes capabilities(BytesView asked, const Abilities& self) {
  // Header, session header without authentication, then responder, function, sum, requester.
  if (asked.size() < 23 || asked[4] != 0 || asked[15] != 0x18 || asked[19] != 0x38) return {};
  ByteWriter head;
  head.u8(asked[17]).u8(0x1c);
  ByteWriter body;
  body.u8(asked[14]).u8(asked[18]).u8(0x38).u8(0).u8(1);
  body.u8(self.types).u8(self.status).u8(self.sessions).u24le(self.oem).u8(0);
  ByteWriter out;
  out.u8(6).u8(0).u8(0xff).u8(kIpmi).fill(9);
  out.u8(static_cast<std::uint8_t>(head.size() + body.size() + 2));
  out.bytes(head.view()).u8(checksum(head.view())).bytes(body.view()).u8(checksum(body.view()));
  return std::move(out).take();
}

}  // namespace

DatagramPlayer make_ipmi(const Settings& settings, const Seat&) {
  const bool v2 = settings.text("ipmi_version", "2.0") == "2.0";
  const auto oem = static_cast<std::uint32_t>(settings.number("oem", 0));
  const auto enterprise = static_cast<std::uint32_t>(settings.number("enterprise", 4542));
  // MD5 log-ins; bit 7 says that what follows is of IPMI 2.0.
  const Abilities self{static_cast<std::uint8_t>(v2 ? 0x84 : 0x04), 0x04,
                       static_cast<std::uint8_t>(v2 ? 0x02 : 0x00), oem};
  return [=](BytesView asked) -> Bytes {
    if (asked.size() < 12 || asked[0] != 6) return {};
    if (asked[3] == kAsf) return pong(asked, enterprise);
    if (asked[3] == kIpmi) return capabilities(asked, self);
    return {};
  };
}

}  // namespace qingdan::practice
