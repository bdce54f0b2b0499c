// irc_wire — what a server of Internet Relay Chat says to a client that has not registered:
// notices, its capabilities, its refusals, and how it closes. Pure, bounded. Sources: RFC 1459
// §2.3, RFC 2812 §2.3, §3.1.7, §3.4.3, §5; IRCv3, "Capability Negotiation".
//
// Channel irc.reply = the lines as they came.
#pragma once

#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// CAP LS 302, VERSION, QUIT. None of them registers anybody; many servers tell their version to no
// one else, and refuse in words of their own.
[[nodiscard]] Bytes build_irc_question();

inline constexpr std::size_t kIrcMax = 16'384;
// Whole at ERROR, by which a server closes; foreign where the first line is none of a server.
[[nodiscard]] Extent measure_irc(BytesView stream);

struct IrcReply {
  std::string server;                     // the name it gives itself
  std::vector<std::string> notices;       // "*** Looking up your hostname..."
  std::vector<std::string> capabilities;  // "sasl=PLAIN", "inspircd.org/standard-replies"
  std::string version;  // of RPL_VERSION: "UnrealIRCd-6.1.2. irc.example.test …"
  std::string refusal;  // of ERR_NOTREGISTERED: "* VERSION :You have not registered."
  std::string closing;  // of ERROR
  bool any{false};      // a whole line of a server came
};
[[nodiscard]] IrcReply parse_irc(BytesView stream);

}  // namespace qingdan::net
