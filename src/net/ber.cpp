// ber — see the header. Every read is bounded by the bytes at hand; nothing recurses.
#include "net/ber.h"

#include "qingdan/base/contract.h"

namespace qingdan::net::ber {

namespace {

constexpr std::uint8_t kLongTag = 0x1F;     // X.690 §8.1.2.4: the number follows in more bytes
constexpr std::uint8_t kLongLength = 0x80;  // X.690 §8.1.3.5
constexpr std::size_t kLengthBytesMax = 4;
constexpr std::size_t kOidPartsMax = 128;  // RFC 2578 §3.5

// The length field; nullopt where it is indefinite, over-long or cut.
std::optional<std::size_t> read_length(ByteReader& reader) {
  const auto first = reader.u8();
  if (!reader) return std::nullopt;
  if (first < kLongLength) return first;
  const std::size_t count = first & 0x7F;
  if (count == 0 || count > kLengthBytesMax) return std::nullopt;
  std::size_t length = 0;
  for (const auto byte : reader.take(count)) length = length << 8 | byte;
  if (!reader) return std::nullopt;
  return length;
}

}  // namespace

std::optional<std::size_t> element_size(BytesView bytes, std::size_t body_max) {
  if (bytes.empty()) return 0;
  if ((bytes[0] & kLongTag) == kLongTag) return std::nullopt;
  if (bytes.size() < 2) return 0;
  const std::size_t count = bytes[1] < kLongLength ? 0 : bytes[1] & 0x7F;
  if (bytes[1] == kLongLength || count > kLengthBytesMax) return std::nullopt;
  if (bytes.size() < 2 + count) return 0;
  ByteReader reader(bytes.subspan(1));
  const auto length = read_length(reader);
  if (!length || *length > body_max) return std::nullopt;
  const std::size_t size = 2 + count + *length;
  return size <= bytes.size() ? size : 0;
}

std::optional<Element> next(ByteReader& reader) {
  const auto tag = reader.u8();
  if (!reader || (tag & kLongTag) == kLongTag) return std::nullopt;
  const auto length = read_length(reader);
  if (!length || *length > reader.remaining()) return std::nullopt;
  return Element{tag, reader.take(*length)};
}

std::optional<BytesView> next(ByteReader& reader, std::uint8_t tag) {
  const auto found = next(reader);
  if (!found || found->tag != tag) return std::nullopt;
  return found->body;
}

std::optional<std::int64_t> to_integer(BytesView body) {
  if (body.empty() || body.size() > 8) return std::nullopt;
  std::uint64_t value = (body[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const auto byte : body) value = value << 8 | byte;
  return static_cast<std::int64_t>(value);
}

std::optional<std::uint64_t> to_unsigned(BytesView body) {
  if (body.size() == 9 && body[0] == 0) body = body.subspan(1);
  if (body.empty() || body.size() > 8) return std::nullopt;
  std::uint64_t value = 0;
  for (const auto byte : body) value = value << 8 | byte;
  return value;
}

std::optional<std::string> to_oid(BytesView body) {
  std::string text;
  std::uint64_t part = 0;
  std::size_t parts = 0;
  bool inside = false;
  for (const auto byte : body) {
    part = part << 7 | (byte & 0x7F);
    if (part > 0xFFFF'FFFFU + 80ULL) return std::nullopt;
    inside = (byte & 0x80) != 0;
    if (inside) continue;
    if (++parts > kOidPartsMax) return std::nullopt;
    if (parts == 1) {  // X.690 §8.19.4: the first two components share one number
      const std::uint64_t first = part < 80 ? part / 40 : 2;
      text = std::to_string(first) + "." + std::to_string(part - first * 40);
    } else {
      text += "." + std::to_string(part);
    }
    part = 0;
  }
  if (inside || parts == 0) return std::nullopt;
  return text;
}

Bytes element(std::uint8_t tag, BytesView body) {
  ByteWriter out;
  out.u8(tag);
  if (body.size() < kLongLength) {
    out.u8(static_cast<std::uint8_t>(body.size()));
  } else if (body.size() <= 0xFF) {
    out.u8(kLongLength | 1).u8(static_cast<std::uint8_t>(body.size()));
  } else {
    QD_EXPECTS(body.size() <= 0xFFFF);
    out.u8(kLongLength | 2).u16be(static_cast<std::uint16_t>(body.size()));
  }
  out.bytes(body);
  return std::move(out).take();
}

Bytes element(std::uint8_t tag, std::initializer_list<BytesView> parts) {
  Bytes body;
  for (const auto part : parts) body.insert(body.end(), part.begin(), part.end());
  return element(tag, body);
}

Bytes integer(std::int64_t value, std::uint8_t tag) {
  ByteWriter wide;
  wide.u64be(static_cast<std::uint64_t>(value));
  auto body = wide.view();
  // X.690 §8.3.2: the first nine bits are neither all ones nor all zeros.
  while (body.size() > 1 &&
         ((body[0] == 0 && (body[1] & 0x80) == 0) || (body[0] == 0xFF && (body[1] & 0x80) != 0))) {
    body = body.subspan(1);
  }
  return element(tag, body);
}

}  // namespace qingdan::net::ber
