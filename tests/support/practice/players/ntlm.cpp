// ntlm — see ntlm.h.
#include "ntlm.h"

namespace qingdan::practice {
namespace {

// MsvAvId values, [MS-NLMP] 2.2.2.1.
constexpr std::uint16_t kEnd = 0, kComputer = 1, kDomain = 2, kDnsComputer = 3, kDnsDomain = 4,
                        kTime = 7;
// UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, TARGET_TYPE_DOMAIN, EXTENDED_SESSIONSECURITY,
// TARGET_INFO, VERSION, 128, KEY_EXCH, 56 ([MS-NLMP] 2.2.2.5).
constexpr std::uint32_t kFlags = 0xe2898215;
constexpr std::uint32_t kHeader = 56;

Bytes utf16(const std::string& ascii) {
  ByteWriter out;
  for (const char c : ascii) out.u16le(static_cast<std::uint8_t>(c));
  return std::move(out).take();
}

void add_pair(ByteWriter& out, std::uint16_t id, const std::string& text) {
  const auto value = utf16(text);
  if (!value.empty()) out.u16le(id).u16le(static_cast<std::uint16_t>(value.size())).bytes(value);
}

}  // namespace

Bytes ntlm_challenge(const NtlmNames& names, BytesView server_challenge) {
  const auto target = utf16(names.domain);
  ByteWriter info;
  add_pair(info, kDomain, names.domain);
  add_pair(info, kComputer, names.computer);
  add_pair(info, kDnsDomain, names.dns_domain);
  add_pair(info, kDnsComputer, names.dns_computer);
  if (names.time != 0) info.u16le(kTime).u16le(8).u64le(names.time);
  info.u16le(kEnd).u16le(0);
  const auto field = [](ByteWriter& out, std::size_t size, std::size_t offset) {
    const auto length = static_cast<std::uint16_t>(size);
    out.u16le(length).u16le(length).u32le(static_cast<std::uint32_t>(offset));
  };
  ByteWriter out;
  out.text("NTLMSSP").u8(0).u32le(2);
  field(out, target.size(), kHeader);
  out.u32le(kFlags).bytes(server_challenge.first(8)).fill(8);
  field(out, info.size(), kHeader + target.size());
  out.u8(names.major).u8(names.minor).u16le(names.build).fill(3).u8(15);
  out.bytes(target).bytes(info.view());
  return std::move(out).take();
}

}  // namespace qingdan::practice
