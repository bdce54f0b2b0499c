#include "qingdan/net/sip_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {
constexpr std::string_view kOk =
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP qingdan.invalid;rport=5062\r\n"
    "User-Agent: Example PBX\r\n 13.1\r\nallow: INVITE\r\nContent-Length: 4\r\n\r\nv=0\n";
}

TEST_CASE("a SIP question has every mandatory header and goes no hop further", "[net][sip]") {
  const auto bytes = build_sip_options("192.0.2.7", 5060, Transport::udp);
  const auto text = as_text(bytes);
  CHECK(text.substr(0, 43) == "OPTIONS sip:192.0.2.7:5060 SIP/2.0\r\nVia: SI");
  for (const std::string_view part :
       {"\r\nVia: SIP/2.0/UDP qingdan.invalid;rport;branch=z9hG4bK", "\r\nMax-Forwards: 0\r\n",
        "\r\nTo: <sip:192.0.2.7:5060>\r\n", "\r\nFrom: <sip:qingdan@qingdan.invalid>;tag=",
        "\r\nCall-ID: ", "\r\nCSeq: 1 OPTIONS\r\n", "\r\nContent-Length: 0\r\n\r\n"}) {
    INFO(part);
    CHECK(text.find(part) != std::string_view::npos);
  }
  const auto stream = build_sip_options("[2001:db8::1]", 5060, Transport::tcp);
  CHECK(as_text(stream).find("sip:[2001:db8::1]:5060;transport=tcp") != std::string_view::npos);
  CHECK(as_text(stream).find("SIP/2.0/TCP") != std::string_view::npos);
  CHECK(build_sip_options("192.0.2.7", 5060, Transport::udp) == bytes);
  CHECK(build_sip_options("192.0.2.8", 5060, Transport::udp) != bytes);
}

TEST_CASE("an RTSP question is the one a player asks", "[net][rtsp]") {
  CHECK(as_text(build_rtsp_options("192.0.2.7", 554)) ==
        "OPTIONS rtsp://192.0.2.7:554/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: qingdan\r\n\r\n");
}

TEST_CASE("a hostile name cannot add a header", "[net][rtsp]") {
  CHECK(as_text(build_rtsp_options("a\r\nX: y", 554)).substr(0, 25) == "OPTIONS rtsp://aX:y:554/ ");
}

TEST_CASE("responses are taken apart, folded lines joined", "[net][sip]") {
  const auto stream = "SIP/2.0 100 Trying\r\nContent-Length: 0\r\n\r\n" + std::string(kOk);
  const auto responses = parse_text_responses(as_bytes(stream));
  REQUIRE(responses.size() == 2);
  CHECK(responses[0].status == 100);
  CHECK(responses[1].protocol == "SIP");
  CHECK(responses[1].version == "2.0");
  CHECK(responses[1].reason == "OK");
  CHECK(responses[1].find_header("user-agent") == "Example PBX 13.1");
  CHECK(responses[1].find_header("Allow") == "INVITE");
  CHECK(responses[1].body == "v=0\n");
  CHECK_FALSE(responses[1].truncated);
}

TEST_CASE("cameras that end lines by LF alone are understood", "[net][rtsp]") {
  const auto responses =
      parse_text_responses(as_bytes("RTSP/1.0 401 Unauthorized\nServer: Rtsp Server/3.0\n\n"));
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].status == 401);
  CHECK(responses[0].find_header("Server") == "Rtsp Server/3.0");
}

TEST_CASE("a cut response keeps the headers that came", "[net][sip]") {
  const auto responses = parse_text_responses(as_bytes(kOk.substr(0, kOk.find("13.1") + 2)));
  REQUIRE(responses.size() == 1);
  CHECK(responses[0].truncated);
  CHECK(responses[0].find_header("User-Agent") == "Example PBX");  // " 13.1" is not whole
}

TEST_CASE("the answer is whole with the final response", "[net][sip]") {
  const auto stream = "SIP/2.0 100 Trying\r\n\r\n" + std::string(kOk);
  for (std::size_t size = 0; size < stream.size(); ++size) {
    CHECK(measure_text_response(as_bytes(stream).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_text_response(as_bytes(stream)).size == stream.size());
}

TEST_CASE("what is neither SIP nor RTSP is foreign", "[net][sip]") {
  CHECK(measure_text_response(as_bytes("HTTP/1.1 400 Bad\r\n\r\n")).foreign());
  CHECK(measure_text_response(as_bytes("RTSP/1.0 abc\r\n\r\n")).foreign());
  CHECK(measure_text_response(as_bytes("SIP/2.0 200 OK\r\n" + std::string(20'000, 'a'))).foreign());
  CHECK(parse_text_responses(as_bytes("HTTP/1.1 400 Bad\r\n\r\n")).empty());
  std::string endless;
  for (int i = 0; i < 50; ++i) endless += "SIP/2.0 100 Trying\r\n\r\n";
  CHECK(measure_text_response(as_bytes(endless)).foreign());
  CHECK(parse_text_responses(as_bytes(endless)).size() == 16);
}

TEST_CASE("a body length that lies is bounded", "[net][sip]") {
  const auto stream = as_bytes("SIP/2.0 200 OK\r\nl: 99999999999999999999\r\n\r\n");
  CHECK(measure_text_response(stream).whole());  // unreadable, hence none
  CHECK(measure_text_response(as_bytes("SIP/2.0 200 OK\r\nl: 5\r\n\r\nab")).state ==
        Extent::State::partial);
}

TEST_CASE("damaged responses are survived", "[net][sip]") {
  test::parse_damaged(as_bytes(kOk), [](BytesView bytes) {
    (void)measure_text_response(bytes);
    (void)parse_text_responses(bytes);
  });
}
