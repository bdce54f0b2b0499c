// mongodb — isMaster, then buildInfo: the two questions every driver asks before a login, and that
// every server answers without one.
//
// isMaster goes by OP_QUERY, as the handshake specification prescribes for a server one does not
// know: "hello" by OP_MSG would make servers before 3.6 close the connection. The answer's
// maxWireVersion says by which of the two buildInfo may go.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/heard_stream.h"
#include "qingdan/net/mongo_wire.h"

namespace qingdan::probe {

namespace {

class Mongodb final : public Conversation {
 public:
  explicit Mongodb(const Setting& setting)
      : request_id_(static_cast<std::int32_t>(cookie_of(setting) & 0x3FFF'FFFFU)) {}

  Step on_open() override { return {net::build_mongo_is_master(request_id_), false, false}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const auto extent = net::measure_mongo_message(heard_.rest());
    if (!heard_.note(extent)) return {{}, heard_.over(), false};
    const auto replies = net::parse_mongo_replies(heard_.rest().first(extent.size));
    if (replies.empty()) heard_.mark_foreign();
    if (replies.empty() || asked_build_info_) {
      if (!replies.empty()) heard_.mark_complete();
      return {{}, true, false};
    }
    heard_.understand(extent.size);
    asked_build_info_ = true;
    return {net::build_mongo_build_info(request_id_ + 1, knows_op_msg(replies.front())), false,
            false};
  }

  std::vector<Heard> take() override { return heard_.take(model::channel::kMongo); }

 private:
  static bool knows_op_msg(const net::MongoReply& reply) {
    const auto version = reply.find("maxWireVersion").value_or("0");
    // One digit stands for 0 to 9, more digits for 10 and above.
    return version.size() > 1 || version >= std::to_string(net::kMongoOpMsgWireVersion);
  }

  std::int32_t request_id_;
  HeardStream heard_;
  bool asked_build_info_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_mongodb(const Setting& setting) {
  return std::make_unique<Mongodb>(setting);
}

}  // namespace qingdan::probe
