#include "qingdan/net/opcua_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/industrial_seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::net::test::seed;

namespace {

constexpr std::string_view kUrl = "opc.tcp://192.0.2.7:4840";

std::uint32_t size_of(BytesView message) {
  ByteReader reader(message);
  reader.skip(4);
  return reader.u32le();
}

}  // namespace

TEST_CASE("every request carries its own size", "[net][opcua]") {
  for (const auto& request :
       {build_opcua_hello(kUrl), build_opcua_open_channel(),
        build_opcua_get_endpoints({7, 1}, kUrl), build_opcua_close_channel({7, 1})}) {
    CHECK(size_of(request) == request.size());
    CHECK(request[3] == 'F');
  }
  CHECK(as_text(build_opcua_hello(kUrl)).find(kUrl) != std::string_view::npos);
  CHECK(build_opcua_hello(std::string(9000, 'x')).size() < 4200);
  // Policy None and mode None: nothing is signed, nobody is named.
  CHECK(as_text(build_opcua_open_channel()).find("SecurityPolicy#None") != std::string_view::npos);
}

TEST_CASE("a server names itself, its product and its policies", "[net][opcua]") {
  for (const auto* name : {"opcua_wire/endpoints", "opcua_wire/chunks"}) {
    const auto found = parse_opcua_stream(seed(name));
    REQUIRE(found);
    CHECK(found->acknowledged);
    CHECK(found->application_uri == "urn:example:plant:S7-1500");
    CHECK(found->product_uri == "https://www.siemens.com/s7-1500");
    CHECK(found->application_name == "SIMATIC.S7-1500.OPC-UA.Application:PLC_1");
    CHECK(found->policies == std::vector<std::string>{"None", "Basic256Sha256"});
  }
}

TEST_CASE("a channel is known by its number and token, a refusal is none", "[net][opcua]") {
  const auto granted = seed("opcua_wire/endpoints");
  const auto ack = measure_opcua_message(granted).size;
  CHECK(read_opcua_kind(granted) == OpcUaKind::acknowledge);
  const auto opened = parse_opcua_channel(BytesView(granted).subspan(ack));
  REQUIRE(opened);
  CHECK(opened->channel == 7);
  CHECK(opened->token == 1);
  const auto refused = seed("opcua_wire/refused");
  CHECK_FALSE(parse_opcua_channel(BytesView(refused).subspan(ack)));
}

TEST_CASE("an error is an answer, and a cut stream gives what was whole", "[net][opcua]") {
  const auto error = parse_opcua_stream(seed("opcua_wire/error"));
  REQUIRE(error);
  CHECK(error->error == 0x80AC0000);
  CHECK_FALSE(error->acknowledged);
  const auto whole = seed("opcua_wire/endpoints");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto found = parse_opcua_stream(BytesView(whole).first(size));
    CHECK(found.has_value() == (size >= 28));
    if (found) CHECK(found->application_uri.empty());
  }
  CHECK(measure_opcua_message(as_bytes("HTTP/1.1 400 ")).foreign());
  CHECK(measure_opcua_message(as_bytes("ACKX\x1c")).state == Extent::State::partial);
  auto lying = seed("opcua_wire/error");
  lying[7] = 0x7F;
  CHECK(measure_opcua_message(lying).foreign());
}
