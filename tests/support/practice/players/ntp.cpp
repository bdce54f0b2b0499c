// ntp — client/server mode and, where set, the read-variables control message (RFC 5905 section
// 7.3, RFC 9327 section 2).
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint32_t kMoment = 0xeb5c9d20;  // seconds since 1900, some day of 2025; play time

Bytes time_answer(BytesView asked, std::uint8_t stratum) {
  ByteWriter out;
  const auto version = static_cast<std::uint8_t>(asked[0] & 0x38);
  out.u8(static_cast<std::uint8_t>(version | 4)).u8(stratum).u8(6).u8(0xec);
  out.u32be(0x00000100).u32be(0x00000200).u32be(0x7f420101);  // root delay, dispersion, reference
  out.u32be(kMoment - 30).u32be(0).bytes(asked.subspan(40, 8));  // origin = their transmit time
  out.u32be(kMoment).u32be(0x10000000).u32be(kMoment).u32be(0x20000000);
  return std::move(out).take();
}

Bytes control_answer(BytesView asked, const std::string& variables) {
  constexpr std::uint8_t kReadVariables = 2, kResponseBit = 0x80;
  if (variables.empty() || asked.size() < 12 || (asked[1] & 0x1f) != kReadVariables) return {};
  ByteWriter out;
  out.u8(asked[0])
      .u8(kResponseBit | kReadVariables)
      .bytes(asked.subspan(2, 2))
      .u16be(0x0615)
      .u16be(0)
      .u16be(0);
  out.u16be(static_cast<std::uint16_t>(variables.size())).text(variables);
  out.fill((4 - variables.size() % 4) % 4);
  return std::move(out).take();
}

}  // namespace

DatagramPlayer make_ntp(const Settings& settings, const Seat&) {
  const auto stratum = static_cast<std::uint8_t>(settings.number("stratum", 3));
  const auto variables = settings.text("variables");
  return [=](BytesView asked) -> Bytes {
    constexpr std::uint8_t kClient = 3, kControl = 6;
    if (asked.empty()) return {};
    const auto mode = asked[0] & 7;
    if (mode == kControl) return control_answer(asked, variables);
    if (mode == kClient && asked.size() >= 48) return time_answer(asked, stratum);
    return {};
  };
}

}  // namespace qingdan::practice
