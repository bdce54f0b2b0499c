// rpc_questions — what remote-call middleware, graph databases and key distribution say to anybody.
// Dubbo is sent the heartbeat of an idle client, RocketMQ asked for the list that clients begin
// with, Bolt left after the choice of a version, ActiveMQ sent nothing; Kerberos is asked for
// nobody.
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "probe/one_reply.h"
#include "probe/service_conversations.h"
#include "qingdan/model/channels_middleware.h"
#include "qingdan/net/kerberos_wire.h"
#include "qingdan/net/rpc_wire.h"

namespace qingdan::probe {
namespace {

bool is_dubbo(BytesView stream) { return net::parse_dubbo(stream).has_value(); }
bool is_rocketmq(BytesView stream) { return net::parse_rocketmq(stream).has_value(); }
bool is_bolt(BytesView stream) { return net::parse_bolt(stream).has_value(); }
bool is_openwire(BytesView stream) { return net::parse_openwire(stream).has_value(); }

bool is_kerberos(BytesView stream) { return net::parse_kerberos_error(stream).has_value(); }

}  // namespace

ServiceConversation make_dubbo(const Setting&) {
  return std::make_unique<OneReply>(net::build_dubbo_heartbeat(), net::measure_dubbo, is_dubbo,
                                    model::channel::kDubbo);
}

ServiceConversation make_rocketmq(const Setting&) {
  return std::make_unique<OneReply>(net::build_rocketmq_cluster_query(), net::measure_rocketmq,
                                    is_rocketmq, model::channel::kRocketmq);
}

ServiceConversation make_bolt(const Setting&) {
  return std::make_unique<OneReply>(net::build_bolt_handshake(), net::measure_bolt, is_bolt,
                                    model::channel::kBolt);
}

ServiceConversation make_openwire(const Setting&) {
  return std::make_unique<OneReply>(Bytes{}, net::measure_openwire, is_openwire,
                                    model::channel::kOpenwire);
}

// A KRB-ERROR repeats nothing of ours but the realm, and not always that.
ServiceConversation make_kerberos_udp(const Setting& setting) {
  const auto rule = [](BytesView datagram) {
    const bool ours = is_kerberos(datagram);
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(
      net::build_kerberos_request(static_cast<std::uint32_t>(cookie_of(setting))), rule,
      model::channel::kKerberos);
}

ServiceConversation make_kerberos_tcp(const Setting& setting) {
  const auto nonce = static_cast<std::uint32_t>(cookie_of(setting));
  return std::make_unique<OneReply>(net::build_kerberos_request_tcp(nonce),
                                    net::measure_kerberos_error_tcp, is_kerberos,
                                    model::channel::kKerberos);
}

}  // namespace qingdan::probe
