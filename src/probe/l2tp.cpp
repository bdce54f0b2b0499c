// l2tp — asks for a control connection (no session, no user) and takes it back as soon as the peer
// agrees, so that nothing stays open behind us.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/l2tp_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_l2tp(const Setting& setting) {
  const auto tunnel = static_cast<std::uint16_t>(cookie_of(setting) | 1U);
  const auto rule = [tunnel](BytesView datagram) {
    constexpr std::uint16_t kAgreed = 2;
    const auto reply = net::parse_l2tp_reply(datagram);
    Ruling ruling;
    ruling.ours = reply && reply->tunnel == tunnel && reply->message != 0;
    ruling.last = ruling.ours;
    if (ruling.ours && reply->message == kAgreed) {
      ruling.send = net::build_l2tp_stop(reply->peer_tunnel, tunnel);
    }
    return ruling;
  };
  return std::make_unique<Datagrams>(net::build_l2tp_start(tunnel), rule, model::channel::kL2tp);
}

}  // namespace qingdan::probe
