// roles — one maker per player file; roles.cpp lists them by name.
#pragma once

#include "../player.h"

namespace qingdan::practice {

PlayerMaker make_http(const Settings&, const Seat&);
PlayerMaker make_http_endless(const Settings&, const Seat&);
PlayerMaker make_ssh(const Settings&, const Seat&);
PlayerMaker make_ftp(const Settings&, const Seat&);
PlayerMaker make_smtp(const Settings&, const Seat&);
PlayerMaker make_pop3(const Settings&, const Seat&);
PlayerMaker make_imap(const Settings&, const Seat&);
PlayerMaker make_mysql(const Settings&, const Seat&);
PlayerMaker make_postgresql(const Settings&, const Seat&);
PlayerMaker make_redis(const Settings&, const Seat&);
PlayerMaker make_memcached(const Settings&, const Seat&);
PlayerMaker make_mongodb(const Settings&, const Seat&);
PlayerMaker make_ldap(const Settings&, const Seat&);
PlayerMaker make_smb(const Settings&, const Seat&);
PlayerMaker make_rdp(const Settings&, const Seat&);
PlayerMaker make_vnc(const Settings&, const Seat&);
PlayerMaker make_telnet(const Settings&, const Seat&);
PlayerMaker make_rtsp(const Settings&, const Seat&);
PlayerMaker make_sip(const Settings&, const Seat&);
DatagramPlayer make_sip_datagram(const Settings&, const Seat&);
PlayerMaker make_dns(const Settings&, const Seat&);
DatagramPlayer make_dns_datagram(const Settings&, const Seat&);
DatagramPlayer make_ntp(const Settings&, const Seat&);
DatagramPlayer make_snmp(const Settings&, const Seat&);
DatagramPlayer make_netbios(const Settings&, const Seat&);
DatagramPlayer make_mdns(const Settings&, const Seat&);
DatagramPlayer make_ssdp(const Settings&, const Seat&);
DatagramPlayer make_ipmi(const Settings&, const Seat&);
PlayerMaker make_rpcbind(const Settings&, const Seat&);
DatagramPlayer make_rpcbind_datagram(const Settings&, const Seat&);
PlayerMaker make_tlcp(const Settings&, const Seat&);
PlayerMaker make_hold(const Settings&, const Seat&);
PlayerMaker make_modbus(const Settings&, const Seat&);
PlayerMaker make_iso_tsap(const Settings&, const Seat&);
PlayerMaker make_tarpit(const Settings&, const Seat&);
PlayerMaker make_endless(const Settings&, const Seat&);
PlayerMaker make_blob(const Settings&, const Seat&);
PlayerMaker make_closes(const Settings&, const Seat&);
PlayerMaker make_resets(const Settings&, const Seat&);
PlayerMaker make_says(const Settings&, const Seat&);

}  // namespace qingdan::practice
