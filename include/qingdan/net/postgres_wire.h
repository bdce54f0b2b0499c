// postgres_wire — the first two requests of PostgreSQL's frontend/backend protocol and what answers
// them. Pure, linear, bounded. Source: PostgreSQL documentation, "Message Formats" (PG) and "Error
// and Notice Message Fields" (PGE).
//
// Channel postgresql.reply = frames.h messages: the answer to SSLRequest, then (where it came on
// the same connection) the answer to the version request. Each goes to parse_postgres_reply().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// Asks whether the server speaks TLS: "S", "N", or an error of a server too old to know.
[[nodiscard]] Bytes build_postgres_ssl_request();
// A StartupMessage of a protocol version that does not exist, naming no user and no database: the
// server says which versions it supports, in an ErrorResponse with its source file and line.
[[nodiscard]] Bytes build_postgres_version_request();

// Of one typed message (type, length, body), or of the ErrorResponse of protocol 2 ('E', text,
// NUL).
[[nodiscard]] Extent measure_postgres_message(BytesView stream);

struct PostgresError {
  std::string severity;                              // S, may be localized
  std::string code;                                  // C, SQLSTATE
  std::string message;                               // M
  std::string detail;                                // D
  std::string hint;                                  // H
  std::string file;                                  // F
  std::string line;                                  // L
  std::string routine;                               // R
  std::vector<std::pair<char, std::string>> fields;  // all of them, in their order
};

struct PostgresReply {
  std::optional<bool> tls;                      // the one-byte answer to SSLRequest
  std::optional<PostgresError> error;           // a protocol 2 error has only `message`
  std::optional<std::uint32_t> authentication;  // R: 0 ok, 3 cleartext, 5 MD5, 10 SASL …
  std::vector<std::pair<std::string, std::string>> parameters;  // S: server_version …
  std::optional<std::uint32_t> newest_minor;                    // v: NegotiateProtocolVersion
};
// One frame of the channel. nullopt where the first message is not PostgreSQL's; what follows a
// good message and cannot be read is left out.
[[nodiscard]] std::optional<PostgresReply> parse_postgres_reply(BytesView reply);

}  // namespace qingdan::net
