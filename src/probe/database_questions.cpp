// database_questions — Oracle's listener is pinged as tnsping does, SQL Server gets the PRELOGIN
// that any client sends before it says who it is. Neither names a user or a database.
#include "probe/one_reply.h"
#include "probe/service_conversations.h"
#include "qingdan/net/tds_wire.h"
#include "qingdan/net/tns_wire.h"

namespace qingdan::probe {
namespace {

bool is_tns(BytesView stream) { return net::parse_tns_reply(stream).has_value(); }
bool is_tds(BytesView stream) { return net::parse_tds_prelogin(stream).has_value(); }

}  // namespace

ServiceConversation make_oracle(const Setting&) {
  return std::make_unique<OneReply>(net::build_tns_ping(), net::measure_tns_packet, is_tns,
                                    model::channel::kOracle);
}

ServiceConversation make_mssql(const Setting&) {
  return std::make_unique<OneReply>(net::build_tds_prelogin(), net::measure_tds_prelogin, is_tds,
                                    model::channel::kMssql);
}

}  // namespace qingdan::probe
