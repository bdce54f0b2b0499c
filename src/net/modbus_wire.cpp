// modbus_wire — see the header.
#include "qingdan/net/modbus_wire.h"

#include <algorithm>

namespace qingdan::net {
namespace {

constexpr std::size_t kHeader = 7;       // transaction, protocol, length, unit
constexpr std::size_t kLengthMax = 254;  // unit and PDU, Messaging on TCP/IP §3.1.3
constexpr std::uint8_t kEncapsulated = 0x2B;
constexpr std::uint8_t kReadIdentification = 0x0E;
constexpr std::uint8_t kFailed = 0x80;
// A number of our own, so that a stray stream is told from an answer.
constexpr std::uint8_t kTransaction[2] = {0x51, 0x44};

std::size_t length_of(BytesView stream) {
  return static_cast<std::size_t>(stream[4]) << 8 | stream[5];
}

}  // namespace

Bytes build_modbus_identify() {
  return {kTransaction[0],
          kTransaction[1],  // transaction
          0,
          0,  // protocol: Modbus
          0,
          5,     // length of what follows
          0xFF,  // unit
          kEncapsulated,
          kReadIdentification,
          1,   // basic identification, as a stream of objects
          0};  // from object 0 on
}

Extent measure_modbus_reply(BytesView stream) {
  using State = Extent::State;
  const std::uint8_t start[4] = {kTransaction[0], kTransaction[1], 0, 0};
  const auto common = std::min<std::size_t>(stream.size(), sizeof start);
  if (!std::equal(start, start + common, stream.begin())) return {State::foreign, 0};
  if (stream.size() < kHeader + 1) return {State::partial, 0};
  const auto length = length_of(stream);
  const auto function = stream[kHeader];
  const bool ours = function == kEncapsulated || function == (kEncapsulated | kFailed);
  if (!ours || length < 3 || length > kLengthMax) return {State::foreign, 0};
  const auto size = kHeader - 1 + length;
  return {stream.size() >= size ? State::whole : State::partial, size};
}

std::optional<ModbusReply> parse_modbus_reply(BytesView stream) {
  const auto extent = measure_modbus_reply(stream);
  if (!extent.whole()) return std::nullopt;
  const auto pdu = stream.subspan(kHeader, extent.size - kHeader);
  ModbusReply reply;
  if (pdu[0] != kEncapsulated) {
    reply.exception = pdu[1];
    return reply;
  }
  // Function, MEI type, code, conformity, more follows, next object, number of objects.
  constexpr std::size_t kObjects = 7;
  if (pdu.size() < kObjects || pdu[1] != kReadIdentification) return std::nullopt;
  std::size_t at = kObjects;
  for (int left = pdu[6]; left > 0; --left) {
    if (at + 2 > pdu.size() || at + 2 + pdu[at + 1] > pdu.size()) return std::nullopt;
    const auto value = pdu.subspan(at + 2, pdu[at + 1]);
    reply.objects.emplace_back(pdu[at], std::string(as_text(value)));
    at += 2 + value.size();
  }
  return reply;
}

}  // namespace qingdan::net
