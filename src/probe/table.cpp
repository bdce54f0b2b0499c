// table — everything this program can send is on this page and in table_tls.cpp, _services.cpp,
// _middleware.cpp and _devices.cpp, and nothing else can: the interview and the UDP sweep take
// their conversations from here. `sends` is what an operator is told.
//
// Every request is well-formed, asks for what any client may ask before a login, and carries no
// credential. Class never-payload is never sent a byte; class ot-readonly one request that asks who
// the device is, over the one connection it gets, and that only where the subnet policy allows it.
#include "qingdan/probe/table.h"

#include <algorithm>
#include <array>
#include <vector>

#include "conversations.h"
#include "industrial_talks.h"
#include "listen.h"
#include "qingdan/model/channels_industrial.h"
#include "qingdan/model/observation.h"
#include "table_parts.h"

namespace qingdan::probe {
namespace {

using net::Transport;
using std::chrono::milliseconds;
namespace channel = model::channel;
using Ports = std::span<const std::uint16_t>;
using Words = std::span<const std::string_view>;

constexpr std::string_view kNeverPrinters = "never-payload";

constexpr std::string_view kNoOperation =
    "NFS's call that does nothing, in a version that does not exist; no share is named.";

constexpr Limits kPrompt{milliseconds(12'000), milliseconds(3000), 65'536};
constexpr Limits kPage{milliseconds(12'000), milliseconds(6000), 262'144};
constexpr Limits kHearing{milliseconds(8000), milliseconds(2000), 16'384};
// UPnP's MX and WS-Discovery's delay let a device think for a second before it answers.
constexpr Limits kLateDatagrams{milliseconds(6000), milliseconds(2500), 65'536};

constexpr std::array<std::uint16_t, 5> kSsh{22, 830, 2222, 10022, 22222};
constexpr std::array<std::uint16_t, 3> kTelnet{23, 992, 2323};
constexpr std::array<std::uint16_t, 3> kFtp{21, 990, 2121};
constexpr std::array<std::uint16_t, 4> kSmtp{25, 465, 587, 2525};
constexpr std::array<std::uint16_t, 2> kPop3{110, 995};
constexpr std::array<std::uint16_t, 2> kImap{143, 993};
// 2881, 2883 OceanBase; 4000 TiDB; 5258 GBase 8a: all greet as MySQL does.
constexpr std::array<std::uint16_t, 8> kMysql{3306, 3307, 3308, 3309, 2881, 2883, 4000, 5258};
constexpr std::array<std::uint16_t, 5> kVnc{5900, 5901, 5902, 5903, 5904};
constexpr std::array<std::uint16_t, 77> kHttp{
    80,   443,  8080, 8443, 81,   82,   83,   84,   85,    88,    591,   631,  2375,
    2376, 3000, 3128, 4430, 4433, 4443, 4848, 5000, 5080,  5601,  5800,  5985, 5986,
    6080, 6443, 7001, 7002, 7070, 7080, 7443, 8000, 8001,  8002,  8006,  8008, 8010,
    8020, 8069, 8081, 8082, 8083, 8084, 8085, 8086, 8087,  8088,  8089,  8090, 8091,
    8096, 8161, 8180, 8181, 8200, 8500, 8800, 8834, 8848,  8880,  8888,  8983, 9000,
    9001, 9060, 9043, 9080, 9090, 9200, 9443, 9990, 10000, 10443, 15672, 50070};
constexpr std::array<std::uint16_t, 4> kRtsp{554, 8554, 7554, 10554};
// 5236 and others of domestic databases speak protocols of their own; these speak PostgreSQL's:
// 54321 KingbaseES, 5433 Greenplum and Vertica, 26000 openGauss.
constexpr std::array<std::uint16_t, 4> kPostgresql{5432, 5433, 54321, 26000};
constexpr std::array<std::uint16_t, 4> kRedis{6379, 6380, 7000, 26379};
constexpr std::array<std::uint16_t, 1> kMemcached{11211};
constexpr std::array<std::uint16_t, 3> kMongodb{27017, 27018, 27019};
constexpr std::array<std::uint16_t, 4> kLdap{389, 636, 3268, 3269};
constexpr std::array<std::uint16_t, 2> kSmb{445, 139};
constexpr std::array<std::uint16_t, 2> kRdp{3389, 3390};
constexpr std::array<std::uint16_t, 2> kSipTcp{5060, 5061};
constexpr std::array<std::uint16_t, 1> kSipUdp{5060};
constexpr std::array<std::uint16_t, 1> kDns{53};
constexpr std::array<std::uint16_t, 1> kNtp{123};
constexpr std::array<std::uint16_t, 1> kSnmp{161};
constexpr std::array<std::uint16_t, 1> kNetbios{137};
constexpr std::array<std::uint16_t, 1> kMdns{5353};
constexpr std::array<std::uint16_t, 1> kSsdp{1900};
constexpr std::array<std::uint16_t, 1> kIpmi{623};
constexpr std::array<std::uint16_t, 1> kRpcbind{111};
constexpr std::array<std::uint16_t, 1> kNfs{2049};
constexpr std::array<std::uint16_t, 1> kTftp{69};
constexpr std::array<std::uint16_t, 1> kSqlBrowser{1434};
constexpr std::array<std::uint16_t, 1> kWsDiscovery{3702};
constexpr std::array<std::uint16_t, 2> kIke{500, 4500};
constexpr std::array<std::uint16_t, 1> kL2tp{1701};
constexpr std::array<std::uint16_t, 1> kOpenvpn{1194};
constexpr std::array<std::uint16_t, 1> kCoap{5683};
constexpr std::array<std::uint16_t, 4> kQuic{443, 8443, 784, 853};
// 2083 RadSec, 3391 remote desktop gateways, 4433 and 4443 VPN gateways, 4755 and 5684 CoAP and
// lights, 5349 TURN, 10161 SNMP.
constexpr std::array<std::uint16_t, 9> kDtls{2083, 3391, 4433, 4443, 4755, 5349, 5684, 6514, 10161};

constexpr std::array<std::uint16_t, 1> kModbus{502};
constexpr std::array<std::uint16_t, 1> kEnip{44818};
constexpr std::array<std::uint16_t, 1> kS7{102};
constexpr std::array<std::uint16_t, 1> kOpcUa{4840};
constexpr std::array<std::uint16_t, 1> kIec104{2404};
constexpr std::array<std::uint16_t, 1> kDnp3{20000};
constexpr std::array<std::uint16_t, 1> kFins{9600};
constexpr std::array<std::uint16_t, 1> kBacnet{47808};

// Usually TLS from the first byte.
constexpr std::array<std::uint16_t, 31> kTlsPorts{443,  465,  636,   990,  992,  993,   995,  2376,
                                                  3269, 4430, 4433,  4443, 5061, 5349,  5671, 5986,
                                                  6443, 6697, 7002,  7443, 8006, 8443,  8834, 8883,
                                                  9043, 9443, 10443, 8243, 9444, 61614, 61617};

constexpr auto kSshChannels = words(channel::kSsh, channel::kSshKeys);
constexpr auto kTelnetChannels = words(channel::kTelnet);
constexpr auto kFtpChannels = words(channel::kFtp);
constexpr auto kSmtpChannels = words(channel::kSmtp);
constexpr auto kPop3Channels = words(channel::kPop3);
constexpr auto kImapChannels = words(channel::kImap);
constexpr auto kMysqlChannels = words(channel::kMysql);
constexpr auto kVncChannels = words(channel::kVnc);
constexpr auto kHttpChannels = words(channel::kHttp, channel::kFavicon);
constexpr auto kHttp2Channels = words(channel::kHttp);
constexpr auto kListenChannels = words(channel::kUnknown);
constexpr auto kRtspChannels = words(channel::kRtsp);
constexpr auto kPostgresChannels = words(channel::kPostgres);
constexpr auto kRedisChannels = words(channel::kRedis);
constexpr auto kMemcachedChannels = words(channel::kMemcached);
constexpr auto kMongoChannels = words(channel::kMongo);
constexpr auto kLdapChannels = words(channel::kLdap);
constexpr auto kSmbChannels = words(channel::kSmb);
constexpr auto kRdpChannels = words(channel::kRdp);
constexpr auto kSipChannels = words(channel::kSip);
constexpr auto kDnsChannels = words(channel::kDns);
constexpr auto kNtpChannels = words(channel::kNtp);
constexpr auto kSnmpChannels = words(channel::kSnmpEngine);
constexpr auto kNetbiosChannels = words(channel::kNetbios);
constexpr auto kMdnsChannels = words(channel::kMdns);
constexpr auto kSsdpChannels = words(channel::kSsdp);
constexpr auto kIpmiChannels = words(channel::kIpmi);
constexpr auto kRpcbindChannels = words(channel::kRpcbind);
constexpr auto kNfsChannels = words(channel::kNfs);
constexpr auto kTftpChannels = words(channel::kTftp);
constexpr auto kSqlBrowserChannels = words(channel::kSqlBrowser);
constexpr auto kWsDiscoveryChannels = words(channel::kWsDiscovery);
constexpr auto kIkeChannels = words(channel::kIke);
constexpr auto kL2tpChannels = words(channel::kL2tp);
constexpr auto kOpenvpnChannels = words(channel::kOpenvpn);
constexpr auto kCoapChannels = words(channel::kCoap);
constexpr auto kQuicChannels = words(channel::kQuic);
constexpr auto kDtlsChannels = words(channel::kDtls);

constexpr auto kModbusChannels = words(channel::kModbus);
constexpr auto kEnipChannels = words(channel::kEnip);
constexpr auto kS7Channels = words(channel::kS7);
constexpr auto kOpcUaChannels = words(channel::kOpcUa);
constexpr auto kIec104Channels = words(channel::kIec104);
constexpr auto kDnp3Channels = words(channel::kDnp3);
constexpr auto kFinsChannels = words(channel::kFins);
constexpr auto kBacnetChannels = words(channel::kBacnet);

constexpr auto kSshKinds = words("ssh");
constexpr auto kTelnetKinds = words("telnet");
constexpr auto kFtpKinds = words("ftp", "ftp-or-smtp");
constexpr auto kSmtpKinds = words("smtp", "ftp-or-smtp");
constexpr auto kPop3Kinds = words("pop3");
constexpr auto kImapKinds = words("imap");
constexpr auto kMysqlKinds = words("mysql");
constexpr auto kVncKinds = words("vnc");
constexpr auto kHttpKinds = words("http");
constexpr auto kHttp2Kinds = words("h2");
constexpr auto kRtspKinds = words("rtsp");
constexpr auto kPostgresKinds = words("postgresql");
constexpr auto kRedisKinds = words("redis");
constexpr auto kMemcachedKinds = words("memcached");
constexpr auto kMongoKinds = words("mongodb");
constexpr auto kLdapKinds = words("ldap");
constexpr auto kSmbKinds = words("smb");
constexpr auto kRdpKinds = words("rdp");
constexpr auto kSipKinds = words("sip");

std::unique_ptr<Conversation> make_sip_tcp(const Setting& setting) {
  return make_sip(setting, Transport::tcp);
}
std::unique_ptr<Conversation> make_sip_udp(const Setting& setting) {
  return make_sip(setting, Transport::udp);
}
std::unique_ptr<Conversation> make_dns_tcp(const Setting& setting) {
  return make_dns(setting, Transport::tcp);
}
std::unique_ptr<Conversation> make_dns_udp(const Setting& setting) {
  return make_dns(setting, Transport::udp);
}

std::unique_ptr<Conversation> make_rpcbind_tcp(const Setting& setting) {
  return make_rpcbind(setting, Transport::tcp);
}
std::unique_ptr<Conversation> make_nfs_tcp(const Setting& setting) {
  return make_nfs(setting, Transport::tcp);
}
std::unique_ptr<Conversation> make_nfs_udp(const Setting& setting) {
  return make_nfs(setting, Transport::udp);
}
std::unique_ptr<Conversation> make_rpcbind_udp(const Setting& setting) {
  return make_rpcbind(setting, Transport::udp);
}
std::unique_ptr<Conversation> make_openvpn_tcp(const Setting& setting) {
  return make_openvpn(setting, Transport::tcp);
}
std::unique_ptr<Conversation> make_openvpn_udp(const Setting& setting) {
  return make_openvpn(setting, Transport::udp);
}

// name, transport, ports, sends, never, peer_speaks_first, with_tls, limits, channels, kinds,
// yield (0 = only where hinted), make, who answers over UDP. Two entries on one port: the first is
// tried first.
const std::array kTable{
    ConversationEntry{"listen", Transport::tcp, Ports(), "Nothing; it hears what the peer says.",
                      kNever, true, true, kHearing, kListenChannels, Words(), 0, &make_listen},
    ConversationEntry{
        "ssh", Transport::tcp, kSsh,
        "Its identification line, then a key exchange up to the server's host key; no "
        "user name.",
        kNever, true, false, kGreeting, kSshChannels, kSshKinds, 0, &make_ssh},
    ConversationEntry{"telnet", Transport::tcp, kTelnet,
                      "Refusals of the options the server asks for; nothing is typed.", kNever,
                      true, true, kPrompt, kTelnetChannels, kTelnetKinds, 0, &make_telnet},
    ConversationEntry{"ftp", Transport::tcp, kFtp, "SYST, FEAT, QUIT; no user name.", kNever, true,
                      true, kGreeting, kFtpChannels, kFtpKinds, 0, &make_ftp},
    ConversationEntry{"smtp", Transport::tcp, kSmtp, "EHLO, QUIT; no mail transaction.", kNever,
                      true, true, kGreeting, kSmtpChannels, kSmtpKinds, 0, &make_smtp},
    ConversationEntry{"pop3", Transport::tcp, kPop3, "CAPA, QUIT; no user name.", kNever, true,
                      true, kGreeting, kPop3Channels, kPop3Kinds, 0, &make_pop3},
    ConversationEntry{"imap", Transport::tcp, kImap, "CAPABILITY, LOGOUT; no login.", kNever, true,
                      true, kGreeting, kImapChannels, kImapKinds, 0, &make_imap},
    ConversationEntry{"mysql", Transport::tcp, kMysql,
                      "Nothing; it reads the server's first packet.", kNever, true, false,
                      kGreeting, kMysqlChannels, kMysqlKinds, 0, &make_mysql},
    ConversationEntry{"vnc", Transport::tcp, kVnc,
                      "A protocol version; no security type is chosen.", kNever, true, false,
                      kReply, kVncChannels, kVncKinds, 0, &make_vnc},
    ConversationEntry{"http", Transport::tcp, kHttp,
                      "GET of /, of redirects that stay on the endpoint, of the icon, and of "
                      "/version where etcd answered.",
                      kNever, false, true, kPage, kHttpChannels, kHttpKinds, 0, &make_http},
    ConversationEntry{"http2", Transport::tcp, Ports(),
                      "GET of / in the frames of HTTP/2, where nothing else is spoken.", kNever,
                      false, true, kPage, kHttp2Channels, kHttp2Kinds, 0, &make_http2},
    ConversationEntry{"rtsp", Transport::tcp, kRtsp, "OPTIONS; no stream is described or set up.",
                      kNever, false, true, kReply, kRtspChannels, kRtspKinds, 7, &make_rtsp},
    ConversationEntry{"postgresql", Transport::tcp, kPostgresql,
                      "SSLRequest and a protocol version that does not exist; no user name.",
                      kNever, false, false, kReply, kPostgresChannels, kPostgresKinds, 1,
                      &make_postgresql},
    ConversationEntry{"redis", Transport::tcp, kRedis, "INFO server.", kNever, false, true, kReply,
                      kRedisChannels, kRedisKinds, 2, &make_redis},
    ConversationEntry{"memcached", Transport::tcp, kMemcached, "version.", kNever, false, true,
                      kReply, kMemcachedChannels, kMemcachedKinds, 8, &make_memcached},
    ConversationEntry{"mongodb", Transport::tcp, kMongodb,
                      "isMaster and buildInfo; no database is named but admin.", kNever, false,
                      true, kReply, kMongoChannels, kMongoKinds, 6, &make_mongodb},
    ConversationEntry{"ldap", Transport::tcp, kLdap, "A search of the root DSE without a bind.",
                      kNever, false, true, kReply, kLdapChannels, kLdapKinds, 4, &make_ldap},
    ConversationEntry{"smb", Transport::tcp, kSmb,
                      "NEGOTIATE and the first step of NTLMSSP, which names no user.", kNever,
                      false, false, kReply, kSmbChannels, kSmbKinds, 5, &make_smb},
    ConversationEntry{"rdp", Transport::tcp, kRdp,
                      "An X.224 connection request without a cookie, then TLS.", kNever, false,
                      false, kReply, kRdpChannels, kRdpKinds, 3, &make_rdp},
    ConversationEntry{"sip", Transport::tcp, kSipTcp, "OPTIONS; no call, no registration.", kNever,
                      false, true, kReply, kSipChannels, kSipKinds, 9, &make_sip_tcp},
    ConversationEntry{"dns", Transport::tcp, kDns,
                      "Queries for version.bind and id.server of class CHAOS.", kNever, false,
                      false, kReply, kDnsChannels, Words(), 0, &make_dns_tcp},
    ConversationEntry{"dns", Transport::udp, kDns,
                      "Queries for version.bind and id.server of class CHAOS.", kNever, false,
                      false, kDatagrams, kDnsChannels, Words(), 0, &make_dns_udp},
    ConversationEntry{"ntp", Transport::udp, kNtp,
                      "A client's time request and a read of the system variables.", kNever, false,
                      false, kDatagrams, kNtpChannels, Words(), 0, &make_ntp},
    ConversationEntry{"snmp-engine", Transport::udp, kSnmp,
                      "SNMPv3 engine discovery; no community, no user.", kNever, false, false,
                      kDatagrams, kSnmpChannels, Words(), 0, &make_snmp_engine},
    ConversationEntry{"sip", Transport::udp, kSipUdp, "OPTIONS; no call, no registration.", kNever,
                      false, false, kDatagrams, kSipChannels, Words(), 0, &make_sip_udp},
    ConversationEntry{"netbios", Transport::udp, kNetbios,
                      "A node status request for all names of the machine.", kNever, false, false,
                      kDatagrams, kNetbiosChannels, Words(), 0, &make_netbios},
    ConversationEntry{"mdns", Transport::udp, kMdns,
                      "Queries for its services, its name, their instances and its device-info.",
                      kNever, false, false, kDatagrams, kMdnsChannels, Words(), 0, &make_mdns},
    ConversationEntry{"ssdp", Transport::udp, kSsdp, "A unicast M-SEARCH for root devices.", kNever,
                      false, false, kLateDatagrams, kSsdpChannels, Words(), 0, &make_ssdp,
                      AnswersFrom::any_port},
    ConversationEntry{"ipmi", Transport::udp, kIpmi,
                      "Get Channel Authentication Capabilities and an ASF ping; no session.",
                      kNever, false, false, kDatagrams, kIpmiChannels, Words(), 0, &make_ipmi},
    ConversationEntry{"rpcbind", Transport::tcp, kRpcbind,
                      "The port mapper's DUMP; no other procedure.", kNever, false, false, kReply,
                      kRpcbindChannels, Words(), 0, &make_rpcbind_tcp},
    ConversationEntry{"rpcbind", Transport::udp, kRpcbind,
                      "The port mapper's DUMP; no other procedure.", kNever, false, false,
                      kDatagrams, kRpcbindChannels, Words(), 0, &make_rpcbind_udp},
    entry({"nfs", kNfs, kNoOperation, kNfsChannels, {}, &make_nfs_tcp}),
    datagram({"nfs", kNfs, kNoOperation, kNfsChannels, {}, &make_nfs_udp}),
    ConversationEntry{"memcached", Transport::udp, kMemcached, "version.", kNever, false, false,
                      kDatagrams, kMemcachedChannels, Words(), 0, &make_memcached_udp},
    ConversationEntry{"tftp", Transport::udp, kTftp,
                      "A read request for a file that does not exist.", kNever, false, false,
                      kDatagrams, kTftpChannels, Words(), 0, &make_tftp, AnswersFrom::any_port},
    ConversationEntry{"sql-browser", Transport::udp, kSqlBrowser,
                      "A request for the list of SQL Server instances.", kNever, false, false,
                      kDatagrams, kSqlBrowserChannels, Words(), 0, &make_sql_browser},
    ConversationEntry{"ws-discovery", Transport::udp, kWsDiscovery,
                      "A unicast Probe for devices of all types, then for cameras.", kNever, false,
                      false, kLateDatagrams, kWsDiscoveryChannels, Words(), 0, &make_ws_discovery,
                      AnswersFrom::any_port},
    ConversationEntry{"ike", Transport::udp, kIke,
                      "A Main Mode proposal, then an IKE_SA_INIT; no identity.", kNever, false,
                      false, kDatagrams, kIkeChannels, Words(), 0, &make_ike},
    ConversationEntry{"l2tp", Transport::udp, kL2tp,
                      "SCCRQ, and StopCCN to a peer that agrees; no session.", kNever, false, false,
                      kDatagrams, kL2tpChannels, Words(), 0, &make_l2tp},
    ConversationEntry{"openvpn", Transport::tcp, kOpenvpn, "A client's hard reset; no TLS.", kNever,
                      false, false, kReply, kOpenvpnChannels, Words(), 0, &make_openvpn_tcp},
    ConversationEntry{"openvpn", Transport::udp, kOpenvpn, "A client's hard reset; no TLS.", kNever,
                      false, false, kDatagrams, kOpenvpnChannels, Words(), 0, &make_openvpn_udp},
    ConversationEntry{"coap", Transport::udp, kCoap, "GET of /.well-known/core, one block.", kNever,
                      false, false, kDatagrams, kCoapChannels, Words(), 0, &make_coap},
    ConversationEntry{"quic", Transport::udp, kQuic,
                      "A long header of a version that does not exist.", kNever, false, false,
                      kDatagrams, kQuicChannels, Words(), 0, &make_quic},
    ConversationEntry{"dtls", Transport::udp, kDtls,
                      "A ClientHello, again with the server's cookie, and two alerts in parting.",
                      kNever, false, false, kDatagrams, kDtlsChannels, Words(), 0, &make_dtls},
    ConversationEntry{"modbus", Transport::tcp, kModbus,
                      "Read Device Identification; no register is read or written.", kNeverPrinters,
                      false, false, kReply, kModbusChannels, Words(), 0, &make_modbus,
                      AnswersFrom::asked_port, PortClass::ot_readonly},
    ConversationEntry{"enip", Transport::tcp, kEnip, "ListIdentity; no session is registered.",
                      kNeverPrinters, false, false, kReply, kEnipChannels, Words(), 0, &make_enip,
                      AnswersFrom::asked_port, PortClass::ot_readonly},
    ConversationEntry{"s7", Transport::tcp, kS7,
                      "An ISO connection to the CPU and a read of its component identification.",
                      kNeverPrinters, false, false, kReply, kS7Channels, Words(), 0, &make_s7,
                      AnswersFrom::asked_port, PortClass::ot_readonly},
    ConversationEntry{"opcua", Transport::tcp, kOpcUa,
                      "GetEndpoints over a channel without security; no session, no user.",
                      kNeverPrinters, false, false, kReply, kOpcUaChannels, Words(), 0, &make_opcua,
                      AnswersFrom::asked_port, PortClass::ot_readonly},
    ConversationEntry{"iec104", Transport::tcp, kIec104,
                      "A test frame (TESTFR); data transfer is not started.", kNeverPrinters, false,
                      false, kReply, kIec104Channels, Words(), 0, &make_iec104,
                      AnswersFrom::asked_port, PortClass::ot_readonly},
    ConversationEntry{"dnp3", Transport::tcp, kDnp3,
                      "A request for the status of the link, to the self-address.", kNeverPrinters,
                      false, false, kReply, kDnp3Channels, Words(), 0, &make_dnp3,
                      AnswersFrom::asked_port, PortClass::ot_readonly},
    ConversationEntry{"fins", Transport::tcp, kFins,
                      "Controller Data Read under a node address the server chooses.",
                      kNeverPrinters, false, false, kReply, kFinsChannels, Words(), 0, &make_fins,
                      AnswersFrom::asked_port, PortClass::ot_readonly},
    ConversationEntry{"bacnet", Transport::udp, kBacnet,
                      "Reads of vendor, model and name of the device object; then Who-Is.",
                      kNeverPrinters, false, false, kDatagrams, kBacnetChannels, Words(), 0,
                      &make_bacnet, AnswersFrom::asked_port, PortClass::ot_readonly},
};

std::vector<ConversationEntry> join_parts() {
  std::vector<ConversationEntry> all(kTable.begin(), kTable.end());
  for (const auto& part :
       {tls_entries(), service_entries(), middleware_entries(), device_entries()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

// Raw printing: 9100-9109 and 9112-9116 in the lists of vendors (9110, 9111 are not), 515 is LPD
// (RFC 1179). Industrial: 102 ISO-TSAP (S7), 502 Modbus, 2404 IEC 60870-5-104, 4840 OPC UA,
// 9600 FINS, 20000 DNP3, 44818 EtherNet/IP, 47808 BACnet; TCP and UDP alike.
PortClass class_of(net::TransportPort port) {
  constexpr std::array<std::uint16_t, 8> kIndustrial{102,  502,   2404,  4840,
                                                     9600, 20000, 44818, 47808};
  const auto number = port.port;
  if (std::find(kIndustrial.begin(), kIndustrial.end(), number) != kIndustrial.end()) {
    return PortClass::ot_readonly;
  }
  const bool raw = (number >= 9100 && number <= 9109) || (number >= 9112 && number <= 9116);
  return raw || number == 515 ? PortClass::never_payload : PortClass::normal;
}

std::string_view to_string(PortClass port_class) {
  switch (port_class) {
    case PortClass::normal:
      return "normal";
    case PortClass::never_payload:
      return "never-payload";
    case PortClass::ot_readonly:
      return "ot-readonly";
  }
  return "";
}

std::span<const ConversationEntry> conversations() {
  static const std::vector<ConversationEntry> kAll = join_parts();
  return kAll;
}

std::vector<const ConversationEntry*> asked_after(std::string_view name, net::TransportPort port) {
  std::vector<const ConversationEntry*> entries;
  for (const auto& entry : conversations()) {
    if (entry.after != name || entry.transport != port.transport) continue;
    const auto& ports = entry.ports;
    if (std::find(ports.begin(), ports.end(), port.port) != ports.end()) entries.push_back(&entry);
  }
  return entries;
}

const ConversationEntry* start_tls_after(std::string_view name) {
  for (const auto& entry : conversations()) {
    if (entry.after == name && entry.ports.empty() && name != "tls" && !name.empty()) {
      return &entry;
    }
  }
  return nullptr;
}

const ConversationEntry* conversation_of(std::string_view protocol) {
  // What IANA calls by another name than our table.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kNames{
      {{"tls", "http"},
       {"rfb", "vnc"},
       {"ms-wbt-server", "rdp"},
       {"microsoft-ds", "smb"},
       {"domain", "dns"},
       {"sunrpc", "rpcbind"},
       {"ms-sql-s", "mssql"},
       {"drda", "db2"},
       {"afpovertcp", "afp"},
       {"clamav", "clamd"},
       {"gds-db", "firebird"},
       {"ajp13", "ajp"},
       {"rmiregistry", "rmi"},
       {"memcache", "memcached"},
       {"iscsi-target", "iscsi"},
       {"t3", "http"}}};
  const auto* other = std::find_if(kNames.begin(), kNames.end(),
                                   [&](const auto& pair) { return pair.first == protocol; });
  const auto name = other == kNames.end() ? protocol : other->second;
  const auto* entry = find_conversation(name, Transport::tcp);
  const bool own = entry != nullptr && entry->after.empty() && entry->runs_on == PortClass::normal;
  return own && name != "listen" ? entry : nullptr;
}

const ConversationEntry* find_conversation(std::string_view name, net::Transport transport) {
  for (const auto& entry : conversations()) {
    if (entry.name == name && entry.transport == transport) return &entry;
  }
  return nullptr;
}

const ConversationEntry* industrial_entry(net::TransportPort port) {
  for (const auto& entry : conversations()) {
    if (entry.runs_on != PortClass::ot_readonly || entry.transport != port.transport) continue;
    if (std::find(entry.ports.begin(), entry.ports.end(), port.port) != entry.ports.end()) {
      return &entry;
    }
  }
  return nullptr;
}

std::vector<const ConversationEntry*> hinted(net::TransportPort port) {
  std::vector<const ConversationEntry*> entries;
  if (class_of(port) != PortClass::normal) return entries;
  for (const auto ports : {&ConversationEntry::ports, &ConversationEntry::second}) {
    for (const auto& entry : conversations()) {
      if (entry.transport != port.transport || !entry.after.empty()) continue;
      const auto& hints = entry.*ports;
      if (std::find(hints.begin(), hints.end(), port.port) != hints.end()) {
        entries.push_back(&entry);
      }
    }
  }
  return entries;
}

bool hints_tls(std::uint16_t port) {
  return std::find(kTlsPorts.begin(), kTlsPorts.end(), port) != kTlsPorts.end();
}

const ConversationEntry* datagram_entry(std::uint16_t port, bool industrial) {
  const auto usual = hinted({Transport::udp, port});
  if (!usual.empty()) return usual.front();
  return industrial ? industrial_entry({Transport::udp, port}) : nullptr;
}

net::PortSet askable(const net::PortSet& ports, bool industrial) {
  net::PortSet left;
  for (const auto& port : ports.order()) {
    const bool tcp = port.transport == Transport::tcp;
    if (tcp || datagram_entry(port.port, industrial) != nullptr) left.insert(port);
  }
  return left;
}

}  // namespace qingdan::probe
