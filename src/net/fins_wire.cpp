// fins_wire — see the header.
#include "qingdan/net/fins_wire.h"

#include <algorithm>

namespace qingdan::net {
namespace {

constexpr std::string_view kMagic = "FINS";
constexpr std::size_t kHead = 8;     // magic and length, which counts what follows them
constexpr std::size_t kHeader = 16;  // with command and error code
constexpr std::uint32_t kLengthMost = 2048;
constexpr std::uint32_t kNodeRequest = 0, kNodeReply = 1, kFrame = 2;
constexpr std::size_t kFinsHeader = 10;
constexpr std::uint8_t kResponse = 0x40;  // bit 6 of ICF
constexpr std::uint16_t kControllerRead = 0x0501;
constexpr std::size_t kNameSize = 20;  // model and version each

ByteWriter frame(std::uint32_t command, BytesView body) {
  ByteWriter out;
  out.text(kMagic).u32be(static_cast<std::uint32_t>(kHeader - kHead + body.size()));
  out.u32be(command).u32be(0).bytes(body);
  return out;
}

std::string name_of(BytesView raw) {
  std::string text(as_text(raw));
  text = text.substr(0, text.find('\0'));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// The body of a frame of `command` that reports no error.
std::optional<BytesView> body_of(BytesView bytes, std::uint32_t command) {
  const auto extent = measure_fins_frame(bytes);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(bytes.first(extent.size));
  reader.skip(kHead);
  if (reader.u32be() != command || reader.u32be() != 0) return std::nullopt;
  return reader.rest();
}

}  // namespace

// Node 0 asks the server to choose one for us.
Bytes build_fins_node_request() {
  const Bytes node{0, 0, 0, 0};
  return frame(kNodeRequest, node).take();
}

Bytes build_fins_controller_read(const FinsNodes& nodes) {
  ByteWriter body;
  body.u8(0x80).u8(0).u8(2);          // command that wants a response, two gateways at most
  body.u8(0).u8(nodes.server).u8(0);  // to the CPU of the local network's node
  body.u8(0).u8(nodes.client).u8(0).u8(0x51);
  body.u16be(kControllerRead).u8(0);
  return frame(kFrame, body.view()).take();
}

Extent measure_fins_frame(BytesView stream) {
  using State = Extent::State;
  const auto common = std::min(stream.size(), kMagic.size());
  if (as_text(stream.first(common)) != kMagic.substr(0, common)) return {State::foreign, 0};
  if (stream.size() < kHead) return {State::partial, 0};
  ByteReader reader(stream);
  reader.skip(kMagic.size());
  const auto length = reader.u32be();
  if (length < kHeader - kHead || length > kLengthMost) return {State::foreign, 0};
  const auto size = kHead + length;
  return {stream.size() >= size ? State::whole : State::partial, size};
}

std::optional<FinsNodes> parse_fins_nodes(BytesView bytes) {
  const auto body = body_of(bytes, kNodeReply);
  if (!body || body->size() < 8) return std::nullopt;
  return FinsNodes{(*body)[3], (*body)[7]};
}

std::optional<FinsController> parse_fins_stream(BytesView stream) {
  FinsController found;
  bool any = false;
  for (auto extent = measure_fins_frame(stream); extent.whole();
       extent = measure_fins_frame(stream)) {
    const auto body = body_of(stream, kFrame);
    stream = stream.subspan(extent.size);
    any = true;
    if (!body) continue;
    ByteReader reader(*body);
    const bool response = (reader.u8() & kResponse) != 0;
    reader.skip(kFinsHeader - 1);
    const auto command = reader.u16be();
    const auto code = reader.u16be();
    if (!reader || !response || command != kControllerRead) continue;
    found.end_code = code;
    found.model = name_of(reader.take(std::min(kNameSize, reader.remaining())));
    found.version = name_of(reader.take(std::min(kNameSize, reader.remaining())));
  }
  if (!any) return std::nullopt;
  return found;
}

}  // namespace qingdan::net
