// ike — the first message of a key exchange, of version 1 first (its responders name themselves by
// vendor ids), of version 2 where that stays unanswered. No identity, no key: the exchange ends
// with the responder's first message, and its half-open state dies as that of any lost client.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/ike_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_ike(const Setting& setting) {
  constexpr std::uint16_t kNatPort = 4500;  // RFC 3948 §2
  // On 4500 four zeros mean IKE: the cookie that follows must not begin so, nor be zero anywhere.
  const auto cookie = cookie_of(setting) | 0x8000'0000'0000'0001U;
  const bool nat = setting.port == kNatPort;
  const auto rule = [cookie](BytesView datagram) {
    const auto reply = net::parse_ike_reply(datagram);
    const bool ours = reply && reply->initiator == cookie;
    return Ruling{ours, ours};
  };
  auto request = setting.attempt % 2 == 0 ? net::build_ike2_init(cookie, nat)
                                          : net::build_ike1_main_mode(cookie, nat);
  return std::make_unique<Datagrams>(std::move(request), rule, model::channel::kIke);
}

}  // namespace qingdan::probe
