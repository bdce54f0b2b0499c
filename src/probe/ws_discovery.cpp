// ws_discovery — a probe sent to one host instead of to the group: cameras (ONVIF), printers and
// Windows name their types, scopes and addresses. Where a probe for all types stays unanswered, the
// next attempt asks for cameras alone, since some answer to nothing else.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/ws_discovery_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_ws_discovery(const Setting& setting) {
  const auto id = cookie_of(setting);
  const auto rule = [id](BytesView datagram) {
    const auto matches = net::parse_ws_probe_matches(datagram);
    const bool ours = matches && net::answers_probe(*matches, id);
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_ws_probe(id, setting.attempt % 2 == 0), rule,
                                     model::channel::kWsDiscovery);
}

}  // namespace qingdan::probe
