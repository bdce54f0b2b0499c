// conversations — every conversation the program knows, by its maker. Each lives in the .cpp of its
// own name, whose opening comment says what is sent and why that is polite. table.cpp decides which
// of them are used on which port.
#pragma once

#include <memory>

#include "qingdan/net/port_set.h"
#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

// The peer speaks first, or text lines and handshakes.
[[nodiscard]] std::unique_ptr<Conversation> make_ssh(const Setting& setting);     // ident, KEXINIT
[[nodiscard]] std::unique_ptr<Conversation> make_ftp(const Setting& setting);     // greeting, AUTH TLS
[[nodiscard]] std::unique_ptr<Conversation> make_smtp(const Setting& setting);    // EHLO, STARTTLS
[[nodiscard]] std::unique_ptr<Conversation> make_pop3(const Setting& setting);    // CAPA, STLS
[[nodiscard]] std::unique_ptr<Conversation> make_imap(const Setting& setting);    // CAPABILITY, STARTTLS
[[nodiscard]] std::unique_ptr<Conversation> make_mysql(const Setting& setting);   // the first packet
[[nodiscard]] std::unique_ptr<Conversation> make_vnc(const Setting& setting);     // RFB version, security types
[[nodiscard]] std::unique_ptr<Conversation> make_telnet(const Setting& setting);  // refusals, text to the prompt
[[nodiscard]] std::unique_ptr<Conversation> make_http(const Setting& setting);    // GET /, favicon

// We speak first.
[[nodiscard]] std::unique_ptr<Conversation> make_postgresql(const Setting& setting);  // SSLRequest, startup
[[nodiscard]] std::unique_ptr<Conversation> make_redis(const Setting& setting);       // INFO server
[[nodiscard]] std::unique_ptr<Conversation> make_memcached(const Setting& setting);   // version
[[nodiscard]] std::unique_ptr<Conversation> make_mongodb(const Setting& setting);     // hello, buildInfo
[[nodiscard]] std::unique_ptr<Conversation> make_ldap(const Setting& setting);        // rootDSE
[[nodiscard]] std::unique_ptr<Conversation> make_smb(const Setting& setting);         // NEGOTIATE, NTLMSSP
[[nodiscard]] std::unique_ptr<Conversation> make_rdp(const Setting& setting);         // X.224 connection
[[nodiscard]] std::unique_ptr<Conversation> make_rtsp(const Setting& setting);        // OPTIONS *
[[nodiscard]] std::unique_ptr<Conversation> make_sip(const Setting& setting,          // OPTIONS
                                                     net::Transport transport);
[[nodiscard]] std::unique_ptr<Conversation> make_dns(const Setting& setting,          // version.bind, id.server
                                                     net::Transport transport);
[[nodiscard]] std::unique_ptr<Conversation> make_ntp(const Setting& setting);         // mode 3, mode 6 readvar; UDP
[[nodiscard]] std::unique_ptr<Conversation> make_snmp_engine(const Setting& setting); // discovery; UDP

}  // namespace qingdan::probe
