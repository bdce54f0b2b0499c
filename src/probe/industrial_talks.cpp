// industrial_talks — see the header.
#include "industrial_talks.h"

#include "datagrams.h"
#include "one_reply.h"
#include "qingdan/model/channels_industrial.h"
#include "qingdan/net/bacnet_wire.h"
#include "qingdan/net/dnp3_wire.h"
#include "qingdan/net/fins_wire.h"
#include "qingdan/net/iec104_wire.h"
#include "qingdan/net/opcua_wire.h"
#include "qingdan/net/s7_wire.h"
#include "rounds.h"

namespace qingdan::probe {
namespace {

namespace channel = model::channel;
using Turn = Rounds::Turn;

bool is_dnp3(BytesView stream) { return net::parse_dnp3_reply(stream).has_value(); }

// A device may speak ISO transport and no S7, or S7 and know no list: whatever comes last ends it.
Turn answer_s7(BytesView message) {
  const auto frame = net::read_s7_frame(message);
  if (!frame) return {};
  if (*frame == net::S7Frame::confirmed) return {true, false, net::build_s7_setup()};
  if (*frame == net::S7Frame::setup) return {true, false, net::build_s7_read_identification()};
  return {true, true, {}};
}

// A channel that was opened is closed, whatever comes of the question.
Rounds::Answer answer_opcua(std::string url) {
  return [url = std::move(url), open = net::OpcUaChannel{}](BytesView message) mutable -> Turn {
    switch (net::read_opcua_kind(message)) {
      case net::OpcUaKind::acknowledge:
        return {true, false, net::build_opcua_open_channel()};
      case net::OpcUaKind::channel:
        if (const auto opened = net::parse_opcua_channel(message)) {
          open = *opened;
          return {true, false, net::build_opcua_get_endpoints(open, url)};
        }
        return {true, true, {}};
      case net::OpcUaKind::part:
        return {true, false, {}};
      case net::OpcUaKind::reply:
        return {true, true, net::build_opcua_close_channel(open)};
      case net::OpcUaKind::error:
      case net::OpcUaKind::other:
        break;
    }
    return {true, true, {}};
  };
}

Turn answer_fins(BytesView message) {
  if (const auto nodes = net::parse_fins_nodes(message)) {
    return {true, false, net::build_fins_controller_read(*nodes)};
  }
  return {true, true, {}};
}

// Vendor, model, name, each after an answer to the one before; a device that knows no wildcard says
// so at the first, and is asked nothing more.
Ruling answer_bacnet(BytesView datagram) {
  const auto reply = net::parse_bacnet_reply(datagram);
  if (!reply) return {};
  if (reply->kind != net::BacnetReply::Kind::value) return {true, true, {}};
  using Property = net::BacnetProperty;
  if (reply->property == Property::vendor_name) {
    return {true, false, net::build_bacnet_read(Property::model_name)};
  }
  if (reply->property == Property::model_name) {
    return {true, false, net::build_bacnet_read(Property::object_name)};
  }
  return {true, true, {}};
}

}  // namespace

// The second try is the older question, for devices that do not answer a wildcard at all.
ConversationPtr make_bacnet(const Setting& setting) {
  auto first = setting.attempt == 1 ? net::build_bacnet_read(net::BacnetProperty::vendor_name)
                                    : net::build_bacnet_who_is();
  return std::make_unique<Datagrams>(std::move(first), answer_bacnet, channel::kBacnet,
                                     Datagrams::Keep::framed);
}

ConversationPtr make_s7(const Setting&) {
  return std::make_unique<Rounds>(net::build_s7_connect(), net::measure_tpkt, answer_s7,
                                  channel::kS7);
}

ConversationPtr make_opcua(const Setting& setting) {
  auto url = "opc.tcp://" + setting.host + ":" + std::to_string(setting.port);
  auto hello = net::build_opcua_hello(url);
  return std::make_unique<Rounds>(std::move(hello), net::measure_opcua_message,
                                  answer_opcua(std::move(url)), channel::kOpcUa);
}

ConversationPtr make_iec104(const Setting&) {
  return std::make_unique<OneReply>(net::build_iec104_test(), net::measure_iec104_reply,
                                    net::is_iec104_confirmed, channel::kIec104);
}

ConversationPtr make_dnp3(const Setting&) {
  return std::make_unique<OneReply>(net::build_dnp3_link_status(), net::measure_dnp3_reply, is_dnp3,
                                    channel::kDnp3);
}

ConversationPtr make_fins(const Setting&) {
  return std::make_unique<Rounds>(net::build_fins_node_request(), net::measure_fins_frame,
                                  answer_fins, channel::kFins);
}

}  // namespace qingdan::probe
