// rpcbind — asks the port mapper for its list (RFC 1833, DUMP) and servers of NFS for their
// versions, over TCP and UDP: one question, no credential. Nobody else's procedure is called
// through the mapper, and of NFS only the one that does nothing.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/datagrams.h"
#include "probe/heard_stream.h"
#include "qingdan/net/rpcbind_wire.h"

namespace qingdan::probe {

namespace {

// What is asked, and whether a message answers the call of this number.
struct Question {
  Bytes (*build)(std::uint32_t xid);
  bool (*answers)(BytesView message, std::uint32_t xid);
  std::string_view channel;  // lives for ever
};

constexpr Question kDump{&net::build_rpcbind_dump,
                         [](BytesView message, std::uint32_t xid) {
                           const auto reply = net::parse_rpcbind_reply(message);
                           return reply && reply->xid == xid;
                         },
                         model::channel::kRpcbind};
constexpr Question kVersions{&net::build_nfs_null,
                             [](BytesView message, std::uint32_t xid) {
                               const auto reply = net::parse_nfs_reply(message);
                               return reply && reply->xid == xid;
                             },
                             model::channel::kNfs};

class RpcStream final : public Conversation {
 public:
  RpcStream(const Question& question, std::uint32_t xid) : question_(question), xid_(xid) {}

  Step on_open() override {
    const auto call = question_.build(xid_);
    return {net::build_rpc_record(call), false, false};
  }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const auto extent = net::measure_rpc_reply_tcp(heard_.rest());
    if (!heard_.note(extent)) return {{}, heard_.over(), false};
    message_ = net::join_rpc_record(heard_.rest().first(extent.size));
    if (!question_.answers(message_, xid_)) {
      message_.clear();
      heard_.mark_foreign();
    }
    return {{}, true, false};
  }

  std::vector<Heard> take() override {
    if (message_.empty()) return heard_.take(model::channel::kUnknown);
    return {{std::string(question_.channel), std::move(message_), false}};
  }

 private:
  const Question question_;
  std::uint32_t xid_;
  HeardStream heard_;
  Bytes message_;
};

std::unique_ptr<Conversation> ask(const Question& question, const Setting& setting,
                                  net::Transport transport) {
  const auto xid = static_cast<std::uint32_t>(cookie_of(setting));
  if (transport == net::Transport::tcp) return std::make_unique<RpcStream>(question, xid);
  const auto rule = [question, xid](BytesView datagram) {
    const bool ours = question.answers(datagram, xid);
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(question.build(xid), rule, question.channel);
}

}  // namespace

std::unique_ptr<Conversation> make_rpcbind(const Setting& setting, net::Transport transport) {
  return ask(kDump, setting, transport);
}

std::unique_ptr<Conversation> make_nfs(const Setting& setting, net::Transport transport) {
  return ask(kVersions, setting, transport);
}

}  // namespace qingdan::probe
