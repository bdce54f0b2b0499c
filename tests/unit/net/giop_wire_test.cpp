// giop_wire — answers laid out after CORBA 3.3 part 2, with the types and keys that servers are
// known by (tests/fuzz/corpus/giop_wire).
#include "qingdan/net/giop_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

namespace {

const std::vector<std::string> kAnswers{"weblogic", "websphere",  "omninames", "java",
                                        "tao",      "unknown",    "exception", "error",
                                        "close",    "old_profile"};

GiopAnswer read(const std::string& name) {
  auto answer = parse_giop(seed("giop_wire/" + name));
  REQUIRE(answer);
  return *answer;
}

}  // namespace

TEST_CASE("the question is a LocateRequest for NameService and no answer", "[net][giop]") {
  const auto request = build_giop_locate();
  CHECK(request == seed("giop_wire/request"));
  CHECK(measure_giop(request).foreign());
  CHECK_FALSE(parse_giop(request));
}

TEST_CASE("an answer is whole at its end", "[net][giop]") {
  for (const auto& name : kAnswers) {
    const auto message = seed("giop_wire/" + name);
    for (std::size_t size = 0; size < message.size(); ++size) {
      CAPTURE(name, size);
      REQUIRE(measure_giop(BytesView(message).first(size)).state == Extent::State::partial);
    }
    CAPTURE(name);
    CHECK(measure_giop(message).whole());
    CHECK(measure_giop(message).size == message.size());
  }
  CHECK(measure_giop(to_bytes("GIOPX")).state == Extent::State::partial);
  CHECK(measure_giop(to_bytes("HTTP/1.1 400 \r\n")).foreign());
  auto huge = seed("giop_wire/error");
  huge[8] = 1;
  CHECK(measure_giop(huge).foreign());
}

TEST_CASE("a reference tells type, place, key and ORB, with a gap before it or none",
          "[net][giop]") {
  const auto weblogic = read("weblogic");
  CHECK(weblogic.kind == GiopKind::locate_reply);
  CHECK(weblogic.minor == 2);
  CHECK(weblogic.status == 2);
  CHECK(weblogic.type_id == "IDL:weblogic/corba/cos/naming/NamingContextAny:1.0");
  CHECK(weblogic.host == "192.0.2.7");
  CHECK(weblogic.port == 7001);
  CHECK(weblogic.orb_type == 0x42454100);
  CHECK(as_text(weblogic.key).substr(1, 3) == "BEA");
  const auto websphere = read("websphere");
  CHECK(websphere.type_id == "IDL:com.ibm/WsnOptimizedNaming/NamingContext:1.0");
  CHECK(websphere.host == "was.example.test");
}

TEST_CASE("little endian, profiles of other kinds and profiles of 1.0 are read", "[net][giop]") {
  const auto little = read("omninames");
  CHECK(little.type_id == "IDL:omg.org/CosNaming/NamingContextExt:1.0");
  CHECK(little.port == 2809);
  CHECK(little.orb_type == 0x41545400);
  CHECK(as_text(little.key) == "NameService");
  const auto old = read("old_profile");
  CHECK(old.status == 3);
  CHECK(old.host == "192.0.2.7");
  CHECK(old.port == 683);
  CHECK(old.orb_type == 0);
}

TEST_CASE("an ORB that does not know the object is one still", "[net][giop]") {
  CHECK(read("tao").status == 1);
  CHECK(read("unknown").status == 0);
  const auto exception = read("exception");
  CHECK(exception.status == 4);
  CHECK(exception.exception == "IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0");
  CHECK(exception.minor_code == 0x54410004);
  CHECK(read("error").kind == GiopKind::error);
  CHECK(read("error").minor == 0);
  CHECK(read("close").kind == GiopKind::close);
}

TEST_CASE("a reply to somebody else's question is none", "[net][giop]") {
  auto message = seed("giop_wire/unknown");
  message[15] = 2;
  CHECK_FALSE(parse_giop(message));
  message[15] = 1;
  message[19] = 9;  // no status
  CHECK_FALSE(parse_giop(message));
}

TEST_CASE("damaged answers of ORBs do no harm", "[net][giop]") {
  for (const auto& name : kAnswers) test::parse_damaged(seed("giop_wire/" + name), parse_giop);
}
