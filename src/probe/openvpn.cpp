// openvpn — the client's first packet, over UDP or TCP. Where the server answers, it answers before
// TLS begins; where it demands a shared key (tls-auth, tls-crypt) it keeps silent, and so do we.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "probe/one_reply.h"
#include "qingdan/net/openvpn_wire.h"

namespace qingdan::probe {

namespace {

bool is_reset(BytesView stream) {
  return stream.size() > 2 && net::parse_openvpn_reset(stream.subspan(2)).has_value();
}

}  // namespace

std::unique_ptr<Conversation> make_openvpn(const Setting& setting, net::Transport transport) {
  const auto session = cookie_of(setting) | 1U;
  if (transport == net::Transport::tcp) {
    return std::make_unique<OneReply>(net::build_openvpn_reset_tcp(session),
                                      net::measure_openvpn_tcp, is_reset, model::channel::kOpenvpn);
  }
  const auto rule = [session](BytesView datagram) {
    const auto reset = net::parse_openvpn_reset(datagram);
    const bool ours = reset && (reset->remote_session == session || reset->remote_session == 0);
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_openvpn_reset(session), rule,
                                     model::channel::kOpenvpn);
}

}  // namespace qingdan::probe
