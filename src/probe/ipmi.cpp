// ipmi — asks a management controller how one might log in to it (23 bytes for 30), then for its
// ASF pong, which names the maker. No session is opened and no user named. A controller may answer
// but one of the two: where the first stays unanswered, the next attempt begins with the other.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/ipmi_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_ipmi(const Setting& setting) {
  const auto number = static_cast<std::uint8_t>(cookie_of(setting) & 0x3F);
  const bool pings_first = setting.attempt % 2 == 0;
  const auto rule = [number, answered = 0](BytesView datagram) mutable {
    const auto pong = net::parse_asf_pong(datagram);
    const auto said = net::parse_ipmi_capabilities(datagram);
    Ruling ruling;
    ruling.ours = (pong && pong->tag == number) || (said && said->sequence == number);
    if (!ruling.ours) return ruling;
    ruling.last = ++answered == 2;
    if (ruling.last) return ruling;
    ruling.send = pong ? net::build_ipmi_auth_capabilities(number) : net::build_asf_ping(number);
    return ruling;
  };
  return std::make_unique<Datagrams>(
      pings_first ? net::build_asf_ping(number) : net::build_ipmi_auth_capabilities(number), rule,
      model::channel::kIpmi, Datagrams::Keep::framed);
}

}  // namespace qingdan::probe
