#include "qingdan/net/ws_discovery_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

std::string camera(std::string_view relation) {
  return "<?xml version=\"1.0\"?><S:Envelope xmlns:S=\"x\"><S:Header><wsa:RelatesTo>" +
         std::string(relation) +
         "</wsa:RelatesTo></S:Header><S:Body><wsdd:ProbeMatches><wsdd:ProbeMatch>"
         "<wsdd:Types>dn:NetworkVideoTransmitter tds:Device</wsdd:Types>"
         "<wsdd:Scopes MatchBy=\"x\">onvif://www.onvif.org/name/ACME\n"
         " onvif://www.onvif.org/hardware/IPC-1</wsdd:Scopes>"
         "<wsdd:XAddrs>http://192.0.2.7/onvif/device_service</wsdd:XAddrs>"
         "</wsdd:ProbeMatch></wsdd:ProbeMatches></S:Body></S:Envelope>";
}

std::string message_id(BytesView probe) {
  const auto text = as_text(probe);
  const auto begin = text.find("urn:uuid:");
  return std::string(text.substr(begin, text.find('<', begin) - begin));
}

}  // namespace

TEST_CASE("a probe asks for all types, or for cameras", "[net][ws_discovery]") {
  const auto all = build_ws_probe(0x0123'4567'89AB'CDEFU, false);
  CHECK(as_text(all).find("<d:Probe></d:Probe>") != std::string_view::npos);
  CHECK(message_id(all) == "urn:uuid:01234567-89ab-4def-8edc-ba9876543210");
  const auto onvif = build_ws_probe(1, true);
  CHECK(as_text(onvif).find("dn:NetworkVideoTransmitter") != std::string_view::npos);
  CHECK_FALSE(parse_ws_probe_matches(all));  // an echo
}

TEST_CASE("matches give types, scopes and addresses", "[net][ws_discovery]") {
  const auto id = message_id(build_ws_probe(7, false));
  const auto matches = parse_ws_probe_matches(as_bytes(camera(id)));
  REQUIRE(matches);
  CHECK(matches->types == std::vector<std::string>{"dn:NetworkVideoTransmitter tds:Device"});
  CHECK(matches->scopes == std::vector<std::string>{"onvif://www.onvif.org/name/ACME",
                                                    "onvif://www.onvif.org/hardware/IPC-1"});
  CHECK(matches->addresses.size() == 1);
  CHECK(answers_probe(*matches, 7));
  CHECK_FALSE(answers_probe(*matches, 8));
  CHECK(answers_probe(*parse_ws_probe_matches(as_bytes(camera(""))), 8));
}

TEST_CASE("XML of any other kind, cut or hostile, is no match", "[net][ws_discovery]") {
  CHECK_FALSE(parse_ws_probe_matches(as_bytes("<html><Types>x</Types></html>")));
  CHECK_FALSE(parse_ws_probe_matches(as_bytes(std::string(60'000, '<'))));
  CHECK_FALSE(parse_ws_probe_matches(as_bytes("<ProbeMatches/>")));
  test::parse_damaged(as_bytes(camera("urn:uuid:1")),
                      [](BytesView bytes) { return parse_ws_probe_matches(bytes); });
}
