// service_conversations — makers of the conversations with databases, middleware and displays that
// are one question and one answer. table_services.cpp, table_middleware.cpp and table_devices.cpp
// list them.
#pragma once

#include <memory>

#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

using ServiceConversation = std::unique_ptr<Conversation>;

// database_questions.cpp
[[nodiscard]] ServiceConversation make_oracle(const Setting& setting);     // tnsping
[[nodiscard]] ServiceConversation make_mssql(const Setting& setting);      // PRELOGIN
[[nodiscard]] ServiceConversation make_cassandra(const Setting& setting);  // OPTIONS
[[nodiscard]] ServiceConversation make_db2(const Setting& setting);        // EXCSAT
[[nodiscard]] ServiceConversation make_firebird(const Setting& setting);   // op_connect

// middleware_questions.cpp
[[nodiscard]] ServiceConversation make_amqp(const Setting& setting);       // protocol header
[[nodiscard]] ServiceConversation make_zookeeper(const Setting& setting);  // srvr
[[nodiscard]] ServiceConversation make_t3(const Setting& setting);         // greeting
[[nodiscard]] ServiceConversation make_ajp(const Setting& setting);        // CPing
[[nodiscard]] ServiceConversation make_rmi(const Setting& setting);        // JRMI header
[[nodiscard]] ServiceConversation make_kafka(const Setting& setting);      // ApiVersions
[[nodiscard]] ServiceConversation make_x11(const Setting& setting);        // connection setup
[[nodiscard]] ServiceConversation make_iiop(const Setting& setting);       // LocateRequest

// daemon_questions.cpp
[[nodiscard]] ServiceConversation make_beanstalk(const Setting& setting);  // stats, quit
[[nodiscard]] ServiceConversation make_gearman(const Setting& setting);    // version
[[nodiscard]] ServiceConversation make_clamd(const Setting& setting);      // VERSION
[[nodiscard]] ServiceConversation make_mqtt(const Setting& setting);       // CONNECT, DISCONNECT

// rpc_questions.cpp
[[nodiscard]] ServiceConversation make_dubbo(const Setting& setting);     // heartbeat
[[nodiscard]] ServiceConversation make_rocketmq(const Setting& setting);  // cluster query
[[nodiscard]] ServiceConversation make_bolt(const Setting& setting);      // versions
[[nodiscard]] ServiceConversation make_openwire(const Setting& setting);  // the first message
// AS-REQ of nobody
[[nodiscard]] ServiceConversation make_kerberos_udp(const Setting& setting);
[[nodiscard]] ServiceConversation make_kerberos_tcp(const Setting& setting);

// share_questions.cpp
[[nodiscard]] ServiceConversation make_stomp(const Setting& setting);    // CONNECT, DISCONNECT
[[nodiscard]] ServiceConversation make_svn(const Setting& setting);      // the greeting
[[nodiscard]] ServiceConversation make_rsync(const Setting& setting);    // the greeting
[[nodiscard]] ServiceConversation make_git(const Setting& setting);      // git-upload-pack
[[nodiscard]] ServiceConversation make_iscsi(const Setting& setting);    // Login Request
[[nodiscard]] ServiceConversation make_socks(const Setting& setting);    // greeting
[[nodiscard]] ServiceConversation make_fastcgi(const Setting& setting);  // FCGI_GET_VALUES
[[nodiscard]] ServiceConversation make_rtmp(const Setting& setting);     // C0, C1
[[nodiscard]] ServiceConversation make_irc(const Setting& setting);      // CAP, VERSION, QUIT

// agent_questions.cpp
[[nodiscard]] ServiceConversation make_apcupsd(const Setting& setting);  // status
[[nodiscard]] ServiceConversation make_epmd(const Setting& setting);     // NAMES_REQ
[[nodiscard]] ServiceConversation make_zabbix(const Setting& setting);   // agent.version
[[nodiscard]] ServiceConversation make_nrpe(const Setting& setting);     // _NRPE_CHECK

// remote_questions.cpp
[[nodiscard]] ServiceConversation make_pptp(const Setting& setting);      // SCCRQ, StopCCRQ
[[nodiscard]] ServiceConversation make_afp(const Setting& setting);       // GetStatus
[[nodiscard]] ServiceConversation make_nats(const Setting& setting);      // the first line
[[nodiscard]] ServiceConversation make_stun_tcp(const Setting& setting);  // Binding
[[nodiscard]] ServiceConversation make_stun_udp(const Setting& setting);

// device_questions.cpp, UDP
[[nodiscard]] ServiceConversation make_capwap(const Setting& setting);  // Discovery Request
[[nodiscard]] ServiceConversation make_dahua(const Setting& setting);   // DHDiscover.search
[[nodiscard]] ServiceConversation make_sadp(const Setting& setting);    // inquiry

}  // namespace qingdan::probe
