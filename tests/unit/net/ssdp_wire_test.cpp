#include "qingdan/net/ssdp_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {
constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: upnp:rootdevice\r\n"
    "USN: uuid:00000000-0000-1000-8000-001b210a0b0c::upnp:rootdevice\r\nEXT:\r\n"
    "SERVER: Debian/12 UPnP/1.1 MiniUPnPd/2.3.1\r\n"
    "LOCATION: http://192.0.2.7:5000/rootDesc.xml\r\n\r\n";
}

TEST_CASE("a search is sent to one host and asks for root devices", "[net][ssdp]") {
  CHECK(as_text(build_ssdp_search("192.0.2.7", 1900)) ==
        "M-SEARCH * HTTP/1.1\r\nHOST: 192.0.2.7:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n"
        "ST: upnp:rootdevice\r\nUSER-AGENT: qingdan UPnP/1.1\r\n\r\n");
  CHECK(as_text(build_ssdp_search("x\r\nEvil: 1", 1)).find("\r\nEvil") == std::string_view::npos);
}

TEST_CASE("an answer gives its headers in any case", "[net][ssdp]") {
  const auto answer = parse_ssdp_answer(as_bytes(kAnswer));
  REQUIRE(answer);
  CHECK(answer->find_header("server") == "Debian/12 UPnP/1.1 MiniUPnPd/2.3.1");
  CHECK(answer->find_header("EXT").empty());
  CHECK(answer->headers.size() == 6);
}

TEST_CASE("a web server's page, an echo and an advertisement are no answer", "[net][ssdp]") {
  CHECK_FALSE(parse_ssdp_answer(as_bytes("HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\n")));
  CHECK_FALSE(parse_ssdp_answer(as_bytes("HTTP/1.1 404 Not Found\r\nST: x\r\n\r\n")));
  CHECK_FALSE(parse_ssdp_answer(build_ssdp_search("192.0.2.7", 1900)));
  CHECK_FALSE(parse_ssdp_answer(as_bytes("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\n\r\n")));
  test::parse_damaged(as_bytes(kAnswer), [](BytesView bytes) { return parse_ssdp_answer(bytes); });
}
