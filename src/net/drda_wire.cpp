// drda_wire — see the header.
#include "qingdan/net/drda_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kDssMagic = 0xD0, kRequest = 0x01, kReply = 0x02;
constexpr std::uint16_t kExcsat = 0x1041, kExcsatReply = 0x1443;
constexpr std::uint16_t kExternalName = 0x115E, kServerName = 0x116D, kRelease = 0x115A,
                        kClassName = 0x1147;
constexpr std::size_t kDssHeader = 6;

// Code page 500, what of it stands in names: letters in three blocks, digits, some marks.
constexpr std::array<std::pair<std::uint8_t, std::string_view>, 7> kBlocks{{{0xC1, "ABCDEFGHI"},
                                                                            {0xD1, "JKLMNOPQR"},
                                                                            {0xE2, "STUVWXYZ"},
                                                                            {0x81, "abcdefghi"},
                                                                            {0x91, "jklmnopqr"},
                                                                            {0xA2, "stuvwxyz"},
                                                                            {0xF0, "0123456789"}}};
constexpr std::array<std::pair<std::uint8_t, char>, 6> kMarks{
    {{0x40, ' '}, {0x4B, '.'}, {0x60, '-'}, {0x61, '/'}, {0x6D, '_'}, {0x7A, ':'}}};

char from_ebcdic(std::uint8_t byte) {
  for (const auto& [first, letters] : kBlocks) {
    if (byte >= first && byte < first + letters.size()) {
      return letters[static_cast<std::size_t>(byte - first)];
    }
  }
  for (const auto& [code, mark] : kMarks) {
    if (byte == code) return mark;
  }
  return '?';
}

std::uint8_t to_ebcdic(char c) {
  for (const auto& [first, letters] : kBlocks) {
    const auto at = letters.find(c);
    if (at != std::string_view::npos) return static_cast<std::uint8_t>(first + at);
  }
  return 0x40;
}

// Derby writes ASCII where all others write EBCDIC.
std::string text_of(BytesView bytes) {
  const bool ascii =
      std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b >= 0x20 && b < 0x7B; });
  if (ascii) return std::string(trim(as_text(bytes)));
  std::string text;
  for (const auto byte : bytes) text += from_ebcdic(byte);
  return std::string(trim(text));
}

void put_name(ByteWriter& out, std::uint16_t code, std::string_view text) {
  out.u16be(static_cast<std::uint16_t>(4 + text.size())).u16be(code);
  for (const char c : text) out.u8(to_ebcdic(c));
}

}  // namespace

Bytes build_drda_exchange() {
  ByteWriter parameters;
  put_name(parameters, kExternalName, "qingdan");
  put_name(parameters, kServerName, "qingdan");
  put_name(parameters, kRelease, "SQL00000");
  put_name(parameters, kClassName, "QDB2/JVM");
  const auto object = static_cast<std::uint16_t>(4 + parameters.size());
  ByteWriter out;
  out.u16be(static_cast<std::uint16_t>(kDssHeader + object)).u8(kDssMagic).u8(kRequest).u16be(1);
  out.u16be(object).u16be(kExcsat).bytes(parameters.view());
  return std::move(out).take();
}

Extent measure_drda(BytesView stream) {
  using State = Extent::State;
  if (stream.size() > 2 && stream[2] != kDssMagic) return {State::foreign, 0};
  if (stream.size() < kDssHeader + 4) return {};
  ByteReader reader(stream);
  const std::size_t size = reader.u16be();
  reader.skip(1);
  const auto kind = reader.u8() & 0x0F;
  reader.skip(2);
  const std::size_t object = reader.u16be();
  const auto code = reader.u16be();
  const bool ours = kind == kReply && code == kExcsatReply && object + kDssHeader <= size;
  if (!ours || size > kDrdaMax) return {State::foreign, 0};
  return stream.size() < size ? Extent{} : Extent{State::whole, size};
}

std::optional<DrdaAttributes> parse_drda(BytesView stream) {
  const auto extent = measure_drda(stream);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(stream.first(extent.size));
  reader.skip(kDssHeader);
  const std::size_t object = reader.u16be();
  reader.skip(2);
  if (object < 4) return std::nullopt;
  ByteReader parameters(reader.take(object - 4));
  DrdaAttributes found;
  while (parameters.remaining() >= 4) {
    const std::size_t size = parameters.u16be();
    const auto code = parameters.u16be();
    if (size < 4) return std::nullopt;
    const auto value = parameters.take(size - 4);
    if (!parameters) return std::nullopt;
    if (code == kClassName) found.class_name = text_of(value);
    if (code == kRelease) found.release = text_of(value);
    if (code == kServerName) found.name = text_of(value);
  }
  return found;
}

std::string db2_version_text(std::string_view release) {
  const bool digits =
      release.size() == 8 &&
      std::all_of(release.begin() + 3, release.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!release.starts_with("SQL") || !digits) return {};
  const auto number = [&](std::size_t at, std::size_t count) {
    int value = 0;
    for (const char c : release.substr(at, count)) value = value * 10 + (c - '0');
    return value;
  };
  return fmt::format("{}.{}.{}", number(3, 2), number(5, 2), number(7, 1));
}

}  // namespace qingdan::net
