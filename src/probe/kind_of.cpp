// kind_of — see the header. Order matters only where forms overlap: RTSP and SIP before HTTP, whose
// frame they share.
#include "kind_of.h"

#include <algorithm>
#include <array>
#include <string>

#include "qingdan/net/line_wire.h"
#include "qingdan/net/mysql_wire.h"
#include "qingdan/net/ssh_wire.h"
#include "qingdan/net/telnet_wire.h"

namespace qingdan::probe {
namespace {

bool has(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
  };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

// RFC 8446 §5.1, §6: an alert record of two bytes, or a handshake record.
bool is_tls(BytesView bytes) {
  if (bytes.size() < 7 || bytes[1] != 3 || bytes[2] > 4) return false;
  const bool alert = bytes[0] == 21 && bytes[3] == 0 && bytes[4] == 2 && bytes[5] <= 2;
  const bool handshake = bytes[0] == 22 && bytes[5] == 2;  // ServerHello
  return alert || handshake;
}

// Words are compared in capitals.
std::string_view coded_kind(std::string_view text) {
  if (has(text, "SMTP") || has(text, "POSTFIX") || has(text, "EXIM")) return "smtp";
  // What servers answer to a request that was meant for another protocol (RFC 5321, RFC 959).
  if (has(text, "FTP") || has(text, "FILEZILLA") || has(text, "SERV-U")) return "ftp";
  return "";
}

std::string_view line_kind(std::string_view text) {
  if (text.starts_with("+OK")) return has(text, "REDIS") ? "redis" : "pop3";
  if (text.starts_with("* OK") || text.starts_with("* PREAUTH") || text.starts_with("* BYE")) {
    return "imap";
  }
  // Redis to whatever it does not know; memcached says the bare word.
  constexpr std::array<std::string_view, 4> kRedis{"-ERR unknown command", "-ERR wrong number",
                                                   "-NOAUTH", "-DENIED Redis"};
  for (const auto start : kRedis) {
    if (text.starts_with(start)) return "redis";
  }
  if (text.starts_with("ERROR\r\n")) return "memcached";
  const bool digits = text.size() > 4 && std::all_of(text.begin(), text.begin() + 3,
                                                     [](char c) { return c >= '0' && c <= '9'; });
  if (digits && (text[3] == ' ' || text[3] == '-')) return coded_kind(text);
  return "";
}

bool is_mysql(BytesView heard) {
  if (!net::mysql_extent(heard).whole()) return false;
  const auto greeting = net::parse_mysql_greeting(heard);
  return greeting && (greeting->handshake || greeting->error);
}

// IAC, a verb and an option (RFC 854).
bool is_telnet(BytesView heard) {
  return heard.size() >= 3 && heard[0] == 255 && heard[1] >= 250 && heard[1] <= 254;
}

}  // namespace

std::string_view kind_of(BytesView heard) {
  const auto text = as_text(heard.first(std::min<std::size_t>(heard.size(), 4096)));
  if (is_tls(heard)) return "tls";
  if (text.starts_with("SSH-")) return "ssh";
  if (text.starts_with("RFB ")) return "vnc";
  if (text.starts_with("RTSP/")) return "rtsp";
  if (text.starts_with("SIP/")) return "sip";
  if (text.starts_with("HTTP/")) return "http";
  if (is_telnet(heard)) return "telnet";
  if (is_mysql(heard)) return "mysql";
  const auto line = line_kind(text);
  if (!line.empty()) return line;
  if (net::parse_ssh_stream(heard).ident) return "ssh";
  return "";
}

}  // namespace qingdan::probe
