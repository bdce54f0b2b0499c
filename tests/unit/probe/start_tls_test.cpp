// start_tls — what is said before TLS begins, and that nothing begins where the peer declines.
#include <catch2/catch.hpp>

#include "probe/conversations.h"
#include "qingdan/net/ldap_wire.h"
#include "qingdan/net/mysql_wire.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;

namespace {

// Greeting first, then a reply to each line.
struct Said {
  std::string sent;
  bool tls{false}, finished{false};
};
Said play(probe::ConversationPtr conversation, const std::vector<std::string>& replies) {
  Said said;
  Bytes received;
  auto step = conversation->on_open();
  for (const auto& reply : replies) {
    said.sent += as_text(step.send);
    if (step.start_tls || step.finished) break;
    const auto bytes = to_bytes(reply);
    received.insert(received.end(), bytes.begin(), bytes.end());
    step = conversation->on_received(received);
  }
  said.sent += as_text(step.send);
  said.tls = step.start_tls;
  said.finished = step.finished;
  CHECK(conversation->take().empty());
  return said;
}

const probe::Setting kSetting{"192.0.2.7", "", 25, false};

bool offers(probe::ConversationPtr conversation, const std::vector<std::string>& replies) {
  Bytes received;
  conversation->on_open();
  for (const auto& reply : replies) {
    const auto bytes = to_bytes(reply);
    received.insert(received.end(), bytes.begin(), bytes.end());
    conversation->on_received(received);
  }
  conversation->take();
  return conversation->offers_tls();
}

Bytes mysql_greeting(std::uint32_t capabilities) {
  net::MysqlGreeting greeting;
  greeting.handshake.emplace();
  greeting.handshake->version = "8.0.36";
  greeting.handshake->capabilities = capabilities;
  greeting.handshake->charset = 45;
  greeting.handshake->auth_plugin = "caching_sha2_password";
  return net::build_mysql_greeting(greeting);
}

// LDAPResult of an ExtendedResponse, RFC 4511 §4.12.
std::string ldap_result(char code) {
  return {0x30, 0x0C, 0x02, 0x01, 0x01, 0x78, 0x07, 0x0A, 0x01, code, 0x04, 0x00, 0x04, 0x00};
}

}  // namespace

TEST_CASE("mail begins TLS after EHLO and STARTTLS", "[probe][start_tls]") {
  const auto said = play(probe::make_smtp_start_tls(kSetting),
                         {"220 mx ESMTP\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 ready\r\n"});
  CHECK(said.sent == "EHLO qingdan.invalid\r\nSTARTTLS\r\n");
  CHECK(said.tls);
  const auto declined = play(probe::make_smtp_start_tls(kSetting),
                             {"220 mx ESMTP\r\n", "250 mx\r\n", "454 not now\r\n"});
  CHECK_FALSE(declined.tls);
  CHECK(declined.finished);
}

TEST_CASE("who says more than yes before TLS gets none", "[probe][start_tls]") {
  const auto said = play(probe::make_smtp_start_tls(kSetting),
                         {"220 mx ESMTP\r\n", "250 mx\r\n", "220 ready\r\n250 injected\r\n"});
  CHECK_FALSE(said.tls);
  CHECK(said.finished);
}

TEST_CASE("IMAP, POP3 and FTP have words of their own", "[probe][start_tls]") {
  const auto imap = play(probe::make_imap_start_tls(kSetting),
                         {"* OK ready\r\n", "* CAPABILITY IMAP4rev1\r\na1 OK begin\r\n"});
  CHECK(imap.sent == "a1 STARTTLS\r\n");
  CHECK(imap.tls);
  CHECK_FALSE(play(probe::make_imap_start_tls(kSetting), {"* OK ready\r\n", "a1 BAD no\r\n"}).tls);
  const auto pop3 = play(probe::make_pop3_start_tls(kSetting), {"+OK ready\r\n", "+OK begin\r\n"});
  CHECK(pop3.sent == "STLS\r\n");
  CHECK(pop3.tls);
  CHECK_FALSE(play(probe::make_pop3_start_tls(kSetting), {"+OK ready\r\n", "-ERR no\r\n"}).tls);
  const auto ftp =
      play(probe::make_ftp_start_tls(kSetting), {"220-hi\r\n220 ready\r\n", "234 begin\r\n"});
  CHECK(ftp.sent == "AUTH TLS\r\n");
  CHECK(ftp.tls);
  CHECK_FALSE(play(probe::make_ftp_start_tls(kSetting), {"220 ready\r\n", "502 no\r\n"}).tls);
}

TEST_CASE("LDAP asks by its operation, without a bind", "[probe][start_tls]") {
  const auto said = play(probe::make_ldap_start_tls(kSetting), {ldap_result(0)});
  CHECK(said.sent == as_text(net::build_ldap_start_tls()));
  CHECK(said.sent.find("1.3.6.1.4.1.1466.20037") != std::string::npos);
  CHECK(said.sent.size() == 31);
  CHECK(said.tls);
  CHECK_FALSE(play(probe::make_ldap_start_tls(kSetting), {ldap_result(2)}).tls);
}

TEST_CASE("MySQL is sent a request without a user, where it can TLS", "[probe][start_tls]") {
  const auto can = std::string(as_text(mysql_greeting(0x0000'0A00 | 0x0008'8000)));
  const auto said = play(probe::make_mysql_start_tls(kSetting), {can});
  CHECK(said.tls);
  REQUIRE(said.sent.size() == 36);
  CHECK(said.sent.substr(0, 4) == std::string("\x20\0\0\x01", 4));
  CHECK(said.sent[12] == 45);
  CHECK(said.sent.substr(13) == std::string(23, '\0'));
  const auto cannot = std::string(as_text(mysql_greeting(0x0008'8200)));
  const auto declined = play(probe::make_mysql_start_tls(kSetting), {cannot});
  CHECK_FALSE(declined.tls);
  CHECK(declined.sent.empty());
}

TEST_CASE("an offer is read in each protocol's own list", "[probe][start_tls]") {
  const std::string mx = "220 mx ESMTP Postfix\r\n", dot = "+OK ready\r\n";
  CHECK(offers(probe::make_smtp(kSetting), {mx, "250-mx\r\n250-StartTLS\r\n250 SIZE\r\n"}));
  CHECK_FALSE(offers(probe::make_smtp(kSetting), {mx, "250-mx\r\n250-XSTARTTLS\r\n250 SIZE\r\n"}));
  CHECK(offers(probe::make_pop3(kSetting), {dot, "+OK\r\nUSER\r\nSTLS\r\n.\r\n"}));
  CHECK_FALSE(offers(probe::make_pop3(kSetting), {dot, "+OK\r\nUSER\r\n.\r\n"}));
  CHECK(offers(probe::make_imap(kSetting),
               {"* OK ready\r\n", "* CAPABILITY IMAP4rev1 STARTTLS ID\r\na1 OK\r\n"}));
  CHECK_FALSE(
      offers(probe::make_imap(kSetting), {"* OK STARTTLS\r\n", "* CAPABILITY ID\r\na1 OK\r\n"}));
  CHECK(offers(probe::make_ftp(kSetting), {"220 FTP server\r\n", "215 UNIX\r\n",
                                           "211-F:\r\n AUTH TLS\r\n UTF8\r\n211 End\r\n"}));
  CHECK(offers(probe::make_ftp(kSetting), {"220 FTP server\r\n", "215 UNIX\r\n",
                                           "211-F:\r\n AUTH TLS-C;SSL;TLS-P;\r\n211 End\r\n"}));
  CHECK_FALSE(offers(probe::make_ftp(kSetting),
                     {"220 FTP server\r\n", "215 UNIX\r\n", "211-F:\r\n UTF8\r\n211 End\r\n"}));
  CHECK(offers(probe::make_mysql(kSetting), {std::string(as_text(mysql_greeting(0x0800)))}));
  CHECK_FALSE(offers(probe::make_mysql(kSetting), {std::string(as_text(mysql_greeting(0)))}));
}
