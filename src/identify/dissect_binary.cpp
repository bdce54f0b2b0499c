// dissect_binary — protocols of packets, read by the wire parsers of net.
#include <fmt/format.h>

#include <algorithm>

#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/dns_wire.h"
#include "qingdan/net/frames.h"
#include "qingdan/net/ldap_wire.h"
#include "qingdan/net/mongo_wire.h"
#include "qingdan/net/mysql_wire.h"
#include "qingdan/net/ntp_wire.h"
#include "qingdan/net/postgres_wire.h"
#include "qingdan/net/rdp_wire.h"
#include "qingdan/net/smb_wire.h"
#include "qingdan/net/snmp_wire.h"

namespace qingdan::identify {
namespace {

constexpr std::string_view kSysDescr = "1.3.6.1.2.1.1.1.0";  // RFC 3418, system group
constexpr std::string_view kSysObjectId = "1.3.6.1.2.1.1.2.0";
constexpr std::string_view kSysName = "1.3.6.1.2.1.1.5.0";

bool is_printable(BytesView raw) {
  return std::all_of(raw.begin(), raw.end(), [](std::uint8_t b) {
    return b >= 0x20 || b == '\t' || b == '\r' || b == '\n';
  });
}

void add_challenge(const net::NtlmChallenge& challenge, Dissection& out) {
  if (challenge.os_major != 0) {
    out.add_text("ntlm.version", fmt::format("{}.{}.{}", challenge.os_major, challenge.os_minor,
                                             challenge.os_build));
  }
  out.add_host_name(challenge.dns_computer.empty() ? challenge.netbios_computer
                                                   : challenge.dns_computer);
}

std::string dialect_text(std::uint16_t dialect) {
  // [MS-SMB2] 2.2.4: one nibble each, as in 0x0311 = 3.1.1.
  const int last = dialect & 15;
  const auto text = fmt::format("{}.{}", dialect >> 8, dialect >> 4 & 15);
  return last == 0 ? text : fmt::format("{}.{}", text, last);
}

}  // namespace

std::vector<BytesView> messages_of(BytesView raw) {
  auto framed = net::split_messages(raw);
  if (!framed.truncated && !framed.messages.empty()) return framed.messages;
  return {raw};
}

void dissect_mysql(BytesView raw, Dissection& out) {
  const auto greeting = net::parse_mysql_greeting(raw);
  if (!greeting) return out.add_text("mysql.banners", as_text(raw));  // asked about the version
  out.protocol = "mysql";
  if (greeting->handshake) out.add_text("mysql.banners", greeting->handshake->version);
  if (greeting->error) out.add_text("mysql.error", greeting->error->message);
}

void dissect_postgres(BytesView raw, Dissection& out) {
  for (const auto message : messages_of(raw)) {
    const auto reply = net::parse_postgres_reply(message);
    if (!reply) continue;
    out.protocol = "postgresql";
    if (reply->error) {
      std::string line;
      for (const auto& [key, value] : reply->error->fields) {
        line += (line.empty() ? "" : " ") + std::string(1, key) + "=" + value;
      }
      out.add_text("postgresql.error", line.empty() ? reply->error->message : line);
    }
    for (const auto& [name, value] : reply->parameters) {
      out.add_text("postgresql.parameter", name + "=" + value);
    }
  }
  out.add_raw("postgresql.reply", raw);
}

void dissect_mongo(BytesView raw, Dissection& out) {
  std::string all;
  for (const auto& reply : net::parse_mongo_replies(raw)) {
    out.protocol = "mongodb";
    for (const auto& leaf : reply.document) {
      all += leaf.path + "=" + leaf.text + "\n";
      if (leaf.path == "version") out.add_text("mongodb.version", leaf.text);
      if (leaf.path.starts_with("modules.")) out.add_text("mongodb.modules", leaf.text);
    }
  }
  out.add_text("mongodb.reply", all);
}

void dissect_ldap(BytesView raw, Dissection& out) {
  out.add_raw("ldap.search_result", raw);
  const auto answer = net::parse_ldap_answer(raw);
  if (!answer) return;
  out.protocol = "ldap";
  out.banner = "LDAP";
  for (const auto& attribute : answer->attributes) {
    for (const auto& value : attribute.values)
      out.add_text("ldap.attribute", attribute.name + "=" + value);
  }
  out.add_host_name(answer->find_first("dnsHostName"));
}

void dissect_rdp(BytesView raw, Dissection& out) {
  const auto confirm = net::parse_rdp_confirm(raw);
  if (!confirm) return;
  out.protocol = "ms-wbt-server";
  out.banner = "RDP";
  out.add_raw("rdp.reply", raw);
  if (const auto challenge = net::parse_ntlm_challenge(raw)) add_challenge(*challenge, out);
}

void dissect_smb(BytesView raw, Dissection& out) {
  const auto stream = net::parse_smb_stream(raw);
  if (!stream) return;
  out.protocol = "microsoft-ds";
  for (const auto& message : stream->messages) {
    if (message.negotiate2 && message.negotiate2->dialect != 0x02FF) {
      out.banner = "SMB " + dialect_text(message.negotiate2->dialect);
      out.add_text("smb.dialect", dialect_text(message.negotiate2->dialect));
      out.identifiers.push_back(
          {model::IdentifierType::smb_guid, to_hex(message.negotiate2->guid)});
    }
    if (message.negotiate1 && out.banner.empty()) out.banner = "SMB 1";
    if (message.negotiate1) out.add_host_name(message.negotiate1->server);
    if (message.session1) {
      out.add_text("smb.native_os", message.session1->native_os);
      out.add_text("smb.native_lm", message.session1->native_lan_manager);
    }
    if (message.challenge) add_challenge(*message.challenge, out);
  }
}

void dissect_dns(BytesView raw, Dissection& out) {
  if (is_printable(raw)) return out.add_text("dns.versionbind", as_text(raw));
  for (const auto bytes : messages_of(raw)) {
    const auto message = net::parse_dns_message(bytes);
    if (!message || !message->response) continue;
    out.protocol = "domain";
    const auto asked = message->questions.empty() ? "" : to_lower_ascii(message->questions[0].name);
    for (const auto& answer : message->answers) {
      if (answer.type != net::kDnsTypeTxt) continue;
      if (asked == "id.server") {
        out.add_text("dns.id_server", answer.text);
        out.add_host_name(answer.text);
      } else {
        out.add_text("dns.versionbind", answer.text);
      }
    }
  }
}

void dissect_ntp(BytesView raw, Dissection& out) {
  if (is_printable(raw)) return out.add_text("ntp.readvar", as_text(raw));
  std::vector<net::NtpControl> fragments;
  for (const auto bytes : messages_of(raw)) {
    if (auto control = net::parse_ntp_control(bytes); control && control->response) {
      fragments.push_back(std::move(*control));
    } else if (const auto time = net::parse_ntp_time(bytes); time && time->mode == 4) {
      out.protocol = "ntp";
      out.banner = fmt::format("NTP v{}, stratum {}", time->version, time->stratum);
    }
  }
  if (fragments.empty()) return;
  out.protocol = "ntp";
  if (const auto variables = net::join_ntp_control(fragments))
    out.add_text("ntp.readvar", *variables);
}

void dissect_snmp(BytesView raw, Dissection& out) {
  const auto message = net::parse_snmp_message(raw);
  if (!message) return;
  out.protocol = "snmp";
  out.add_text("snmp.sys_description", message->find_text(kSysDescr));
  out.add_text("snmp.sys_object_id", message->find_text(kSysObjectId));
  out.add_text("snmp.sys_name", message->find_text(kSysName));
  out.add_host_name(message->find_text(kSysName));
  out.banner = std::string(message->find_text(kSysDescr));
}

void dissect_snmp_engine(BytesView raw, Dissection& out) {
  const auto message = net::parse_snmp_message(raw);
  if (!message) return;
  out.protocol = "snmp";
  out.banner = "SNMPv3";
  const auto id = net::parse_snmp_engine_id(message->engine_id);
  if (!id) return;
  out.add_text("snmp.engine_id", to_hex(message->engine_id));
  out.add_text("snmp.enterprise", std::to_string(id->enterprise));
  out.identifiers.push_back({model::IdentifierType::snmp_engine_id, to_hex(message->engine_id)});
}

}  // namespace qingdan::identify
