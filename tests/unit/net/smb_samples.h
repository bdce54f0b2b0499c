// smb_samples — NTLM challenges and SMB answers as servers send them, of our own making: names and
// GUIDs are invented (RFC 2606 domains).
#pragma once

#include <string_view>

#include "net/ber.h"
#include "qingdan/base/bytes.h"

namespace qingdan::test {

inline Bytes utf16(std::string_view ascii) {
  ByteWriter out;
  for (const char c : ascii) out.u16le(static_cast<std::uint8_t>(c));
  return std::move(out).take();
}

inline constexpr std::uint64_t kSampleFiletime = 134'247'456'000'000'000;  // 2026-06-01T08:00:00Z
inline constexpr std::int64_t kSampleMillis = 1'780'272'000'000;

inline Bytes ntlm_challenge() {
  ByteWriter pairs;
  const auto pair = [&pairs](std::uint16_t id, const Bytes& value) {
    pairs.u16le(id).u16le(static_cast<std::uint16_t>(value.size())).bytes(value);
  };
  pair(2, utf16("EXAMPLE"));
  pair(1, utf16("FILES01"));
  pair(4, utf16("example.org"));
  pair(3, utf16("files01.example.org"));
  pair(5, utf16("example.org"));
  ByteWriter time;
  time.u64le(kSampleFiletime);
  pair(7, std::move(time).take());
  pair(0, {});
  const auto target = utf16("EXAMPLE");
  ByteWriter out;
  out.text(std::string_view("NTLMSSP\0", 8)).u32le(2);
  const auto field = [&out](std::size_t size, std::size_t at) {
    out.u16le(static_cast<std::uint16_t>(size)).u16le(static_cast<std::uint16_t>(size));
    out.u32le(static_cast<std::uint32_t>(at));
  };
  field(target.size(), 56);
  out.u32le(0xE289'8215).fill(8, 0x11).fill(8);
  field(pairs.size(), 56 + target.size());
  out.u8(10).u8(0).u16le(17763).fill(3).u8(15);
  out.bytes(target).bytes(pairs.view());
  return std::move(out).take();
}

// NegTokenResp: accept-incomplete, NTLM, the challenge.
inline Bytes spnego_challenge() {
  namespace ber = net::ber;
  const Bytes incomplete = {1};
  const auto state = ber::element(0xA0, ber::element(ber::kEnumerated, incomplete));
  const auto token = ber::element(0xA2, ber::element(ber::kOctetString, ntlm_challenge()));
  return ber::element(0xA1, ber::element(ber::kSequence, {state, token}));
}

// NegTokenInit2 offering NTLM and Kerberos, with a hint.
inline Bytes spnego_offer() {
  namespace ber = net::ber;
  const Bytes spnego = {0x2B, 6, 1, 5, 5, 2};
  const Bytes ntlm = {0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10};
  const Bytes kerberos = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 1, 2, 2};
  const auto mechanisms = ber::element(
      0xA0, ber::element(ber::kSequence,
                         {ber::element(ber::kOid, kerberos), ber::element(ber::kOid, ntlm)}));
  const auto name = ber::element(0xA0, ber::element(0x1B, as_bytes("files01$@EXAMPLE.ORG")));
  const auto hints = ber::element(0xA3, ber::element(ber::kSequence, name));
  const auto init = ber::element(0xA0, ber::element(ber::kSequence, {mechanisms, hints}));
  return ber::element(0x60, {ber::element(ber::kOid, spnego), init});
}

inline Bytes smb_packet(BytesView body) {
  ByteWriter out;
  out.u8(0).u24be(static_cast<std::uint32_t>(body.size())).bytes(body);
  return std::move(out).take();
}

inline ByteWriter smb2_head(std::uint16_t command, std::uint32_t status) {
  ByteWriter out;
  out.text("\xFESMB").u16le(64).u16le(0).u32le(status).u16le(command).fill(64 - 14);
  return out;
}

inline Bytes smb2_negotiate_answer(std::uint16_t dialect) {
  const auto blob = spnego_offer();
  auto out = smb2_head(0, 0);
  out.u16le(65).u16le(3).u16le(dialect).u16le(0).fill(16, 0xA5).u32le(0x2F);
  out.u32le(8'388'608).u32le(8'388'608).u32le(8'388'608).u64le(kSampleFiletime).u64le(0);
  out.u16le(128).u16le(static_cast<std::uint16_t>(blob.size())).u32le(0).bytes(blob);
  return smb_packet(out.view());
}

inline Bytes smb2_session_answer() {
  const auto blob = spnego_challenge();
  auto out = smb2_head(1, 0xC000'0016);
  out.u16le(9).u16le(0).u16le(72).u16le(static_cast<std::uint16_t>(blob.size())).bytes(blob);
  return smb_packet(out.view());
}

inline ByteWriter smb1_head(std::uint8_t command, std::uint32_t status) {
  ByteWriter out;
  out.text("\xFFSMB").u8(command).u32le(status).u8(0x98).u16le(0xC801).fill(20);
  return out;
}

inline Bytes smb1_negotiate_answer(bool extended) {
  auto out = smb1_head(0x72, 0);
  out.u8(17).u16le(0).u8(3).u16le(50).u16le(1).u32le(16644).u32le(65536).u32le(0x1234);
  out.u32le(extended ? 0x8000'F3FDU : 0x0000'F3FDU).u64le(kSampleFiletime).u16le(0xFE20);
  ByteWriter data;
  if (extended) {
    data.fill(16, 0xA5).bytes(spnego_offer());
  } else {
    data.fill(8, 0x11).bytes(utf16(std::string_view("EXAMPLE\0", 8)));
    data.bytes(utf16(std::string_view("OLDBOX\0", 7)));
  }
  out.u8(extended ? 0 : 8).u16le(static_cast<std::uint16_t>(data.size())).bytes(data.view());
  return smb_packet(out.view());
}

inline Bytes smb1_session_answer() {
  const auto blob = spnego_challenge();
  auto out = smb1_head(0x73, 0xC000'0016);
  out.u8(4).u8(0xFF).u8(0).u16le(0).u16le(0).u16le(static_cast<std::uint16_t>(blob.size()));
  ByteWriter data;
  data.bytes(blob).fill((out.size() + 2 + blob.size()) % 2);
  data.bytes(utf16(std::string_view("Windows 6.1\0", 12)));
  data.bytes(utf16(std::string_view("Samba 4.9.5\0", 12))).bytes(utf16("EXAMPLE"));
  out.u16le(static_cast<std::uint16_t>(data.size())).bytes(data.view());
  return smb_packet(out.view());
}

}  // namespace qingdan::test
