// mysql_wire — the first packet of a MySQL server and its kin: protocol 10 handshake or an error
// (MySQL internals manual, "Protocol::HandshakeV10", "ERR_Packet"). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

inline constexpr std::size_t kMysqlPacketMax = 4096;

struct MysqlHandshake {
  std::uint8_t protocol{10};
  std::string version;          // as sent, "5.5.5-" included
  bool mariadb_prefix{false};   // MariaDB puts "5.5.5-" before its own version for old replicas
  std::uint32_t connection{0};  // grows by one with each connection
  std::uint32_t capabilities{0};
  std::uint8_t charset{0};
  std::uint16_t status{0};
  std::string auth_plugin;  // "caching_sha2_password"; "" where none is named
  [[nodiscard]] bool offers_tls() const { return (capabilities & 0x0800) != 0; }  // CLIENT_SSL
  // The version without MariaDB's prefix.
  [[nodiscard]] std::string_view own_version() const;
};

struct MysqlError {
  std::uint16_t code{0};  // 1130 "Host … is not allowed", 1129 "Host … is blocked"
  std::string sql_state;  // "" where none was sent
  std::string message;
};

// One of the two is set.
struct MysqlGreeting {
  std::optional<MysqlHandshake> handshake;
  std::optional<MysqlError> error;
};

[[nodiscard]] Extent mysql_extent(BytesView stream);
[[nodiscard]] std::optional<MysqlGreeting> parse_mysql_greeting(BytesView stream);

// Protocol::SSLRequest: capabilities and character set, no user; TLS begins right after it.
[[nodiscard]] Bytes build_mysql_ssl_request(std::uint8_t charset);

// For peers in tests.
[[nodiscard]] Bytes build_mysql_greeting(const MysqlGreeting& greeting);

}  // namespace qingdan::net
