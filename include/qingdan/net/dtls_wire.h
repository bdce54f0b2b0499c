// dtls_wire — the two ClientHellos of DTLS, without a cookie and with the one the server asked to
// see again, and what a server says to them in the clear: a HelloVerifyRequest, its hello and
// certificates in fragments that come in any order, or an alert. No handshake is ever completed
// with these. Pure, bounded.
// Sources: RFC 6347 §4.1 (records), §4.2.1 (cookies), §4.2.2, §4.2.3 (fragments), RFC 9147 §5.3
// (1.3); what is inside is that of net/tls_wire.h.
//
// Channel dtls.reply = the datagrams in the order in which they came, each behind its length
// (net/frames.h); or the first alone as it came, which is all that was kept once.
#pragma once

#include <cstddef>
#include <optional>

#include "qingdan/base/bytes.h"
#include "qingdan/net/tls_wire.h"

namespace qingdan::net {

// Offers version 1.2, which includes 1.0; not 1.3, whose servers would hide their certificates.
// `seed` makes its 32 bytes of "random", alike in both. With a cookie it is the second hello.
[[nodiscard]] Bytes build_dtls_client_hello(std::uint64_t seed, BytesView cookie = {});

// Two warnings, user_canceled and close_notify, to a server that chose this version and would send
// its flight again and again.
[[nodiscard]] Bytes build_dtls_goodbye(std::uint16_t version);

inline constexpr std::size_t kDtlsFlightMax = 65'536;  // bytes of all messages
inline constexpr std::size_t kDtlsMessagesMax = 16;

struct DtlsReply {
  std::optional<Bytes> cookie;  // of a HelloVerifyRequest
  TlsAnswer answer;             // its version is 0 where no ServerHello came yet
};
// nullopt where no datagram has anything of these.
[[nodiscard]] std::optional<DtlsReply> parse_dtls_reply(BytesView raw);
// Whether one datagram has anything of these.
[[nodiscard]] bool is_dtls_reply(BytesView datagram);

}  // namespace qingdan::net
