// dissect_datagram — protocols asked over UDP: what a machine says of itself to one request.
#include <fmt/format.h>

#include <algorithm>

#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/coap_wire.h"
#include "qingdan/net/ipmi_wire.h"
#include "qingdan/net/mdns_wire.h"
#include "qingdan/net/netbios_wire.h"
#include "qingdan/net/rpcbind_wire.h"
#include "qingdan/net/sql_browser_wire.h"
#include "qingdan/net/ssdp_wire.h"
#include "qingdan/net/tftp_wire.h"

namespace qingdan::identify {
namespace {

std::string joined(const std::vector<std::string>& words, char between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : std::string(1, between)) + word;
  return text;
}

std::string mac_text(BytesView bytes) {
  std::string text;
  for (const auto byte : bytes) text += fmt::format("{}{:02x}", text.empty() ? "" : ":", byte);
  return text;
}

// Avahi's _workstation._tcp is named "host [02:42:ac:11:00:02]".
void add_workstation(const net::MdnsInstance& instance, Dissection& out) {
  constexpr std::size_t kMacText = 17;
  const auto open = instance.name.rfind('[');
  if (instance.type != "_workstation._tcp" || open == std::string::npos) return;
  out.add_mac(std::string_view(instance.name).substr(open + 1, kMacText));
}

void add_mdns_text(const net::MdnsText& text, Dissection& out) {
  const auto entries = joined(text.entries, '\n');
  if (text.type == "_device-info._tcp") out.add_text("mdns.device-info.txt", entries);
  out.add_text("mdns.txt", text.type + "\n" + entries);
}

}  // namespace

void dissect_netbios(BytesView raw, Dissection& out) {
  const auto status = net::parse_netbios_status(raw);
  if (!status) return;
  out.protocol = "netbios-ns";
  const auto computer = to_utf8(as_bytes(status->computer()));
  const auto group = to_utf8(as_bytes(status->group()));
  out.banner = group.empty() ? computer : group + "\\" + computer;
  for (const auto& name : status->names) {
    out.add_text("netbios.name", fmt::format("{}<{:02x}>{}", to_utf8(as_bytes(name.name)),
                                             name.suffix, name.group ? " group" : ""));
  }
  out.add_host_name(computer);
  if (status->unit_id.empty()) return;
  const auto mac = mac_text(status->unit_id);
  out.add_text("netbios.unit_id", mac);
  // Samba fills in zeros, which are nobody's address.
  const bool zeros = std::all_of(status->unit_id.begin(), status->unit_id.end(),
                                 [](std::uint8_t byte) { return byte == 0; });
  if (!zeros) out.identifiers.push_back({model::IdentifierType::mac, mac});
}

void dissect_mdns(BytesView raw, Dissection& out) {
  for (const auto bytes : messages_of(raw)) {
    const auto reply = net::parse_mdns_reply(bytes);
    if (!reply) continue;
    out.protocol = "mdns";
    if (!reply->host.empty() && out.host_names.empty()) out.add_host_name(reply->host);
    for (const auto& type : reply->types) out.add_text("mdns.service", type);
    for (const auto& instance : reply->instances) {
      out.add_text("mdns.instance", instance.name + "." + instance.type);
      add_workstation(instance, out);
    }
    for (const auto& text : reply->texts) add_mdns_text(text, out);
    if (out.banner.empty()) out.banner = joined(reply->types, ' ');
  }
}

void dissect_ssdp(BytesView raw, Dissection& out) {
  for (const auto bytes : messages_of(raw)) {
    const auto answer = net::parse_ssdp_answer(bytes);
    if (!answer) continue;
    out.protocol = "ssdp";
    for (const auto& [name, value] : answer->headers) {
      auto lower = to_lower_ascii(name);
      if (lower == "server" || lower == "usn" || lower == "location") {
        out.add_text("ssdp." + lower, value);
      }
    }
    if (out.banner.empty()) out.banner = std::string(answer->find_header("SERVER"));
  }
}

void dissect_ipmi(BytesView raw, Dissection& out) {
  for (const auto bytes : messages_of(raw)) {
    if (const auto pong = net::parse_asf_pong(bytes)) {
      out.protocol = "asf-rmcp";
      out.add_text("ipmi.pong",
                   fmt::format("enterprise={}{}", pong->enterprise, pong->ipmi ? " ipmi" : ""));
    }
    const auto said = net::parse_ipmi_capabilities(bytes);
    if (!said) continue;
    out.protocol = "asf-rmcp";
    if (said->completion != 0) continue;
    const std::string version = said->v20 ? "2.0" : "1.5";
    out.banner = "IPMI " + version;
    out.add_text("ipmi.version", version);
    out.add_text("ipmi.auth", joined(said->types, ' ') + (said->anonymous ? " anonymous" : "") +
                                  (said->null_users ? " null-users" : ""));
    if (said->oem != 0) out.add_text("ipmi.oem", std::to_string(said->oem));
  }
}

// "100003 v3 tcp/2049 nfs"; other transports (6 and 17 are those of IP) by their number.
void dissect_rpcbind(BytesView raw, Dissection& out) {
  const auto reply = net::parse_rpcbind_reply(raw);
  if (!reply) return;
  out.protocol = "sunrpc";
  std::vector<std::string> names;
  for (const auto& mapping : reply->mappings) {
    const auto name = net::rpc_program_name(mapping.program);
    const auto transport = mapping.protocol == 6    ? std::string("tcp")
                           : mapping.protocol == 17 ? std::string("udp")
                                                    : std::to_string(mapping.protocol);
    out.add_text("rpcbind.program", fmt::format("{} v{} {}/{} {}", mapping.program, mapping.version,
                                                transport, mapping.port, name));
    const auto word = name.empty() ? std::to_string(mapping.program) : std::string(name);
    if (std::find(names.begin(), names.end(), word) == names.end()) names.push_back(word);
  }
  out.banner = reply->accepted ? joined(names, ' ') : "refused";
}

void dissect_nfs(BytesView raw, Dissection& out) {
  const auto reply = net::parse_nfs_reply(raw);
  if (!reply) return;
  out.protocol = "nfs";
  out.banner = "NFS";
  if (reply->most == 0) return;
  const auto range = fmt::format("{}-{}", reply->least, reply->most);
  out.banner += " " + range;
  out.add_text("nfs.versions", range);
}

void dissect_tftp(BytesView raw, Dissection& out) {
  constexpr std::uint16_t kError = 5;
  const auto reply = net::parse_tftp_reply(raw);
  if (!reply) return;
  out.protocol = "tftp";
  if (reply->opcode != kError) return;
  out.add_text("tftp.error", fmt::format("{} {}", reply->code, reply->message));
}

void dissect_sql_browser(BytesView raw, Dissection& out) {
  const auto instances = net::parse_sql_browser_reply(raw);
  if (!instances) return;
  out.protocol = "ms-sql-m";
  for (const auto& one : *instances) {
    const auto line =
        fmt::format("{}\\{} {}{}{}", one.server, one.instance, one.version,
                    one.tcp.empty() ? "" : " tcp/" + one.tcp, one.clustered ? " clustered" : "");
    if (out.banner.empty()) out.banner = line;
    out.add_text("mssql.instance", line);
    out.add_text("mssql.version", one.version);
  }
  // Of a cluster's instance the name is the virtual server's, which moves between machines.
  if (!instances->front().clustered) out.add_host_name(instances->front().server);
}

void dissect_coap(BytesView raw, Dissection& out) {
  const auto reply = net::parse_coap_reply(raw);
  if (!reply) return;
  out.protocol = "coap";
  out.banner = "CoAP " + reply->code;
  out.add_text("coap.code", reply->code);
  if (reply->code == "2.05") out.add_text("coap.links", reply->payload);
}

}  // namespace qingdan::identify
