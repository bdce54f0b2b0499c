// table_services — the part of the table for databases, middleware, displays and shares that answer
// one question of anybody (database_, middleware_, daemon_, share_, agent_ and
// remote_questions.cpp).
#include "qingdan/model/channels_agents.h"
#include "qingdan/model/channels_middleware.h"
#include "qingdan/model/observation.h"
#include "service_conversations.h"
#include "table_parts.h"

namespace qingdan::probe {
namespace {

namespace channel = model::channel;

constexpr std::array<std::uint16_t, 3> kOracle{1521, 1522, 1526};
constexpr std::array<std::uint16_t, 2> kMssql{1433, 14330};
constexpr std::array<std::uint16_t, 2> kAmqp{5672, 5671};
constexpr std::array<std::uint16_t, 1> kZookeeper{2181};
constexpr std::array<std::uint16_t, 1> kAjp{8009};
constexpr std::array<std::uint16_t, 2> kRmi{1099, 1098};
constexpr std::array<std::uint16_t, 1> kKafka{9092};
constexpr std::array<std::uint16_t, 4> kX11{6000, 6001, 6002, 6003};
// WebLogic serves pages and T3 on one port; the pages come first.
constexpr std::array<std::uint16_t, 3> kT3{7001, 7003, 7005};
// 683 CORBA's own, 1050 orbd, 2809 name services and WebSphere, 3528 JBoss, 3700 GlassFish. On
// WebLogic's ports after the pages.
constexpr std::array<std::uint16_t, 5> kIiop{683, 1050, 2809, 3528, 3700};

constexpr std::array<std::uint16_t, 1> kCassandra{9042};
// 1527 Derby, 9089 Informix: they speak DRDA too.
constexpr std::array<std::uint16_t, 4> kDb2{50000, 50001, 1527, 9089};
constexpr std::array<std::uint16_t, 1> kPptp{1723};
constexpr std::array<std::uint16_t, 1> kAfp{548};
constexpr std::array<std::uint16_t, 1> kNats{4222};

constexpr std::array<std::uint16_t, 1> kBeanstalk{11300};
constexpr std::array<std::uint16_t, 1> kGearman{4730};
constexpr std::array<std::uint16_t, 1> kClamd{3310};
constexpr std::array<std::uint16_t, 2> kMqtt{1883, 8883};
constexpr std::array<std::uint16_t, 1> kFirebird{3050};
constexpr std::array<std::uint16_t, 1> kStun{3478};
// 5349 is TLS over TCP, DTLS over UDP.
constexpr std::array<std::uint16_t, 2> kStunTcp{3478, 5349};

constexpr std::array<std::uint16_t, 2> kStomp{61613, 61614};
constexpr std::array<std::uint16_t, 1> kSvn{3690};
constexpr std::array<std::uint16_t, 1> kRsync{873};
constexpr std::array<std::uint16_t, 1> kGit{9418};
constexpr std::array<std::uint16_t, 2> kIscsi{3260, 860};
// Tor's 9050 is asked HTTP alone, as Tor says its name only there; so is 1080 after this.
constexpr std::array<std::uint16_t, 4> kSocks{1080, 1081, 7891, 10808};
// PHP's where several stand beside each other; where one stands alone it has a port of pages.
// Those are many more there and are asked for first: an application of FastCGI hangs up on them.
constexpr std::array<std::uint16_t, 3> kFastcgi{9072, 9073, 9074};
constexpr std::array<std::uint16_t, 2> kFastcgiSecond{9000, 9001};
constexpr std::array<std::uint16_t, 1> kRtmp{1935};

constexpr std::array<std::uint16_t, 1> kApcupsd{3551};
constexpr std::array<std::uint16_t, 1> kEpmd{4369};
constexpr std::array<std::uint16_t, 1> kZabbix{10050};
constexpr std::array<std::uint16_t, 1> kNrpe{5666};
constexpr std::array<std::uint16_t, 6> kIrc{6667, 6665, 6666, 6668, 6669, 6697};

constexpr auto kApcupsdChannels = words(channel::kApcupsd);
constexpr auto kEpmdChannels = words(channel::kEpmd);
constexpr auto kZabbixChannels = words(channel::kZabbix);
constexpr auto kNrpeChannels = words(channel::kNrpe);
constexpr auto kIrcChannels = words(channel::kIrc);
constexpr auto kStompChannels = words(channel::kStomp);
constexpr auto kSvnChannels = words(channel::kSvn);
constexpr auto kRsyncChannels = words(channel::kRsync);
constexpr auto kGitChannels = words(channel::kGit);
constexpr auto kIscsiChannels = words(channel::kIscsi);
constexpr auto kSocksChannels = words(channel::kSocks);
constexpr auto kFastcgiChannels = words(channel::kFastcgi);
constexpr auto kRtmpChannels = words(channel::kRtmp);
constexpr auto kBeanstalkChannels = words(channel::kBeanstalk);
constexpr auto kGearmanChannels = words(channel::kGearman);
constexpr auto kClamdChannels = words(channel::kClamd);
constexpr auto kMqttChannels = words(channel::kMqtt);
constexpr auto kFirebirdChannels = words(channel::kFirebird);
constexpr auto kStunChannels = words(channel::kStun);
constexpr auto kCassandraChannels = words(channel::kCassandra);
constexpr auto kDb2Channels = words(channel::kDb2);
constexpr auto kPptpChannels = words(channel::kPptp);
constexpr auto kAfpChannels = words(channel::kAfp);
constexpr auto kNatsChannels = words(channel::kNats);
constexpr auto kOracleChannels = words(channel::kOracle);
constexpr auto kMssqlChannels = words(channel::kMssql);
constexpr auto kAmqpChannels = words(channel::kAmqp);
constexpr auto kZookeeperChannels = words(channel::kZookeeper);
constexpr auto kAjpChannels = words(channel::kAjp);
constexpr auto kRmiChannels = words(channel::kRmi);
constexpr auto kKafkaChannels = words(channel::kKafka);
constexpr auto kX11Channels = words(channel::kX11);
constexpr auto kT3Channels = words(channel::kT3);
constexpr auto kIiopChannels = words(channel::kIiop);

constexpr auto kAmqpKinds = words("amqp");
constexpr auto kZookeeperKinds = words("zookeeper");
constexpr auto kIiopKinds = words("giop");

constexpr std::string_view kBinding = "A Binding request; nothing is allocated.";
constexpr std::string_view kLocate =
    "A LocateRequest for the object NameService; nothing is called.";

// Servers that look our name up first.
constexpr ConversationEntry patient(const Part& part) {
  auto made = entry(part);
  made.limits = kGreeting;
  return made;
}

constexpr std::array kTable{
    entry({"oracle",
           kOracle,
           "What tnsping sends; no service and no user is named.",
           kOracleChannels,
           {},
           &make_oracle}),
    entry({"mssql", kMssql, "A PRELOGIN; no login follows.", kMssqlChannels, {}, &make_mssql}),
    entry({"amqp", kAmqp, "The protocol header of AMQP 0-9-1; no login follows.", kAmqpChannels,
           kAmqpKinds, &make_amqp, "", false, true}),
    entry({"zookeeper", kZookeeper, "srvr, the four letter word for what the server is.",
           kZookeeperChannels, kZookeeperKinds, &make_zookeeper}),
    entry({"ajp", kAjp, "A CPing; no request is forwarded.", kAjpChannels, {}, &make_ajp}),
    entry({"rmi", kRmi, "The JRMI header; nothing is called.", kRmiChannels, {}, &make_rmi}),
    entry({"kafka", kKafka, "ApiVersions; no topic is named.", kKafkaChannels, {}, &make_kafka}),
    entry({"x11",
           kX11,
           "A connection setup without authorisation; no window is opened.",
           kX11Channels,
           {},
           &make_x11}),
    entry({"cassandra",
           kCassandra,
           "OPTIONS; no keyspace is named.",
           kCassandraChannels,
           {},
           &make_cassandra}),
    entry({"db2",
           kDb2,
           "An exchange of server attributes; no database and no user is named.",
           kDb2Channels,
           {},
           &make_db2}),
    entry({"pptp",
           kPptp,
           "A request to start, then one to stop; no call is placed.",
           kPptpChannels,
           {},
           &make_pptp}),
    entry({"afp", kAfp, "GetStatus; no session is opened.", kAfpChannels, {}, &make_afp}),
    entry({"nats",
           kNats,
           "Nothing; it reads the line with which the server begins.",
           kNatsChannels,
           {},
           &make_nats,
           "",
           true}),
    entry({"beanstalk",
           kBeanstalk,
           "stats, then quit; no queue is named.",
           kBeanstalkChannels,
           {},
           &make_beanstalk}),
    entry({"gearman",
           kGearman,
           "version, of the administrative protocol.",
           kGearmanChannels,
           {},
           &make_gearman}),
    entry({"clamd", kClamd, "VERSION; nothing is scanned.", kClamdChannels, {}, &make_clamd}),
    entry({"mqtt",
           kMqtt,
           "CONNECT with a clean start and no user, then DISCONNECT; no topic is named.",
           kMqttChannels,
           {},
           &make_mqtt,
           "",
           false,
           true}),
    entry({"firebird",
           kFirebird,
           "op_connect, then op_disconnect; no database and no user is named.",
           kFirebirdChannels,
           {},
           &make_firebird}),
    entry({"stomp",
           kStomp,
           "CONNECT without a login, and DISCONNECT where it is let in; no queue is named.",
           kStompChannels,
           {},
           &make_stomp,
           "",
           false,
           true}),
    entry({"svn",
           kSvn,
           "Nothing; it reads the greeting of the server.",
           kSvnChannels,
           {},
           &make_svn,
           "",
           true}),
    entry({"rsync",
           kRsync,
           "Nothing; it reads the greeting of the daemon. No module is asked for.",
           kRsyncChannels,
           {},
           &make_rsync,
           "",
           true}),
    entry({"git",
           kGit,
           "A request for a repository that does not exist.",
           kGitChannels,
           {},
           &make_git}),
    entry(
        {"iscsi",
         kIscsi,
         "A discovery session: the login of nobody, its limits, the names of the targets, logout. "
         "Where a secret is wanted it is left; no target is logged in to.",
         kIscsiChannels,
         {},
         &make_iscsi}),
    entry({"socks",
           kSocks,
           "A greeting with the methods it knows; no destination is named and no password sent.",
           kSocksChannels,
           {},
           &make_socks}),
    entry({"fastcgi",
           kFastcgi,
           "FCGI_GET_VALUES, of the management records; no request is begun.",
           kFastcgiChannels,
           {},
           &make_fastcgi,
           "",
           false,
           false,
           kFastcgiSecond}),
    entry({"rtmp",
           kRtmp,
           "C0 and C1 of the handshake, as a player's; no application is connected to.",
           kRtmpChannels,
           {},
           &make_rtmp}),
    entry({"apcupsd",
           kApcupsd,
           "status, as apcaccess asks; nothing is set.",
           kApcupsdChannels,
           {},
           &make_apcupsd}),
    entry({"epmd", kEpmd, "A request for the names of the nodes.", kEpmdChannels, {}, &make_epmd}),
    entry({"zabbix-agent",
           kZabbix,
           "agent.version, a passive check that reads the agent alone.",
           kZabbixChannels,
           {},
           &make_zabbix}),
    entry({"nrpe",
           kNrpe,
           "_NRPE_CHECK, which is answered with the version; no command is run.",
           kNrpeChannels,
           {},
           &make_nrpe,
           "",
           false,
           true,
           {},
           true}),
    patient({"irc",
             kIrc,
             "CAP LS, VERSION and QUIT, before any registration; no name is taken.",
             kIrcChannels,
             {},
             &make_irc,
             "",
             false,
             true}),
    entry({"stun", kStunTcp, kBinding, kStunChannels, {}, &make_stun_tcp, "", false, true}),
    datagram({"stun", kStun, kBinding, kStunChannels, {}, &make_stun_udp}),
    entry({"iiop", kIiop, kLocate, kIiopChannels, kIiopKinds, &make_iiop}),
    entry({"weblogic-iiop", kT3, kLocate, kIiopChannels, {}, &make_iiop, "http"}),
    entry({"t3",
           kT3,
           "The greeting of a T3 client; no object is looked up.",
           kT3Channels,
           {},
           &make_t3,
           "http"}),
};

}  // namespace

std::span<const ConversationEntry> service_entries() { return kTable; }

}  // namespace qingdan::probe
