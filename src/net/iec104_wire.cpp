// iec104_wire — see the header.
#include "qingdan/net/iec104_wire.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kStart = 0x68;
constexpr std::size_t kHead = 2;  // start and length, which counts what follows them
constexpr std::uint8_t kLeast = 4, kMost = 253;
constexpr std::uint8_t kTestAct = 0x43, kTestCon = 0x83;  // format U
// What a station may say on its own in the stopped state: U frames, of which few.
constexpr std::size_t kReplyMost = 64;

Extent measure_apdu(BytesView stream) {
  using State = Extent::State;
  if (!stream.empty() && stream[0] != kStart) return {State::foreign, 0};
  if (stream.size() < kHead) return {State::partial, 0};
  if (stream[1] < kLeast || stream[1] > kMost) return {State::foreign, 0};
  const std::size_t size = kHead + stream[1];
  return {stream.size() >= size ? State::whole : State::partial, size};
}

bool is_unnumbered(BytesView apdu) {
  return apdu[1] == kLeast && (apdu[2] & 3) == 3 && apdu[3] == 0 && apdu[4] == 0 && apdu[5] == 0;
}

}  // namespace

Bytes build_iec104_test() { return {kStart, kLeast, kTestAct, 0, 0, 0}; }

Extent measure_iec104_reply(BytesView stream) {
  std::size_t at = 0;
  while (at < kReplyMost) {
    const auto rest = stream.subspan(at);
    const auto extent = measure_apdu(rest);
    if (!extent.whole()) return {extent.state, 0};
    if (!is_unnumbered(rest)) return {Extent::State::foreign, 0};
    at += extent.size;
    if (rest[2] == kTestCon) return {Extent::State::whole, at};
  }
  return {Extent::State::foreign, 0};
}

bool is_iec104_confirmed(BytesView stream) { return measure_iec104_reply(stream).whole(); }

}  // namespace qingdan::net
