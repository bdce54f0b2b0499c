// amqp_wire — see the header.
#include "qingdan/net/amqp_wire.h"

#include <fmt/format.h>

#include <array>

namespace qingdan::net {
namespace {

constexpr std::array<std::uint8_t, 8> kHeader{'A', 'M', 'Q', 'P', 0, 0, 9, 1};
constexpr std::uint8_t kMethod = 1, kFrameEnd = 0xCE;   // §2.3.5
constexpr std::uint16_t kConnection = 10, kStart = 10;  // xml §1.4.1
constexpr std::size_t kFrameHeader = 7;

bool begins_as_header(BytesView stream) {
  for (std::size_t i = 0; i < stream.size() && i < 4; ++i) {
    if (stream[i] != kHeader[i]) return false;
  }
  return true;
}

// Steps over a value; false where its type is none of those brokers use.
bool skip_value(ByteReader& reader, std::uint8_t type) {
  constexpr std::string_view kOne = "tbB", kTwo = "sUu", kFour = "Iif", kEight = "LldT",
                             kSized = "SFAx";
  const auto is = [&](std::string_view types) {
    return types.find(static_cast<char>(type)) != std::string_view::npos;
  };
  if (type == 'V') return true;
  if (type == 'D') {
    reader.skip(5);
  } else if (is(kOne)) {
    reader.skip(1);
  } else if (is(kTwo)) {
    reader.skip(2);
  } else if (is(kFour)) {
    reader.skip(4);
  } else if (is(kEight)) {
    reader.skip(8);
  } else if (is(kSized)) {
    const auto size = reader.u32be();
    reader.skip(size);
  } else {
    return false;
  }
  return reader.ok();
}

void read_table(BytesView table, AmqpStart& out) {
  ByteReader reader(table);
  while (!reader.at_end() && out.properties.size() < kAmqpPropertiesMax) {
    const auto size = reader.u8();
    const auto name = reader.take(size);
    const auto type = reader.u8();
    if (!reader) return;
    if (type != 'S') {
      if (!skip_value(reader, type)) return;
      continue;
    }
    const auto length = reader.u32be();
    const auto value = reader.take(length);
    if (!reader) return;
    out.properties.emplace_back(std::string(as_text(name)), std::string(as_text(value)));
  }
}

}  // namespace

Bytes build_amqp_header() { return {kHeader.begin(), kHeader.end()}; }

Extent measure_amqp_start(BytesView stream) {
  using State = Extent::State;
  if (stream.empty()) return {};
  if (stream[0] == kHeader[0]) {
    if (!begins_as_header(stream)) return {State::foreign, 0};
    return stream.size() < kHeader.size() ? Extent{} : Extent{State::whole, kHeader.size()};
  }
  ByteReader reader(stream);
  const auto type = reader.u8();
  const auto channel = reader.u16be();
  const std::size_t size = reader.u32be();
  if (type != kMethod) return {State::foreign, 0};
  if (!reader) return {};
  if (channel != 0 || size < 12 || size > kAmqpFrameMax) return {State::foreign, 0};
  const auto whole = kFrameHeader + size + 1;
  if (stream.size() < whole) return {};
  if (stream[whole - 1] != kFrameEnd) return {State::foreign, 0};
  return {State::whole, whole};
}

std::optional<AmqpStart> parse_amqp_start(BytesView stream) {
  const auto extent = measure_amqp_start(stream);
  if (!extent.whole()) return std::nullopt;
  AmqpStart start;
  if (stream[0] == kHeader[0]) {
    start.wants = fmt::format("{}.{}.{}", stream[5], stream[6], stream[7]);
    return start;
  }
  ByteReader reader(stream.first(extent.size - 1).subspan(kFrameHeader));
  const auto of = reader.u16be(), method = reader.u16be();
  if (of != kConnection || method != kStart) return std::nullopt;
  reader.skip(2);  // version
  const auto size = reader.u32be();
  const auto table = reader.take(size);
  if (!reader) return std::nullopt;
  read_table(table, start);
  const auto length = reader.u32be();
  const auto mechanisms = reader.take(length);
  if (reader) start.mechanisms = std::string(as_text(mechanisms));
  return start;
}

}  // namespace qingdan::net
