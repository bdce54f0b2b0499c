// tls_flight — what hellos and flights over streams and over datagrams have in common: the body of
// a ClientHello, and the messages and alerts of a server once its records are taken off. Pure.
// Sources as of net/tls_wire.h.
#pragma once

#include <cstdint>
#include <optional>

#include "qingdan/net/tls_wire.h"

namespace qingdan::net {

// From client_version on; `cookie` is DTLS's (RFC 6347 §4.2.1) and written in its versions alone.
[[nodiscard]] Bytes build_hello_body(const TlsQuestion& question, BytesView cookie);

struct TlsAlerts {
  std::optional<std::uint8_t> first;  // the first fatal one, else the first
  bool closed{false};                 // fatal, or close_notify
};
// False where it is no alert in the clear.
[[nodiscard]] bool read_tls_alert(BytesView body, TlsAlerts& out);

// `messages` are joined, each behind its type and length as in RFC 5246 §7.4; the last may be cut.
// `known` says which numbers are versions here. False where what should be a ServerHello is none.
[[nodiscard]] bool read_tls_flight(BytesView messages, bool (*known)(std::uint16_t),
                                   TlsAnswer& out);

}  // namespace qingdan::net
