// dissect_services — databases, middleware, displays and SSH host keys: what answered one question.
#include <fmt/format.h>

#include "identify/dissectors.h"
#include "qingdan/net/amqp_wire.h"
#include "qingdan/net/cql_wire.h"
#include "qingdan/net/daemon_wire.h"
#include "qingdan/net/drda_wire.h"
#include "qingdan/net/firebird_wire.h"
#include "qingdan/net/middleware_wire.h"
#include "qingdan/net/remote_wire.h"
#include "qingdan/net/ssh_kex_wire.h"
#include "qingdan/net/stun_wire.h"
#include "qingdan/net/tds_wire.h"
#include "qingdan/net/tns_wire.h"
#include "qingdan/net/x11_wire.h"

namespace qingdan::identify {

void dissect_ssh_keys(BytesView raw, Dissection& out) {
  const auto stream = net::parse_ssh_key_stream(raw);
  if (!stream.key) return;
  out.protocol = "ssh";
  out.banner = stream.key->algorithm + " " + stream.key->fingerprint;
  out.add_text("ssh.host_key", out.banner);
  out.identifiers.push_back({model::IdentifierType::ssh_host_key, stream.key->sha256});
}

void dissect_oracle(BytesView raw, Dissection& out) {
  const auto reply = net::parse_tns_reply(raw);
  if (!reply) return out.add_raw("oracle.tns", raw);  // asked about the text of a reply
  out.protocol = "oracle";  // the IANA name of 1521 is ncube-lm, which nobody knows
  out.banner = reply->data.empty() ? "TNS" : reply->data;
  out.add_text("oracle.tns", reply->data);
  out.add_text("oracle.version", reply->version);
}

void dissect_mssql(BytesView raw, Dissection& out) {
  const auto prelogin = net::parse_tds_prelogin(raw);
  if (!prelogin) return;
  out.protocol = "ms-sql-s";
  out.banner = "TDS " + prelogin->version;
  out.add_text("mssql.prelogin_version", prelogin->version);
}

void dissect_cassandra(BytesView raw, Dissection& out) {
  const auto answer = net::parse_cql(raw);
  if (!answer) return;
  out.protocol = "cassandra";
  out.banner = answer->error.empty() ? "CQL" : answer->error;
  out.add_text("cassandra.error", answer->error);
  for (const auto& [name, value] : answer->options) {
    out.add_text("cassandra.option", name + "=" + value);
    if (name == "CQL_VERSION") out.banner = "CQL " + value;
  }
}

void dissect_db2(BytesView raw, Dissection& out) {
  const auto attributes = net::parse_drda(raw);
  if (!attributes) return;
  out.protocol = "drda";
  out.banner = attributes->class_name + " " + attributes->release;
  const auto version = net::db2_version_text(attributes->release);
  out.add_text("drda.server",
               attributes->class_name + " " + (version.empty() ? attributes->release : version));
  out.add_text("drda.name", attributes->name);
}

void dissect_pptp(BytesView raw, Dissection& out) {
  const auto reply = net::parse_pptp(raw);
  if (!reply) return;
  out.protocol = "pptp";
  out.banner = "PPTP " + reply->vendor + " " + std::to_string(reply->firmware);
  out.add_text("pptp.vendor", reply->vendor);
  out.add_text("pptp.host_name", reply->host);
  out.add_text("pptp.firmware", std::to_string(reply->firmware));
}

void dissect_afp(BytesView raw, Dissection& out) {
  const auto status = net::parse_afp(raw);
  if (!status) return;
  out.protocol = "afpovertcp";
  out.banner = status->machine + ", " + status->versions;
  out.add_text("afp.machine", status->machine);
  out.add_text("afp.versions", status->versions);
  out.add_text("afp.server_name", status->name);
}

void dissect_nats(BytesView raw, Dissection& out) {
  const auto info = net::parse_nats(raw);
  if (!info) return;
  out.protocol = "nats";
  out.banner = "NATS " + info->version;
  out.add_text("nats.version", info->version);
}

void dissect_beanstalk(BytesView raw, Dissection& out) {
  const auto stats = net::parse_beanstalk(raw);
  if (!stats) return;
  out.protocol = "beanstalk";
  out.banner = "beanstalkd " + stats->version;
  out.add_text("beanstalk.version", stats->version);
  out.add_host_name(stats->host);
}

void dissect_gearman(BytesView raw, Dissection& out) {
  const auto version = net::parse_gearman(raw);
  if (!version) return;
  out.protocol = "gearman";
  out.banner = "OK " + *version;
  out.add_text("gearman.version", *version);
}

void dissect_clamd(BytesView raw, Dissection& out) {
  const auto version = net::parse_clamd(raw);
  if (!version) return;
  out.protocol = "clamav";
  out.banner = *version;
  out.add_text("clamd.version", *version);
}

void dissect_mqtt(BytesView raw, Dissection& out) {
  const auto ack = net::parse_mqtt(raw);
  if (!ack) return;
  out.protocol = "mqtt";
  out.banner =
      fmt::format("MQTT, CONNACK {}{}{}", ack->reason, ack->text.empty() ? "" : " ", ack->text);
  out.add_text("mqtt.connack", std::to_string(ack->reason));
  out.add_text("mqtt.client_id", ack->client_id);
}

void dissect_stun(BytesView raw, Dissection& out) {
  const auto reply = net::parse_stun(raw);
  if (!reply) return;
  out.protocol = "stun";
  out.banner = reply->software.empty() ? "STUN" : reply->software;
  out.add_text("stun.software", reply->software);
}

void dissect_firebird(BytesView raw, Dissection& out) {
  const auto answer = net::parse_firebird(raw);
  if (!answer) return;
  out.protocol = "gds-db";
  out.banner = answer->kind;
  if (answer->protocol != 0) out.banner += fmt::format(" {}", answer->protocol);
  out.add_text("firebird.answer", out.banner);
}

void dissect_amqp(BytesView raw, Dissection& out) {
  const auto start = net::parse_amqp_start(raw);
  if (!start) return out.add_text("amqp.server_properties", as_text(raw));
  out.protocol = "amqp";
  out.banner = start->wants.empty() ? "AMQP 0-9-1" : "AMQP " + start->wants;
  std::string all;
  // Product and version first: rules read them together, whatever the broker's order.
  for (const std::string_view wanted : {"product", "version", ""}) {
    for (const auto& [name, value] : start->properties) {
      const bool first = name == "product" || name == "version";
      if (wanted.empty() ? !first : name == wanted) all += name + "=" + value + "\n";
    }
  }
  out.add_text("amqp.server_properties", all);
  out.add_text("amqp.mechanisms", start->mechanisms);
}

void dissect_zookeeper(BytesView raw, Dissection& out) {
  const auto reply = net::parse_zookeeper(raw);
  if (!reply) return;
  out.protocol = "zookeeper";
  out.banner = reply->version.empty() ? "ZooKeeper" : "ZooKeeper " + reply->version;
  out.add_text("zookeeper.version", reply->version);
  out.add_text("zookeeper.mode", reply->mode);
}

void dissect_t3(BytesView raw, Dissection& out) {
  const auto version = net::parse_t3(raw);
  if (!version) return;
  out.protocol = "t3";
  out.banner = "T3 " + *version;
  out.add_text("t3.version", *version);
}

void dissect_ajp(BytesView raw, Dissection& out) {
  if (!net::measure_ajp_cpong(raw).whole()) return;
  out.protocol = "ajp13";
  out.banner = "AJP/1.3 CPong";
}

void dissect_rmi(BytesView raw, Dissection& out) {
  if (!net::parse_rmi_ack(raw)) return;
  out.protocol = "rmiregistry";
  out.banner = "Java RMI";
}

void dissect_kafka(BytesView raw, Dissection& out) {
  const auto apis = net::parse_kafka_api_versions(raw);
  if (!apis) return;
  out.protocol = "kafka";
  out.banner = fmt::format("Kafka, {} requests", apis->size());
  std::string all;
  for (const auto& api : *apis) {
    all += fmt::format("{}{}:{}-{}", all.empty() ? "" : " ", api.key, api.least, api.most);
  }
  out.add_text("kafka.apis", all);
}

void dissect_x11(BytesView raw, Dissection& out) {
  const auto reply = net::parse_x11_setup(raw);
  if (!reply) return;
  out.protocol = "x11";
  out.banner = "X11 " + (reply->vendor.empty() ? reply->reason : reply->vendor);
  out.add_text("x11.vendor", reply->vendor);
  if (reply->release != 0) out.add_text("x11.release", std::to_string(reply->release));
  out.add_text("x11.refusal", reply->reason);
}

}  // namespace qingdan::identify
