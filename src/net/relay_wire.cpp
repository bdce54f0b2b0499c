// relay_wire — see the header.
#include "qingdan/net/relay_wire.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "qingdan/net/digest.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};

// RFC 1928 §3.
constexpr std::uint8_t kSocks5 = 5, kNoMethod = 0xFF, kMethods = 3;

// FastCGI 1.0 §8: constants; §3.3 the record.
constexpr std::uint8_t kFastcgi1 = 1, kGetValues = 9, kGetValuesResult = 10, kUnknownType = 11;
constexpr std::size_t kRecordHeader = 8, kUnknownBody = 8;

// RTMP 1.0 §5.2.2, §5.2.3.
constexpr std::uint8_t kRtmp3 = 3;
constexpr std::size_t kRtmpFixed = 8;  // time, and four zeros or a time
constexpr std::size_t kS1 = 1, kS2 = kS1 + kRtmpPart, kRtmpAll = kS2 + kRtmpPart;

// What Flash Player 9.0.124.2 says of itself: of this or a later version the digest is expected.
constexpr std::array<std::uint8_t, 4> kRtmpPlayer{9, 0, 124, 2};
// Keys of the digests of players and of servers.
constexpr std::string_view kPlayerKey = "Genuine Adobe Flash Player 001";
constexpr std::string_view kServerKey = "Genuine Adobe Flash Media Server 001";
constexpr std::size_t kRtmpDigest = 32;
// Where four bytes say at which of 728 places behind them the digest stands.
constexpr std::array<std::size_t, 2> kRtmpPointers{8, 772};

std::size_t digest_place(BytesView part, std::size_t pointer) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < 4; ++i) sum += part[pointer + i];
  return pointer + 4 + sum % 728;
}

// Over all of the part but the digest itself.
std::array<std::uint8_t, kRtmpDigest> digest_of(BytesView part, std::size_t place,
                                                std::string_view key) {
  Bytes rest(part.begin(), part.begin() + static_cast<std::ptrdiff_t>(place));
  const auto after = part.subspan(place + kRtmpDigest);
  rest.insert(rest.end(), after.begin(), after.end());
  return hmac_sha256(as_bytes(key), rest);
}

// "Random", but always the same, so that an answer can be held against it; no two places near each
// other look alike.
Bytes make_c1() {
  Bytes part(kRtmpPart);
  std::copy(kRtmpPlayer.begin(), kRtmpPlayer.end(), part.begin() + 4);
  for (std::size_t i = kRtmpFixed; i < kRtmpPart; ++i) {
    part[i] = static_cast<std::uint8_t>((i - kRtmpFixed) * 167 + 13);
  }
  const auto place = digest_place(part, kRtmpPointers[0]);
  const auto digest = digest_of(part, place, kPlayerKey);
  std::copy(digest.begin(), digest.end(), part.begin() + static_cast<std::ptrdiff_t>(place));
  return part;
}

const Bytes& our_c1() {
  static const Bytes part = make_c1();
  return part;
}

// Does what has come of the part at `begin` of the stream have our random bytes?
bool is_ours(BytesView stream, std::size_t begin) {
  const auto& ours = our_c1();
  for (std::size_t i = kRtmpFixed; i < kRtmpPart && begin + i < stream.size(); ++i) {
    if (stream[begin + i] != ours[i]) return false;
  }
  return true;
}

// Only who knows the servers' key makes it, so it proves the protocol as well as S2 does.
bool has_server_digest(BytesView stream) {
  if (stream.size() < kS2) return false;
  const auto part = stream.subspan(kS1, kRtmpPart);
  return std::any_of(kRtmpPointers.begin(), kRtmpPointers.end(), [&](std::size_t pointer) {
    const auto place = digest_place(part, pointer);
    const auto digest = digest_of(part, place, kServerKey);
    return std::equal(digest.begin(), digest.end(),
                      part.begin() + static_cast<std::ptrdiff_t>(place));
  });
}

// FastCGI 1.0 §3.4: one byte, or four of which the first bit says so.
std::size_t read_length(ByteReader& reader) {
  const std::size_t first = reader.u8();
  if (first < 0x80) return first;
  return (first & 0x7F) << 24 | reader.u24be();
}

std::optional<FastcgiValues> read_values(BytesView content) {
  ByteReader reader(content);
  FastcgiValues values;
  while (reader.remaining() > 0) {
    const auto name_size = read_length(reader);
    const auto value_size = read_length(reader);
    const auto name = as_text(reader.take(name_size));
    const auto value = as_text(reader.take(value_size));
    if (!reader || !name.starts_with("FCGI_")) return std::nullopt;
    values.values.emplace_back(name, value);
  }
  if (values.values.empty()) return std::nullopt;
  return values;
}

}  // namespace

Bytes build_socks_greeting() { return {kSocks5, kMethods, 0, 1, 2}; }

Extent measure_socks(BytesView stream) {
  if (!stream.empty() && stream[0] != kSocks5) return kForeign;
  if (stream.size() > 1 && stream[1] >= kMethods && stream[1] != kNoMethod) return kForeign;
  if (stream.size() > 2) return kForeign;
  return stream.size() < 2 ? Extent{} : Extent{State::whole, 2};
}

std::optional<int> parse_socks(BytesView stream) {
  if (!measure_socks(stream).whole()) return std::nullopt;
  return stream[1];
}

Bytes build_fastcgi_get_values() {
  ByteWriter content;
  for (const std::string_view name : {"FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS"}) {
    content.u8(static_cast<std::uint8_t>(name.size())).u8(0).text(name);
  }
  ByteWriter out;
  out.u8(kFastcgi1).u8(kGetValues).u16be(0);
  out.u16be(static_cast<std::uint16_t>(content.size())).u8(0).u8(0).bytes(content.view());
  return std::move(out).take();
}

Extent measure_fastcgi(BytesView stream) {
  if (!stream.empty() && stream[0] != kFastcgi1) return kForeign;
  const bool answer =
      stream.size() < 2 || stream[1] == kGetValuesResult || stream[1] == kUnknownType;
  if (!answer) return kForeign;
  if (stream.size() < kRecordHeader) return {};
  ByteReader reader(stream);
  reader.skip(2);
  const auto request = reader.u16be();  // management records belong to none, §3.3
  const std::size_t size = reader.u16be();
  const std::size_t padding = reader.u8();
  if (request != 0 || size > kFastcgiContentMax) return kForeign;
  const auto all = kRecordHeader + size + padding;
  if (stream.size() < all) return {};
  const auto content = stream.subspan(kRecordHeader, size);
  const bool ours = stream[1] == kUnknownType ? size == kUnknownBody && content[0] == kGetValues
                                              : read_values(content).has_value();
  return ours ? Extent{State::whole, all} : kForeign;
}

std::optional<FastcgiValues> parse_fastcgi(BytesView stream) {
  if (!measure_fastcgi(stream).whole()) return std::nullopt;
  if (stream[1] == kUnknownType) return FastcgiValues{true, {}};
  const auto size = static_cast<std::size_t>(stream[4]) << 8 | stream[5];
  return read_values(stream.subspan(kRecordHeader, size));
}

Bytes build_rtmp_hello() {
  ByteWriter out;
  out.u8(kRtmp3).bytes(our_c1());
  return std::move(out).take();
}

Extent measure_rtmp(BytesView stream) {
  if (!stream.empty() && stream[0] != kRtmp3) return kForeign;
  if (!is_ours(stream, kS2) && !has_server_digest(stream)) return kForeign;
  return stream.size() < kRtmpAll ? Extent{} : Extent{State::whole, kRtmpAll};
}

std::optional<RtmpHandshake> parse_rtmp(BytesView stream) {
  const auto extent = measure_rtmp(stream);
  if (extent.foreign() || stream.size() < kS2) return std::nullopt;
  RtmpHandshake handshake;
  handshake.whole = extent.whole();
  handshake.mirrored = is_ours(stream, kS1);
  if (handshake.mirrored && !handshake.whole) return std::nullopt;
  if (handshake.mirrored) return handshake;
  handshake.digest = has_server_digest(stream);
  for (std::size_t at = kS1 + 4; at < kS1 + kRtmpFixed; ++at) {
    handshake.version += (handshake.version.empty() ? "" : ".") + std::to_string(stream[at]);
  }
  return handshake;
}

}  // namespace qingdan::net
