// telling_fields — the lists.
#include "identify/telling_fields.h"

#include <algorithm>
#include <array>
#include <string>

#include "qingdan/identify/dissect.h"

namespace qingdan::identify {
namespace {

template <std::size_t N>
std::size_t position(const std::array<std::string_view, N>& list, std::string_view name) {
  return static_cast<std::size_t>(std::find(list.begin(), list.end(), name) - list.begin());
}
template <std::size_t N>
bool holds(const std::array<std::string_view, N>& list, std::string_view name) {
  return position(list, name) < N;
}

constexpr auto kChanging = std::to_array<std::string_view>(
    {"http.body", "http.headers", "http_header.date", "http_header.content-length",
     "http_header.etag", "http_header.last-modified"});

// Names of headers that any server may send, of HTTP (RFC 9110, 9111, and what browsers are told),
// RTSP (RFC 7826) and SIP (RFC 3261).
constexpr auto kPlainHeaders =
    std::to_array<std::string_view>({"accept",
                                     "accept-encoding",
                                     "accept-language",
                                     "accept-ranges",
                                     "access-control-allow-credentials",
                                     "access-control-allow-headers",
                                     "access-control-allow-methods",
                                     "access-control-allow-origin",
                                     "access-control-expose-headers",
                                     "access-control-max-age",
                                     "age",
                                     "allow",
                                     "allow-events",
                                     "alt-svc",
                                     "cache-control",
                                     "call-id",
                                     "connection",
                                     "contact",
                                     "content-base",
                                     "content-disposition",
                                     "content-encoding",
                                     "content-language",
                                     "content-length",
                                     "content-location",
                                     "content-security-policy",
                                     "content-security-policy-report-only",
                                     "content-type",
                                     "cross-origin-embedder-policy",
                                     "cross-origin-opener-policy",
                                     "cross-origin-resource-policy",
                                     "cseq",
                                     "date",
                                     "etag",
                                     "expires",
                                     "feature-policy",
                                     "from",
                                     "keep-alive",
                                     "last-modified",
                                     "link",
                                     "location",
                                     "max-forwards",
                                     "mime-version",
                                     "origin-agent-cluster",
                                     "p3p",
                                     "permissions-policy",
                                     "pragma",
                                     "proxy-connection",
                                     "public",
                                     "record-route",
                                     "referrer-policy",
                                     "refresh",
                                     "retry-after",
                                     "session",
                                     "strict-transport-security",
                                     "supported",
                                     "to",
                                     "trailer",
                                     "transfer-encoding",
                                     "upgrade",
                                     "vary",
                                     "via",
                                     "x-content-type-options",
                                     "x-download-options",
                                     "x-frame-options",
                                     "x-ua-compatible",
                                     "x-xss-protection"});

// Codes, versions of protocols, what is offered, and names that the owner gave.
constexpr auto kPlainFields = std::to_array<std::string_view>({"afp.server_name",
                                                               "afp.versions",
                                                               "amqp.mechanisms",
                                                               "bacnet.device",
                                                               "bolt.version",
                                                               "capwap.ac_name",
                                                               "capwap.load",
                                                               "coap.code",
                                                               "dnp3.link",
                                                               "drda.name",
                                                               "dtls.alert",
                                                               "dtls.kind",
                                                               "dtls.version",
                                                               "dubbo.status",
                                                               "fastcgi.values",
                                                               "firebird.answer",
                                                               "ftp.feat",
                                                               "git.error",
                                                               "http.status",
                                                               "http.status_line",
                                                               "iiop.address",
                                                               "iiop.key",
                                                               "iiop.status",
                                                               "iiop.type",
                                                               "iiop.version",
                                                               "ike.chosen",
                                                               "ike.notify",
                                                               "ike.version",
                                                               "imap.capability",
                                                               "ipmi.auth",
                                                               "ipmi.pong",
                                                               "ipmi.version",
                                                               "irc.closing",
                                                               "iscsi.key",
                                                               "iscsi.negotiated",
                                                               "iscsi.status",
                                                               "kafka.apis",
                                                               "kerberos.error",
                                                               "kerberos.realm",
                                                               "l2tp.error",
                                                               "l2tp.host_name",
                                                               "ldap.search_result",
                                                               "mdns.instance",
                                                               "mdns.service",
                                                               "mongodb.reply",
                                                               "mqtt.client_id",
                                                               "mqtt.connack",
                                                               "mssql.instance",
                                                               "netbios.name",
                                                               "netbios.unit_id",
                                                               "nfs.versions",
                                                               "ntlm.version",
                                                               "onvif.probematch",
                                                               "onvif.types",
                                                               "onvif.xaddrs",
                                                               "opcua.policy",
                                                               "openvpn.packet",
                                                               "pop3.capa",
                                                               "postgresql.reply",
                                                               "pptp.host_name",
                                                               "quic.version",
                                                               "rdp.reply",
                                                               "rpcbind.program",
                                                               "rsync.greeting",
                                                               "rtsp.headers",
                                                               "sip.headers",
                                                               "smb.dialect",
                                                               "smtp.ehlo",
                                                               "snmp.engine_id",
                                                               "snmp.sys_name",
                                                               "socks.method",
                                                               "spice.version",
                                                               "ssdp.location",
                                                               "ssdp.usn",
                                                               "ssh.ciphers",
                                                               "ssh.host_key",
                                                               "ssh.host_key_algorithms",
                                                               "ssh.kex",
                                                               "ssh.macs",
                                                               "ssh.protocol",
                                                               "stomp.version",
                                                               "tftp.error",
                                                               "svn.greeting",
                                                               "x11.refusal",
                                                               "x11.release",
                                                               "x509.san",
                                                               "zookeeper.mode"});
constexpr auto kPlainFamilies = std::to_array<std::string_view>({"tls.", "vnc."});

constexpr auto kTellsBest = std::to_array<std::string_view>(
    {"html_title", "http_header.server", "http_header.wwwauth", "snmp.sys_description",
     "x509.subject", "favicon.mmh3", "http_header.x-powered-by", "html_meta",
     "http_header.cookie"});

// "http_header.keep-alive", "sip_header.call_id": the header's name with dashes; "" of other
// fields.
std::string header_of(std::string_view field) {
  constexpr std::string_view kFamily = "_header.";
  const auto at = field.find(kFamily);
  if (at == std::string_view::npos) return "";
  std::string name(field.substr(at + kFamily.size()));
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

bool tells_looks(std::string_view field) { return !holds(kChanging, field); }

bool tells_product(std::string_view field) {
  if (!tells_looks(field) || is_of_stack(field) || holds(kPlainFields, field)) return false;
  const bool plain =
      std::any_of(kPlainFamilies.begin(), kPlainFamilies.end(),
                  [&](std::string_view family) { return field.starts_with(family); });
  return !plain && !holds(kPlainHeaders, header_of(field));
}

// Greetings and banners are the protocol's own place for a name.
std::size_t standing_of(std::string_view field) {
  if (field.ends_with(".banner") || field.ends_with("_banners") || field.ends_with(".banners"))
    return 0;
  return 1 + position(kTellsBest, field);
}

}  // namespace qingdan::identify
