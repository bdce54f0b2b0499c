// firebird_wire — see the header.
#include "qingdan/net/firebird_wire.h"

#include <array>
#include <string_view>

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr std::uint32_t kOpConnect = 1, kOpAccept = 3, kOpReject = 4, kOpDisconnect = 6;
constexpr std::uint32_t kOpAttach = 19, kOpContAuth = 92, kOpAcceptData = 94, kOpCondAccept = 98;
constexpr std::uint32_t kConnectVersion = 3, kArchitecture = 1;   // generic
constexpr std::uint32_t kRpc = 0, kBatchSend = 3, kLazySend = 5;  // how packets may be sent
// Set in the numbers of protocols that Firebird added; servers of 3 and later send it with the sign
// of sixteen bits drawn out.
constexpr std::uint32_t kFirebirdFlag = 0x8000;
constexpr std::array<std::uint32_t, 5> kProtocols{10, kFirebirdFlag | 11, kFirebirdFlag | 12,
                                                  kFirebirdFlag | 13, kFirebirdFlag | 16};

// 10 of 10, 13 of 0x800D and of 0xFFFF800D; 0 where it is none that we offer.
int protocol_of(std::uint32_t number) {
  const auto high = number >> 16;
  if (high != 0 && high != 0xFFFF) return 0;
  const auto low = number & 0xFFFF;
  for (const auto known : kProtocols) {
    if (low == known) return static_cast<int>(known & ~kFirebirdFlag);
  }
  return 0;
}

// false: longer than we read.
bool skip_string(ByteReader& reader) {
  const std::size_t size = reader.u32be();
  if (reader && size > kFirebirdStringMax) return false;
  reader.skip(size + (4 - size % 4) % 4);
  return true;
}

// The protocol, architecture and type that op_accept and its kin begin with.
bool skip_choice(ByteReader& reader) {
  const auto number = reader.u32be();
  if (reader && protocol_of(number) == 0) return false;
  reader.skip(4 + 4);
  return true;
}

// What follows the operation; false where it is not what it should be.
bool skip_body(ByteReader& reader, std::uint32_t operation) {
  switch (operation) {
    case kOpReject:
      return true;
    case kOpAccept:
      return skip_choice(reader);
    case kOpContAuth:  // data, plugin, plugins, keys
      return skip_string(reader) && skip_string(reader) && skip_string(reader) &&
             skip_string(reader);
    case kOpAcceptData:
    case kOpCondAccept: {  // data, plugin, whether authenticated, keys
      if (!skip_choice(reader) || !skip_string(reader) || !skip_string(reader)) return false;
      reader.skip(4);
      return skip_string(reader);
    }
    default:
      return false;
  }
}

}  // namespace

Bytes build_firebird_connect() {
  ByteWriter out;
  out.u32be(kOpConnect).u32be(kOpAttach).u32be(kConnectVersion).u32be(kArchitecture);
  out.u32be(0);  // no database
  out.u32be(static_cast<std::uint32_t>(kProtocols.size()));
  out.u32be(0);  // nothing of a user
  std::uint32_t weight = 0;
  for (const auto protocol : kProtocols) {
    const auto most = (protocol & kFirebirdFlag) != 0 ? kLazySend : kBatchSend;
    out.u32be(protocol).u32be(kArchitecture).u32be(kRpc).u32be(most).u32be(weight += 2);
  }
  return std::move(out).take();
}

Bytes build_firebird_disconnect() {
  ByteWriter out;
  out.u32be(kOpDisconnect);
  return std::move(out).take();
}

Extent measure_firebird(BytesView stream) {
  for (std::size_t i = 0; i < stream.size() && i < 3; ++i) {
    if (stream[i] != 0) return {State::foreign, 0};
  }
  ByteReader reader(stream);
  const auto operation = reader.u32be();
  if (!reader) return {};
  if (!skip_body(reader, operation)) return {State::foreign, 0};
  if (!reader) return {};
  // Nothing follows an answer: a first word that means something is not much by itself.
  return reader.at_end() ? Extent{State::whole, stream.size()} : Extent{State::foreign, 0};
}

std::optional<FirebirdAnswer> parse_firebird(BytesView stream) {
  if (!measure_firebird(stream).whole()) return std::nullopt;
  ByteReader reader(stream);
  switch (reader.u32be()) {
    case kOpAccept:
      return FirebirdAnswer{"accept", protocol_of(reader.u32be())};
    case kOpAcceptData:
      return FirebirdAnswer{"accept_data", protocol_of(reader.u32be())};
    case kOpCondAccept:
      return FirebirdAnswer{"cond_accept", protocol_of(reader.u32be())};
    case kOpContAuth:
      return FirebirdAnswer{"cont_auth", 0};
    default:
      return FirebirdAnswer{"reject", 0};
  }
}

}  // namespace qingdan::net
