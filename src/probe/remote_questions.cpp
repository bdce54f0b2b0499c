// remote_questions — PPTP is asked to begin and told at once that we leave (RFC 2637 §2.3); AFP
// tells its status without a session; NATS introduces itself, so nothing is sent to it; STUN says
// how it sees us, and that is forgotten.
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "probe/one_reply.h"
#include "probe/service_conversations.h"
#include "qingdan/net/remote_wire.h"
#include "qingdan/net/stun_wire.h"

namespace qingdan::probe {
namespace {

bool is_pptp(BytesView stream) { return net::parse_pptp(stream).has_value(); }
bool is_afp(BytesView stream) { return net::parse_afp(stream).has_value(); }
bool is_nats(BytesView stream) { return net::parse_nats(stream).has_value(); }
bool is_stun(BytesView stream) { return net::parse_stun(stream).has_value(); }

}  // namespace

ServiceConversation make_pptp(const Setting&) {
  auto start = std::make_unique<OneReply>(net::build_pptp_start(), net::measure_pptp, is_pptp,
                                          model::channel::kPptp);
  start->set_goodbye(net::build_pptp_stop());
  return start;
}

ServiceConversation make_afp(const Setting&) {
  return std::make_unique<OneReply>(net::build_afp_status(), net::measure_afp, is_afp,
                                    model::channel::kAfp);
}

ServiceConversation make_nats(const Setting&) {
  return std::make_unique<OneReply>(Bytes{}, net::measure_nats, is_nats, model::channel::kNats);
}

ServiceConversation make_stun_tcp(const Setting& setting) {
  return std::make_unique<OneReply>(net::build_stun_binding(cookie_of(setting)), net::measure_stun,
                                    is_stun, model::channel::kStun);
}

ServiceConversation make_stun_udp(const Setting& setting) {
  auto request = net::build_stun_binding(cookie_of(setting));
  // RFC 8489 §5: the transaction identifier is the end of the header, and a request is all header.
  const auto rule = [id = Bytes(request.end() - 12, request.end())](BytesView datagram) {
    const auto reply = net::parse_stun(datagram);
    const bool ours = reply && reply->transaction == id;
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(std::move(request), rule, model::channel::kStun);
}

}  // namespace qingdan::probe
