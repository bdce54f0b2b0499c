// dtls_wire — see the header.
#include "qingdan/net/dtls_wire.h"

#include <algorithm>
#include <map>
#include <vector>

#include "net/tls_flight.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kAlert = 21, kHandshake = 22;         // RFC 5246 §6.2.1
constexpr std::uint8_t kLowestType = 20, kHighestType = 26;  // of records, RFC 9147 §4.1
constexpr std::uint8_t kClientHello = 1, kHelloVerify = 3;
constexpr std::uint16_t kVersion10 = 0xFEFF, kVersion12 = 0xFEFD;  // RFC 6347 §4.1
constexpr std::size_t kHandshakeHeader = 12;                       // §4.2.2
constexpr std::size_t kCookieMax = 255;

bool known_version(std::uint16_t version) { return version == kVersion10 || version == kVersion12; }

void put_record_header(ByteWriter& out, std::uint8_t type, std::uint16_t version,
                       std::uint32_t sequence, std::size_t size) {
  // Epoch 0, and six bytes of sequence.
  out.u8(type).u16be(version).u16be(0).u16be(0).u32be(sequence);
  out.u16be(static_cast<std::uint16_t>(size));
}

// One message of the handshake, as far as its fragments have come.
struct Message {
  std::uint8_t type{0};
  Bytes body;
  std::vector<bool> have;
  std::size_t missing{0};
};

// Puts a server's flight together. What contradicts what came before, or would take more room than
// any flight needs, is left out.
class Flight {
 public:
  // False where there is nothing of a server in it.
  bool add(BytesView datagram) {
    ByteReader reader(datagram);
    bool any = false;
    while (reader.remaining() > 0) {
      const auto type = reader.u8();
      const auto version = reader.u16be();
      const auto epoch = reader.u16be();
      reader.skip(6);  // sequence
      const auto length = reader.u16be();
      const auto body = reader.take(length);
      const bool known = type >= kLowestType && type <= kHighestType;
      if (!reader || !known || !known_version(version)) return any;
      // From epoch 1 on all is encrypted.
      if (epoch != 0) continue;
      if (type == kAlert) any = read_tls_alert(body, alerts_) || any;
      if (type == kHandshake) any = add_fragments(body) || any;
    }
    return any;
  }

  [[nodiscard]] DtlsReply finish() && {
    DtlsReply reply;
    reply.cookie = std::move(cookie_);
    if (!read_tls_flight(joined(), known_version, reply.answer)) reply.answer = {};
    reply.answer.alert = alerts_.first;
    // 1.3 goes on under keys that we do not make. Its numbers count down.
    const auto version = reply.answer.version;
    const bool sealed = version != 0 && version < kVersion12;
    reply.answer.complete = reply.answer.complete || alerts_.closed || sealed;
    return reply;
  }

 private:
  // One record may have several (§4.2.3).
  bool add_fragments(BytesView body) {
    ByteReader reader(body);
    bool any = false;
    while (reader.remaining() > 0) {
      const auto type = reader.u8();
      const std::size_t length = reader.u24be();
      const auto sequence = reader.u16be();
      const std::size_t offset = reader.u24be();
      const std::size_t size = reader.u24be();
      const auto part = reader.take(size);
      if (!reader || type == kClientHello || offset + size > length) return any;
      if (type == kHelloVerify) {
        any = (size == length && read_cookie(part)) || any;
      } else {
        any = add_fragment(type, length, sequence, offset, part) || any;
      }
    }
    return any;
  }

  // Has a number of its own, which the hello after it may use again.
  bool read_cookie(BytesView body) {
    ByteReader reader(body);
    const auto version = reader.u16be();
    const auto size = reader.u8();
    const auto cookie = reader.take(size);
    if (!reader || !known_version(version)) return false;
    if (!cookie_) cookie_.emplace(cookie.begin(), cookie.end());
    return true;
  }

  bool add_fragment(std::uint8_t type, std::size_t length, std::uint16_t sequence,
                    std::size_t offset, BytesView part) {
    auto at = messages_.find(sequence);
    if (at == messages_.end()) {
      if (messages_.size() == kDtlsMessagesMax || length > kDtlsFlightMax - held_) return false;
      held_ += length;
      at = messages_.emplace(sequence, Message{type, Bytes(length), {}, length}).first;
      at->second.have.assign(length, false);
    }
    auto& message = at->second;
    if (message.type != type || message.body.size() != length) return false;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (message.have[offset + i]) continue;
      message.have[offset + i] = true;
      message.body[offset + i] = part[i];
      --message.missing;
    }
    return true;
  }

  // The messages from the first to the first gap, as TLS has them.
  [[nodiscard]] Bytes joined() const {
    ByteWriter out;
    std::size_t next = messages_.empty() ? 0 : messages_.begin()->first;
    for (const auto& [sequence, message] : messages_) {
      if (sequence != next || message.missing > 0) break;
      out.u8(message.type).u24be(static_cast<std::uint32_t>(message.body.size()));
      out.bytes(message.body);
      ++next;
    }
    return std::move(out).take();
  }

  std::optional<Bytes> cookie_;
  TlsAlerts alerts_;
  std::map<std::uint16_t, Message> messages_;
  std::size_t held_ = 0;
};

}  // namespace

Bytes build_dtls_client_hello(std::uint64_t seed, BytesView cookie) {
  const auto shown = cookie.first(std::min(cookie.size(), kCookieMax));
  const auto hello = build_hello_body({TlsVersion::dtls12, TlsKeys::any, "", seed}, shown);
  const auto size = static_cast<std::uint32_t>(hello.size());
  const std::uint16_t number = cookie.empty() ? 0 : 1;
  ByteWriter out;
  // §4.2.1: until a version is agreed on records say 1.0, so that servers of that age read them.
  put_record_header(out, kHandshake, kVersion10, number, kHandshakeHeader + size);
  out.u8(kClientHello).u24be(size).u16be(number).u24be(0).u24be(size).bytes(hello);
  return std::move(out).take();
}

Bytes build_dtls_goodbye(std::uint16_t version) {
  constexpr std::uint8_t kWarning = 1, kUserCanceled = 90, kCloseNotify = 0;
  // Behind the two hellos.
  constexpr std::uint32_t kThird = 2, kFourth = 3;
  ByteWriter out;
  put_record_header(out, kAlert, version, kThird, 2);
  out.u8(kWarning).u8(kUserCanceled);
  put_record_header(out, kAlert, version, kFourth, 2);
  out.u8(kWarning).u8(kCloseNotify);
  return std::move(out).take();
}

std::optional<DtlsReply> parse_dtls_reply(BytesView raw) {
  Flight flight;
  // No record begins with a zero, and no length of a datagram with anything else.
  const bool framed = !raw.empty() && raw[0] == 0;
  bool any = false;
  if (!framed) any = flight.add(raw);
  if (framed) {
    for (const auto datagram : split_messages(raw).messages) any = flight.add(datagram) || any;
  }
  if (!any) return std::nullopt;
  return std::move(flight).finish();
}

bool is_dtls_reply(BytesView datagram) {
  Flight flight;
  return flight.add(datagram);
}

}  // namespace qingdan::net
