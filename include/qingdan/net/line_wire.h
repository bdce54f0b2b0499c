// line_wire — replies of protocols that speak in lines: FTP (RFC 959 §4.2), SMTP (RFC 5321 §4.2),
// NNTP (RFC 3977 §3.2), POP3 (RFC 1939 §3), IMAP (RFC 9051 §2.2.2). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// How replies are framed.
enum class LineStyle : std::uint8_t {
  coded,  // FTP, SMTP, NNTP: three digits; "220-" goes on, "220 " ends
  pop3,   // +OK / -ERR; further lines belong to it, up to a line "."
  imap    // "* OK …", "* CAPABILITY …", "a1 OK …": every line for itself
};

// More of a stream is not read.
inline constexpr std::size_t kLineRepliesMax = 64;
inline constexpr std::size_t kLineTextsMax = 200;
inline constexpr std::size_t kLineMax = 2048;

struct LineReply {
  int code{0};                     // of coded replies; 0 where a line has none
  std::string status;              // "220", "+OK", "-ERR", "* OK", "* BYE", "a1 NO"; "" where none
  std::vector<std::string> texts;  // each line without its prefix, bytes as sent
  bool complete{false};            // its last line has come, line end and all
  [[nodiscard]] std::string text() const;  // texts joined by "\n"
  bool operator==(const LineReply&) const = default;
};

// The replies of a stream in order; the last may be incomplete. A POP3 reply of one line counts as
// complete: whoever asked for a list (CAPA) waits for texts beyond the first.
[[nodiscard]] std::vector<LineReply> split_replies(BytesView stream, LineStyle style);

// How many complete replies the stream holds.
[[nodiscard]] std::size_t count_complete_replies(BytesView stream, LineStyle style);

}  // namespace qingdan::net
