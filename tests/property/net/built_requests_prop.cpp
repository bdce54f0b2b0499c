// What we build is what a parser of the protocol reads: parse(build(x)) = x, on seeded chance.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "net/ber.h"
#include "qingdan/base/rng.h"
#include "qingdan/net/dns_wire.h"
#include "qingdan/net/frames.h"
#include "qingdan/net/iscsi_wire.h"
#include "qingdan/net/l2tp_wire.h"
#include "qingdan/net/mdns_wire.h"
#include "qingdan/net/memcached_wire.h"
#include "qingdan/net/ntp_wire.h"
#include "qingdan/net/relay_wire.h"
#include "qingdan/net/share_wire.h"
#include "qingdan/net/snmp_wire.h"
#include "qingdan/net/stomp_wire.h"
#include "qingdan/net/stun_wire.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

constexpr int kRounds = 500;

Bytes random_bytes(Rng& rng, std::size_t most) {
  Bytes bytes(static_cast<std::size_t>(rng.below(most + 1)));
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng.next());
  return bytes;
}

}  // namespace

TEST_CASE("split undoes frame", "[property][frames]") {
  Rng rng(1);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Bytes> messages(static_cast<std::size_t>(rng.below(20)));
    for (auto& message : messages) message = random_bytes(rng, 300);
    const auto framed = frame_messages(messages);
    const auto split = split_messages(framed);
    REQUIRE_FALSE(split.truncated);
    REQUIRE(split.messages.size() == messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      REQUIRE(std::equal(split.messages[i].begin(), split.messages[i].end(), messages[i].begin(),
                         messages[i].end()));
    }
  }
}

TEST_CASE("an integer survives BER", "[property][ber]") {
  Rng rng(2);
  for (int round = 0; round < kRounds; ++round) {
    const auto value = static_cast<std::int64_t>(rng.next()) >> rng.below(64);
    const auto bytes = ber::integer(value);
    ByteReader reader(bytes);
    const auto body = ber::next(reader, ber::kInteger);
    REQUIRE(body);
    REQUIRE(ber::to_integer(*body) == value);
    REQUIRE(reader.at_end());
  }
}

TEST_CASE("a body of any length survives BER", "[property][ber]") {
  Rng rng(3);
  for (int round = 0; round < kRounds; ++round) {
    const auto body = random_bytes(rng, 1000);
    const auto bytes = ber::element(ber::kOctetString, body);
    REQUIRE(ber::element_size(bytes, 1000) == bytes.size());
    ByteReader reader(bytes);
    const auto read = ber::next(reader, ber::kOctetString);
    REQUIRE(read);
    REQUIRE(std::equal(read->begin(), read->end(), body.begin(), body.end()));
  }
}

TEST_CASE("a DNS question comes back as asked", "[property][dns]") {
  Rng rng(4);
  for (int round = 0; round < kRounds; ++round) {
    std::string name;
    for (auto labels = 1 + rng.below(3); labels > 0; --labels) {
      if (!name.empty()) name += '.';
      name += std::string(static_cast<std::size_t>(1 + rng.below(63)), 'a');
    }
    const auto type = static_cast<std::uint16_t>(rng.next());
    const auto id = static_cast<std::uint16_t>(rng.next());
    const auto message = parse_dns_message(build_dns_query(name, type, kDnsClassChaos, id));
    REQUIRE(message);
    REQUIRE_FALSE(message->malformed);
    REQUIRE(message->id == id);
    REQUIRE(message->questions.size() == 1);
    REQUIRE(message->questions[0].name == name);
    REQUIRE(message->questions[0].type == type);
  }
}

TEST_CASE("an SNMP discovery and the NTP requests carry their numbers", "[property][snmp][ntp]") {
  Rng rng(5);
  for (int round = 0; round < kRounds; ++round) {
    const auto id = static_cast<std::int32_t>(rng.below(0x8000'0000U));
    const auto snmp = parse_snmp_message(build_snmp_engine_discovery(id));
    REQUIRE(snmp);
    REQUIRE(snmp->message_id == id);
    REQUIRE(snmp->request_id == id);
    const auto sequence = static_cast<std::uint16_t>(rng.next());
    const auto control = parse_ntp_control(build_ntp_read_variables(sequence));
    REQUIRE(control);
    REQUIRE(control->sequence == sequence);
    REQUIRE_FALSE(control->response);
  }
}

TEST_CASE("names of any bytes come back from an mDNS query as asked", "[property][mdns]") {
  Rng rng(6);
  for (int round = 0; round < kRounds; ++round) {
    // A name as a hostile peer may have given it: parsed, hence escaped, then asked for.
    auto label = random_bytes(rng, 63);
    if (label.empty()) label.push_back('.');
    ByteWriter reply;
    reply.u16be(1).u16be(0).u16be(1).u16be(0).u16be(0).u16be(0);
    reply.u8(static_cast<std::uint8_t>(label.size())).bytes(label).u8(0).u16be(1).u16be(1);
    const auto heard = parse_dns_message(reply.view());
    REQUIRE(heard);
    REQUIRE(heard->questions.size() == 1);
    const auto asked = parse_dns_message(build_mdns_query(heard->questions, 7));
    REQUIRE(asked);
    REQUIRE(asked->questions.size() == 1);
    REQUIRE(asked->questions[0].name == heard->questions[0].name);
    REQUIRE(unescape_dns_name(heard->questions[0].name).size() == label.size());
  }
}

TEST_CASE("a goodbye names both tunnels, a memcached frame its request", "[property][l2tp]") {
  Rng rng(7);
  for (int round = 0; round < kRounds; ++round) {
    const auto ours = static_cast<std::uint16_t>(rng.next());
    const auto theirs = static_cast<std::uint16_t>(rng.next());
    const auto goodbye = parse_l2tp_reply(build_l2tp_stop(theirs, ours));
    REQUIRE(goodbye);
    REQUIRE(goodbye->tunnel == theirs);
    REQUIRE(goodbye->peer_tunnel == ours);
    const auto frame = build_memcached_version_udp(ours);
    const auto line = find_memcached_udp(frame, ours);
    REQUIRE(line);
    REQUIRE(as_text(*line) == "version\r\n");
  }
}

TEST_CASE("a Binding's answer has its number and the server's name", "[property][stun]") {
  Rng rng(8);
  for (int round = 0; round < kRounds; ++round) {
    const auto request = build_stun_binding(rng.next());
    const std::string name(1 + rng.below(127), static_cast<char>('a' + rng.below(26)));
    const auto padding = (4 - name.size() % 4) % 4;
    ByteWriter answer;
    answer.u16be(0x0101).u16be(static_cast<std::uint16_t>(4 + name.size() + padding));
    answer.bytes(BytesView(request).subspan(4));
    answer.u16be(0x8022).u16be(static_cast<std::uint16_t>(name.size())).text(name).fill(padding);
    const auto reply = parse_stun(std::move(answer).take());
    REQUIRE(reply);
    REQUIRE(reply->software == name);
    REQUIRE(std::equal(reply->transaction.begin(), reply->transaction.end(), request.begin() + 8,
                       request.end()));
  }
}

TEST_CASE("a request of git is one pkt-line that names its host", "[property][git]") {
  Rng rng(9);
  for (int round = 0; round < kRounds; ++round) {
    const std::string host(1 + rng.below(253), static_cast<char>('a' + rng.below(26)));
    const auto request = build_git_request(host);
    const auto text = as_text(request);
    REQUIRE(std::stoul(std::string(text.substr(0, 4)), nullptr, 16) == request.size());
    REQUIRE(text.find('\0' + ("host=" + host) + '\0') != std::string_view::npos);
    // A refusal framed as the request is comes back as said.
    const auto word = "ERR " + host;
    ByteWriter answer;
    answer.text(fmt::format("{:04x}", word.size() + 4)).text(word);
    const auto reply = parse_git(answer.view());
    REQUIRE(reply);
    REQUIRE(reply->error == host);
  }
}

TEST_CASE("a login is answered under its own tag, with any keys", "[property][iscsi]") {
  Rng rng(10);
  const auto request = build_iscsi_login();
  REQUIRE(request.size() % 4 == 0);
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::string> keys(static_cast<std::size_t>(rng.below(8)));
    ByteWriter text;
    for (auto& key : keys) {
      key = "Key=" + std::string(static_cast<std::size_t>(rng.below(200)), 'v');
      text.text(key).u8(0);
    }
    ByteWriter answer;
    answer.u8(0x23).u8(0).u16be(0).u8(0).u24be(static_cast<std::uint32_t>(text.size()));
    answer.bytes(BytesView(request).subspan(8, 12)).fill(28);
    answer.bytes(text.view()).fill((4 - text.size() % 4) % 4);
    const auto login = parse_iscsi(answer.view());
    REQUIRE(login);
    REQUIRE(login->keys == keys);
    REQUIRE(login->negotiated.empty());
    REQUIRE(answer_iscsi(answer.view()).last);  // it stays where it is
  }
}

TEST_CASE("a handshake that gives back what we said is RTMP", "[property][rtmp]") {
  Rng rng(11);
  const auto request = build_rtmp_hello();
  REQUIRE(request.size() == 1 + kRtmpPart);
  for (int round = 0; round < kRounds / 10; ++round) {
    ByteWriter answer;
    answer.u8(3).u64be(rng.next());
    for (std::size_t i = 8; i < kRtmpPart; ++i) answer.u8(static_cast<std::uint8_t>(rng.next()));
    answer.u64be(rng.next()).bytes(BytesView(request).subspan(9));
    const auto handshake = parse_rtmp(answer.view());
    REQUIRE(handshake);
    REQUIRE(handshake->whole);
    REQUIRE_FALSE(handshake->mirrored);
    auto other = std::move(answer).take();
    const auto at = 1 + kRtmpPart + 8 + static_cast<std::size_t>(rng.below(kRtmpPart - 8));
    other[at] = static_cast<std::uint8_t>(other[at] + 1);
    REQUIRE_FALSE(parse_rtmp(other));
  }
}

TEST_CASE("the values asked for come back with what they are", "[property][fastcgi]") {
  Rng rng(12);
  const auto request = build_fastcgi_get_values();
  for (int round = 0; round < kRounds; ++round) {
    ByteWriter content;
    std::vector<std::pair<std::string, std::string>> values;
    for (const std::string name : {"FCGI_MAX_CONNS", "FCGI_MAX_REQS", "FCGI_MPXS_CONNS"}) {
      REQUIRE(as_text(request).find(name) != std::string_view::npos);
      values.emplace_back(name, std::string(static_cast<std::size_t>(rng.below(200)), '1'));
      const auto& value = values.back().second;
      content.u8(static_cast<std::uint8_t>(name.size()));
      if (value.size() < 0x80) {
        content.u8(static_cast<std::uint8_t>(value.size()));
      } else {
        content.u32be(0x8000'0000U | static_cast<std::uint32_t>(value.size()));
      }
      content.text(name).text(value);
    }
    const auto padding = static_cast<std::uint8_t>(rng.below(256));
    ByteWriter answer;
    answer.u8(1).u8(10).u16be(0).u16be(static_cast<std::uint16_t>(content.size())).u8(padding);
    answer.u8(0).bytes(content.view()).fill(padding);
    const auto read = parse_fastcgi(answer.view());
    REQUIRE(read);
    REQUIRE(read->values == values);
  }
}

TEST_CASE("a frame of STOMP comes back, zeros in its body and all", "[property][stomp]") {
  Rng rng(13);
  for (int round = 0; round < kRounds; ++round) {
    const auto body = random_bytes(rng, 300);
    ByteWriter frame;
    frame.text(fmt::format("ERROR\nmessage:no {}\ncontent-length:{}\n\n", round, body.size()));
    frame.bytes(body).u8(0);
    const auto read = parse_stomp(frame.view());
    REQUIRE(read);
    REQUIRE(read->find_header("message") == fmt::format("no {}", round));
    REQUIRE(to_bytes(read->body) == body);
  }
  // What we say is a frame of a client, and no answer.
  for (const auto& request : {build_stomp_connect(), build_stomp_disconnect()}) {
    REQUIRE(request.back() == 0);
    REQUIRE(measure_stomp(request).foreign());
  }
}
