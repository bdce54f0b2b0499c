#include "qingdan/net/dns_wire.h"
#include "qingdan/net/frames.h"
#include "qingdan/net/mysql_wire.h"
#include "unit/identify/fields.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::field;

TEST_CASE("MySQL's packet and its bare version give the same field", "[identify][dissect_binary]") {
  net::MysqlGreeting greeting;
  greeting.handshake.emplace();
  greeting.handshake->version = "5.5.5-10.6.16-MariaDB";
  const auto packet = dissect("mysql.handshake", net::build_mysql_greeting(greeting));
  CHECK(packet.protocol == "mysql");
  CHECK(field(packet, "mysql.banners") == "5.5.5-10.6.16-MariaDB");
  const auto text = dissect("mysql.handshake", as_bytes("8.0.36"));
  CHECK(field(text, "mysql.banners") == "8.0.36");
  CHECK(text.protocol.empty());
}

TEST_CASE("a MySQL that refuses us says so in an error", "[identify][dissect_binary]") {
  net::MysqlGreeting greeting;
  greeting.error.emplace();
  greeting.error->code = 1130;
  greeting.error->message = "Host '192.0.2.1' is not allowed";
  CHECK(field(dissect("mysql.handshake", net::build_mysql_greeting(greeting)), "mysql.error") ==
        "Host '192.0.2.1' is not allowed");
}

TEST_CASE("PostgreSQL's error tells its source, framed or bare", "[identify][dissect_binary]") {
  ByteWriter body;
  for (const std::string_view part : {"SFATAL", "C0A000", "Mno", "Fpostmaster.c", "L2079"})
    body.text(part).u8(0);
  body.u8(0);
  ByteWriter message;
  message.u8('E').u32be(static_cast<std::uint32_t>(body.size() + 4)).bytes(body.view());
  const std::string wanted = "S=FATAL C=0A000 M=no F=postmaster.c L=2079";
  const auto bare = dissect("postgresql.reply", message.view());
  CHECK(bare.protocol == "postgresql");
  CHECK(field(bare, "postgresql.error") == wanted);
  Bytes framed;
  net::append_message(framed, as_bytes("S"));
  net::append_message(framed, message.view());
  CHECK(field(dissect("postgresql.reply", framed), "postgresql.error") == wanted);
}

TEST_CASE("a name server's version comes as text or as a message", "[identify][dissect_binary]") {
  CHECK(field(dissect("dns.version_bind", as_bytes("9.18.24-1-Debian")), "dns.versionbind") ==
        "9.18.24-1-Debian");
  ByteWriter message;
  message.u16be(1).u16be(0x8400).u16be(1).u16be(1).u16be(0).u16be(0);
  message.u8(7).text("version").u8(4).text("bind").u8(0).u16be(16).u16be(3);
  message.u16be(0xC00C).u16be(16).u16be(3).u32be(0).u16be(5).u8(4).text("9.18");
  Bytes framed;
  net::append_message(framed, message.view());
  for (const BytesView raw : {BytesView(framed), message.view()}) {
    const auto out = dissect("dns.reply", raw);
    CHECK(out.protocol == "domain");
    CHECK(field(out, "dns.versionbind") == "9.18");
  }
}

TEST_CASE("NTP's variables come as text or in a control message", "[identify][dissect_binary]") {
  CHECK(field(dissect("ntp.readvar", as_bytes("version=\"ntpd 4.2.8p15\"")), "ntp.readvar") ==
        "version=\"ntpd 4.2.8p15\"");
  const std::string data = "version=\"ntpd 4.2.8p15\"";
  ByteWriter message;
  message.u8(0x16).u8(0x82).u16be(1).u16be(0).u16be(0).u16be(0).u16be(
      static_cast<std::uint16_t>(data.size()));
  message.text(data);
  const auto out = dissect("ntp.reply", message.view());
  CHECK(out.protocol == "ntp");
  CHECK(field(out, "ntp.readvar") == data);
}

TEST_CASE("bytes of another protocol give nothing", "[identify][dissect_binary]") {
  for (const auto* channel :
       {"smb.negotiate", "rdp.reply", "snmp.reply", "snmp.engine", "mongodb.reply"}) {
    INFO(channel);
    const auto out = dissect(channel, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
    CHECK(out.protocol.empty());
    CHECK(out.fields.empty());
    CHECK(out.identifiers.empty());
  }
}
