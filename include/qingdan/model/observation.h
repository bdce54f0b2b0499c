// observation — something seen on the network: by which probe, of whom, when, as which bytes.
//
// Observations are plain records. Probes do not interpret: they hand over raw bytes under a channel
// name, and identify takes them apart, whether they come from the wire, a capture or a test file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/clock.h"
#include "qingdan/model/vocabulary.h"
#include "qingdan/net/address.h"
#include "qingdan/net/port_set.h"

namespace qingdan::model {

struct Endpoint {
  std::string zone;  // 网络区域 of the scope document; part of every key
  net::Address ip;
  net::Transport transport{net::Transport::tcp};
  std::uint16_t port{0};
  auto operator<=>(const Endpoint&) const = default;
};

// What the sweep found of one port. `rtt` of the answer, -1 where none came.
struct PortResult {
  Endpoint at;
  Verdict verdict{Verdict::filtered};
  double rtt_ms{-1};
  std::uint8_t tries{0};  // 0 = the interview was cut short: a resumed run asks again
  UnixMillis time;
  std::string look{};  // of the SYN-ACK, as the raw bytes of channel::kSynAck; "" = not seen
};

// The channels a probe may hand over; identify/dissect knows how to take each apart. The names are
// those of schema/README.md. Raw = exactly what the peer sent, in order, unless said otherwise.
namespace channel {
inline constexpr std::string_view kSsh = "ssh.stream";    // ident line, then the KEXINIT packet
inline constexpr std::string_view kFtp = "ftp.stream";    // greeting and replies
inline constexpr std::string_view kSmtp = "smtp.stream";  // greeting and EHLO reply
inline constexpr std::string_view kPop3 = "pop3.stream";
inline constexpr std::string_view kImap = "imap.stream";
inline constexpr std::string_view kTelnet = "telnet.stream";   // options and text up to the prompt
inline constexpr std::string_view kVnc = "vnc.stream";         // RFB version, security types
inline constexpr std::string_view kMysql = "mysql.handshake";  // the first packet
inline constexpr std::string_view kHttp = "http.response";     // status line, headers, body
inline constexpr std::string_view kFavicon = "http.favicon";   // body of the icon
inline constexpr std::string_view kTls = "tls.session";        // "version\ncipher\nalpn\n", text
inline constexpr std::string_view kTlsAnswer =
    "tls.answer";  // net/tls_wire.h: a line, then the flight
inline constexpr std::string_view kCertificate = "x509.der";  // one certificate; leaf comes first
inline constexpr std::string_view kPostgres =
    "postgresql.reply";  // answers to SSLRequest and to startup
inline constexpr std::string_view kRedis = "redis.reply";
inline constexpr std::string_view kMemcached = "memcached.reply";
inline constexpr std::string_view kMongo =
    "mongodb.reply";                                       // the OP_MSG/OP_REPLY to hello/buildInfo
inline constexpr std::string_view kLdap = "ldap.reply";    // rootDSE search result
inline constexpr std::string_view kSmb = "smb.negotiate";  // negotiate response(s)
inline constexpr std::string_view kRdp = "rdp.reply";      // X.224 connection confirm
inline constexpr std::string_view kRtsp = "rtsp.response";
inline constexpr std::string_view kSip = "sip.response";
inline constexpr std::string_view kDns =
    "dns.reply";  // message(s) answering version.bind/id.server
inline constexpr std::string_view kNtp = "ntp.reply";
inline constexpr std::string_view kSnmpEngine = "snmp.engine";  // SNMPv3 report
inline constexpr std::string_view kSnmp = "snmp.reply";
inline constexpr std::string_view kModbus = "modbus.reply";       // to Read Device Identification
inline constexpr std::string_view kEnip = "enip.identity";        // to ListIdentity
inline constexpr std::string_view kNetbios = "netbios.status";    // node status response
inline constexpr std::string_view kMdns = "mdns.reply";           // messages: services, instances
inline constexpr std::string_view kSsdp = "ssdp.reply";           // answers to a search
inline constexpr std::string_view kIpmi = "ipmi.reply";           // RMCP: capabilities, pong
inline constexpr std::string_view kRpcbind = "rpcbind.dump";      // reply to DUMP, no record marks
inline constexpr std::string_view kNfs = "nfs.versions";          // PROG_MISMATCH, no record marks
inline constexpr std::string_view kTftp = "tftp.reply";           // what answers a read request
inline constexpr std::string_view kSqlBrowser = "mssql.browser";  // SVR_RESP
inline constexpr std::string_view kWsDiscovery = "onvif.probematch";  // ProbeMatches, XML
inline constexpr std::string_view kIke = "ike.reply";                 // ISAKMP or IKEv2 message
inline constexpr std::string_view kL2tp = "l2tp.reply";               // control message
inline constexpr std::string_view kOpenvpn = "openvpn.reply";         // hard reset of the server
inline constexpr std::string_view kCoap = "coap.reply";               // answer to /.well-known/core
inline constexpr std::string_view kQuic = "quic.versions";            // version negotiation packet
inline constexpr std::string_view kDtls = "dtls.reply";    // records that answer ClientHello
inline constexpr std::string_view kSshKeys = "ssh.keys";   // KEX replies, one per kind of host key
inline constexpr std::string_view kOracle = "oracle.tns";  // TNS packet: refuse, accept, redirect
inline constexpr std::string_view kMssql = "mssql.prelogin";  // TDS PRELOGIN response
inline constexpr std::string_view kAjp = "ajp.reply";         // CPONG, or the answer's headers
inline constexpr std::string_view kRmi = "rmi.reply";         // ProtocolAck
inline constexpr std::string_view kT3 = "t3.reply";           // WebLogic: "HELO:12.2.1.4.0.false"
inline constexpr std::string_view kZookeeper = "zookeeper.reply";  // to srvr
inline constexpr std::string_view kKafka = "kafka.versions";       // ApiVersions response
inline constexpr std::string_view kAmqp = "amqp.start";            // Connection.Start, or a header
inline constexpr std::string_view kNats = "nats.info";             // INFO line
inline constexpr std::string_view kCassandra = "cassandra.supported";  // SUPPORTED, or ERROR
inline constexpr std::string_view kDb2 = "db2.exchange";               // DRDA EXCSATRD
inline constexpr std::string_view kAfp = "afp.status";                 // DSI GetStatus reply
inline constexpr std::string_view kPptp = "pptp.reply";                // SCCRP
inline constexpr std::string_view kBeanstalk = "beanstalk.stats";      // to stats
inline constexpr std::string_view kGearman = "gearman.version";        // to version
inline constexpr std::string_view kClamd = "clamd.version";            // to zVERSION
inline constexpr std::string_view kMqtt = "mqtt.connack";              // CONNACK
inline constexpr std::string_view kStun = "stun.reply";           // answer to a Binding request
inline constexpr std::string_view kFirebird = "firebird.answer";  // to op_connect
inline constexpr std::string_view kStomp = "stomp.frame";         // CONNECTED or ERROR
inline constexpr std::string_view kSvn = "svn.greeting";
inline constexpr std::string_view kRsync =
    "rsync.greeting";                                       // the line, then the message of the day
inline constexpr std::string_view kGit = "git.reply";       // pkt-lines: ERR, or capabilities
inline constexpr std::string_view kIscsi = "iscsi.login";   // PDUs of a discovery
inline constexpr std::string_view kSocks = "socks.method";  // the two bytes of SOCKS5
inline constexpr std::string_view kFastcgi =
    "fastcgi.values";  // FCGI_GET_VALUES_RESULT, or that it is unknown
inline constexpr std::string_view kRtmp = "rtmp.handshake";  // S0, S1, S2
inline constexpr std::string_view kIrc =
    "irc.reply";  // lines of a server to who has not registered
inline constexpr std::string_view kX11 = "x11.setup";  // connection setup reply
// What was seen of the SYN-ACK by which the port accepted, as text: net/tcp_signature.h, then where
// the peer is a neighbour a space and the MAC it came from.
inline constexpr std::string_view kSynAck = "tcp.syn_ack";
inline constexpr std::string_view kUnknown = "unknown.stream";  // bytes nobody claims
}  // namespace channel

struct Observation {
  Endpoint at;
  std::string probe;    // its name in probe/table
  std::string channel;  // one of the above
  std::string vhost;    // the name asked for by Host and SNI; "" = asked by address
  bool inside_tls{false};
  std::uint32_t exchange{0};  // observations of one exchange are evidence of one response
  bool truncated{false};      // a cap or a deadline cut it
  Bytes raw;
  UnixMillis time;
};

}  // namespace qingdan::model
