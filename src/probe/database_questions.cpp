// database_questions — Oracle's listener is pinged as tnsping does, SQL Server gets the PRELOGIN
// that any client sends before it says who it is, Cassandra OPTIONS, DB2 and its kin the exchange
// of attributes, Firebird the choice of a protocol. None names a user or a database.
#include "probe/one_reply.h"
#include "probe/service_conversations.h"
#include "qingdan/net/cql_wire.h"
#include "qingdan/net/drda_wire.h"
#include "qingdan/net/firebird_wire.h"
#include "qingdan/net/tds_wire.h"
#include "qingdan/net/tns_wire.h"

namespace qingdan::probe {
namespace {

bool is_tns(BytesView stream) { return net::parse_tns_reply(stream).has_value(); }
bool is_tds(BytesView stream) { return net::parse_tds_prelogin(stream).has_value(); }
bool is_cql(BytesView stream) { return net::parse_cql(stream).has_value(); }
bool is_drda(BytesView stream) { return net::parse_drda(stream).has_value(); }
bool is_firebird(BytesView stream) { return net::parse_firebird(stream).has_value(); }

}  // namespace

ServiceConversation make_oracle(const Setting&) {
  return std::make_unique<OneReply>(net::build_tns_ping(), net::measure_tns_packet, is_tns,
                                    model::channel::kOracle);
}

ServiceConversation make_mssql(const Setting&) {
  return std::make_unique<OneReply>(net::build_tds_prelogin(), net::measure_tds_prelogin, is_tds,
                                    model::channel::kMssql);
}

ServiceConversation make_cassandra(const Setting&) {
  return std::make_unique<OneReply>(net::build_cql_options(), net::measure_cql, is_cql,
                                    model::channel::kCassandra);
}

ServiceConversation make_db2(const Setting&) {
  return std::make_unique<OneReply>(net::build_drda_exchange(), net::measure_drda, is_drda,
                                    model::channel::kDb2);
}

ServiceConversation make_firebird(const Setting&) {
  auto connect = std::make_unique<OneReply>(net::build_firebird_connect(), net::measure_firebird,
                                            is_firebird, model::channel::kFirebird);
  connect->set_goodbye(net::build_firebird_disconnect());
  return connect;
}

}  // namespace qingdan::probe
