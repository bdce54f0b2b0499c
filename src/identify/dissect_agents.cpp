// dissect_agents — agents that tell a host's state: power supplies, Erlang nodes, monitoring.
#include <string>

#include "identify/dissectors.h"
#include "qingdan/net/agent_wire.h"

namespace qingdan::identify {

void dissect_apcupsd(BytesView raw, Dissection& out) {
  const auto status = net::parse_apcupsd(raw);
  if (!status) return;
  out.protocol = "apcupsd";
  out.banner = "apcupsd " + status->version;
  out.add_text("apcupsd.version", status->version);
  out.add_text("apcupsd.model", status->model);
  out.add_host_name(status->host);
}

void dissect_epmd(BytesView raw, Dissection& out) {
  const auto names = net::parse_epmd(raw);
  if (!names) return;
  out.protocol = "epmd";
  out.banner = "epmd";
  out.add_text("epmd.count", std::to_string(names->size()));
  for (const auto& name : *names) {
    out.banner += " " + name;
    out.add_text("epmd.node", name);
  }
}

void dissect_zabbix(BytesView raw, Dissection& out) {
  const auto version = net::parse_zabbix(raw);
  if (!version) return;
  out.protocol = "zabbix-agent";
  out.banner = "Zabbix agent " + *version;
  out.add_text("zabbix.version", *version);
}

void dissect_nrpe(BytesView raw, Dissection& out) {
  const auto version = net::parse_nrpe(raw);
  if (!version) return out.add_text("nrpe.version", as_text(raw));
  out.protocol = "nrpe";
  out.banner = *version;
  out.add_text("nrpe.version", *version);
}

}  // namespace qingdan::identify
