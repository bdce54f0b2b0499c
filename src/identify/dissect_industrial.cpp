// dissect_industrial — what industrial devices say of themselves, read by the wire parsers of net.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "identify/dissectors.h"
#include "qingdan/net/bacnet_wire.h"
#include "qingdan/net/dnp3_wire.h"
#include "qingdan/net/enip_wire.h"
#include "qingdan/net/fins_wire.h"
#include "qingdan/net/iec104_wire.h"
#include "qingdan/net/modbus_wire.h"
#include "qingdan/net/opcua_wire.h"
#include "qingdan/net/s7_wire.h"

namespace qingdan::identify {
namespace {

// Modbus Application Protocol V1.1b3 §6.21, table of objects.
constexpr std::array<std::string_view, 7> kObjects{"vendor_name",     "product_code", "revision",
                                                   "vendor_url",      "product_name", "model_name",
                                                   "user_application"};

// SSL-ID W#16#001C, by index (s7_wire.h); "" = nothing that tells devices apart.
constexpr std::array<std::string_view, 10> kS7Records{
    "", "station", "module", "plant", "", "serial_number", "", "module_type", "card", "maker"};

std::string_view name_of(net::BacnetProperty property) {
  if (property == net::BacnetProperty::vendor_name) return "vendor_name";
  return property == net::BacnetProperty::model_name ? "model_name" : "object_name";
}

}  // namespace

void dissect_modbus(BytesView raw, Dissection& out) {
  const auto reply = net::parse_modbus_reply(raw);
  if (!reply) return;
  out.protocol = "modbus";
  for (const auto& [id, value] : reply->objects) {
    if (id >= kObjects.size() || value.empty()) continue;
    out.add_text("modbus.object", fmt::format("{}={}", kObjects[id], value));
  }
}

void dissect_enip(BytesView raw, Dissection& out) {
  const auto identity = net::parse_enip_identity(raw);
  if (!identity) return;
  out.protocol = "ethernet-ip";
  out.add_text("enip.product_name", identity->product_name);
  out.add_text(
      "enip.identity",
      fmt::format("vendor={} type={} code={} revision={}.{}", identity->vendor,
                  identity->device_type, identity->product_code, identity->major, identity->minor));
}

void dissect_s7(BytesView raw, Dissection& out) {
  const auto found = net::parse_s7_stream(raw);
  if (!found || (!found->confirmed && !found->s7)) return;
  out.protocol = found->s7 ? "s7comm" : "iso-tsap";
  for (const auto& [index, value] : found->records) {
    if (index >= kS7Records.size() || kS7Records[index].empty()) continue;
    out.add_text("s7.identity", fmt::format("{}={}", kS7Records[index], value));
  }
}

void dissect_opcua(BytesView raw, Dissection& out) {
  const auto found = net::parse_opcua_stream(raw);
  if (!found) return;
  out.protocol = "opcua-tcp";
  const auto add = [&out](std::string_view field, const std::string& value) {
    if (!value.empty()) out.add_text(std::string(field), value);
  };
  add("opcua.application_uri", found->application_uri);
  add("opcua.product_uri", found->product_uri);
  add("opcua.application_name", found->application_name);
  for (const auto& policy : found->policies) add("opcua.policy", policy);
}

void dissect_iec104(BytesView raw, Dissection& out) {
  if (net::is_iec104_confirmed(raw)) out.protocol = "iec-104";
}

void dissect_dnp3(BytesView raw, Dissection& out) {
  const auto link = net::parse_dnp3_reply(raw);
  if (!link) return;
  out.protocol = "dnp";
  out.add_text("dnp3.link", fmt::format("station={} function={}", link->station, link->function));
}

void dissect_fins(BytesView raw, Dissection& out) {
  const auto found = net::parse_fins_stream(raw);
  if (!found) return;
  out.protocol = "fins";
  if (found->model.empty()) return;
  out.add_text("fins.controller",
               fmt::format("model={} version={}", found->model, found->version));
}

void dissect_bacnet(BytesView raw, Dissection& out) {
  for (const auto datagram : messages_of(raw)) {
    const auto reply = net::parse_bacnet_reply(datagram);
    if (!reply) continue;
    out.protocol = "bacnet";
    if (reply->kind == net::BacnetReply::Kind::i_am) {
      out.add_text("bacnet.device",
                   fmt::format("instance={} vendor={}", reply->instance, reply->vendor));
    }
    if (reply->text.empty()) continue;
    out.add_text("bacnet.property", fmt::format("{}={}", name_of(reply->property), reply->text));
  }
}

}  // namespace qingdan::identify
