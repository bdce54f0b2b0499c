// middleware_questions — what brokers, coordination services, application servers and displays say
// to the first words of any client. AMQP and T3 are left before a login, RMI before a call, X11
// before a window; srvr, CPing, ApiVersions and LocateRequest are made to be asked by anybody.
#include "probe/one_reply.h"
#include "probe/service_conversations.h"
#include "qingdan/model/channels_middleware.h"
#include "qingdan/net/amqp_wire.h"
#include "qingdan/net/giop_wire.h"
#include "qingdan/net/middleware_wire.h"
#include "qingdan/net/x11_wire.h"

namespace qingdan::probe {
namespace {

bool is_amqp(BytesView stream) { return net::parse_amqp_start(stream).has_value(); }
bool is_zookeeper(BytesView stream) { return net::parse_zookeeper(stream).has_value(); }
bool is_t3(BytesView stream) { return net::parse_t3(stream).has_value(); }
bool is_ajp(BytesView stream) { return net::measure_ajp_cpong(stream).whole(); }
bool is_rmi(BytesView stream) { return net::parse_rmi_ack(stream).has_value(); }
bool is_kafka(BytesView stream) { return net::parse_kafka_api_versions(stream).has_value(); }
bool is_giop(BytesView stream) { return net::parse_giop(stream).has_value(); }
bool is_x11(BytesView stream) { return net::parse_x11_setup(stream).has_value(); }

ServiceConversation ask(Bytes request, OneReply::Measure measure, OneReply::Recognise recognise,
                        std::string_view channel) {
  return std::make_unique<OneReply>(std::move(request), measure, recognise, channel);
}

}  // namespace

ServiceConversation make_amqp(const Setting&) {
  return ask(net::build_amqp_header(), net::measure_amqp_start, is_amqp, model::channel::kAmqp);
}

ServiceConversation make_zookeeper(const Setting&) {
  return ask(net::build_zookeeper_srvr(), net::measure_zookeeper, is_zookeeper,
             model::channel::kZookeeper);
}

ServiceConversation make_t3(const Setting&) {
  return ask(net::build_t3_hello(), net::measure_t3, is_t3, model::channel::kT3);
}

ServiceConversation make_ajp(const Setting&) {
  return ask(net::build_ajp_cping(), net::measure_ajp_cpong, is_ajp, model::channel::kAjp);
}

ServiceConversation make_rmi(const Setting&) {
  return ask(net::build_rmi_header(), net::measure_rmi_ack, is_rmi, model::channel::kRmi);
}

ServiceConversation make_kafka(const Setting&) {
  return ask(net::build_kafka_api_versions(), net::measure_kafka, is_kafka, model::channel::kKafka);
}

ServiceConversation make_iiop(const Setting&) {
  return ask(net::build_giop_locate(), net::measure_giop, is_giop, model::channel::kIiop);
}

ServiceConversation make_x11(const Setting&) {
  return ask(net::build_x11_setup(), net::measure_x11_setup, is_x11, model::channel::kX11);
}

}  // namespace qingdan::probe
