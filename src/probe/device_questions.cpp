// device_questions — wireless controllers are asked as an access point asks them before it chooses
// one; they keep nothing of who asks (RFC 5415 §2.3.1), and nothing is joined.
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "probe/service_conversations.h"
#include "qingdan/model/channels_devices.h"
#include "qingdan/net/capwap_wire.h"

namespace qingdan::probe {

ServiceConversation make_capwap(const Setting& setting) {
  const auto sequence = static_cast<std::uint8_t>(cookie_of(setting));
  const auto rule = [sequence](BytesView datagram) {
    const auto answer = net::parse_capwap_answer(datagram);
    const bool ours = answer && answer->sequence == sequence;
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_capwap_discovery(sequence), rule,
                                     model::channel::kCapwap);
}

}  // namespace qingdan::probe
