// dtls — a ClientHello without a cookie. A server answers with a cookie and keeps no state
// (RFC 6347 §4.2.1); that it speaks DTLS is all we want to know, so the handshake ends there.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/dtls_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_dtls(const Setting& setting) {
  const auto rule = [](BytesView datagram) {
    const bool ours = net::parse_dtls_reply(datagram).has_value();
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_dtls_client_hello(cookie_of(setting)), rule,
                                     model::channel::kDtls);
}

}  // namespace qingdan::probe
