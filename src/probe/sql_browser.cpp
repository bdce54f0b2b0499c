// sql_browser — asks SQL Server's browser for the instances of its host: one byte, as [MC-SQLR] has
// it, sent to the one port where it means something.
#include "probe/conversations.h"
#include "probe/datagrams.h"
#include "qingdan/net/sql_browser_wire.h"

namespace qingdan::probe {

std::unique_ptr<Conversation> make_sql_browser(const Setting&) {
  const auto rule = [](BytesView datagram) {
    const bool ours = net::parse_sql_browser_reply(datagram).has_value();
    return Ruling{ours, ours};
  };
  return std::make_unique<Datagrams>(net::build_sql_browser_request(), rule,
                                     model::channel::kSqlBrowser);
}

}  // namespace qingdan::probe
