#include "qingdan/net/dns_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

// version.bind TXT "9.18.49" "-test", authority NS version.bind; names compressed.
Bytes sample() {
  return *from_hex(
      "f57b8400000100010001000007"
      "76657273696f6e"
      "0462696e6400"
      "00100003"
      "c00c0010000300000000000e"
      "07392e31382e3439"
      "052d74657374"
      "c00c00020003000000000002c00c");
}

}  // namespace

TEST_CASE("a query is one question without recursion", "[net][dns]") {
  CHECK(to_hex(build_dns_query("version.bind", kDnsTypeTxt, kDnsClassChaos, 0xF57B)) ==
        "f57b000000010000000000000776657273696f6e0462696e640000100003");
  CHECK(to_hex(build_dns_tcp(as_bytes("abc"))) == "0003616263");
}

TEST_CASE("an answer gives its text and decompressed names", "[net][dns]") {
  const auto message = parse_dns_message(sample());
  REQUIRE(message);
  CHECK_FALSE(message->malformed);
  CHECK(message->response);
  CHECK(message->authoritative);
  CHECK(message->rcode == 0);
  REQUIRE(message->questions.size() == 1);
  CHECK(message->questions[0].name == "version.bind");
  REQUIRE(message->answers.size() == 1);
  CHECK(message->answers[0].name == "version.bind");
  CHECK(message->answers[0].text == "9.18.49-test");
  REQUIRE(message->authorities.size() == 1);
  CHECK(message->authorities[0].text == "version.bind");
}

TEST_CASE("a refusal is a message too", "[net][dns]") {
  const auto message = parse_dns_message(*from_hex("f57b80850000000000000000"));
  REQUIRE(message);
  CHECK(message->rcode == 5);
  CHECK(message->recursion_available);
  CHECK_FALSE(message->malformed);
  CHECK_FALSE(parse_dns_message(*from_hex("f57b8085")));
}

TEST_CASE("pointers forward, to themselves and in circles are refused", "[net][dns]") {
  const std::string head = "f57b84000001000000000000";
  for (const std::string_view name : {"c00c", "c010", "01 61c00c", "c00ec00c"}) {
    std::string hex = head;
    for (const char c : name) {
      if (c != ' ') hex += c;
    }
    const auto message = parse_dns_message(*from_hex(hex + "00100003"));
    REQUIRE(message);
    INFO(name);
    CHECK(message->malformed);
    CHECK(message->questions.empty());
  }
}

TEST_CASE("a name longer than the protocol allows is refused", "[net][dns]") {
  ByteWriter out;
  out.u16be(1).u16be(0x8400).u16be(1).u16be(0).u16be(0).u16be(0);
  for (int i = 0; i < 5; ++i) out.u8(63).fill(63, 'a');
  out.u8(0).u16be(16).u16be(3);
  CHECK(parse_dns_message(out.view())->malformed);
}

TEST_CASE("odd bytes in names are escaped as in zone files", "[net][dns]") {
  const auto message =
      parse_dns_message(*from_hex("000184000001000000000000"
                                  "04612e0aff00"
                                  "00100003"));
  REQUIRE(message);
  CHECK(message->questions[0].name == "a\\046\\010\\255");
}

TEST_CASE("counts that lie keep what came before", "[net][dns]") {
  auto bytes = sample();
  bytes[6] = 0xFF;  // 65281 answers
  const auto message = parse_dns_message(bytes);
  REQUIRE(message);
  CHECK(message->malformed);
  CHECK(message->answers.size() == 2);
}

TEST_CASE("a TCP message is whole with its last byte", "[net][dns]") {
  const auto whole = build_dns_tcp(sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_dns_tcp(BytesView(whole).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_dns_tcp(whole).size == whole.size());
  CHECK(measure_dns_tcp(as_bytes("HTTP/1.1 400")).foreign());
  CHECK(measure_dns_tcp(*from_hex("0001")).foreign());
}

TEST_CASE("damaged DNS messages are survived", "[net][dns]") {
  test::parse_damaged(sample(), [](BytesView bytes) { (void)parse_dns_message(bytes); });
}

namespace {

DnsMessage pointer_answer(std::uint8_t rcode, std::vector<DnsRecord> answers) {
  DnsMessage message;
  message.response = true;
  message.recursion_available = true;
  message.rcode = rcode;
  message.questions = {{"7.2.0.192.in-addr.arpa", kDnsTypePtr, kDnsClassIn}};
  message.answers = std::move(answers);
  return message;
}

DnsRecord record(std::string name, std::uint16_t type, std::string text) {
  DnsRecord made;
  made.name = std::move(name);
  made.type = type;
  made.dns_class = kDnsClassIn;
  made.text = std::move(text);
  return made;
}

constexpr std::string_view kSeven = "7.2.0.192.in-addr.arpa";
constexpr std::uint16_t kCname = 5;

}  // namespace

TEST_CASE("a pointer is told through aliases, and of several the first", "[net][dns]") {
  const auto plain =
      pointer_answer(0, {record("7.2.0.192.IN-ADDR.arpa", kDnsTypePtr, "WWW.example.test")});
  CHECK(pointer_of(plain, kSeven) == "www.example.test");
  const auto several = pointer_answer(0, {record(std::string(kSeven), kDnsTypePtr, "b.test"),
                                          record(std::string(kSeven), kDnsTypePtr, "a.test"),
                                          record("8.2.0.192.in-addr.arpa", kDnsTypePtr, "0.test")});
  CHECK(pointer_of(several, kSeven) == "a.test");
  // RFC 2317: the provider's zone refers to the customer's.
  const auto alias =
      pointer_answer(0, {record(std::string(kSeven), kCname, "7.0/28.2.0.192.in-addr.arpa"),
                         record("7.0/28.2.0.192.in-addr.arpa", kDnsTypePtr, "c.test")});
  CHECK(pointer_of(alias, kSeven) == "c.test");
  const auto circle = pointer_answer(
      0, {record(std::string(kSeven), kCname, "x"), record("x", kCname, std::string(kSeven))});
  CHECK(pointer_of(circle, kSeven) == "");
}

TEST_CASE("what states nothing about the name is no answer", "[net][dns]") {
  CHECK(pointer_of(pointer_answer(kDnsNoSuchName, {}), kSeven) == "");
  CHECK(pointer_of(pointer_answer(0, {}), kSeven) == "");
  CHECK_FALSE(pointer_of(pointer_answer(5, {}), kSeven));
  CHECK_FALSE(pointer_of(pointer_answer(2, {}), kSeven));
  auto referral = pointer_answer(0, {});
  referral.recursion_available = false;
  CHECK_FALSE(pointer_of(referral, kSeven));
  CHECK_FALSE(pointer_of(pointer_answer(0, {}), "8.2.0.192.in-addr.arpa"));
  auto cut = pointer_answer(0, {record(std::string(kSeven), kDnsTypePtr, "a.test")});
  cut.truncated = true;
  CHECK_FALSE(pointer_of(cut, kSeven));
  auto query = cut;
  query.truncated = query.response = false;
  CHECK_FALSE(pointer_of(query, kSeven));
}

TEST_CASE("recursion is asked for where it is wanted", "[net][dns]") {
  const auto plain = build_dns_query("a.test", kDnsTypePtr, kDnsClassIn, 1);
  CHECK_FALSE(parse_dns_message(plain)->recursion_desired);
  const auto wanted = build_dns_query("a.test", kDnsTypePtr, kDnsClassIn, 1, Recursion::desired);
  CHECK(parse_dns_message(wanted)->recursion_desired);
}
