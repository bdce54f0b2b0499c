// dissect — the table of channels, and bytes of unknown kind.
#include "qingdan/identify/dissect.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <unordered_map>

#include "identify/dissectors.h"
#include "identify/name_hash.h"
#include "qingdan/base/text.h"
#include "qingdan/model/channels_agents.h"
#include "qingdan/model/channels_devices.h"
#include "qingdan/model/channels_industrial.h"
#include "qingdan/model/channels_middleware.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/sniff.h"

namespace qingdan::identify {
namespace {

struct Entry {
  std::string_view channel;
  void (*dissect)(BytesView, Dissection&);
};

constexpr std::array kTable{
    Entry{model::channel::kSsh, dissect_ssh},
    Entry{"ssh.banner", dissect_ssh},
    Entry{model::channel::kSshKeys, dissect_ssh_keys},
    Entry{model::channel::kFtp, dissect_ftp},
    Entry{"ftp.banner", dissect_ftp},
    Entry{model::channel::kSmtp, dissect_smtp},
    Entry{"smtp.banner", dissect_smtp},
    Entry{"nntp.banner", dissect_nntp},
    Entry{model::channel::kPop3, dissect_pop3},
    Entry{"pop3.banner", dissect_pop3},
    Entry{model::channel::kImap, dissect_imap},
    Entry{"imap4.banner", dissect_imap},
    Entry{model::channel::kTelnet, dissect_telnet},
    Entry{"telnet.banner", dissect_telnet},
    Entry{"telnet_banners", dissect_telnet},
    Entry{model::channel::kVnc, dissect_vnc},
    Entry{model::channel::kRtsp, dissect_rtsp},
    Entry{model::channel::kSip, dissect_sip},
    Entry{model::channel::kWsDiscovery, dissect_onvif},
    Entry{model::channel::kMemcached, dissect_memcached},
    Entry{model::channel::kRedis, dissect_redis},
    Entry{model::channel::kHttp, dissect_http},
    Entry{"http.response_headers", dissect_http},
    Entry{model::channel::kFavicon, dissect_favicon},
    Entry{model::channel::kMysql, dissect_mysql},
    Entry{"mysql.banners", dissect_mysql},
    Entry{model::channel::kPostgres, dissect_postgres},
    Entry{model::channel::kMongo, dissect_mongo},
    Entry{model::channel::kLdap, dissect_ldap},
    Entry{model::channel::kRdp, dissect_rdp},
    Entry{model::channel::kSmb, dissect_smb},
    Entry{model::channel::kDns, dissect_dns},
    Entry{"dns.version_bind", dissect_dns},
    Entry{"dns.versionbind", dissect_dns},
    Entry{model::channel::kNtp, dissect_ntp},
    Entry{"ntp.readvar", dissect_ntp},
    Entry{model::channel::kSnmp, dissect_snmp},
    Entry{model::channel::kSnmpEngine, dissect_snmp_engine},
    Entry{model::channel::kModbus, dissect_modbus},
    Entry{model::channel::kEnip, dissect_enip},
    Entry{model::channel::kS7, dissect_s7},
    Entry{model::channel::kOpcUa, dissect_opcua},
    Entry{model::channel::kIec104, dissect_iec104},
    Entry{model::channel::kDnp3, dissect_dnp3},
    Entry{model::channel::kFins, dissect_fins},
    Entry{model::channel::kBacnet, dissect_bacnet},
    Entry{model::channel::kTls, dissect_tls_session},
    Entry{model::channel::kTlsAnswer, dissect_tls_answer},
    Entry{model::channel::kCertificate, dissect_certificate},
    Entry{"tls.cert", dissect_certificate_text},
    Entry{model::channel::kNetbios, dissect_netbios},
    Entry{model::channel::kSynAck, dissect_syn_ack},
    Entry{model::channel::kMdns, dissect_mdns},
    Entry{model::channel::kSsdp, dissect_ssdp},
    Entry{model::channel::kIpmi, dissect_ipmi},
    Entry{model::channel::kRpcbind, dissect_rpcbind},
    Entry{model::channel::kNfs, dissect_nfs},
    Entry{model::channel::kTftp, dissect_tftp},
    Entry{model::channel::kSqlBrowser, dissect_sql_browser},
    Entry{model::channel::kCoap, dissect_coap},
    Entry{model::channel::kIke, dissect_ike},
    Entry{model::channel::kL2tp, dissect_l2tp},
    Entry{model::channel::kOpenvpn, dissect_openvpn},
    Entry{model::channel::kQuic, dissect_quic},
    Entry{model::channel::kDtls, dissect_dtls},
    Entry{model::channel::kOracle, dissect_oracle},
    Entry{model::channel::kMssql, dissect_mssql},
    Entry{model::channel::kAmqp, dissect_amqp},
    Entry{model::channel::kZookeeper, dissect_zookeeper},
    Entry{model::channel::kT3, dissect_t3},
    Entry{model::channel::kAjp, dissect_ajp},
    Entry{model::channel::kRmi, dissect_rmi},
    Entry{model::channel::kKafka, dissect_kafka},
    Entry{model::channel::kX11, dissect_x11},
    Entry{model::channel::kCassandra, dissect_cassandra},
    Entry{model::channel::kDb2, dissect_db2},
    Entry{model::channel::kPptp, dissect_pptp},
    Entry{model::channel::kAfp, dissect_afp},
    Entry{model::channel::kNats, dissect_nats},
    Entry{model::channel::kBeanstalk, dissect_beanstalk},
    Entry{model::channel::kGearman, dissect_gearman},
    Entry{model::channel::kClamd, dissect_clamd},
    Entry{model::channel::kMqtt, dissect_mqtt},
    Entry{model::channel::kStun, dissect_stun},
    Entry{model::channel::kFirebird, dissect_firebird},
    Entry{model::channel::kDubbo, dissect_dubbo},
    Entry{model::channel::kRocketmq, dissect_rocketmq},
    Entry{model::channel::kBolt, dissect_bolt},
    Entry{model::channel::kOpenwire, dissect_openwire},
    Entry{model::channel::kKerberos, dissect_kerberos},
    Entry{model::channel::kSpice, dissect_spice},
    Entry{model::channel::kIiop, dissect_iiop},
    Entry{model::channel::kStomp, dissect_stomp},
    Entry{model::channel::kSvn, dissect_svn},
    Entry{model::channel::kRsync, dissect_rsync},
    Entry{model::channel::kGit, dissect_git},
    Entry{model::channel::kIscsi, dissect_iscsi},
    Entry{model::channel::kSocks, dissect_socks},
    Entry{model::channel::kFastcgi, dissect_fastcgi},
    Entry{model::channel::kRtmp, dissect_rtmp},
    Entry{model::channel::kCapwap, dissect_capwap},
    Entry{model::channel::kDahua, dissect_dahua},
    Entry{model::channel::kSadp, dissect_sadp},
    Entry{model::channel::kApcupsd, dissect_apcupsd},
    Entry{model::channel::kEpmd, dissect_epmd},
    Entry{model::channel::kZabbix, dissect_zabbix},
    Entry{model::channel::kNrpe, dissect_nrpe},
    Entry{model::channel::kIrc, dissect_irc},
    Entry{model::channel::kUnknown, dissect_unknown},
};

// Fields whose bytes are no text; all others are brought to UTF-8.
constexpr std::array<std::string_view, 3> kRawFields{"ldap.search_result", "informix.sqli",
                                                     "h323_callresp"};

constexpr std::size_t kSpareMax = 16;  // fields whose room is kept

// ASCII from the blank on: no byte that add_text would change. False of some that it leaves as
// they are, tabs and line ends among them.
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  constexpr std::uint64_t kHigh = 0x80 * kEach;
  const auto plain = [](std::uint64_t eight) {
    // Less than 0x20 borrows from the eighth bit of its byte.
    return (((eight - 0x20 * kEach) | eight) & kHigh) == 0;
  };
  std::uint64_t eight = 0;
  std::size_t at = 0;
  for (; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (!plain(eight)) return false;
  }
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7F; });
}

std::string with_line_feeds(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i] == '\0' ? ' ' : text[i];
  }
  return out;
}

// What net::sniff calls the protocols whose answers we can take apart.
constexpr std::array kSniffed{
    Entry{"ssh", dissect_ssh},
    Entry{"http", dissect_http},
    Entry{"ftp", dissect_ftp},
    Entry{"smtp", dissect_smtp},
    Entry{"pop3", dissect_pop3},
    Entry{"imap", dissect_imap},
    Entry{"nntp", dissect_nntp},
    Entry{"mysql", dissect_mysql},
    Entry{"vnc", dissect_vnc},
    Entry{"telnet", dissect_telnet},
    Entry{"redis", dissect_redis},
    Entry{"rtsp", dissect_rtsp},
    Entry{"sip", dissect_sip},
    Entry{"rdp", dissect_rdp},
    Entry{"smb", dissect_smb},
    Entry{"ldap", dissect_ldap},
    Entry{"memcached", dissect_memcached},
    Entry{"mongodb", dissect_mongo},
    Entry{"postgresql", dissect_postgres},
    Entry{"openwire", dissect_openwire},
    Entry{"kerberos", dissect_kerberos},
    Entry{"spice", dissect_spice},
    Entry{"giop", dissect_iiop},
    Entry{"svn", dissect_svn},
    Entry{"rsync", dissect_rsync},
};

// Words of a log-in prompt that comes without Telnet's options.
bool prompts_for_login(std::string_view text) {
  const auto lower = to_lower_ascii(text.substr(0, 4096));
  return lower.find("login:") != std::string::npos || lower.find("username:") != std::string::npos;
}

}  // namespace

void Dissection::reset() {
  for (auto& field : fields) {
    if (spare_.size() < kSpareMax) spare_.push_back(std::move(field));
  }
  fields.clear();
  protocol.clear();
  banner.clear();
  host_names.clear();
  identifiers.clear();
  tls.reset();
  tls_heard.reset();
  website.reset();
  certificate.reset();
}

FieldValue& Dissection::add_field(std::string_view name) {
  if (spare_.empty()) {
    fields.emplace_back();
  } else {
    fields.push_back(std::move(spare_.back()));
    spare_.pop_back();
  }
  fields.back().name.assign(name);
  return fields.back();
}

void Dissection::add_text(std::string_view name, std::string_view value) {
  const auto clean = trim(value);
  if (clean.empty()) return;
  if (is_plain(clean)) {
    add_field(name).value.assign(clean);
    return;
  }
  auto text = is_utf8(clean) ? std::string(clean) : to_utf8(as_bytes(clean));
  if (text.find('\r') != std::string::npos || text.find('\0') != std::string::npos)
    text = with_line_feeds(text);
  const auto trimmed = trim(text);
  if (trimmed.empty()) return;  // nothing but NUL and white space
  add_field(name).value.assign(trimmed);
}

void Dissection::add_raw(std::string_view name, BytesView value) {
  if (!value.empty()) add_field(name).value.assign(as_text(value));
}

void Dissection::add_host_name(std::string_view name) {
  const auto clean = trim(name);
  if (!clean.empty() && clean.size() <= 253) host_names.emplace_back(clean);
}

void Dissection::add_mac(std::string_view text) {
  constexpr std::size_t kMacText = 17;
  auto mac = to_lower_ascii(text);
  std::replace(mac.begin(), mac.end(), '-', ':');
  if (mac.size() != kMacText || std::count(mac.begin(), mac.end(), ':') != 5) return;
  identifiers.push_back({model::IdentifierType::mac, std::move(mac)});
}

Dissection dissect(std::string_view channel, BytesView raw) {
  Dissection out;
  dissect(channel, raw, out);
  return out;
}

void dissect(std::string_view channel, BytesView raw, Dissection& out) {
  static const auto kByChannel = [] {
    std::unordered_map<std::string_view, void (*)(BytesView, Dissection&), NameHash> readers;
    for (const auto& entry : kTable) readers.emplace(entry.channel, entry.dissect);
    return readers;
  }();
  out.reset();
  const auto reader = kByChannel.find(channel);
  if (reader != kByChannel.end()) {
    reader->second(raw, out);
  } else if (std::find(kRawFields.begin(), kRawFields.end(), channel) != kRawFields.end()) {
    out.add_raw(channel, raw);
  } else {
    out.add_text(channel, as_text(raw));
  }
}

void dissect_unknown(BytesView raw, Dissection& out) {
  const auto word = net::sniff(raw);
  for (const auto& entry : kSniffed) {
    if (entry.channel == word) return entry.dissect(raw, out);
  }
  if (word == "ftp-or-smtp") {
    // A greeting that names neither mail nor files: rules of both may know it, the bytes prove
    // none.
    dissect_ftp(raw, out);
    dissect_smtp(raw, out);
    out.protocol.clear();
    return;
  }
  if (prompts_for_login(as_text(raw))) return dissect_telnet(raw, out);
  out.add_raw("unknown.stream", raw);
}

}  // namespace qingdan::identify
