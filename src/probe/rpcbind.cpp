// rpcbind — asks the port mapper for its list (RFC 1833, DUMP) over TCP and UDP: one question, no
// credential, and nobody else's procedure is called through it.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "probe/heard_stream.h"
#include "qingdan/net/rpcbind_wire.h"

namespace qingdan::probe {

namespace {

class RpcbindStream final : public Conversation {
 public:
  explicit RpcbindStream(std::uint32_t xid) : xid_(xid) {}

  Step on_open() override { return {net::build_rpcbind_dump_tcp(xid_), false, false}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const auto extent = net::measure_rpc_reply_tcp(heard_.rest());
    if (!heard_.note(extent)) return {{}, heard_.over(), false};
    message_ = net::join_rpc_record(heard_.rest().first(extent.size));
    const auto reply = net::parse_rpcbind_reply(message_);
    if (!reply || reply->xid != xid_) {
      message_.clear();
      heard_.mark_foreign();
    }
    return {{}, true, false};
  }

  std::vector<Heard> take() override {
    if (message_.empty()) return heard_.take(model::channel::kUnknown);
    return {{std::string(model::channel::kRpcbind), std::move(message_), false}};
  }

 private:
  std::uint32_t xid_;
  HeardStream heard_;
  Bytes message_;
};

}  // namespace

std::unique_ptr<Conversation> make_rpcbind(const Setting& setting, net::Transport transport) {
  const auto xid = static_cast<std::uint32_t>(cookie_of(setting));
  if (transport == net::Transport::tcp) return std::make_unique<RpcbindStream>(xid);
  const auto rule = [xid](BytesView datagram) {
    const auto reply = net::parse_rpcbind_reply(datagram);
    const bool ours = reply && reply->xid == xid;
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_rpcbind_dump(xid), rule, model::channel::kRpcbind);
}

}  // namespace qingdan::probe
