// coap_wire — see the header.
#include "qingdan/net/coap_wire.h"

#include <string_view>

namespace qingdan::net {

namespace {

constexpr std::uint8_t kVersion = 1;  // RFC 7252 §3
constexpr std::uint8_t kNonConfirmable = 1, kReset = 3;
constexpr std::uint8_t kGet = 1;  // §12.1.1
constexpr std::uint8_t kUriPath = 11, kBlock2 = 23;
constexpr std::uint8_t kBlocksOf1024 = 6;  // RFC 7959 §2.2: block 0, size 2^(6+4)
constexpr std::uint8_t kPayloadMarker = 0xFF;
constexpr int kOptionsMax = 64;

// RFC 7252 §3.1: 13 and 14 mean one and two further bytes, 15 is kept for the marker.
std::optional<std::size_t> extended(ByteReader& reader, std::uint8_t half) {
  if (half < 13) return half;
  if (half == 13) return reader.u8() + 13U;
  if (half == 14) return reader.u16be() + 269U;
  return std::nullopt;
}

// Behind the options; false where they cannot be read.
bool skip_options(ByteReader& reader) {
  for (int i = 0; i < kOptionsMax; ++i) {
    if (reader.at_end()) return reader.ok();
    const auto first = reader.u8();
    if (first == kPayloadMarker) return reader.remaining() > 0;  // §3: no marker before nothing
    const auto delta = extended(reader, first >> 4);
    const auto length = extended(reader, first & 15);
    if (!delta || !length) return false;
    reader.skip(*length);
    if (!reader) return false;
  }
  return false;
}

// The codes of responses that IANA has given out (RFC 7252 §12.1.2 and later): five bits of a header
// prove little, and text of many kinds begins with the rest of it.
bool is_response_code(int code_class, int detail) {
  if (code_class == 2) return (detail >= 1 && detail <= 5) || detail == 31;
  if (code_class == 4) return detail <= 15 || detail == 22 || detail == 29;
  return code_class == 5 && (detail <= 5 || detail == 8);
}

void put_option(ByteWriter& out, std::uint8_t delta, std::string_view value) {
  out.u8(static_cast<std::uint8_t>(delta << 4 | value.size())).text(value);
}

}  // namespace

Bytes build_coap_discovery(std::uint16_t message_id, std::uint32_t token) {
  constexpr std::uint8_t kTokenSize = 4;
  ByteWriter out;
  out.u8(kVersion << 6 | kNonConfirmable << 4 | kTokenSize).u8(kGet).u16be(message_id).u32be(token);
  put_option(out, kUriPath, ".well-known");
  put_option(out, 0, "core");
  put_option(out, kBlock2 - kUriPath, std::string(1, static_cast<char>(kBlocksOf1024)));
  return std::move(out).take();
}

std::optional<CoapReply> parse_coap_reply(BytesView datagram) {
  ByteReader reader(datagram);
  const auto first = reader.u8();
  const auto code = reader.u8();
  CoapReply reply;
  reply.type = first >> 4 & 3;
  reply.message_id = reader.u16be();
  const auto size = first & 15;
  const auto token = reader.take(static_cast<std::size_t>(size));
  if (!reader || first >> 6 != kVersion || size > 8) return std::nullopt;
  reply.token.assign(token.begin(), token.end());
  const int code_class = code >> 5;
  const int detail = code & 31;
  // §4.2: a reset is empty.
  if (reply.type == kReset && (code != 0 || datagram.size() != 4)) return std::nullopt;
  if (reply.type != kReset && !is_response_code(code_class, detail)) return std::nullopt;
  if (!skip_options(reader)) return std::nullopt;
  reply.code = std::to_string(code_class) + (detail < 10 ? ".0" : ".") + std::to_string(detail);
  reply.payload = std::string(as_text(reader.rest()));
  return reply;
}

}  // namespace qingdan::net
