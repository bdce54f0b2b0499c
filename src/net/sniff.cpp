// sniff — one check per protocol, strictest frames first; the first that holds decides.
#include "qingdan/net/sniff.h"

#include <algorithm>
#include <array>
#include <string>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

// Greetings are read this far; words further on are somebody's prose.
constexpr std::size_t kGreetingMax = 1024;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_any(std::string_view lower, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return lower.find(word) != std::string_view::npos;
  });
}

// "220 …" or "220-…": mail and files greet alike (RFC 5321 §4.2.3, RFC 959 §5.4).
std::string_view sniff_220(std::string_view greeting) {
  const auto lower = to_lower_ascii(greeting.substr(0, kGreetingMax));
  const bool mail = has_any(lower, {"smtp", "postfix", "sendmail", "exim", "mail", "mx "});
  const bool files = has_any(lower, {"ftp", "filezilla", "serv-u", "files"});
  if (has_any(lower, {"esmtp"}) || (mail && !files)) return "smtp";
  if (files && !mail) return "ftp";
  return "ftp-or-smtp";
}

// Three digits and a space or dash, as servers of line protocols begin.
std::string_view sniff_coded(std::string_view text) {
  const bool coded = text.size() >= 4 && is_digit(text[0]) && is_digit(text[1]) &&
                     is_digit(text[2]) && (text[3] == ' ' || text[3] == '-');
  if (!coded) return {};
  // Half a greeting may still turn out to be the other one.
  if (text.size() < kGreetingMax && text.find('\n') == std::string_view::npos) return {};
  const auto code = text.substr(0, 3);
  if (code == "220") return sniff_220(text);
  const auto lower = to_lower_ascii(text.substr(0, kGreetingMax));
  if (code == "200" || code == "201") {  // RFC 3977 §5.1; 400 and 502 refuse
    return has_any(lower, {"nntp", "news", "posting", "inn"}) ? "nntp" : "";
  }
  // RFC 959 §4.2.1 and RFC 5321 §4.2.3 refuse with other numbers.
  if (code == "421" || code == "554" || code == "530" || code == "500" || code == "502") {
    const bool mail = has_any(lower, {"smtp", "mail"});
    const bool files = has_any(lower, {"ftp"});
    if (mail != files) return mail ? "smtp" : "ftp";
    return "ftp-or-smtp";
  }
  return {};
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return text.starts_with(start); });
}

// redis shares "-ERR" with POP3 but never greets, so its replies to PING, INFO and to what other
// protocols say to it are known by their words (RESP, "Simple errors").
bool is_redis(std::string_view text) {
  return starts_with_any(text, {"+PONG\r\n", "-NOAUTH ", "-DENIED ", "-WRONGPASS ", "-MISCONF ",
                                "-LOADING ", "-NOPERM ", "-ERR wrong number of arg",
                                "-ERR unknown command", "-ERR operation not permitted",
                                "-ERR max number of clients", "-ERR Protocol error"}) ||
         (text.starts_with('$') && text.substr(0, 32).find("\r\n# Server\r\n") < 16);
}

// RFC 4253 §4.2 lets a server send other lines before its identification.
bool has_ssh_line(std::string_view text) {
  constexpr std::size_t kPreambleMax = 4096;
  text = text.substr(0, kPreambleMax);
  return text.find("\nSSH-2.0-") != std::string_view::npos ||
         text.find("\nSSH-1.99-") != std::string_view::npos;
}

std::string_view sniff_text(std::string_view text) {
  if (text.starts_with("SSH-")) return "ssh";
  if (text.starts_with("HTTP/1.") || text.starts_with("HTTP/0.") || text.starts_with("HTTP/2")) {
    return "http";
  }
  if (text.starts_with("RTSP/")) return "rtsp";
  // SPICE, "Link stage": magic and version 2 of the reply.
  if (text.starts_with(std::string_view("REDQ\2\0\0\0", 8))) return "spice";
  if (text.starts_with("SIP/2.0 ")) return "sip";
  // CORBA 3.3 part 2 §9.4.1: what ORBs say to other protocols is MessageError or CloseConnection.
  if (text.starts_with("GIOP\1") && text.size() >= 12 && text[7] >= 4 && text[7] <= 6)
    return "giop";
  if (text.starts_with("RFB ") && text.size() >= 8 && is_digit(text[4]) && text[7] == '.') {
    return "vnc";
  }
  if (is_redis(text)) return "redis";
  if (text.starts_with("+OK") || text.starts_with("-ERR")) return "pop3";
  if (text.starts_with("* OK") || text.starts_with("* PREAUTH") || text.starts_with("* BYE")) {
    return "imap";
  }
  if (text.starts_with("AMQP") && text.size() >= 8 && text[4] <= 3) return "amqp";
  // memcached's protocol.txt, "Error strings" and the version command.
  if (text.starts_with("VERSION ") || text.starts_with("ERROR\r\n") ||
      text.starts_with("CLIENT_ERROR ") || text.starts_with("STAT pid ")) {
    return "memcached";
  }
  if (text.starts_with("@RSYNCD: ") && text.size() > 9 && is_digit(text[9])) return "rsync";
  if (text.starts_with("( success ( ") && text.size() > 12 && is_digit(text[12])) return "svn";
  if (text.starts_with("imok") || text.starts_with("Zookeeper version:")) return "zookeeper";
  // PostgreSQL's refusal of protocols it does not know is in the old form: 'E', text, zero.
  if (starts_with_any(text, {"EFATAL: ", "EERROR: "})) return "postgresql";
  const auto coded = sniff_coded(text);
  if (coded.empty() && has_ssh_line(text)) return "ssh";
  return coded;
}

// RFC 9113 §3.4: a server begins with its SETTINGS, six bytes each, on stream 0.
bool is_h2(BytesView b) {
  ByteReader reader(b);
  const std::size_t length = reader.u24be();
  const auto type = reader.u8(), flags = reader.u8();
  const auto stream = reader.u32be();
  return reader.ok() && length % 6 == 0 && length <= 16'384 && type == 4 && flags == 0 &&
         stream == 0;
}

bool is_tls(BytesView b) {
  // RFC 8446 §5.1: alert, handshake; versions 3.0 to 3.4, and 1.1 of TLCP (GB/T 38636 §6.3.3).
  if (b.size() < 6 || (b[0] != 0x15 && b[0] != 0x16)) return false;
  const bool version = (b[1] == 3 && b[2] <= 4) || (b[1] == 1 && b[2] == 1);
  const std::size_t length = static_cast<std::size_t>(b[3]) << 8 | b[4];
  if (!version) return false;
  if (b[0] == 0x15) return length == 2 && (b[5] == 1 || b[5] == 2);
  return length >= 4 && length <= 18432 && (b[5] == 2 || b[5] == 1 || b[5] == 11);
}

bool is_mysql(BytesView b) {
  ByteReader reader(b);
  const std::size_t length = reader.u24le();
  const auto sequence = reader.u8();
  const auto first = reader.u8();
  if (!reader || sequence > 1 || length < 6 || length > 4096) return false;
  if (first == 0xFF) {  // an error: number 1000 to 4999, then text
    const auto code = reader.u16le();
    return reader && code >= 1000 && code < 5000 && b.size() <= length + 4;
  }
  if (first != 10 && first != 9) return false;
  const auto version = reader.until(0);
  return reader && version.size() >= 2 && version.size() < 128 &&
         std::all_of(version.begin(), version.end(), [](auto c) { return c >= 0x20 && c < 0x7F; });
}

// The X protocol's first message is a notice (Mysqlx.Notice.Frame, type 11).
bool is_mysqlx(BytesView b) {
  ByteReader reader(b);
  const auto length = reader.u32le();
  const auto type = reader.u8();
  return reader && type == 11 && length >= 2 && length < 64 && reader.u8() == 0x08;
}

// PostgreSQL protocol 3.0, §55.7: 'E' or 'R' and a length, big-endian, that counts itself.
bool is_postgres(BytesView b) {
  ByteReader reader(b);
  const auto type = reader.u8();
  const auto length = reader.u32be();
  if (!reader) return false;
  if (type == 'R')
    return length >= 8 && length < 512 && reader.remaining() >= 4 && reader.u32be() < 14;
  // ErrorResponse: fields, the first of which is the severity.
  return type == 'E' && length >= 8 && length < 30000 && reader.u8() == 'S';
}

bool is_rdp(BytesView b) {
  // T.123 §8 and X.224 §13.4: TPKT version 3, a connection confirm.
  return b.size() >= 7 && b[0] == 3 && b[1] == 0 && b[2] == 0 && b[3] >= 11 && b[4] == b[3] - 5 &&
         b[5] == 0xD0;
}

bool is_smb(BytesView b) {
  // RFC 1002 §4.3.1 session message, then the magic of SMB1 or SMB2 (MS-CIFS §2.2.3.1, MS-SMB2
  // §2.2.1).
  return b.size() >= 8 && b[0] == 0 && (b[4] == 0xFF || b[4] == 0xFE) && b[5] == 'S' &&
         b[6] == 'M' && b[7] == 'B';
}

bool is_ldap(BytesView b) {
  // RFC 4511 §4.1.1: a sequence of a message id (0 to 2 of them ours) and a response.
  ByteReader reader(b);
  if (reader.u8() != 0x30) return false;
  const auto length = reader.u8();
  if (length > 0x84) return false;
  if (length >= 0x80) reader.skip(length & 0x7F);
  if (reader.u8() != 0x02) return false;
  const auto id_size = reader.u8();
  if (id_size == 0 || id_size > 4) return false;
  reader.skip(id_size);
  const auto response = reader.u8();
  if (!reader) return false;
  // bindResponse, searchResEntry, searchResDone, searchResRef, extendedResp
  return response == 0x61 || response == 0x64 || response == 0x65 || response == 0x73 ||
         response == 0x78;
}

bool is_mongodb(BytesView b) {
  // MongoDB wire protocol, "Standard Message Header": OP_REPLY 1, OP_MSG 2013.
  ByteReader reader(b);
  const auto length = reader.u32le();
  reader.skip(8);
  const auto opcode = reader.u32le();
  return reader && length >= 16 && length < 48U * 1024 * 1024 &&
         ((opcode == 1 && length >= 36) || opcode == 2013);
}

bool is_openwire(BytesView b) {
  // OpenWire: length, data structure 1 (WireFormatInfo), magic.
  constexpr std::string_view kMagic("\001ActiveMQ");
  return b.size() >= 13 && b[0] == 0 && b[1] == 0 && as_text(b.subspan(4, kMagic.size())) == kMagic;
}

bool is_kerberos(BytesView b) {
  // RFC 4120 §7.2.2 and §5.9.1: length, KRB-ERROR, a sequence that begins with [0] 5 and [1] 30.
  constexpr std::string_view kStart("\xA0\x03\x02\x01\x05\xA1\x03\x02\x01\x1E", 10);
  constexpr std::size_t kStartAt = 12;  // no later: two lengths of at most three bytes
  return b.size() >= 18 && b[0] == 0 && b[1] == 0 && b[4] == 0x7E &&
         as_text(b.first(std::min(b.size(), kStartAt + kStart.size()))).find(kStart) !=
             std::string_view::npos;
}

bool is_telnet(BytesView b) {
  return b.size() >= 3 && b[0] == 0xFF && b[1] >= 0xFB && b[1] <= 0xFE && b[2] < 0x80;
}

}  // namespace

std::string_view sniff(BytesView first_bytes) {
  using Check = bool (*)(BytesView);
  constexpr std::array<std::pair<Check, std::string_view>, 12> kFrames{{{is_tls, "tls"},
                                                                        {is_h2, "h2"},
                                                                        {is_telnet, "telnet"},
                                                                        {is_smb, "smb"},
                                                                        {is_rdp, "rdp"},
                                                                        {is_mysql, "mysql"},
                                                                        {is_mysqlx, "mysqlx"},
                                                                        {is_postgres, "postgresql"},
                                                                        {is_ldap, "ldap"},
                                                                        {is_mongodb, "mongodb"},
                                                                        {is_openwire, "openwire"},
                                                                        {is_kerberos, "kerberos"}}};
  const auto word = sniff_text(as_text(first_bytes));
  if (!word.empty()) return word;
  for (const auto& [check, name] : kFrames) {
    if (check(first_bytes)) return name;
  }
  return {};
}

}  // namespace qingdan::net
