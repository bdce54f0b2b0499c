// dissect_devices — wireless controllers and cameras: what answered a question of discovery.
#include <fmt/format.h>

#include "identify/dissectors.h"
#include "qingdan/base/text.h"
#include "qingdan/net/camera_wire.h"
#include "qingdan/net/capwap_wire.h"

namespace qingdan::identify {
namespace {

// Shorter ones are placeholders.
constexpr std::size_t kSerialLeast = 8;

// `maker`: "dahua" or "hikvision", of the fields' names.
void add_camera(std::string_view maker, const net::CameraAnswer& answer, Dissection& out) {
  const auto name = [&](std::string_view field) { return fmt::format("{}.{}", maker, field); };
  out.banner = fmt::format("{} {}", answer.model, answer.version);
  out.add_text(name("kind"), answer.kind);
  out.add_text(name("model"), answer.model);
  out.add_text(name("version"), answer.version);
  out.add_text(name("maker"), answer.maker);
  out.add_host_name(answer.name);
  out.add_mac(answer.mac);
  if (answer.serial.size() < kSerialLeast) return;
  out.identifiers.push_back({model::IdentifierType::serial, answer.serial});
}

}  // namespace

void dissect_capwap(BytesView raw, Dissection& out) {
  const auto answer = net::parse_capwap_answer(raw);
  if (!answer) return;
  out.protocol = "capwap-control";
  out.banner = fmt::format("CAPWAP {} {}", answer->name, answer->software);
  out.add_text("capwap.ac_name", answer->name);
  if (answer->vendor != 0) out.add_text("capwap.vendor", std::to_string(answer->vendor));
  out.add_text("capwap.software", answer->software);
  out.add_text("capwap.hardware", answer->hardware);
  out.add_text("capwap.load", fmt::format("{}/{} access points, {} stations", answer->access_points,
                                          answer->access_points_max, answer->stations));
  out.add_host_name(answer->name);
}

void dissect_dahua(BytesView raw, Dissection& out) {
  const auto answer = net::parse_dahua_device(raw);
  if (!answer) return;
  out.protocol = "dhip";
  add_camera("dahua", *answer, out);
}

void dissect_sadp(BytesView raw, Dissection& out) {
  const auto answer = net::parse_sadp_device(raw);
  if (!answer) return;
  out.protocol = "sadp";
  add_camera("hikvision", *answer, out);
}

}  // namespace qingdan::identify
