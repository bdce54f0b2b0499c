// industrial_talks — what industrial devices are asked, on recorded bytes, and that nothing else
// is.
#include "probe/industrial_talks.h"

#include <catch2/catch.hpp>

#include "qingdan/model/channels_industrial.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/bacnet_wire.h"
#include "qingdan/net/dnp3_wire.h"
#include "qingdan/net/fins_wire.h"
#include "qingdan/net/iec104_wire.h"
#include "qingdan/net/opcua_wire.h"
#include "qingdan/net/s7_wire.h"
#include "unit/net/industrial_seed.h"

using namespace qingdan;
using namespace qingdan::probe;
using qingdan::net::test::seed;

namespace {

const Setting kSetting{"192.0.2.7", "", 4840, false};
using Make = ConversationPtr (*)(const Setting&);

struct Talked {
  std::vector<Bytes> sent;
  bool finished{false};
  std::vector<Heard> heard;
};

// The peer says `stream` in pieces of `piece` bytes; 0 = at once.
Talked talk(Make make, BytesView stream, std::size_t piece = 0) {
  Talked talked;
  const auto conversation = make(kSetting);
  auto step = conversation->on_open();
  talked.sent.push_back(step.send);
  std::size_t at = 0;
  while (!step.finished && at < stream.size()) {
    at = piece == 0 ? stream.size() : std::min(stream.size(), at + piece);
    step = conversation->on_received(stream.first(at));
    if (!step.send.empty()) talked.sent.push_back(step.send);
  }
  talked.finished = step.finished;
  conversation->on_end(End::closed);
  talked.heard = conversation->take();
  return talked;
}

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

TEST_CASE("an S7 controller is connected to, set up and asked once who it is") {
  for (const std::size_t piece : {0, 1, 7}) {
    const auto talked = talk(make_s7, seed("s7_wire/identity"), piece);
    CHECK(talked.finished);
    CHECK(joined(talked.sent) == joined({net::build_s7_connect(), net::build_s7_setup(),
                                         net::build_s7_read_identification()}));
    REQUIRE(talked.heard.size() == 1);
    CHECK(talked.heard[0].channel == model::channel::kS7);
    CHECK(talked.heard[0].raw == seed("s7_wire/identity"));
    CHECK_FALSE(talked.heard[0].truncated);
  }
}

TEST_CASE("who refuses the transport is asked nothing more") {
  const auto talked = talk(make_s7, seed("s7_wire/refused"));
  CHECK(talked.finished);
  CHECK(talked.sent.size() == 1);
  CHECK(talked.heard[0].channel == model::channel::kS7);
  // ISO transport of something else: it stays silent after the setup.
  const auto confirmed = talk(make_s7, seed("s7_wire/confirm"));
  CHECK_FALSE(confirmed.finished);
  CHECK(confirmed.sent.size() == 2);
  CHECK(confirmed.heard[0].channel == model::channel::kS7);
  CHECK(confirmed.heard[0].truncated);
}

TEST_CASE("an OPC UA channel that was opened is closed") {
  const std::string url = "opc.tcp://192.0.2.7:4840";
  for (const auto* name : {"opcua_wire/endpoints", "opcua_wire/chunks"}) {
    for (const std::size_t piece : {0, 13}) {
      const auto talked = talk(make_opcua, seed(name), piece);
      CHECK(talked.finished);
      CHECK(joined(talked.sent) ==
            joined({net::build_opcua_hello(url), net::build_opcua_open_channel(),
                    net::build_opcua_get_endpoints({7, 1}, url),
                    net::build_opcua_close_channel({7, 1})}));
      CHECK(talked.heard[0].channel == model::channel::kOpcUa);
    }
  }
  CHECK(talk(make_opcua, seed("opcua_wire/error")).sent.size() == 1);
  const auto refused = talk(make_opcua, seed("opcua_wire/refused"));
  CHECK(refused.finished);
  CHECK(joined(refused.sent) ==
        joined({net::build_opcua_hello(url), net::build_opcua_open_channel()}));
}

TEST_CASE("stations of the grid get one frame") {
  const auto iec = talk(make_iec104, seed("iec104_wire/both"), 1);
  CHECK(iec.finished);
  CHECK(iec.sent == std::vector<Bytes>{net::build_iec104_test()});
  CHECK(iec.heard[0].channel == model::channel::kIec104);
  const auto dnp = talk(make_dnp3, seed("dnp3_wire/status"), 1);
  CHECK(dnp.finished);
  CHECK(dnp.sent == std::vector<Bytes>{net::build_dnp3_link_status()});
  CHECK(dnp.heard[0].channel == model::channel::kDnp3);
}

TEST_CASE("an Omron controller is asked for its data under the node it gave us") {
  const auto talked = talk(make_fins, seed("fins_wire/controller"), 5);
  CHECK(talked.finished);
  CHECK(joined(talked.sent) ==
        joined({net::build_fins_node_request(), net::build_fins_controller_read({0xEF, 7})}));
  CHECK(talked.heard[0].channel == model::channel::kFins);
  CHECK(talk(make_fins, seed("fins_wire/full")).sent.size() == 1);
}

TEST_CASE("a peer of another protocol ends each of them, and its bytes are nobody's") {
  for (const Make make : {make_s7, make_opcua, make_iec104, make_dnp3, make_fins}) {
    const auto talked = talk(make, as_bytes("SSH-2.0-OpenSSH_9.2p1\r\n"));
    CHECK(talked.finished);
    CHECK(talked.sent.size() == 1);
    REQUIRE(talked.heard.size() == 1);
    CHECK(talked.heard[0].channel == model::channel::kUnknown);
    CHECK(talk(make, {}).heard.empty());
  }
}

TEST_CASE("a peer that floods is not followed for ever") {
  Bytes flood;
  const auto part = [] {
    Bytes one{'M', 'S', 'G', 'C', 24, 0, 0, 0};
    one.resize(24);
    return one;
  }();
  for (int i = 0; i < 200; ++i) flood.insert(flood.end(), part.begin(), part.end());
  CHECK(talk(make_opcua, flood).finished);
}

TEST_CASE("a BACnet device is read property by property, each after an answer") {
  using Property = net::BacnetProperty;
  const auto conversation = make_bacnet(kSetting);
  CHECK(conversation->on_open().send == net::build_bacnet_read(Property::vendor_name));
  auto step = conversation->on_received(seed("bacnet_wire/vendor"));
  CHECK(step.send == net::build_bacnet_read(Property::model_name));
  step = conversation->on_received(seed("bacnet_wire/model"));
  CHECK(step.send == net::build_bacnet_read(Property::object_name));
  step = conversation->on_received(seed("bacnet_wire/name"));
  CHECK(step.finished);
  CHECK(step.send.empty());
  const auto heard = conversation->take();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].channel == model::channel::kBacnet);
}

TEST_CASE(
    "a BACnet device without the wildcard is asked nothing more; a silent one the old question") {
  const auto knows_none = make_bacnet(kSetting);
  (void)knows_none->on_open();
  const auto step = knows_none->on_received(seed("bacnet_wire/error"));
  CHECK(step.finished);
  CHECK(step.send.empty());
  auto second = kSetting;
  second.attempt = 2;
  const auto old = make_bacnet(second);
  CHECK(old->on_open().send == net::build_bacnet_who_is());
  CHECK(old->on_received(seed("bacnet_wire/i_am")).finished);
  CHECK(old->take()[0].channel == model::channel::kBacnet);
}
