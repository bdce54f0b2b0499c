#include <catch2/catch.hpp>

#include "net/ber.h"
#include "probe/conversations.h"
#include "qingdan/base/text.h"
#include "qingdan/model/observation.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;
namespace ber = net::ber;

namespace {

Bytes octets(std::string_view text) { return ber::element(ber::kOctetString, as_bytes(text)); }

Bytes message(std::uint8_t operation, std::initializer_list<BytesView> parts) {
  return ber::element(ber::kSequence, {ber::integer(1), ber::element(operation, parts)});
}

Bytes root_dse() {
  const auto vendor = ber::element(
      ber::kSequence, {octets("vendorName"), ber::element(ber::kSet, octets("Example"))});
  return message(0x64, {octets(""), ber::element(ber::kSequence, vendor)});
}

Bytes done() { return message(0x65, {ber::integer(0, ber::kEnumerated), octets(""), octets("")}); }

}  // namespace

TEST_CASE("a directory is asked for its rootDSE, then told goodbye", "[probe][ldap]") {
  auto answer = root_dse();
  const auto last = done();
  answer.insert(answer.end(), last.begin(), last.end());
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1}}) {
    auto conversation = make_ldap(test::setting_of(389));
    const auto played = test::play_stream(*conversation, {answer}, piece);
    REQUIRE(played.sent.size() == 2);
    CHECK(to_hex(played.sent[1]) == "30050201024200");  // unbind
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kLdap);
    CHECK(played.heard[0].raw == answer);
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("an entry without the end of the search is kept as truncated", "[probe][ldap]") {
  auto conversation = make_ldap(test::setting_of(389));
  const auto played = test::play_stream(*conversation, {root_dse()}, 10, End::deadline);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == model::channel::kLdap);
  CHECK(played.heard[0].truncated);
}

TEST_CASE("ldap claims no other peer", "[probe][ldap]") {
  for (const auto& says : test::foreign_peers()) {
    auto conversation = make_ldap(test::setting_of(389));
    const auto played = test::play_stream(*conversation, {says}, 1);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == model::channel::kUnknown);
    CHECK(played.sent.size() == 1);
  }
}
