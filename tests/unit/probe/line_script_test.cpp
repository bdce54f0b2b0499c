// line_script — FTP, SMTP, POP3 and IMAP on recorded lines: what is asked after what.
// covers: probe/ftp probe/smtp probe/pop3 probe/imap
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "probe/conversations.h"
#include "qingdan/probe/table.h"
#include "recorded_peer.h"

using namespace qingdan;

namespace {

struct Dialogue {
  std::string sent;
  std::string channel;
  std::string heard;
  bool finished{false};
  bool truncated{false};
};

// The peer speaks first, then once after each request; bytes come `piece` at a time.
Dialogue speak(probe::Conversation& conversation, const std::vector<std::string>& says,
               std::size_t piece = 1) {
  Dialogue dialogue;
  std::string received;
  const auto on = [&](const probe::Step& step) {
    dialogue.sent += as_text(step.send);
    dialogue.finished = dialogue.finished || step.finished;
  };
  on(conversation.on_open());
  CHECK(dialogue.sent.empty());
  for (const auto& text : says) {
    for (std::size_t at = 0; at < text.size() && !dialogue.finished; at += piece) {
      received += text.substr(at, piece);
      on(conversation.on_received(as_bytes(received)));
    }
  }
  if (!dialogue.finished) conversation.on_end(probe::End::silence);
  for (const auto& heard : conversation.take()) {
    dialogue.channel = heard.channel;
    dialogue.heard = as_text(heard.raw);
    dialogue.truncated = heard.truncated;
  }
  return dialogue;
}

}  // namespace

TEST_CASE("ftp: greeting, SYST, FEAT, QUIT, each after the whole reply before", "[probe][ftp]") {
  for (const std::size_t piece : {1UL, 1000UL}) {
    const auto ftp = probe::make_ftp(test::setting_of(21));
    const auto done = speak(*ftp,
                            {"220-Welcome\r\n220 (vsFTPd 3.0.3)\r\n", "530 Please login\r\n",
                             "211-Features:\r\n UTF8\r\n211 End\r\n"},
                            piece);
    CHECK(done.sent == "SYST\r\nFEAT\r\nQUIT\r\n");
    CHECK(done.finished);
    CHECK(done.channel == "ftp.stream");
    CHECK_FALSE(done.truncated);
    CHECK(done.heard.ends_with("211 End\r\n"));
  }
}

TEST_CASE("a server that is full is FTP's all the same, and is left at once", "[probe][ftp]") {
  const auto ftp = probe::make_ftp(test::setting_of(21));
  const auto done = speak(*ftp, {"421 Too many connections (8) from this IP\r\n"});
  CHECK(done.sent.empty());
  CHECK(done.finished);
  CHECK(done.channel == "ftp.stream");
}

TEST_CASE("smtp: EHLO with a name that cannot exist, then QUIT", "[probe][smtp]") {
  const auto smtp = probe::make_smtp(test::setting_of(25));
  const auto done = speak(*smtp, {"220 mail.example.org ESMTP Postfix (Debian/GNU)\r\n",
                                  "250-mail.example.org\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n"});
  CHECK(done.sent == "EHLO qingdan.invalid\r\nQUIT\r\n");
  CHECK(done.channel == "smtp.stream");
  CHECK(done.finished);
}

TEST_CASE("a bare 220 is claimed by the one whose commands are known", "[probe][smtp][ftp]") {
  CHECK(speak(*probe::make_smtp(test::setting_of(40000)), {"220 hi\r\n", "500 what\r\n"}).channel ==
        "unknown.stream");
  CHECK(
      speak(*probe::make_smtp(test::setting_of(40000)), {"220 hi\r\n", "250 hello\r\n"}).channel ==
      "smtp.stream");
  CHECK(speak(*probe::make_ftp(test::setting_of(40000)),
              {"220 hi\r\n", "502 what\r\n", "502 what\r\n"})
            .channel == "unknown.stream");
  CHECK(speak(*probe::make_ftp(test::setting_of(40000)), {"220 hi\r\n", "215 UNIX\r\n"}).channel ==
        "ftp.stream");
  // Silence after the greeting decides nothing.
  CHECK(speak(*probe::make_ftp(test::setting_of(40000)), {"220 hi\r\n"}).channel ==
        "unknown.stream");
}

TEST_CASE("pop3: CAPA is waited for up to its dot", "[probe][pop3]") {
  const auto pop3 = probe::make_pop3(test::setting_of(110));
  const auto done =
      speak(*pop3, {"+OK Dovecot (Debian) ready.\r\n", "+OK\r\nTOP\r\nUIDL\r\n.\r\n"});
  CHECK(done.sent == "CAPA\r\nQUIT\r\n");
  CHECK(done.channel == "pop3.stream");
  CHECK(done.heard.ends_with(".\r\n"));
  const auto old = speak(*probe::make_pop3(test::setting_of(110)),
                         {"+OK ready\r\n", "-ERR unknown command\r\n"});
  CHECK(old.sent == "CAPA\r\nQUIT\r\n");
  CHECK(old.finished);
}

TEST_CASE("imap: CAPABILITY is waited for up to its tag", "[probe][imap]") {
  const auto imap = probe::make_imap(test::setting_of(143));
  const auto done = speak(*imap, {"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n",
                                  "* CAPABILITY IMAP4rev1 STARTTLS\r\na1 OK done\r\n"});
  CHECK(done.sent == "a1 CAPABILITY\r\na2 LOGOUT\r\n");
  CHECK(done.channel == "imap.stream");
  CHECK(done.finished);
  const auto bye = speak(*probe::make_imap(test::setting_of(143)), {"* BYE overloaded\r\n"});
  CHECK(bye.sent.empty());
  CHECK(bye.channel == "imap.stream");
}

TEST_CASE("a reply that is cut is kept as truncated", "[probe][smtp]") {
  const auto done = speak(*probe::make_smtp(test::setting_of(25)),
                          {"220 mail.example.org ESMTP\r\n", "250-mail.exam"});
  CHECK(done.channel == "smtp.stream");
  CHECK(done.truncated);
  CHECK_FALSE(done.finished);
}

TEST_CASE("peers of other protocols are nobody's, and get no command", "[probe]") {
  const std::vector<probe::Make> makers{&probe::make_ftp, &probe::make_smtp, &probe::make_pop3,
                                        &probe::make_imap};
  for (const auto make : makers) {
    for (const auto* said : {"SSH-2.0-x\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "RFB 003.008\n",
                             "\xff\xfd\x01\xff\xfd\x03login: \r\n", "hello\r\n"}) {
      const auto conversation = make(test::setting_of(1));
      const auto done = speak(*conversation, {said});
      CAPTURE(said);
      CHECK(done.sent.empty());
      CHECK(done.channel == "unknown.stream");
    }
  }
}
