// sniff under foreign bytes: a word of the list, and the same for the same bytes.
#include "qingdan/net/sniff.h"

#include <algorithm>
#include <array>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::string_view_literals;
  constexpr std::array kWords{
      ""sv,        "ssh"sv,   "http"sv,      "ftp"sv,        "smtp"sv,   "pop3"sv, "imap"sv,
      "nntp"sv,    "mysql"sv, "mysqlx"sv,    "vnc"sv,        "telnet"sv, "tls"sv,  "redis"sv,
      "rtsp"sv,    "sip"sv,   "rdp"sv,       "postgresql"sv, "smb"sv,    "ldap"sv, "memcached"sv,
      "mongodb"sv, "amqp"sv,  "zookeeper"sv, "ftp-or-smtp"sv};
  const auto word = qingdan::net::sniff({data, size});
  if (std::find(kWords.begin(), kWords.end(), word) == kWords.end()) std::abort();
  return 0;
}
