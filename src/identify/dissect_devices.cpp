// dissect_devices — wireless controllers: what answered a question of discovery.
#include <fmt/format.h>

#include "identify/dissectors.h"
#include "qingdan/net/capwap_wire.h"

namespace qingdan::identify {

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

}  // namespace qingdan::identify
