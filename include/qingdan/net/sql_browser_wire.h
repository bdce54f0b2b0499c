// sql_browser_wire — SQL Server's browser: which instances a host runs, and where. Pure, bounded.
// Source: [MC-SQLR] §2.2.2 (CLNT_UCAST_EX), §2.2.5 (SVR_RESP).
//
// Channel mssql.browser = the datagram as it came.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// One byte, 0x03: the whole message as the document has it.
[[nodiscard]] Bytes build_sql_browser_request();

struct SqlInstance {
  std::string server;    // the machine's name
  std::string instance;  // "MSSQLSERVER" is the default one
  bool clustered{false};
  std::string version;  // of the release and service pack, not of later updates
  std::string tcp;      // its port, "" where it takes none
};
// nullopt where it is no SVR_RESP.
[[nodiscard]] std::optional<std::vector<SqlInstance>> parse_sql_browser_reply(BytesView datagram);

}  // namespace qingdan::net
