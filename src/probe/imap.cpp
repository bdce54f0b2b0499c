// imap — reads the greeting, asks CAPABILITY (RFC 9051 §6.1.1), says LOGOUT (§6.1.3).
#include <algorithm>

#include "probe/conversations.h"
#include "probe/line_script.h"

namespace qingdan::probe {

namespace {

LineScript::Greeting judge(const net::LineReply& greeting) {
  if (greeting.status == "* OK" || greeting.status == "* PREAUTH") {
    return LineScript::Greeting::welcome;
  }
  if (greeting.status == "* BYE") return LineScript::Greeting::refusal;
  return LineScript::Greeting::foreign;
}

// Untagged lines come before the one with our tag.
bool answered(const LineScript::Replies& replies, std::size_t) {
  for (const auto& reply : replies) {
    if (reply.complete && reply.status.starts_with("a1 ")) return true;
  }
  return false;
}

// RFC 9051 §6.2.1: a word among the capabilities.
bool offers_tls(const LineScript::Replies& replies) {
  return std::any_of(replies.begin(), replies.end(), [](const net::LineReply& reply) {
    const auto line = to_lower_ascii(reply.text()) + " ";
    return reply.status == "*" && line.starts_with("capability ") &&
           line.find(" starttls ") != std::string::npos;
  });
}

}  // namespace

std::unique_ptr<Conversation> make_imap(const Setting&) {
  LineScript script;
  script.channel = model::channel::kImap;
  script.style = net::LineStyle::imap;
  script.judge = &judge;
  script.answered = &answered;
  script.commands = {"a1 CAPABILITY\r\n"};
  script.offers_tls = &offers_tls;
  script.goodbye = "a2 LOGOUT\r\n";
  return std::make_unique<LineConversation>(std::move(script));
}

}  // namespace qingdan::probe
