#include <catch2/catch.hpp>

#include "qingdan/identify/dissect.h"
#include "unit/identify/fields.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

std::vector<FieldValue> fields_of(std::string_view text) {
  return dissect("tcp.syn_ack", as_bytes(text)).fields;
}

}  // namespace

TEST_CASE("of a SYN-ACK rules read the hop limit it began with, and the maker of the card",
          "[identify][dissect]") {
  using Fields = std::vector<FieldValue>;
  CHECK(fields_of("4:57+7:0:1460:64240,7:mss,nop,nop,sok,nop,ws:df:0") ==
        Fields{{"tcp.signature", "4:64:0:1460:64240,7:mss,nop,nop,sok,nop,ws:df:0"}});
  CHECK(fields_of("6:255+0:0:*:4128,*:mss::0 3c:ef:8c:00:00:01") ==
        Fields{{"tcp.signature", "6:255:0:*:4128,*:mss::0"}, {"eth.oui", "3c:ef:8c"}});
}

TEST_CASE("what is no signature has no fields", "[identify][dissect]") {
  for (const auto* text : {"", "4:", "4:+:", "4:57", "4:57+7", "4:x+7:0", "4:999+1:0", "5:57+7:0:",
                           "SSH-2.0-x", "+", ":+:", "4:57 +7:"}) {
    INFO(text);
    CHECK(fields_of(text).empty());
  }
}
