// Conversations over UDP: each claims the answer to its own request, and no other bytes.
// covers: probe/rpcbind probe/tftp probe/memcached_udp probe/sql_browser probe/ws_discovery
// covers: probe/ike probe/l2tp probe/openvpn probe/coap probe/quic
#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "probe/service_conversations.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/l2tp_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using namespace qingdan::probe;
namespace channel = model::channel;

namespace {

using Answer = Bytes (*)(BytesView request);

Bytes rpcbind_answer(BytesView request) {
  ByteWriter out;
  out.bytes(request.first(4)).u32be(1).fill(16);
  out.u32be(1).u32be(100000).u32be(2).u32be(17).u32be(111).u32be(0);
  return std::move(out).take();
}
Bytes nfs_answer(BytesView request) {
  ByteWriter out;
  out.bytes(request.first(4)).u32be(1).u32be(0).u32be(0).u32be(0).u32be(2).u32be(3).u32be(4);
  return std::move(out).take();
}
Bytes memcached_answer(BytesView request) {
  ByteWriter out;
  out.bytes(request.first(8)).text("VERSION 1.6.18\r\n");
  return std::move(out).take();
}
Bytes tftp_answer(BytesView) { return to_bytes(std::string_view("\0\5\0\1File not found\0", 19)); }
Bytes browser_answer(BytesView) {
  constexpr std::string_view kText = "ServerName;SQL01;InstanceName;MSSQLSERVER;tcp;1433;;";
  ByteWriter out;
  out.u8(5).u16le(static_cast<std::uint16_t>(kText.size())).text(kText);
  return std::move(out).take();
}
Bytes camera_answer(BytesView request) {
  const auto text = as_text(request);
  const auto begin = text.find("urn:uuid:");
  const auto id = text.substr(begin, text.find('<', begin) - begin);
  return to_bytes("<e><RelatesTo>" + std::string(id) +
                  "</RelatesTo><ProbeMatches><Types>tds:Device</Types></ProbeMatches></e>");
}
Bytes ike_answer(BytesView request) {
  const bool second = request[17] == 0x20;
  ByteWriter out;
  out.bytes(request.first(8)).u64be(9).u8(second ? 43 : 13).u8(request[17]).u8(request[18]);
  out.u8(second ? 0x20 : 0).u32be(0).u32be(28 + 8).u8(0).u8(0).u16be(8).u32be(0xAFCAD713);
  return std::move(out).take();
}
Bytes l2tp_answer(BytesView request) {
  ByteWriter out;
  // The request's AVP of the assigned tunnel is its last but one: type 9, two bytes.
  const auto tunnel = request.subspan(request.size() - 10, 2);
  out.u16be(0xC802).u16be(12 + 8 + 8).bytes(tunnel).u16be(0).u16be(0).u16be(1);
  out.u16be(0x8008).u16be(0).u16be(0).u16be(2).u16be(0x8008).u16be(0).u16be(9).u16be(0x4321);
  return std::move(out).take();
}
Bytes openvpn_answer(BytesView request) {
  ByteWriter out;
  out.u8(0x40).u64be(5).u8(1).u32be(0).bytes(request.subspan(1, 8)).u32be(0);
  return std::move(out).take();
}
Bytes coap_answer(BytesView request) {
  ByteWriter out;
  out.u8(0x54).u8(0x45).bytes(request.subspan(2, 6)).u8(0xFF).text("</a>");
  return std::move(out).take();
}
Bytes quic_answer(BytesView request) {
  ByteWriter out;
  out.u8(0x80).u32be(0).bytes(request.subspan(14, 9)).bytes(request.subspan(5, 9)).u32be(1);
  return std::move(out).take();
}
Bytes stun_answer(BytesView request) {
  ByteWriter out;
  out.u16be(0x0101).u16be(8).bytes(request.subspan(4)).u16be(0x8022).u16be(4).text("x 1 ");
  return std::move(out).take();
}
ConversationPtr make_rpcbind_udp(const Setting& setting) {
  return make_rpcbind(setting, net::Transport::udp);
}
ConversationPtr make_nfs_udp(const Setting& setting) {
  return make_nfs(setting, net::Transport::udp);
}
ConversationPtr make_openvpn_udp(const Setting& setting) {
  return make_openvpn(setting, net::Transport::udp);
}

struct Case {
  std::string_view name;
  ConversationPtr (*make)(const Setting&);
  std::uint16_t port;
  Answer answer;
  std::string_view channel;
  bool has_id;  // the answer repeats something of the request, so another's is a stray
};
const std::vector<Case> kCases{
    {"rpcbind", make_rpcbind_udp, 111, rpcbind_answer, channel::kRpcbind, true},
    {"nfs", make_nfs_udp, 2049, nfs_answer, channel::kNfs, true},
    {"tftp", make_tftp, 69, tftp_answer, channel::kTftp, false},
    {"sql browser", make_sql_browser, 1434, browser_answer, channel::kSqlBrowser, false},
    {"ws-discovery", make_ws_discovery, 3702, camera_answer, channel::kWsDiscovery, true},
    {"ike", make_ike, 500, ike_answer, channel::kIke, true},
    {"l2tp", make_l2tp, 1701, l2tp_answer, channel::kL2tp, true},
    {"openvpn", make_openvpn_udp, 1194, openvpn_answer, channel::kOpenvpn, true},
    {"coap", make_coap, 5683, coap_answer, channel::kCoap, true},
    {"stun", make_stun_udp, 3478, stun_answer, channel::kStun, true},
    {"quic", make_quic, 443, quic_answer, channel::kQuic, true}};

Bytes request_of(const Case& one, const Setting& setting) {
  return one.make(setting)->on_open().send;
}

}  // namespace

TEST_CASE("each conversation claims the answer to its request, as it came", "[probe][datagrams]") {
  for (const auto& one : kCases) {
    CAPTURE(one.name);
    const auto setting = test::setting_of(one.port);
    const auto answer = one.answer(request_of(one, setting));
    auto conversation = one.make(setting);
    const auto played = test::play_datagrams(*conversation, {to_bytes("noise"), answer});
    CHECK(played.finished);
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == one.channel);
    CHECK(played.heard[0].raw == answer);
    CHECK_FALSE(played.heard[0].truncated);
  }
}

TEST_CASE("an answer to somebody else's request is a stray", "[probe][datagrams]") {
  for (const auto& one : kCases) {
    CAPTURE(one.name);
    auto other = test::setting_of(one.port);
    other.host = "192.0.2.8";
    const auto answer = one.answer(request_of(one, other));
    auto conversation = one.make(test::setting_of(one.port));
    const auto played = test::play_datagrams(*conversation, {answer});
    REQUIRE(played.heard.size() == 1);
    CHECK((played.heard[0].channel == channel::kUnknown) == one.has_id);
  }
}

TEST_CASE("echoes and foreign peers are claimed by none", "[probe][datagrams]") {
  for (const auto& one : kCases) {
    CAPTURE(one.name);
    auto said = test::foreign_peers();
    said.push_back(request_of(one, test::setting_of(one.port)));
    for (const auto& bytes : said) {
      auto conversation = one.make(test::setting_of(one.port));
      const auto played = test::play_datagrams(*conversation, std::vector<Bytes>(50, bytes));
      CHECK(played.finished);
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == channel::kUnknown);
    }
  }
}

TEST_CASE("the second attempt at a key exchange is of the second version", "[probe][ike]") {
  auto setting = test::setting_of(500);
  CHECK(make_ike(setting)->on_open().send[17] == 0x10);
  setting.attempt = 2;
  auto conversation = make_ike(setting);
  const auto request = make_ike(setting)->on_open().send;
  CHECK(request[17] == 0x20);
  const auto played = test::play_datagrams(*conversation, {ike_answer(request)});
  CHECK(played.heard.at(0).channel == channel::kIke);
  setting.port = 4500;
  CHECK(make_ike(setting)->on_open().send[0] == 0);
}

TEST_CASE("the second probe of WS-Discovery asks for cameras", "[probe][ws_discovery]") {
  auto setting = test::setting_of(3702);
  setting.attempt = 2;
  const auto request = make_ws_discovery(setting)->on_open().send;
  CHECK(as_text(request).find("NetworkVideoTransmitter") != std::string_view::npos);
}

TEST_CASE("a peer that agrees to a tunnel is told goodbye", "[probe][l2tp]") {
  const auto setting = test::setting_of(1701);
  const auto request = make_l2tp(setting)->on_open().send;
  auto conversation = make_l2tp(setting);
  const auto played = test::play_datagrams(*conversation, {l2tp_answer(request)});
  REQUIRE(played.sent.size() == 2);
  const auto goodbye = net::parse_l2tp_reply(played.sent[1]);
  REQUIRE(goodbye);
  CHECK(goodbye->message == 4);
  CHECK(goodbye->tunnel == 0x4321);
}

TEST_CASE("memcached's line is kept without its frame", "[probe][memcached]") {
  const auto setting = test::setting_of(11211);
  const auto answer = memcached_answer(make_memcached_udp(setting)->on_open().send);
  auto conversation = make_memcached_udp(setting);
  auto played = test::play_datagrams(*conversation, {to_bytes("noise"), answer});
  CHECK(played.finished);
  REQUIRE(played.heard.size() == 1);
  CHECK(played.heard[0].channel == channel::kMemcached);
  CHECK(as_text(played.heard[0].raw) == "VERSION 1.6.18\r\n");
  auto again = make_memcached_udp(setting);
  played = test::play_datagrams(*again, std::vector<Bytes>(50, Bytes(40, 0)));
  CHECK(played.finished);
  CHECK(played.heard.at(0).channel == channel::kUnknown);
}

TEST_CASE("over TCP replies of the port mapper and of NFS are kept without record marks",
          "[probe][rpcbind]") {
  struct Rpc {
    ConversationPtr (*make)(const Setting&, net::Transport);
    Answer answer;
    std::string_view channel;
  };
  for (const Rpc& one : {Rpc{make_rpcbind, rpcbind_answer, channel::kRpcbind},
                         Rpc{make_nfs, nfs_answer, channel::kNfs}}) {
    const auto setting = test::setting_of(111);
    const auto request = one.make(setting, net::Transport::tcp)->on_open().send;
    const auto message = one.answer(BytesView(request).subspan(4));
    ByteWriter record;
    record.u32be(0x8000'0000U | static_cast<std::uint32_t>(message.size())).bytes(message);
    const Bytes said(record.view().begin(), record.view().end());
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
      auto conversation = one.make(setting, net::Transport::tcp);
      const auto played = test::play_stream(*conversation, {said}, piece);
      CHECK(played.finished);
      REQUIRE(played.heard.size() == 1);
      CHECK(played.heard[0].channel == one.channel);
      CHECK(played.heard[0].raw == message);
    }
    for (const auto& bytes : test::foreign_peers()) {
      auto conversation = one.make(setting, net::Transport::tcp);
      const auto played = test::play_stream(*conversation, {bytes}, 1000);
      CHECK(played.heard.at(0).channel == channel::kUnknown);
    }
  }
}

TEST_CASE("over TCP OpenVPN's packet is kept with its length", "[probe][openvpn]") {
  const auto setting = test::setting_of(1194);
  const auto request = make_openvpn(setting, net::Transport::tcp)->on_open().send;
  const auto packet = openvpn_answer(BytesView(request).subspan(2));
  ByteWriter stream;
  stream.u16be(static_cast<std::uint16_t>(packet.size())).bytes(packet);
  const Bytes said(stream.view().begin(), stream.view().end());
  auto conversation = make_openvpn(setting, net::Transport::tcp);
  const auto played = test::play_stream(*conversation, {said}, 1);
  CHECK(played.finished);
  CHECK(played.heard.at(0).channel == channel::kOpenvpn);
  CHECK(played.heard.at(0).raw == said);
}
