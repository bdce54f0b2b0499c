// table_tls — the part of the table that is asked of what speaks TLS: which versions, which kinds
// of key; and the words by which other protocols begin it.
#include "conversations.h"
#include "qingdan/model/observation.h"
#include "table_parts.h"

namespace qingdan::probe {
namespace {

using net::Transport;
namespace channel = model::channel;

constexpr auto kAnswer = words(channel::kTlsAnswer);
constexpr auto kSession = words(channel::kTls, channel::kCertificate);
// A server that makes slow keys (RFC 2246 DHE on old boxes) takes seconds; certificates are long.
constexpr Limits kHello{std::chrono::milliseconds(8000), std::chrono::milliseconds(5000), 131'072};

constexpr ConversationEntry hello(std::string_view name, std::string_view sends, Make make) {
  return {.name = name,
          .transport = Transport::tcp,
          .ports = {},
          .sends = sends,
          .never = kNever,
          .peer_speaks_first = false,
          .with_tls = false,
          .limits = kHello,
          .channels = kAnswer,
          .kinds = {},
          .yield = 0,
          .make = make,
          .after = "tls"};
}

constexpr ConversationEntry start(std::string_view name, std::string_view after,
                                  std::string_view sends, bool peer_first, Make make) {
  return {.name = name,
          .transport = Transport::tcp,
          .ports = {},
          .sends = sends,
          .never = kNever,
          .peer_speaks_first = peer_first,
          .with_tls = false,
          .limits = kGreeting,
          .channels = kSession,
          .kinds = {},
          .yield = 0,
          .make = make,
          .after = after};
}

constexpr std::array kTable{
    hello("tls-1.3", "A ClientHello for TLS 1.3 alone, then the alerts of one who leaves.",
          &make_tls_13),
    hello("tls-1.2", "A ClientHello for TLS 1.2 or lower, then the alerts of one who leaves.",
          &make_tls_12),
    hello("tls-1.1", "A ClientHello for TLS 1.1 or lower, then the alerts of one who leaves.",
          &make_tls_11),
    hello("tls-1.0", "A ClientHello for TLS 1.0, then the alerts of one who leaves.", &make_tls_10),
    hello("tlcp", "A ClientHello for TLCP (GB/T 38636), then the alerts of one who leaves.",
          &make_tlcp),
    hello("tls-rsa", "A ClientHello for servers with RSA keys, then the alerts of one who leaves.",
          &make_tls_rsa),
    hello("tls-ecc", "A ClientHello for servers with ECC keys, then the alerts of one who leaves.",
          &make_tls_ecc),
    start("smtp-starttls", "smtp", "EHLO and STARTTLS, then a TLS handshake; no mail transaction.",
          true, &make_smtp_start_tls),
    start("imap-starttls", "imap", "STARTTLS, then a TLS handshake; no login.", true,
          &make_imap_start_tls),
    start("pop3-stls", "pop3", "STLS, then a TLS handshake; no user name.", true,
          &make_pop3_start_tls),
    start("ftp-auth-tls", "ftp", "AUTH TLS, then a TLS handshake; no user name.", true,
          &make_ftp_start_tls),
    start("ldap-starttls", "ldap", "The StartTLS operation, then a TLS handshake; no bind.", false,
          &make_ldap_start_tls),
    start("mysql-ssl", "mysql", "An SSL request, then a TLS handshake; no user name.", true,
          &make_mysql_start_tls),
};

}  // namespace

std::span<const ConversationEntry> tls_entries() { return kTable; }

}  // namespace qingdan::probe
