// conversations — every conversation the program knows, by its maker. Each lives in the .cpp of its
// own name, whose opening comment says what is sent and why that is polite. table.cpp decides which
// of them are used on which port.
#pragma once

#include <memory>

#include "qingdan/net/port_set.h"
#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

using ConversationPtr = std::unique_ptr<Conversation>;

// The peer speaks first, or text lines and handshakes.
[[nodiscard]] ConversationPtr make_ssh(const Setting& setting);     // ident, KEXINIT
[[nodiscard]] ConversationPtr make_ftp(const Setting& setting);     // greeting, SYST, FEAT
[[nodiscard]] ConversationPtr make_smtp(const Setting& setting);    // EHLO
[[nodiscard]] ConversationPtr make_pop3(const Setting& setting);    // CAPA
[[nodiscard]] ConversationPtr make_imap(const Setting& setting);    // CAPABILITY
[[nodiscard]] ConversationPtr make_mysql(const Setting& setting);   // the first packet
[[nodiscard]] ConversationPtr make_vnc(const Setting& setting);     // RFB version, security types
[[nodiscard]] ConversationPtr make_telnet(const Setting& setting);  // refusals, text to the prompt
[[nodiscard]] ConversationPtr make_http(const Setting& setting);    // GET /, favicon
[[nodiscard]] ConversationPtr make_http2(const Setting& setting);   // GET / in the frames of HTTP/2

// TLS, one hello each (tls_hello.cpp).
[[nodiscard]] ConversationPtr make_tls_13(const Setting& setting);
[[nodiscard]] ConversationPtr make_tls_12(const Setting& setting);
[[nodiscard]] ConversationPtr make_tls_11(const Setting& setting);
[[nodiscard]] ConversationPtr make_tls_10(const Setting& setting);
[[nodiscard]] ConversationPtr make_tlcp(const Setting& setting);
[[nodiscard]] ConversationPtr make_tls_rsa(const Setting& setting);
[[nodiscard]] ConversationPtr make_tls_ecc(const Setting& setting);

// The words before TLS of those that begin without it (start_tls.cpp).
[[nodiscard]] ConversationPtr make_smtp_start_tls(const Setting& setting);
[[nodiscard]] ConversationPtr make_imap_start_tls(const Setting& setting);
[[nodiscard]] ConversationPtr make_pop3_start_tls(const Setting& setting);
[[nodiscard]] ConversationPtr make_ftp_start_tls(const Setting& setting);
[[nodiscard]] ConversationPtr make_ldap_start_tls(const Setting& setting);
[[nodiscard]] ConversationPtr make_mysql_start_tls(const Setting& setting);

// We speak first.
[[nodiscard]] ConversationPtr make_postgresql(const Setting& setting);   // SSLRequest, version
[[nodiscard]] ConversationPtr make_redis(const Setting& setting);        // INFO server
[[nodiscard]] ConversationPtr make_memcached(const Setting& setting);    // version
[[nodiscard]] ConversationPtr make_mongodb(const Setting& setting);      // isMaster, buildInfo
[[nodiscard]] ConversationPtr make_ldap(const Setting& setting);         // rootDSE, unbind
[[nodiscard]] ConversationPtr make_smb(const Setting& setting);          // NEGOTIATE, NTLM's first
[[nodiscard]] ConversationPtr make_rdp(const Setting& setting);          // X.224 connection, TLS
[[nodiscard]] ConversationPtr make_modbus(const Setting& setting);       // device identification
[[nodiscard]] ConversationPtr make_enip(const Setting& setting);         // ListIdentity
[[nodiscard]] ConversationPtr make_rtsp(const Setting& setting);         // OPTIONS
[[nodiscard]] ConversationPtr make_ntp(const Setting& setting);          // UDP: time, variables
[[nodiscard]] ConversationPtr make_snmp_engine(const Setting& setting);  // UDP: discovery
[[nodiscard]] ConversationPtr make_netbios(const Setting& setting);      // UDP: node status
[[nodiscard]] ConversationPtr make_mdns(const Setting& setting);         // UDP: services, names
[[nodiscard]] ConversationPtr make_ssdp(const Setting& setting);         // UDP: search
[[nodiscard]] ConversationPtr make_ipmi(const Setting& setting);         // UDP: capabilities, ping
[[nodiscard]] ConversationPtr make_memcached_udp(const Setting& setting);  // UDP: version
[[nodiscard]] ConversationPtr make_tftp(const Setting& setting);           // UDP: read request
[[nodiscard]] ConversationPtr make_sql_browser(const Setting& setting);    // UDP: instances
[[nodiscard]] ConversationPtr make_ws_discovery(const Setting& setting);   // UDP: probe
[[nodiscard]] ConversationPtr make_ike(const Setting& setting);            // UDP: first message
[[nodiscard]] ConversationPtr make_l2tp(const Setting& setting);           // UDP: SCCRQ, StopCCN
[[nodiscard]] ConversationPtr make_coap(const Setting& setting);           // UDP: resources
[[nodiscard]] ConversationPtr make_quic(const Setting& setting);           // UDP: versions
[[nodiscard]] ConversationPtr make_dtls(const Setting& setting);           // UDP: ClientHello
// The port mapper's list.
[[nodiscard]] ConversationPtr make_rpcbind(const Setting& setting, net::Transport transport);
// Versions of NFS.
[[nodiscard]] ConversationPtr make_nfs(const Setting& setting, net::Transport transport);
// Hard reset.
[[nodiscard]] ConversationPtr make_openvpn(const Setting& setting, net::Transport transport);
// OPTIONS.
[[nodiscard]] ConversationPtr make_sip(const Setting& setting, net::Transport transport);
// version.bind, id.server.
[[nodiscard]] ConversationPtr make_dns(const Setting& setting, net::Transport transport);

}  // namespace qingdan::probe
