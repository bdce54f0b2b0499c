// device_questions — wireless controllers are asked as an access point asks them before it chooses
// one; they keep nothing of who asks (RFC 5415 §2.3.1), and nothing is joined. Cameras and
// recorders hear the question that their maker's tool sends to the whole network whenever somebody
// opens it: one datagram, to which they say who they are. Neither a login nor a change is part of
// it.
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "probe/service_conversations.h"
#include "qingdan/model/channels_devices.h"
#include "qingdan/net/camera_wire.h"
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

ServiceConversation make_dahua(const Setting&) {
  const auto rule = [](BytesView datagram) {
    const bool ours = net::parse_dahua_device(datagram).has_value();
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_dahua_search(), rule, model::channel::kDahua);
}

ServiceConversation make_sadp(const Setting& setting) {
  const auto id = cookie_of(setting);
  const auto rule = [id](BytesView datagram) {
    const bool ours = net::parse_sadp_device(datagram) && net::answers_inquiry(datagram, id);
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_sadp_inquiry(id), rule, model::channel::kSadp);
}

}  // namespace qingdan::probe
