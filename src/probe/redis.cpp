// redis — asks "INFO server" and reads one reply.
//
// INFO is a read-only command that needs no login by default; where one is set the server answers
// -NOAUTH (or -DENIED in protected mode, unasked), which identifies it just as well. Only one
// section is asked for: the others tell of keys and clients, which are none of our business.
#include "probe/conversations.h"
#include "probe/one_reply.h"
#include "qingdan/net/redis_wire.h"

namespace qingdan::probe {

namespace {
bool is_info(BytesView stream) {
  const auto reply = net::parse_redis_reply(stream);
  return reply && !reply->info.empty();
}
}  // namespace

std::unique_ptr<Conversation> make_redis(const Setting&) {
  return std::make_unique<OneReply>(net::build_redis_info(), net::measure_redis_reply, is_info,
                                    model::channel::kRedis);
}

}  // namespace qingdan::probe
