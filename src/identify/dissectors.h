// dissectors — one function per protocol, called through the table in dissect.cpp. Each adds fields
// to `out`, and names the protocol only where the bytes prove it.
#pragma once

#include <vector>

#include "qingdan/identify/dissect.h"

namespace qingdan::identify {

// dissect_text.cpp
void dissect_ssh(BytesView raw, Dissection& out);
void dissect_ftp(BytesView raw, Dissection& out);
void dissect_smtp(BytesView raw, Dissection& out);
void dissect_nntp(BytesView raw, Dissection& out);
void dissect_pop3(BytesView raw, Dissection& out);
void dissect_imap(BytesView raw, Dissection& out);
void dissect_telnet(BytesView raw, Dissection& out);
void dissect_vnc(BytesView raw, Dissection& out);
void dissect_rtsp(BytesView raw, Dissection& out);
void dissect_sip(BytesView raw, Dissection& out);
void dissect_onvif(BytesView raw, Dissection& out);
void dissect_memcached(BytesView raw, Dissection& out);
void dissect_redis(BytesView raw, Dissection& out);

// dissect_http.cpp
void dissect_http(BytesView raw, Dissection& out);
void dissect_favicon(BytesView raw, Dissection& out);

// dissect_binary.cpp
void dissect_mysql(BytesView raw, Dissection& out);
void dissect_postgres(BytesView raw, Dissection& out);
void dissect_mongo(BytesView raw, Dissection& out);
void dissect_ldap(BytesView raw, Dissection& out);
void dissect_rdp(BytesView raw, Dissection& out);
void dissect_smb(BytesView raw, Dissection& out);
void dissect_dns(BytesView raw, Dissection& out);
void dissect_ntp(BytesView raw, Dissection& out);
void dissect_snmp(BytesView raw, Dissection& out);
void dissect_snmp_engine(BytesView raw, Dissection& out);

// dissect_industrial.cpp
void dissect_modbus(BytesView raw, Dissection& out);
void dissect_enip(BytesView raw, Dissection& out);
void dissect_s7(BytesView raw, Dissection& out);
void dissect_opcua(BytesView raw, Dissection& out);
void dissect_iec104(BytesView raw, Dissection& out);
void dissect_dnp3(BytesView raw, Dissection& out);
void dissect_fins(BytesView raw, Dissection& out);
void dissect_bacnet(BytesView raw, Dissection& out);
// Probes hand over framed messages (net/frames.h), questions and captures a bare one.
std::vector<BytesView> messages_of(BytesView raw);

// dissect_datagram.cpp
void dissect_netbios(BytesView raw, Dissection& out);
void dissect_mdns(BytesView raw, Dissection& out);
void dissect_ssdp(BytesView raw, Dissection& out);
void dissect_ipmi(BytesView raw, Dissection& out);
void dissect_rpcbind(BytesView raw, Dissection& out);
void dissect_nfs(BytesView raw, Dissection& out);
void dissect_tftp(BytesView raw, Dissection& out);
void dissect_sql_browser(BytesView raw, Dissection& out);
void dissect_coap(BytesView raw, Dissection& out);

// dissect_tunnel.cpp
void dissect_ike(BytesView raw, Dissection& out);
void dissect_l2tp(BytesView raw, Dissection& out);
void dissect_openvpn(BytesView raw, Dissection& out);
void dissect_quic(BytesView raw, Dissection& out);
void dissect_dtls(BytesView raw, Dissection& out);

// dissect_services.cpp
void dissect_ssh_keys(BytesView raw, Dissection& out);
void dissect_oracle(BytesView raw, Dissection& out);
void dissect_cassandra(BytesView raw, Dissection& out);
void dissect_db2(BytesView raw, Dissection& out);
void dissect_pptp(BytesView raw, Dissection& out);
void dissect_afp(BytesView raw, Dissection& out);
void dissect_nats(BytesView raw, Dissection& out);
void dissect_beanstalk(BytesView raw, Dissection& out);
void dissect_gearman(BytesView raw, Dissection& out);
void dissect_clamd(BytesView raw, Dissection& out);
void dissect_mqtt(BytesView raw, Dissection& out);
void dissect_stun(BytesView raw, Dissection& out);
void dissect_firebird(BytesView raw, Dissection& out);
void dissect_mssql(BytesView raw, Dissection& out);
void dissect_amqp(BytesView raw, Dissection& out);
void dissect_zookeeper(BytesView raw, Dissection& out);
void dissect_t3(BytesView raw, Dissection& out);
void dissect_ajp(BytesView raw, Dissection& out);
void dissect_rmi(BytesView raw, Dissection& out);
void dissect_kafka(BytesView raw, Dissection& out);
void dissect_x11(BytesView raw, Dissection& out);

// dissect_middleware.cpp
void dissect_dubbo(BytesView raw, Dissection& out);
void dissect_rocketmq(BytesView raw, Dissection& out);
void dissect_bolt(BytesView raw, Dissection& out);
void dissect_openwire(BytesView raw, Dissection& out);
void dissect_kerberos(BytesView raw, Dissection& out);
void dissect_spice(BytesView raw, Dissection& out);
void dissect_iiop(BytesView raw, Dissection& out);

// dissect_shares.cpp
void dissect_stomp(BytesView raw, Dissection& out);
void dissect_irc(BytesView raw, Dissection& out);
void dissect_svn(BytesView raw, Dissection& out);
void dissect_rsync(BytesView raw, Dissection& out);
void dissect_git(BytesView raw, Dissection& out);
void dissect_iscsi(BytesView raw, Dissection& out);
void dissect_socks(BytesView raw, Dissection& out);
void dissect_fastcgi(BytesView raw, Dissection& out);
void dissect_rtmp(BytesView raw, Dissection& out);

// dissect_devices.cpp
void dissect_capwap(BytesView raw, Dissection& out);
void dissect_dahua(BytesView raw, Dissection& out);
void dissect_sadp(BytesView raw, Dissection& out);

// dissect_agents.cpp
void dissect_apcupsd(BytesView raw, Dissection& out);
void dissect_epmd(BytesView raw, Dissection& out);
void dissect_zabbix(BytesView raw, Dissection& out);
void dissect_nrpe(BytesView raw, Dissection& out);

// dissect_tls.cpp
void dissect_tls_session(BytesView raw, Dissection& out);
void dissect_tls_answer(BytesView raw, Dissection& out);
// What a server said to one hello, over whatever it came.
void add_answer(const net::TlsRecordOfAnswer& record, const net::TlsAnswer& answer,
                Dissection& out);
void dissect_certificate(BytesView raw, Dissection& out);
void dissect_certificate_text(BytesView raw, Dissection& out);

// dissect_stack.cpp
void dissect_syn_ack(BytesView raw, Dissection& out);

// dissect.cpp: bytes that nobody asked for; tried as what their first bytes look like.
void dissect_unknown(BytesView raw, Dissection& out);

}  // namespace qingdan::identify
