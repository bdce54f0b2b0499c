// netbios — asks a node for its names (50 bytes out, some 200 back). Windows, Samba, printers and
// storage answer anybody who asks; the names and the adapter's address identify the machine.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/netbios_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_netbios(const Setting& setting) {
  const auto id = static_cast<std::uint16_t>(cookie_of(setting));
  const auto rule = [id](BytesView datagram) {
    const auto status = net::parse_netbios_status(datagram);
    const bool ours = status && status->id == id;
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_netbios_status_request(id), rule,
                                     model::channel::kNetbios);
}

}  // namespace qingdan::probe
