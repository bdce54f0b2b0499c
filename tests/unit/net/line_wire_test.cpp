// line_wire — replies of FTP, SMTP, NNTP, POP3 and IMAP.
#include "qingdan/net/line_wire.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan;
using namespace qingdan::net;

namespace {
std::vector<LineReply> replies(std::string_view text, LineStyle style) {
  return split_replies(as_bytes(text), style);
}
}  // namespace

TEST_CASE("a greeting loses its number", "[net][line_wire]") {
  const auto all = replies("220 ProFTPD Server (Debian) [::ffff:10.0.0.1]\r\n", LineStyle::coded);
  REQUIRE(all.size() == 1);
  CHECK(all[0].code == 220);
  CHECK(all[0].status == "220");
  CHECK(all[0].text() == "ProFTPD Server (Debian) [::ffff:10.0.0.1]");
  CHECK(all[0].complete);
}

TEST_CASE("a reply of several lines ends with its code and a space", "[net][line_wire]") {
  const auto all = replies(
      "220 mail.example ESMTP Postfix\r\n250-mail.example\r\n250-SIZE 1\r\n250 HELP\r\n221 bye",
      LineStyle::coded);
  REQUIRE(all.size() == 3);
  CHECK(all[1].texts == std::vector<std::string>{"mail.example", "SIZE 1", "HELP"});
  CHECK(all[1].complete);
  CHECK(all[2].code == 221);
  CHECK_FALSE(all[2].complete);
  CHECK(count_complete_replies(as_bytes("220-a\r\n"), LineStyle::coded) == 0);
}

TEST_CASE("lines inside an FTP reply may look like anything", "[net][line_wire]") {
  const auto all = replies("220-Welcome\r\n 331 not the end\r\n331 nor this\r\n220\r\n215 UNIX\n",
                           LineStyle::coded);
  REQUIRE(all.size() == 2);
  CHECK(all[0].text() == "Welcome\n331 not the end\n331 nor this\n");
  CHECK(all[1].text() == "UNIX");
}

TEST_CASE("a line without a code is kept without one", "[net][line_wire]") {
  const auto all = replies("hello\r\n2200 no\r\n", LineStyle::coded);
  REQUIRE(all.size() == 2);
  CHECK(all[0] == LineReply{0, "", {"hello"}, true});
  CHECK(all[1].code == 0);
}

TEST_CASE("POP3 replies and their lists are told apart", "[net][line_wire]") {
  const auto all =
      replies("+OK Dovecot ready.\r\n+OK\r\nUIDL\r\n..dot\r\n.\r\n-ERR no\r\n", LineStyle::pop3);
  REQUIRE(all.size() == 3);
  CHECK(all[0] == LineReply{0, "+OK", {"Dovecot ready."}, true});
  CHECK(all[1].texts == std::vector<std::string>{"", "UIDL", ".dot"});
  CHECK(all[1].complete);
  CHECK(all[2] == LineReply{0, "-ERR", {"no"}, true});
  CHECK_FALSE(replies("+OK\r\nUIDL\r\n", LineStyle::pop3)[0].complete);
}

TEST_CASE("IMAP states lose tag and state", "[net][line_wire]") {
  const auto all = replies(
      "* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n* CAPABILITY IMAP4rev1 ID\r\na1 ok done\r\n"
      "* BYE\r\n",
      LineStyle::imap);
  REQUIRE(all.size() == 4);
  CHECK(all[0] == LineReply{0, "* OK", {"[CAPABILITY IMAP4rev1] Dovecot ready."}, true});
  CHECK(all[1] == LineReply{0, "*", {"CAPABILITY IMAP4rev1 ID"}, true});
  CHECK(all[2] == LineReply{0, "a1 ok", {"done"}, true});
  CHECK(all[3] == LineReply{0, "* BYE", {""}, true});
}

TEST_CASE("an endless banner is bounded", "[net][line_wire]") {
  std::string endless;
  for (int i = 0; i < 10000; ++i) endless += "220-more\r\n";
  const auto one = replies(endless, LineStyle::coded);
  REQUIRE(one.size() == 1);
  CHECK(one[0].texts.size() == kLineTextsMax);
  std::string many;
  for (int i = 0; i < 10000; ++i) many += "220 x\r\n";
  CHECK(replies(many, LineStyle::coded).size() == kLineRepliesMax);
  CHECK(replies("220 " + std::string(100000, 'x'), LineStyle::coded)[0].texts[0].size() ==
        kLineMax);
  CHECK(replies("", LineStyle::coded).empty());
}
