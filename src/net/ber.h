// ber — the part of the Basic Encoding Rules (X.690) that LDAP (RFC 4511 §5.1), SNMP (RFC 3417 §8)
// and SPNEGO (RFC 4178) use: one-byte tags, definite lengths of up to four bytes. Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net::ber {

// X.690 §8.1.2: class and number in one byte; tag numbers above 30 are used by none of the three.
inline constexpr std::uint8_t kBoolean = 0x01;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kNull = 0x05;
inline constexpr std::uint8_t kOid = 0x06;
inline constexpr std::uint8_t kEnumerated = 0x0A;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;

struct Element {
  std::uint8_t tag{0};
  BytesView body;
};

// How far the element at the start of `bytes` reaches. 0 = more bytes are needed to know or to have
// all of it; nullopt = not an element, or its body is longer than `body_max`.
[[nodiscard]] std::optional<std::size_t> element_size(BytesView bytes, std::size_t body_max);

// Takes the next element; nullopt at the end and at anything that is not a whole element.
[[nodiscard]] std::optional<Element> next(ByteReader& reader);
// The next element's body if it has this tag.
[[nodiscard]] std::optional<BytesView> next(ByteReader& reader, std::uint8_t tag);

// Two's complement of 1 to 8 bytes; nullopt where it is empty or longer. Unsigned values with a
// leading zero byte (Counter64) may have nine.
[[nodiscard]] std::optional<std::int64_t> to_integer(BytesView body);
[[nodiscard]] std::optional<std::uint64_t> to_unsigned(BytesView body);
// Dotted decimal; nullopt where a component is cut, exceeds 32 bits, or there are more than 128.
[[nodiscard]] std::optional<std::string> to_oid(BytesView body);

// Building: the tag, the shortest length, the body.
[[nodiscard]] Bytes element(std::uint8_t tag, BytesView body);
[[nodiscard]] Bytes element(std::uint8_t tag, std::initializer_list<BytesView> parts);
[[nodiscard]] Bytes integer(std::int64_t value, std::uint8_t tag = kInteger);

}  // namespace qingdan::net::ber
