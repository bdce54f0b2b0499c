// ber — the few BER writers and readers that LDAP and SNMP replies need (X.690).
#pragma once

#include <string_view>

#include "qingdan/base/bytes.h"

namespace qingdan::practice {

[[nodiscard]] inline Bytes ber(std::uint8_t tag, BytesView content) {
  ByteWriter out;
  out.u8(tag);
  if (content.size() < 0x80) {
    out.u8(static_cast<std::uint8_t>(content.size()));
  } else {
    out.u8(0x82).u16be(static_cast<std::uint16_t>(content.size()));
  }
  out.bytes(content);
  return std::move(out).take();
}
[[nodiscard]] inline Bytes ber(std::uint8_t tag, std::string_view content) {
  return ber(tag, as_bytes(content));
}

[[nodiscard]] inline Bytes ber_number(std::uint8_t tag, std::uint32_t value) {
  Bytes digits;
  do {
    digits.insert(digits.begin(), static_cast<std::uint8_t>(value));
    value >>= 8;
  } while (value != 0);
  if (digits.front() >= 0x80) digits.insert(digits.begin(), 0);
  return ber(tag, BytesView(digits));
}

template <class... Parts>
[[nodiscard]] Bytes joined(const Parts&... parts) {
  Bytes all;
  (all.insert(all.end(), parts.begin(), parts.end()), ...);
  return all;
}

// Reads tag and length; gives the content, leaves the reader behind it.
struct Element {
  std::uint8_t tag{0};
  BytesView content;
};
[[nodiscard]] inline Element next_element(ByteReader& reader) {
  Element element;
  element.tag = reader.u8();
  std::size_t length = reader.u8();
  if (length >= 0x80) {
    const auto bytes = length & 0x7f;
    length = 0;
    for (std::size_t i = 0; i < bytes && i < 4; ++i) length = length << 8 | reader.u8();
  }
  element.content = reader.take(length);
  return element;
}

}  // namespace qingdan::practice
