// syn_cookie — only what answers our probe counts.
#include "probe/syn_cookie.h"

#include <catch2/catch.hpp>

#include "qingdan/probe/syn_sweep.h"

using namespace qingdan;
using probe::SynAnswer;

namespace {

constexpr Key128 kKey{1, 2};

net::Packet answer_to(const char* us, std::uint16_t port, const char* them, std::uint16_t asked,
                      std::uint8_t flags, std::uint32_t past_cookie) {
  net::Packet packet;
  packet.kind = net::Packet::Kind::tcp;
  packet.source = net::parse_address(them).value();
  packet.target = net::parse_address(us).value();
  packet.source_port = asked;
  packet.target_port = port;
  packet.flags = flags;
  packet.ack = probe::syn_cookie(kKey, packet.target, port, packet.source, asked) + past_cookie;
  return packet;
}

net::Packet error_about(const char* us, const char* them, std::uint8_t type, std::uint8_t code) {
  net::Packet packet;
  packet.kind = net::Packet::Kind::icmp_error;
  packet.source = net::parse_address(them).value();
  packet.target = net::parse_address(us).value();
  packet.icmp_type = type;
  packet.icmp_code = code;
  auto& quoted = packet.quoted;
  quoted.protocol = 6;
  quoted.source = packet.target;
  quoted.target = packet.source;
  quoted.source_port = probe::kSynPortFirst + 1;
  quoted.target_port = 443;
  quoted.seq = probe::syn_cookie(kKey, quoted.source, quoted.source_port, quoted.target, 443);
  return packet;
}

constexpr std::uint8_t kSynAck = net::kSyn | net::kAck, kRstAck = net::kRst | net::kAck;

}  // namespace

TEST_CASE("a SYN-ACK that acknowledges the cookie plus one is an open port", "[probe][syn]") {
  const auto seen = probe::read_answer(
      kKey, answer_to("192.0.2.1", probe::kSynPortFirst + 2, "192.0.2.7", 22, kSynAck, 1));
  REQUIRE(seen.has_value());
  CHECK(seen->kind == SynAnswer::Kind::open);
  CHECK(seen->target.to_string() == "192.0.2.7");
  CHECK(seen->target_port == 22);
  CHECK(seen->source_port == probe::kSynPortFirst + 2);
}

TEST_CASE("a reset may acknowledge the cookie or one more", "[probe][syn]") {
  for (const std::uint32_t past : {0U, 1U}) {
    const auto seen = probe::read_answer(
        kKey, answer_to("2001:db8::1", probe::kSynPortFirst, "2001:db8::7", 22, kRstAck, past));
    REQUIRE(seen.has_value());
    CHECK(seen->kind == SynAnswer::Kind::closed);
  }
}

TEST_CASE("what does not prove itself is no answer", "[probe][syn]") {
  const auto refused = [](const net::Packet& packet) {
    return !probe::read_answer(kKey, packet).has_value();
  };
  CHECK(refused(answer_to("192.0.2.1", probe::kSynPortFirst, "192.0.2.7", 22, kSynAck, 0)));
  CHECK(refused(answer_to("192.0.2.1", probe::kSynPortFirst, "192.0.2.7", 22, kSynAck, 2)));
  CHECK(refused(answer_to("192.0.2.1", probe::kSynPortLast + 1, "192.0.2.7", 22, kSynAck, 1)));
  CHECK(refused(answer_to("192.0.2.1", probe::kSynPortFirst, "192.0.2.7", 22, net::kSyn, 1)));
  CHECK(refused(answer_to("192.0.2.1", probe::kSynPortFirst, "192.0.2.7", 22, net::kAck, 1)));
  CHECK(refused(answer_to("192.0.2.1", probe::kSynPortFirst, "192.0.2.7", 22, net::kRst, 1)));
  auto elsewhere = answer_to("192.0.2.1", probe::kSynPortFirst, "192.0.2.7", 22, kSynAck, 1);
  elsewhere.source = net::parse_address("192.0.2.8").value();
  CHECK(refused(elsewhere));
  CHECK_FALSE(probe::read_answer(Key128{1, 3}, answer_to("192.0.2.1", probe::kSynPortFirst,
                                                         "192.0.2.7", 22, kSynAck, 1)));
}

TEST_CASE("an ICMP error counts only where it quotes our cookie", "[probe][syn]") {
  const auto host = probe::read_answer(kKey, error_about("192.0.2.1", "192.0.2.7", 3, 1));
  REQUIRE(host.has_value());
  CHECK(host->kind == SynAnswer::Kind::unreachable);
  const auto admin = probe::read_answer(kKey, error_about("192.0.2.1", "192.0.2.7", 3, 13));
  REQUIRE(admin.has_value());
  CHECK(admin->kind == SynAnswer::Kind::prohibited);
  const auto six = probe::read_answer(kKey, error_about("2001:db8::1", "2001:db8::7", 1, 1));
  REQUIRE(six.has_value());
  CHECK(six->kind == SynAnswer::Kind::prohibited);
  auto forged = error_about("192.0.2.1", "192.0.2.7", 3, 13);
  ++forged.quoted.seq;
  CHECK_FALSE(probe::read_answer(kKey, forged));
}
