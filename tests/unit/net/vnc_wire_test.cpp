// vnc_wire — versions and security types.
#include "qingdan/net/vnc_wire.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan;
using namespace qingdan::net;

namespace {
VncStream stream(std::string_view text) { return parse_vnc_stream(as_bytes(text)); }
std::string answer(std::string_view text) {
  return std::string(as_text(build_vnc_version(stream(text))));
}
}  // namespace

TEST_CASE("the version is read and answered by one that both speak", "[net][vnc_wire]") {
  CHECK(stream("RFB 003.008\n").version == "003.008");
  CHECK_FALSE(stream("RFB 003.008\n").complete);
  CHECK(answer("RFB 003.008\n") == "RFB 003.008\n");
  CHECK(answer("RFB 003.007\n") == "RFB 003.007\n");
  CHECK(answer("RFB 003.003\n") == "RFB 003.003\n");
  CHECK(answer("RFB 003.005\n") == "RFB 003.003\n");
  CHECK(answer("RFB 003.889\n") == "RFB 003.008\n");
  CHECK(answer("RFB 005.000\n") == "RFB 003.008\n");
  CHECK(answer("RFB 003").empty());
}

TEST_CASE("VNC security types are listed", "[net][vnc_wire]") {
  using namespace std::string_literals;
  const auto modern = stream("RFB 003.008\n\x02\x02\x13"s);
  CHECK(modern.complete);
  CHECK(modern.security == std::vector<std::uint8_t>{2, 19});
  CHECK(vnc_security_name(19) == "VeNCrypt");
  CHECK(vnc_security_name(200).empty());
  CHECK_FALSE(stream("RFB 003.008\n\x03\x02\x13"s).complete);
  const auto old = stream("RFB 003.003\n\x00\x00\x00\x01"s);
  CHECK(old.complete);
  CHECK(old.security == std::vector<std::uint8_t>{1});
}

TEST_CASE("a VNC refusal tells why", "[net][vnc_wire]") {
  using namespace std::string_literals;
  const auto refused = stream(
      "RFB 003.008\n\x00\x00\x00\x00\x04"
      "full"s);
  CHECK(refused.complete);
  CHECK(refused.refusal == "full");
  CHECK(stream("RFB 003.003\n\x00\x00\x00\x00\x00\x00\x00\x04"
               "full"s)
            .refusal == "full");
  CHECK_FALSE(stream("RFB 003.008\n\x00\x00\x00\x00\x05"
                     "full"s)
                  .complete);
  CHECK(stream("RFB 003.008\n\x00\xFF\xFF\xFF\xFFx"s).complete);  // too long to be believed
}

TEST_CASE("what is not RFB is told at once", "[net][vnc_wire]") {
  CHECK(stream("SSH-2.0-x").complete);
  CHECK(stream("RFC 1234").complete);
  CHECK(stream("RFB abc.def\n").complete);
  CHECK_FALSE(stream("RF").complete);
  CHECK_FALSE(stream("").complete);
  CHECK(stream("RFB 003.008 ").version.empty());
}
