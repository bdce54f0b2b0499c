// roles — every kind of service a description may ask for.
#include "roles.h"

#include <array>

namespace qingdan::practice {
namespace {

constexpr std::string_view kVerified = "open-verified";
constexpr std::string_view kAcked = "open-acked";

constexpr std::array kRoles{
    Role{"http", "http", kVerified, make_http, nullptr},
    Role{"http_endless", "http", kVerified, make_http_endless, nullptr},
    Role{"ssh", "ssh", kVerified, make_ssh, nullptr},
    Role{"ftp", "ftp", kVerified, make_ftp, nullptr},
    Role{"smtp", "smtp", kVerified, make_smtp, nullptr},
    Role{"pop3", "pop3", kVerified, make_pop3, nullptr},
    Role{"imap", "imap", kVerified, make_imap, nullptr},
    Role{"mysql", "mysql", kVerified, make_mysql, nullptr},
    Role{"postgresql", "postgresql", kVerified, make_postgresql, nullptr},
    Role{"redis", "redis", kVerified, make_redis, nullptr},
    Role{"memcached", "memcache", kVerified, make_memcached, nullptr},
    Role{"mongodb", "mongodb", kVerified, make_mongodb, nullptr},
    Role{"ldap", "ldap", kVerified, make_ldap, nullptr},
    Role{"smb", "microsoft-ds", kVerified, make_smb, nullptr},
    Role{"rdp", "ms-wbt-server", kVerified, make_rdp, nullptr},
    Role{"vnc", "rfb", kVerified, make_vnc, nullptr},
    Role{"telnet", "telnet", kVerified, make_telnet, nullptr},
    Role{"rtsp", "rtsp", kVerified, make_rtsp, nullptr},
    Role{"sip", "sip", kVerified, make_sip, make_sip_datagram},
    Role{"dns", "domain", kVerified, make_dns, make_dns_datagram},
    Role{"ntp", "ntp", kVerified, nullptr, make_ntp},
    Role{"snmp", "snmp", kVerified, nullptr, make_snmp},
    Role{"netbios", "netbios-ns", kVerified, nullptr, make_netbios},
    Role{"mdns", "mdns", kVerified, nullptr, make_mdns},
    Role{"ssdp", "ssdp", kVerified, nullptr, make_ssdp},
    Role{"ipmi", "asf-rmcp", kVerified, nullptr, make_ipmi},
    Role{"rpcbind", "sunrpc", kVerified, make_rpcbind, make_rpcbind_datagram},
    Role{"tlcp", "tls", kVerified, make_tlcp, nullptr},
    // A printer's raw port: takes anything, prints it, says nothing. One byte is already harm.
    // Nobody may speak to these four, so nobody can tell their protocol from their bytes.
    Role{"print_raw", "", kAcked, make_hold, nullptr},
    Role{"lpd", "", kAcked, make_hold, nullptr},
    Role{"modbus", "", kAcked, make_modbus, nullptr},
    Role{"iso_tsap", "", kAcked, make_iso_tsap, nullptr},
    Role{"hold", "", kAcked, make_hold, nullptr},
    Role{"tarpit", "", "tarpit", make_tarpit, nullptr},
    Role{"endless", "", "tarpit", make_endless, nullptr},
    Role{"blob", "", "tarpit", make_blob, nullptr},
    Role{"closes", "", kAcked, make_closes, nullptr},
    Role{"resets", "", kAcked, make_resets, nullptr},
    Role{"says", "", kVerified, make_says, nullptr},
};

}  // namespace

const Role* find_role(std::string_view name) {
  for (const auto& role : kRoles) {
    if (role.name == name) return &role;
  }
  return nullptr;
}

}  // namespace qingdan::practice
