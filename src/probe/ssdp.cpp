// ssdp — a search sent to one host instead of to the group (UPnP Device Architecture 1.1 §1.3.2).
// Every root device on it answers once; no description is fetched, no action invoked.
#include "probe/conversations.h"
#include "probe/datagrams.h"
#include "qingdan/net/ssdp_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_ssdp(const Setting& setting) {
  const auto rule = [](BytesView datagram) {
    return Ruling{net::parse_ssdp_answer(datagram).has_value(), false};
  };
  return std::make_unique<Datagrams>(net::build_ssdp_search(setting.host, setting.port), rule,
                                     model::channel::kSsdp, Datagrams::Keep::framed);
}

}  // namespace qingdan::probe
