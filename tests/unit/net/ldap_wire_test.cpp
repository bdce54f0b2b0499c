#include "qingdan/net/ldap_wire.h"

#include <catch2/catch.hpp>

#include "net/ber.h"
#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes octets(std::string_view text) { return ber::element(ber::kOctetString, as_bytes(text)); }

Bytes attribute(std::string_view name, std::initializer_list<std::string_view> values) {
  Bytes set;
  for (const auto value : values) {
    const auto one = octets(value);
    set.insert(set.end(), one.begin(), one.end());
  }
  return ber::element(ber::kSequence, {octets(name), ber::element(ber::kSet, set)});
}

Bytes result(std::uint8_t operation, std::int64_t code, std::string_view text,
             const Bytes& extra = {}) {
  const auto body = ber::element(
      operation, {ber::integer(code, ber::kEnumerated), octets(""), octets(text), extra});
  return ber::element(ber::kSequence, {ber::integer(1), body});
}

Bytes entry() {
  const auto list = ber::element(
      ber::kSequence, {attribute("vendorName", {"Example Directory"}),
                       attribute("supportedLDAPVersion", {"2", "3"}), attribute("empty", {})});
  const auto body = ber::element(0x64, {octets(""), list});
  return ber::element(ber::kSequence, {ber::integer(1), body});
}

Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("the search asks the rootDSE and nothing below it", "[net][ldap]") {
  const auto request = build_ldap_root_dse_search();
  ByteReader outer(request);
  const auto message = ber::next(outer, ber::kSequence);
  REQUIRE(message);
  CHECK(outer.at_end());
  ByteReader reader(*message);
  CHECK(ber::next(reader, ber::kInteger));
  const auto search = ber::next(reader, 0x63);
  REQUIRE(search);
  ByteReader fields(*search);
  CHECK(ber::next(fields, ber::kOctetString)->empty());               // baseObject
  CHECK(ber::to_integer(*ber::next(fields, ber::kEnumerated)) == 0);  // scope
  CHECK(ber::to_integer(*ber::next(fields, ber::kEnumerated)) == 0);  // derefAliases
  CHECK(ber::to_integer(*ber::next(fields, ber::kInteger)) == 1);     // sizeLimit
  CHECK(ber::to_integer(*ber::next(fields, ber::kInteger)) == 5);     // timeLimit
  CHECK(to_hex(*ber::next(fields, ber::kBoolean)) == "00");           // typesOnly
  CHECK(as_text(*ber::next(fields, 0x87)) == "objectClass");          // filter
  CHECK(ber::next(fields, ber::kSequence));                           // attributes
  CHECK(fields.at_end());
  CHECK(to_hex(build_ldap_unbind()) == "30050201024200");
}

TEST_CASE("the attributes of the rootDSE are read", "[net][ldap]") {
  const auto answer = parse_ldap_answer(joined(entry(), result(0x65, 0, "")));
  REQUIRE(answer);
  CHECK(answer->result_code == 0);
  CHECK(answer->attributes.size() == 3);
  CHECK(answer->find_first("VENDORNAME") == "Example Directory");
  CHECK(answer->attributes[1].values == std::vector<std::string>{"2", "3"});
  CHECK(answer->find_first("empty").empty());
  CHECK(answer->find_first("absent").empty());
}

TEST_CASE("a refusal and a notice of disconnection are answers too", "[net][ldap]") {
  const auto refused = parse_ldap_answer(result(0x65, 50, "anonymous access denied"));
  REQUIRE(refused);
  CHECK(refused->result_code == 50);
  CHECK(refused->diagnostic == "anonymous access denied");
  const auto name = ber::element(0x8A, as_bytes("1.3.6.1.4.1.1466.20036"));
  const auto notice = parse_ldap_answer(result(0x78, 52, "busy", name));
  REQUIRE(notice);
  CHECK(notice->notice == "1.3.6.1.4.1.1466.20036");
}

TEST_CASE("an answer is whole with its last word", "[net][ldap]") {
  const auto whole = joined(entry(), result(0x65, 0, ""));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_ldap_answer(BytesView(whole).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_ldap_answer(whole).size == whole.size());
  CHECK(parse_ldap_answer(entry())->result_code == std::nullopt);
}

TEST_CASE("what is not LDAP is foreign", "[net][ldap]") {
  CHECK(measure_ldap_answer(as_bytes("HTTP/1.1 400 Bad Request")).foreign());
  CHECK(measure_ldap_answer(*from_hex("3080")).foreign());
  CHECK(measure_ldap_answer(*from_hex("30850000000001")).foreign());
  CHECK(measure_ldap_answer(*from_hex("30847fffffff")).foreign());
  CHECK(measure_ldap_answer(*from_hex("3003040141")).foreign());
  CHECK_FALSE(parse_ldap_answer(as_bytes("0")));
  Bytes endless;
  for (int i = 0; i < 100; ++i) endless = joined(std::move(endless), entry());
  CHECK(measure_ldap_answer(endless).foreign());
}

TEST_CASE("damaged LDAP answers are survived", "[net][ldap]") {
  test::parse_damaged(joined(entry(), result(0x65, 0, "")), [](BytesView bytes) {
    (void)measure_ldap_answer(bytes);
    (void)parse_ldap_answer(bytes);
  });
}
