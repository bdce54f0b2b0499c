// kerberos_wire — a key distribution centre is asked for nobody: an AS-REQ in which no client is
// named. Pure, bounded.
//
// RFC 4120 §5.4.1 leaves cname optional; without it there is no account that could be logged in,
// locked or counted against, and a centre refuses before it looks one up. Channel kerberos.error =
// the KRB-ERROR, over TCP with its length before it (§7.2.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// A realm that cannot exist (RFC 6761 §6.4), so that what a centre says of itself differs from it.
inline constexpr std::string_view kKerberosNowhere = "QINGDAN.INVALID";
// For UDP. The 30 low bits of `nonce` are sent.
[[nodiscard]] Bytes build_kerberos_request(std::uint32_t nonce);
// The same over TCP, after its length.
[[nodiscard]] Bytes build_kerberos_request_tcp(std::uint32_t nonce);
// Of a KRB-ERROR over TCP.
[[nodiscard]] Extent measure_kerberos_error_tcp(BytesView stream);

struct KerberosError {
  int code{0};        // RFC 4120 §7.5.9: 6 no such client, 61 too long, 68 another realm
  std::string realm;  // of the server
  std::string text;   // e-text, "" where there is none
};
// Of a message with or without a length before it.
[[nodiscard]] std::optional<KerberosError> parse_kerberos_error(BytesView message);

}  // namespace qingdan::net
