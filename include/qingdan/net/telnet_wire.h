// telnet_wire — Telnet's commands told apart from its text (RFC 854, RFC 855). Pure.
#pragma once

#include <string>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

inline constexpr std::size_t kTelnetCommandsMax = 256;

struct TelnetCommand {
  std::uint8_t verb{0};    // WILL 251, WONT 252, DO 253, DONT 254
  std::uint8_t option{0};  // 1 ECHO, 3 SUPPRESS-GO-AHEAD, 24 TERMINAL-TYPE …
  bool operator==(const TelnetCommand&) const = default;
};

struct TelnetStream {
  std::string text;                     // what a person would see; bytes as sent, CR NUL as CR
  std::vector<TelnetCommand> commands;  // in order
  bool cut{false};                      // the stream ends inside a command
};

[[nodiscard]] TelnetStream parse_telnet(BytesView stream);

// Politely declines: WONT for each DO, DONT for each WILL, of the commands from number `from` on.
// A request that was made before is not answered again, so two refusing sides fall silent
// (RFC 854, "General considerations").
[[nodiscard]] Bytes build_refusals(const TelnetStream& stream, std::size_t from);

}  // namespace qingdan::net
