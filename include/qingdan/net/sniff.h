// sniff — which protocol speaks, by the frame of its first bytes alone. Pure.
//
// Conservative: a word is given only where the frame of that protocol is seen, never for a text
// that merely mentions it. So a product's name in a banner decides nothing here.
#pragma once

#include <string_view>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// What a server says first, or answers to a foreign request. One of
//   ssh http h2 ftp smtp pop3 imap nntp mysql mysqlx vnc telnet postgresql redis tls rtsp sip rdp smb
//   ldap memcached mongodb amqp zookeeper openwire kerberos spice rsync svn giop
//   ftp-or-smtp   a "220 " greeting that names neither mail nor files: ask both
//   ""            unknown, or not enough bytes to tell
[[nodiscard]] std::string_view sniff(BytesView first_bytes);

}  // namespace qingdan::net
