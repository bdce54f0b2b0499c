#include "qingdan/identify/dissect.h"

#include "unit/identify/fields.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::field;

TEST_CASE("a channel that is no channel is the field of its name", "[identify][dissect]") {
  const auto out = dissect("operating_system.name", as_bytes("  Windows 10 \r\n"));
  CHECK(field(out, "operating_system.name") == "Windows 10");
  CHECK(out.protocol.empty());
}

TEST_CASE("text fields come as UTF-8 with plain line ends", "[identify][dissect]") {
  // "登录" in GB18030.
  const auto out = dissect("html_title", as_bytes("\xB5\xC7\xC2\xBC\r\nb"));
  CHECK(field(out, "html_title") == "登录\nb");
}

TEST_CASE("binary fields stay as they are", "[identify][dissect]") {
  const std::string raw("\x00\x64\xff (ERR=0)", 11);
  CHECK(field(dissect("oracle.tns", as_bytes(raw)), "oracle.tns") == raw);
}

TEST_CASE("empty bytes give no field", "[identify][dissect]") {
  for (const auto* channel :
       {"ssh.stream", "http.response", "x509.der", "mysql.handshake", "html_title", "smb.negotiate",
        "dns.reply", "ntp.reply", "tls.session", "unknown.stream"}) {
    INFO(channel);
    CHECK(dissect(channel, {}).fields.empty());
  }
}

TEST_CASE("unknown bytes are read as what they look like", "[identify][dissect]") {
  CHECK(dissect("unknown.stream", as_bytes("SSH-2.0-OpenSSH_9.2p1\r\n")).protocol == "ssh");
  CHECK(dissect("unknown.stream", as_bytes("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"))
            .protocol == "http");
  CHECK(field(dissect("unknown.stream", as_bytes("\x01\x02 hello")), "unknown.stream") ==
        "\x01\x02 hello");
}

TEST_CASE("a greeting that may be of files or of mail is offered to both", "[identify][dissect]") {
  const auto out = dissect("unknown.stream", as_bytes("220 ready\r\n"));
  CHECK(out.protocol.empty());
  CHECK(field(out, "ftp.banner") == "ready");
  CHECK(field(out, "smtp.banner") == "ready");
}

TEST_CASE("a bare log-in prompt is offered to the rules of terminals", "[identify][dissect]") {
  CHECK(field(dissect("unknown.stream", as_bytes("\r\nExample OS\r\nlogin: ")), "telnet_banners") ==
        "Example OS\nlogin:");
}
