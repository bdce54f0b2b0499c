// quic — a packet of a version that no server has, whose only answer is the list of those it has
// (RFC 9000 §6): no connection begins and the answer is far shorter than the question.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/quic_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_quic(const Setting& setting) {
  const auto destination = cookie_of(setting);
  const auto source = ~destination;
  const auto rule = [destination, source](BytesView datagram) {
    const auto said = net::parse_quic_versions(datagram);
    const bool ours = said && said->destination == source && said->source == destination;
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_quic_probe(destination, source), rule,
                                     model::channel::kQuic);
}

}  // namespace qingdan::probe
