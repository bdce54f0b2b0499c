#include "qingdan/net/ssh_wire.h"
#include "unit/identify/fields.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::field;

TEST_CASE("an SSH server's software stands behind protocol and preamble",
          "[identify][dissect_text]") {
  const auto out = dissect("ssh.banner", as_bytes("仅限授权用户\r\nSSH-1.99-OpenSSH_5.3 a b\r\n"));
  CHECK(out.protocol == "ssh");
  CHECK(field(out, "ssh.banner") == "OpenSSH_5.3 a b");
  CHECK(field(out, "ssh.protocol") == "1.99");
  CHECK(field(out, "ssh.preamble") == "仅限授权用户");
  CHECK(out.banner == "SSH-1.99-OpenSSH_5.3 a b");
}

TEST_CASE("the offers of an SSH server are fields", "[identify][dissect_text]") {
  net::SshKexInit kexinit;
  kexinit.kex = {"curve25519-sha256", "ecdh-sha2-nistp256"};
  kexinit.host_key = {"ssh-ed25519"};
  kexinit.cipher_to_client = {"aes128-ctr"};
  kexinit.mac_to_client = {"hmac-sha2-256"};
  auto stream = net::build_ssh_ident("OpenSSH_9.2p1");
  const auto packet = net::build_ssh_kexinit(kexinit);
  stream.insert(stream.end(), packet.begin(), packet.end());
  const auto out = dissect("ssh.stream", stream);
  CHECK(field(out, "ssh.kex") == "curve25519-sha256,ecdh-sha2-nistp256");
  CHECK(field(out, "ssh.host_key_algorithms") == "ssh-ed25519");
  CHECK(field(out, "ssh.ciphers") == "aes128-ctr");
  CHECK(field(out, "ssh.macs") == "hmac-sha2-256");
}

TEST_CASE("a question about the software alone is the field", "[identify][dissect_text]") {
  const auto out = dissect("ssh.banner", as_bytes("dropbear_2022.83"));
  CHECK(field(out, "ssh.banner") == "dropbear_2022.83");
  CHECK(out.protocol.empty());
}

TEST_CASE("codes are taken off greetings, and prove the protocol", "[identify][dissect_text]") {
  const auto ftp =
      dissect("ftp.stream", as_bytes("220-Welcome\r\n220 ProFTPD ready\r\n215 UNIX Type: L8\r\n"));
  CHECK(field(ftp, "ftp.banner") == "Welcome\nProFTPD ready");
  CHECK(field(ftp, "ftp.syst") == "UNIX Type: L8");
  CHECK(ftp.protocol == "ftp");
  const auto bare = dissect("ftp.banner", as_bytes("ProFTPD ready"));
  CHECK(field(bare, "ftp.banner") == "ProFTPD ready");
  CHECK(bare.protocol.empty());
  const auto smtp = dissect(
      "smtp.stream",
      as_bytes("220 mx.example.com ESMTP Postfix\r\n250-mx.example.com\r\n250 STARTTLS\r\n"));
  CHECK(field(smtp, "smtp.banner") == "mx.example.com ESMTP Postfix");
  CHECK(field(smtp, "smtp.ehlo") == "mx.example.com\nSTARTTLS");
  CHECK(field(dissect("nntp.banner", as_bytes("200 INN 2.7 ready\r\n")), "nntp.banner") ==
        "INN 2.7 ready");
}

TEST_CASE("mail boxes greet with their own marks", "[identify][dissect_text]") {
  const auto pop3 =
      dissect("pop3.stream", as_bytes("+OK Dovecot ready.\r\n+OK\r\nTOP\r\nSTLS\r\n.\r\n"));
  CHECK(field(pop3, "pop3.banner") == "Dovecot ready.");
  CHECK(field(pop3, "pop3.capa") == "TOP\nSTLS");
  const auto imap =
      dissect("imap.stream", as_bytes("* OK [CAPABILITY IMAP4rev1] Dovecot ready.\r\n* CAPABILITY "
                                      "IMAP4rev1 IDLE\r\na1 OK done\r\n"));
  CHECK(field(imap, "imap4.banner") == "[CAPABILITY IMAP4rev1] Dovecot ready.");
  CHECK(field(imap, "imap.capability") == "IMAP4rev1 IDLE");
  CHECK(field(dissect("imap4.banner", as_bytes("Microsoft Exchange IMAP4rev1 ready")),
              "imap4.banner") == "Microsoft Exchange IMAP4rev1 ready");
}

TEST_CASE("Telnet's options are no text", "[identify][dissect_text]") {
  const auto out = dissect("telnet.banner", as_bytes("\xFF\xFB\x01\xFF\xFB\x03\r\nUsername:"));
  CHECK(field(out, "telnet_banners") == "Username:");
  CHECK(out.protocol == "telnet");
}

TEST_CASE("a VNC server tells version and security types", "[identify][dissect_text]") {
  const auto out =
      dissect("vnc.stream", as_bytes(std::string_view("RFB 003.008\n\x02\x01\x10", 15)));
  CHECK(field(out, "vnc.version") == "003.008");
  CHECK(field(out, "vnc.security") == "1 16");
  CHECK(out.protocol == "rfb");
}

TEST_CASE("RTSP and SIP headers are fields of their own", "[identify][dissect_text]") {
  const auto rtsp = dissect(
      "rtsp.response", as_bytes("RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: "
                                "X\r\nWWW-Authenticate: Digest realm=\"IP Camera(1)\"\r\n\r\n"));
  CHECK(field(rtsp, "rtsp_header.server") == "X");
  CHECK(field(rtsp, "rtsp_header.wwwauth") == "Digest realm=\"IP Camera(1)\"");
  const auto sip =
      dissect("sip.response",
              as_bytes("SIP/2.0 200 OK\r\nUser-Agent: UAS V2\r\nContent-Length: 0\r\n\r\n"));
  CHECK(field(sip, "sip_header.user_agent") == "UAS V2");
  CHECK(sip.banner == "UAS V2");
}

TEST_CASE("ONVIF scopes come one by one", "[identify][dissect_text]") {
  const auto out =
      dissect("onvif.probematch",
              as_bytes("<e:Body><d:Types>dn:NVT</d:Types><d:Scopes a=\"1\">onvif://a/name/X "
                       "onvif://a/hardware/Y</d:Scopes></e:Body>"));
  CHECK(field(out, "onvif.scopes") == "onvif://a/name/X | onvif://a/hardware/Y");
  CHECK(field(out, "onvif.types") == "dn:NVT");
  CHECK(dissect("onvif.probematch", as_bytes("<Scopes><Scopes")).fields.size() == 1);
}

TEST_CASE("caches answer in text", "[identify][dissect_text]") {
  CHECK(dissect("redis.reply", as_bytes("-NOAUTH Authentication required.\r\n")).protocol ==
        "redis");
  const auto cache = dissect("memcached.reply", as_bytes("VERSION 1.6.18\r\n"));
  CHECK(cache.protocol == "memcache");
  CHECK(field(cache, "memcached.reply") == "VERSION 1.6.18");
}
