// What machines say of themselves over UDP, as fields; the bytes marked "recorded" are a daemon's.
// covers: identify/dissect_tunnel
#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "qingdan/net/frames.h"
#include "unit/identify/fields.h"

using namespace qingdan;
using namespace qingdan::identify;
using model::IdentifierType;
using test::field;

namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// Recorded of Samba's nmbd 4.17.
const std::string kNmbd =
    "37a48400000000010000000020434b4141414141414141414141414141414141414141414141414141414141"
    "4100002100010000000000890546494c45532020202020202020202000040046494c45532020202020202020"
    "202003040046494c455320202020202020202020200400505241435449434520202020202020008400505241"
    "4354494345202020202020201e8400" +
    std::string(92, '0');
// Recorded of avahi-daemon 0.8.
constexpr std::string_view kAvahiServices =
    "feef84000002000200000000095f7365727669636573075f646e732d7364045f756470056c6f63616c00000c0001"
    "0137013201300331393207696e2d61646472046172706100000c0001c02e000c00010000000a000502766dc023"
    "c00c000c00010000000a00140c5f776f726b73746174696f6e045f746370c023";
constexpr std::string_view kAvahiWorkstation =
    "feee840000020005000000000c5f776f726b73746174696f6e045f746370056c6f63616c00000c000102766d0c5f"
    "6465766963652d696e666fc01900100001c00c000c00010000000a001916766d205b34613a66663a31663a37633a"
    "33353a61395dc00cc04b001000010000000a000100c04b002100010000000a000b00000000000902766dc01ec083"
    "001c00010000000a0010fe8000000000000048ff1ffffe7c35a9c083000100010000000a0004c0000207";

}  // namespace

TEST_CASE("Samba's node status names the machine and has no adapter", "[identify][datagram]") {
  const auto samba = dissect("netbios.status", hex(kNmbd));
  CHECK(samba.protocol == "netbios-ns");
  CHECK(samba.banner == "PRACTICE\\FILES");
  CHECK(field(samba, "netbios.name") ==
        "FILES<00> | FILES<03> | FILES<20> | PRACTICE<00> group | PRACTICE<1e> group");
  CHECK(field(samba, "netbios.unit_id") == "00:00:00:00:00:00");
  CHECK(samba.host_names == std::vector<std::string>{"FILES"});
  CHECK(samba.identifiers.empty());
}

TEST_CASE("an adapter's address identifies its machine", "[identify][datagram]") {
  auto bytes = hex(kNmbd);
  const auto unit = hex("001b210a0b0c");
  std::copy(unit.begin(), unit.end(), bytes.begin() + 57 + 5 * 18);
  const auto windows = dissect("netbios.status", bytes);
  REQUIRE(windows.identifiers.size() == 1);
  CHECK(windows.identifiers[0].type == IdentifierType::mac);
  CHECK(windows.identifiers[0].value == "00:1b:21:0a:0b:0c");
}

TEST_CASE("a responder's two replies give services, name and adapter", "[identify][datagram]") {
  const auto raw = net::frame_messages({hex(kAvahiServices), hex(kAvahiWorkstation)});
  const auto avahi = dissect("mdns.reply", raw);
  CHECK(avahi.protocol == "mdns");
  CHECK(field(avahi, "mdns.service") == "_workstation._tcp");
  CHECK(field(avahi, "mdns.instance") == "vm [4a:ff:1f:7c:35:a9]._workstation._tcp");
  CHECK(avahi.host_names == std::vector<std::string>{"vm.local"});
  REQUIRE(avahi.identifiers.size() == 1);
  CHECK(avahi.identifiers[0].value == "4a:ff:1f:7c:35:a9");
  CHECK(dissect("mdns.reply", hex(kAvahiServices)).protocol == "mdns");  // bare, as in a question
}

TEST_CASE("device-info gives the text its rules read", "[identify][datagram]") {
  ByteWriter out;
  out.u16be(1).u16be(0x8400).u16be(0).u16be(1).u16be(0).u16be(0);
  out.u8(3).text("mac").u8(12).text("_device-info").u8(4).text("_tcp").u8(5).text("local").u8(0);
  out.u16be(16).u16be(1).u32be(10).u16be(28).u8(16).text("model=MacPro1,1 ").u8(10);
  out.text("osxvers=19");
  const auto apple = dissect("mdns.reply", std::move(out).take());
  CHECK(field(apple, "mdns.device-info.txt") == "model=MacPro1,1 \nosxvers=19");
  CHECK(field(apple, "mdns.txt").starts_with("_device-info._tcp\nmodel="));
}

TEST_CASE("answers to a search give server, location and number", "[identify][datagram]") {
  const auto router =
      dissect("ssdp.reply", as_bytes("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1::x\r\n"
                                     "Server: Linux/5.10.0 UPnP/1.1 MiniUPnPd/2.2.1\r\nLocation: "
                                     "http://192.0.2.7:5000/rootDesc.xml\r\n\r\n"));
  CHECK(router.protocol == "ssdp");
  CHECK(field(router, "ssdp.server") == "Linux/5.10.0 UPnP/1.1 MiniUPnPd/2.2.1");
  CHECK(field(router, "ssdp.location") == "http://192.0.2.7:5000/rootDesc.xml");
  CHECK(router.banner == field(router, "ssdp.server"));
  CHECK(dissect("ssdp.reply", as_bytes("HTTP/1.1 200 OK\r\n\r\n")).protocol.empty());
}

TEST_CASE("a controller's two answers make one dissection", "[identify][datagram]") {
  const auto raw =
      net::frame_messages({hex("0600ff07000000000000000000"
                               "10811c6320243800"
                               "01a404030b00000000"),
                           hex("0600ff06000011be40050010000002a2000000008100000000000000")});
  const auto controller = dissect("ipmi.reply", raw);
  CHECK(controller.protocol == "asf-rmcp");
  CHECK(field(controller, "ipmi.version") == "2.0");
  CHECK(field(controller, "ipmi.auth") == "md5 oem");
  CHECK(field(controller, "ipmi.oem") == "11");
  CHECK(field(controller, "ipmi.pong") == "enterprise=674 ipmi");
  CHECK(controller.banner == "IPMI 2.0");
}

TEST_CASE("the port mapper's list is spelt a line a program", "[identify][datagram]") {
  // Recorded of rpcbind 1.2.6, its first two mappings.
  const auto mapper = dissect("rpcbind.dump", hex("cedd9e5c0000000100000000000000000000000000000000"
                                                  "00000001000186a000000004000000060000006f"
                                                  "00000001000186a0000000020000001100000070"
                                                  "00000000"));
  CHECK(mapper.protocol == "sunrpc");
  CHECK(field(mapper, "rpcbind.program") ==
        "100000 v4 tcp/111 portmapper | 100000 v2 udp/112 portmapper");
  CHECK(mapper.banner == "portmapper");
}

TEST_CASE("NFS says its versions, or only that it is there", "[identify][datagram]") {
  const auto range = dissect("nfs.versions", hex("0000000700000001000000000000000000000000"
                                                 "000000020000000300000004"));
  CHECK(range.protocol == "nfs");
  CHECK(range.banner == "NFS 3-4");
  CHECK(field(range, "nfs.versions") == "3-4");
  const auto served =
      dissect("nfs.versions", hex("000000070000000100000000000000000000000000000000"));
  CHECK(served.protocol == "nfs");
  CHECK(served.fields.empty());
}

TEST_CASE("TFTP, SQL Server's browser and CoAP say what they say", "[identify][datagram]") {
  // Recorded of tftpd-hpa 5.2.
  const auto tftp = dissect("tftp.reply", hex("0005000146696c65206e6f7420666f756e6400"));
  CHECK(tftp.protocol == "tftp");
  CHECK(field(tftp, "tftp.error") == "1 File not found");
  constexpr std::string_view kSql =
      "ServerName;SQL01;InstanceName;MSSQLSERVER;IsClustered;No;Version;15.0.2000.5;tcp;1433;;";
  ByteWriter browser;
  browser.u8(5).u16le(static_cast<std::uint16_t>(kSql.size())).text(kSql);
  const auto sql = dissect("mssql.browser", browser.view());
  CHECK(sql.protocol == "ms-sql-m");
  CHECK(field(sql, "mssql.instance") == "SQL01\\MSSQLSERVER 15.0.2000.5 tcp/1433");
  CHECK(field(sql, "mssql.version") == "15.0.2000.5");
  CHECK(sql.host_names == std::vector<std::string>{"SQL01"});
  const auto coap = dissect("coap.reply", hex("54451234544f4b4eff3c2f613e"));
  CHECK(coap.protocol == "coap");
  CHECK(coap.banner == "CoAP 2.05");
  CHECK(field(coap, "coap.links") == "</a>");
}

TEST_CASE("what opens a tunnel proves its protocol", "[identify][datagram]") {
  // Recorded of strongSwan 5.9: version 1 and 2 refuse.
  const auto first = dissect("ike.reply", hex("e02e8cf4e21e1c13bfa2babc6d83cd7e0b1005005b82aa1b"
                                              "000000280000000c000000010100000e"));
  CHECK(first.protocol == "isakmp");
  CHECK(first.banner == "IKE 1.0, refused");
  CHECK(field(first, "ike.notify") == "14");
  const auto second = dissect("ike.reply", hex("e02e8cf4e21e1c130ce03356801f1e8a292022200000000000"
                                               "000024000000080000000e"));
  CHECK(field(second, "ike.version") == "2.0");
  // Recorded of xl2tpd 1.3.18, OpenVPN 2.6 and OpenSSL 3.0.
  const auto l2tp = dissect(
      "l2tp.reply",
      hex("c8020063491900000000000180080000000000028008000000020100800a0000000300000003800a00000004"
          "000000000008000000060690800800000007766d00130000000878656c6572616e63652e636f6d8008000000"
          "09f23d80080000000a0004"));
  CHECK(l2tp.protocol == "l2tp");
  CHECK(field(l2tp, "l2tp.vendor") == "xelerance.com");
  CHECK(field(l2tp, "l2tp.firmware") == "0690");
  CHECK(l2tp.host_names == std::vector<std::string>{"vm"});
  const auto reset = hex("401da0de054b19fe5d01000000002ba816fb82aad74100000000");
  CHECK(dissect("openvpn.reply", reset).protocol == "openvpn");
  auto framed = reset;
  framed.insert(framed.begin(), {0, 26});
  CHECK(field(dissect("openvpn.reply", framed), "openvpn.packet") == "hard-reset-server-v2");
  const auto dtls =
      dissect("dtls.reply", hex("16feff00000000000000000023030000170000000000000017feff"
                                "1417bedf79f0fa7f92331cbc53ffb6f70935c75e68"));
  CHECK(dtls.protocol == "dtls");
  CHECK(field(dtls, "dtls.kind") == "verify-request");
  const auto quic = dissect("quic.versions", hex("8000000000080000000000000002080000000000000001"
                                                 "00000001ff00001d"));
  CHECK(quic.protocol == "quic");
  CHECK(quic.banner == "QUIC 1 draft-29");
}

TEST_CASE("bytes of other protocols prove none of these", "[identify][datagram]") {
  for (const auto* channel :
       {"netbios.status", "mdns.reply", "ssdp.reply", "ipmi.reply", "rpcbind.dump", "nfs.versions",
        "tftp.reply", "mssql.browser", "ike.reply", "l2tp.reply", "openvpn.reply", "coap.reply",
        "quic.versions", "dtls.reply"}) {
    CAPTURE(channel);
    for (const auto& bytes : {to_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), Bytes(300, 0),
                              Bytes(300, 0xFF), to_bytes("SSH-2.0-x\r\n")}) {
      CHECK(dissect(channel, bytes).protocol.empty());
    }
  }
}
