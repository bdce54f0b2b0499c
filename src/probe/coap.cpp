// coap — asks a device for the list of its resources (RFC 7252 §7.2), 1024 bytes of it at most; no
// resource itself is read.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "qingdan/net/coap_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_coap(const Setting& setting) {
  const auto cookie = cookie_of(setting);
  const auto token = static_cast<std::uint32_t>(cookie);
  const auto message = static_cast<std::uint16_t>(cookie >> 32);
  ByteWriter written;
  written.u32be(token);
  const auto rule = [token = std::move(written).take(), message](BytesView datagram) {
    const auto reply = net::parse_coap_reply(datagram);
    const bool reset = reply && reply->code == "0.00" && reply->message_id == message;
    const bool ours = reply && (reset || reply->token == token);
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_coap_discovery(message, token), rule,
                                     model::channel::kCoap);
}

}  // namespace qingdan::probe
