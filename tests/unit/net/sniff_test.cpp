// sniff — first bytes as servers really send them, and texts that only look like it.
#include "qingdan/net/sniff.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan;
using namespace qingdan::net;
using namespace std::string_literals;

namespace {
std::string word(const std::string& bytes) { return std::string(sniff(as_bytes(bytes))); }
}  // namespace

TEST_CASE("protocols of lines are known by their first words", "[net][sniff]") {
  CHECK(word("SSH-2.0-OpenSSH_9.2p1\r\n") == "ssh");
  CHECK(word("HTTP/1.1 400 Bad Request\r\n") == "http");
  CHECK(word("RTSP/1.0 200 OK\r\n") == "rtsp");
  CHECK(word("SIP/2.0 200 OK\r\n") == "sip");
  CHECK(word("RFB 003.008\n") == "vnc");
  CHECK(word("* OK [CAPABILITY IMAP4rev1] ready\r\n") == "imap");
  CHECK(word("+OK POP3 ready\r\n") == "pop3");
  CHECK(word("+OK\r\n") == "pop3");
  CHECK(word("-ERR [SYS/TEMP] busy\r\n") == "pop3");
  CHECK(word("200 news.example InterNetNews ready (posting ok)\r\n") == "nntp");
  CHECK(word("AMQP\x00\x00\x09\x01"s) == "amqp");
  CHECK(word("ERROR\r\nERROR\r\n") == "memcached");
  CHECK(word("VERSION 1.6.18\r\n") == "memcached");
  CHECK(word("Zookeeper version: 3.8.0\n") == "zookeeper");
  CHECK(word(std::string("GIOP\1\0\0\6\0\0\0\0", 12)) == "giop");
  CHECK(word(std::string("GIOP\1\2\0\3\0\0\0\0", 12)).empty());
  CHECK(word("@RSYNCD: 31.0\n") == "rsync");
  CHECK(word("@RSYNCD: EXIT\n").empty());
  CHECK(word("( success ( 2 2 ( ) ( edit-pipeline ) ) ) ") == "svn");
  CHECK(word("( success ( ").empty());
}

TEST_CASE("an SSH line may follow others", "[net][sniff]") {
  CHECK(word("Authorised use only.\r\nSSH-2.0-OpenSSH_8.2p1\r\n") == "ssh");
  CHECK(word("HTTP/1.1 200 OK\r\n\r\n<pre>\nSSH-2.0-x\n") == "http");
}

TEST_CASE("redis is told from POP3 by its words", "[net][sniff]") {
  CHECK(word("-NOAUTH Authentication required.\r\n") == "redis");
  CHECK(word("-ERR wrong number of arguments for 'get' command\r\n") == "redis");
  CHECK(word("-ERR unknown command 'HELP'\r\n") == "redis");
  CHECK(word("+PONG\r\n") == "redis");
  CHECK(word("$3000\r\n# Server\r\nredis_version:7.0.15\r\n") == "redis");
}

TEST_CASE("a 220 greeting is mail, files, or both may be asked", "[net][sniff]") {
  CHECK(word("220 mail.example ESMTP Postfix (Debian/GNU)\r\n") == "smtp");
  CHECK(word("220 ftp.example ESMTP ready\r\n") == "smtp");
  CHECK(word("220-mx.example SMTP\r\n220 go\r\n") == "smtp");
  CHECK(word("220 (vsFTPd 3.0.3)\r\n") == "ftp");
  CHECK(word("220-FileZilla Server 1.8.0\r\n") == "ftp");
  CHECK(word("220 ProFTPD Server (Debian) [10.0.0.1]\r\n") == "ftp");
  CHECK(word("220 ready\r\n") == "ftp-or-smtp");
  CHECK(word("220 mail.example FTP\r\n") == "ftp-or-smtp");
  CHECK(word("421 Too many connections\r\n") == "ftp-or-smtp");
  CHECK(word("554 5.7.1 SMTP refused\r\n") == "smtp");
  CHECK(word("220 mail.exam").empty());  // may go on as "ple FTP"
}

TEST_CASE("binary protocols are known by their frames", "[net][sniff]") {
  CHECK(word("\x16\x03\x03\x00\x7a\x02"s) == "tls");
  CHECK(word("\x15\x03\x01\x00\x02\x02\x28"s) == "tls");
  CHECK(word("\x15\x01\x01\x00\x02\x02\x28"s) == "tls");  // TLCP
  CHECK(word("\xff\xfd\x18\xff\xfd\x20"s) == "telnet");
  CHECK(word("\x4a\x00\x00\x00\x0a"
             "8.0.36\x00\x08\x00\x00\x00"s) == "mysql");
  CHECK(word("\x0d\x00\x00\x00\xff\x6a\x04Host 'x'"s) == "mysql");
  CHECK(word("\x05\x00\x00\x00\x0b\x08\x05\x1a\x00"s) == "mysqlx");
  CHECK(word("E\x00\x00\x00\x30SFATAL\x00"s) == "postgresql");
  CHECK(word("R\x00\x00\x00\x08\x00\x00\x00\x00"s) == "postgresql");
  CHECK(word("EFATAL:  unsupported frontend protocol\n\x00"s) == "postgresql");
  CHECK(word("\x03\x00\x00\x13\x0e\xd0\x00\x00\x12\x34\x00"s) == "rdp");
  CHECK(word("\x00\x00\x00\x55\xfeSMB@\x00"s) == "smb");
  CHECK(word("\x00\x00\x00\x55\xffSMBr\x00"s) == "smb");
  CHECK(word("\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00"s) == "ldap");
  CHECK(word("\x30\x84\x00\x00\x00\x10\x02\x01\x01\x64\x07"s) == "ldap");
  CHECK(word("\x40\x01\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\xdd\x07\x00\x00"s) == "mongodb");
}

TEST_CASE("what only resembles a protocol is unknown", "[net][sniff]") {
  for (const auto& text : {""s,
                           "S"s,
                           "SSH"s,
                           "HTTP"s,
                           "<html>HTTP/1.1 200 OK</html>"s,
                           "hello, I am SSH-2.0"s,
                           "2200 x"s,
                           "220"s,
                           "200 OK"s,
                           "RFB hello world"s,
                           "\x16\x03"s,
                           "\x16\x09\x09\x00\x7a\x02"s,
                           "\x15\x03\x01\x02\x00\x02"s,
                           "\xff\xff\xff"s,
                           "AMQP"s,
                           "\x4a\x00\x00\x00\x0a\x01\x00"s,
                           "\x03\x00\x00\x0b\x06\xe0\x00"s,
                           "\x30\x0c\x02\x01\x01\x63\x07"s,
                           "Welcome to mongodb 7"s,
                           std::string(64, '\0'),
                           std::string(64, '\xff')}) {
    INFO(text);
    CHECK(word(text).empty());
  }
}

TEST_CASE("HTTP/2 is known by the settings it begins with", "[net][sniff]") {
  CHECK(word("\0\0\0\4\0\0\0\0\0"s) == "h2");
  CHECK(word("\0\0\x0c\4\0\0\0\0\0\0\3"s) == "h2");
  CHECK(word("\0\0\5\4\0\0\0\0\0"s).empty());  // no multiple of six
  CHECK(word("\0\0\0\4\1\0\0\0\0"s).empty());  // an acknowledgement
  CHECK(word("\0\0\0\4\0\0\0\0\1"s).empty());  // of a stream
  CHECK(word("\0\0\0\4\0\0\0\0"s).empty());
}
