// cql_wire — see the header.
#include "qingdan/net/cql_wire.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kVersion = 4, kResponse = 0x80;                     // §2.1
constexpr std::uint8_t kError = 0x00, kOptions = 0x05, kSupported = 0x06;  // §2.4
constexpr std::size_t kHeader = 9;

// §3: a [string] is a length and its bytes.
std::string read_string(ByteReader& reader) {
  const auto size = reader.u16be();
  return std::string(as_text(reader.take(size)));
}

}  // namespace

Bytes build_cql_options() {
  ByteWriter out;
  out.u8(kVersion).u8(0).u16be(0).u8(kOptions).u32be(0);
  return std::move(out).take();
}

Extent measure_cql(BytesView stream) {
  using State = Extent::State;
  if (!stream.empty() && (stream[0] < (kResponse | 1) || stream[0] > (kResponse | 6))) {
    return {State::foreign, 0};
  }
  if (stream.size() < kHeader) return {};
  ByteReader reader(stream);
  reader.skip(2);
  const auto number = reader.u16be();
  const auto opcode = reader.u8();
  const std::size_t size = reader.u32be();
  const bool ours = number == 0 && (opcode == kError || opcode == kSupported);
  if (!ours || size < 2 || size > kCqlFrameMax) return {State::foreign, 0};
  return stream.size() < kHeader + size ? Extent{} : Extent{State::whole, kHeader + size};
}

std::optional<CqlAnswer> parse_cql(BytesView stream) {
  const auto extent = measure_cql(stream);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(stream.first(extent.size).subspan(kHeader));
  CqlAnswer answer;
  if (stream[4] == kError) {
    reader.skip(4);  // code
    answer.error = read_string(reader);
    if (!reader) return std::nullopt;
    return answer;
  }
  const auto count = reader.u16be();
  for (unsigned i = 0; i < count && reader; ++i) {
    const auto name = read_string(reader);
    const auto values = reader.u16be();
    for (unsigned v = 0; v < values && reader; ++v) {
      const auto value = read_string(reader);
      if (reader && answer.options.size() < kCqlOptionsMax)
        answer.options.emplace_back(name, value);
    }
  }
  if (!reader) return std::nullopt;
  return answer;
}

}  // namespace qingdan::net
