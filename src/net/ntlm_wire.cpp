// ntlm_wire — see the header.
#include "qingdan/net/ntlm_wire.h"

#include <algorithm>

#include "net/ber.h"

namespace qingdan::net {

namespace {

constexpr std::string_view kSignature{"NTLMSSP\0", 8};  // [MS-NLMP] 2.2.1.1
constexpr std::uint32_t kNegotiateMessage = 1;
constexpr std::uint32_t kChallengeMessage = 2;
// [MS-NLMP] 2.2.2.5: Unicode, request target, NTLM, always sign, extended session security,
// target info, version, 128, 56 — what today's clients ask for, without supplying any name.
constexpr std::uint32_t kFlags = 0x0000'0001U | 0x0000'0004U | 0x0000'0200U | 0x0000'8000U |
                                 0x0008'0000U | 0x0080'0000U | 0x0200'0000U | 0x2000'0000U |
                                 0x8000'0000U;
constexpr std::uint32_t kUnicode = 0x0000'0001U;
constexpr std::uint32_t kVersionPresent = 0x0200'0000U;
constexpr std::uint8_t kNtlmRevision = 0x0F;  // 2.2.2.10
constexpr std::uint32_t kNegotiateSize = 40;

// RFC 4178 §4.2 and RFC 2743 §3.1: [APPLICATION 0], mechanism OID, then [0] or [1].
constexpr std::uint8_t kApplication0 = 0x60;
constexpr std::uint8_t kContext0 = 0xA0, kContext2 = 0xA2, kContext3 = 0xA3;
constexpr std::uint8_t kGeneralString = 0x1B;
constexpr std::uint8_t kSpnegoOid[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x02};
constexpr std::uint8_t kNtlmOid[] = {0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0A};
constexpr std::size_t kMechanismsMax = 32;
constexpr std::size_t kPairsMax = 32;
constexpr std::uint64_t kUnixEpochInFiletime = 116'444'736'000'000'000;
constexpr std::int64_t kYear10000Millis = 253'402'300'800'000;

void append_utf8(std::string& text, std::uint32_t c) {
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

// A {length, maximum, offset} triple that points into the message; empty where it leads outside.
BytesView read_field(ByteReader& reader, BytesView message) {
  const std::size_t length = reader.u16le();
  reader.skip(2);
  const std::size_t offset = reader.u32le();
  if (!reader || offset > message.size() || length > message.size() - offset) return {};
  return message.subspan(offset, length);
}

void read_pairs(BytesView pairs, NtlmChallenge& challenge) {
  ByteReader reader(pairs);
  for (std::size_t i = 0; i < kPairsMax; ++i) {
    const auto id = reader.u16le();
    const auto length = reader.u16le();
    const auto value = reader.take(length);
    if (!reader || id == 0) return;
    switch (id) {
      case 1:
        challenge.netbios_computer = text_of_utf16le(value);
        break;
      case 2:
        challenge.netbios_domain = text_of_utf16le(value);
        break;
      case 3:
        challenge.dns_computer = text_of_utf16le(value);
        break;
      case 4:
        challenge.dns_domain = text_of_utf16le(value);
        break;
      case 5:
        challenge.dns_tree = text_of_utf16le(value);
        break;
      case 7: {
        ByteReader time(value);
        challenge.timestamp = time_of_filetime(time.u64le());
        break;
      }
      default:
        break;
    }
  }
}

void read_mechanisms(BytesView wrapped, SpnegoOffer& offer) {
  ByteReader outer(wrapped);
  const auto list = ber::next(outer, ber::kSequence);
  if (!list) return;
  ByteReader reader(*list);
  while (offer.mechanisms.size() < kMechanismsMax) {
    const auto oid = ber::next(reader, ber::kOid);
    const auto text = oid ? ber::to_oid(*oid) : std::nullopt;
    if (!text) return;
    offer.mechanisms.push_back(*text);
  }
}

void read_hint(BytesView wrapped, SpnegoOffer& offer) {
  ByteReader outer(wrapped);
  const auto hints = ber::next(outer, ber::kSequence);
  if (!hints) return;
  ByteReader reader(*hints);
  const auto name = ber::next(reader, kContext0);
  if (!name) return;
  ByteReader inside(*name);
  const auto text = ber::next(inside, kGeneralString);
  if (text) offer.hint = std::string(as_text(*text));
}

}  // namespace

std::string text_of_utf16le(BytesView bytes) {
  std::string text;
  ByteReader reader(bytes);
  while (reader.remaining() >= 2) {
    std::uint32_t c = reader.u16le();
    if (c >= 0xD800 && c < 0xDC00 && reader.remaining() >= 2) {
      ByteReader ahead = reader;
      const std::uint32_t low = ahead.u16le();
      if (low >= 0xDC00 && low < 0xE000) {
        reader = ahead;
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      }
    }
    append_utf8(text, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
  }
  return text;
}

UnixMillis time_of_filetime(std::uint64_t filetime) {
  if (filetime < kUnixEpochInFiletime) return {};
  const auto millis = static_cast<std::int64_t>((filetime - kUnixEpochInFiletime) / 10'000);
  return millis < kYear10000Millis ? UnixMillis{millis} : UnixMillis{};
}

Bytes build_spnego_ntlm_negotiate() {
  ByteWriter ntlm;
  ntlm.text(kSignature).u32le(kNegotiateMessage).u32le(kFlags);
  ntlm.u16le(0).u16le(0).u32le(kNegotiateSize);  // no domain
  ntlm.u16le(0).u16le(0).u32le(kNegotiateSize);  // no workstation
  ntlm.fill(7).u8(kNtlmRevision);                // VERSION is for debugging only
  const auto mechanisms = ber::element(ber::kSequence, ber::element(ber::kOid, kNtlmOid));
  const auto token = ber::element(ber::kOctetString, ntlm.view());
  const auto init = ber::element(
      ber::kSequence, {ber::element(kContext0, mechanisms), ber::element(kContext2, token)});
  return ber::element(kApplication0,
                      {ber::element(ber::kOid, kSpnegoOid), ber::element(kContext0, init)});
}

std::optional<SpnegoOffer> parse_spnego_offer(BytesView blob) {
  ByteReader outer(blob);
  const auto content = ber::next(outer, kApplication0);
  if (!content) return std::nullopt;
  ByteReader reader(*content);
  const auto oid = ber::next(reader, ber::kOid);
  if (!oid || !std::equal(oid->begin(), oid->end(), std::begin(kSpnegoOid), std::end(kSpnegoOid))) {
    return std::nullopt;
  }
  const auto choice = ber::next(reader, kContext0);
  if (!choice) return std::nullopt;
  ByteReader inside(*choice);
  const auto init = ber::next(inside, ber::kSequence);
  if (!init) return std::nullopt;
  SpnegoOffer offer;
  ByteReader fields(*init);
  while (const auto field = ber::next(fields)) {
    if (field->tag == kContext0) read_mechanisms(field->body, offer);
    if (field->tag == kContext3) read_hint(field->body, offer);
  }
  return offer;
}

std::optional<NtlmChallenge> parse_ntlm_challenge(BytesView blob) {
  const auto at = as_text(blob).find(kSignature);
  if (at == std::string_view::npos) return std::nullopt;
  const auto message = blob.subspan(at);
  ByteReader reader(message);
  reader.skip(kSignature.size());
  if (reader.u32le() != kChallengeMessage || !reader) return std::nullopt;
  NtlmChallenge challenge;
  const auto target = read_field(reader, message);
  challenge.flags = reader.u32le();
  if (!reader) return std::nullopt;
  challenge.target =
      (challenge.flags & kUnicode) != 0 ? text_of_utf16le(target) : std::string(as_text(target));
  reader.skip(16);  // the challenge and a reserved field
  read_pairs(read_field(reader, message), challenge);
  const auto major = reader.u8(), minor = reader.u8();
  const auto build = reader.u16le();
  if (reader && (challenge.flags & kVersionPresent) != 0) {
    challenge.os_major = major;
    challenge.os_minor = minor;
    challenge.os_build = build;
  }
  return challenge;
}

}  // namespace qingdan::net
