// memcached — asks "version" in the text protocol and reads one line. "stats" would tell more, but
// of the users' load, not of the product.
#include "probe/conversations.h"
#include "probe/one_reply.h"
#include "qingdan/net/memcached_wire.h"

namespace qingdan::probe {

namespace {
bool is_version(BytesView stream) { return as_text(stream).starts_with("VERSION "); }
}  // namespace

std::unique_ptr<Conversation> make_memcached(const Setting&) {
  return std::make_unique<OneReply>(net::build_memcached_version(), net::measure_memcached_reply,
                                    is_version, model::channel::kMemcached);
}

}  // namespace qingdan::probe
