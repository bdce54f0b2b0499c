// tftp — asks for a file that cannot be there and hears the server say so, from a port it chose for
// the purpose (RFC 1350 §4). No file is read: should one of that name exist, its first block is all
// that comes, for nothing acknowledges it.
#include "probe/conversations.h"
#include "probe/datagrams.h"
#include "qingdan/net/tftp_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_tftp(const Setting&) {
  const auto rule = [](BytesView datagram) {
    const bool ours = net::parse_tftp_reply(datagram).has_value();
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_tftp_read("qingdan-asks-who-is-there"), rule,
                                     model::channel::kTftp);
}

}  // namespace qingdan::probe
