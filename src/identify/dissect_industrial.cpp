// dissect_industrial — what industrial devices say of themselves, read by the wire parsers of net.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "identify/dissectors.h"
#include "qingdan/net/enip_wire.h"
#include "qingdan/net/modbus_wire.h"

namespace qingdan::identify {
namespace {

// Modbus Application Protocol V1.1b3 §6.21, table of objects.
constexpr std::array<std::string_view, 7> kObjects{"vendor_name",     "product_code", "revision",
                                                   "vendor_url",      "product_name", "model_name",
                                                   "user_application"};

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

}  // namespace qingdan::identify
