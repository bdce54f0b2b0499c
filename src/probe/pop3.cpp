// pop3 — reads the greeting, asks CAPA (RFC 2449 §5), which needs no login, says QUIT.
#include "probe/conversations.h"
#include "probe/line_script.h"

namespace qingdan::probe {

namespace {

LineScript::Greeting judge(const net::LineReply& greeting) {
  if (greeting.status == "+OK") return LineScript::Greeting::welcome;
  if (greeting.status == "-ERR") return LineScript::Greeting::refusal;
  return LineScript::Greeting::foreign;
}

// CAPA answers "-ERR …", or "+OK" and a list up to the line "."; the list alone makes it whole.
bool answered(const LineScript::Replies& replies, std::size_t index) {
  if (replies.size() <= index || !replies[index].complete) return false;
  return replies[index].status == "-ERR" || replies[index].texts.size() > 1;
}

// RFC 2595 §4.
bool offers_tls(const LineScript::Replies& replies) { return says_word(replies, 1, "STLS"); }

}  // namespace

std::unique_ptr<Conversation> make_pop3(const Setting&) {
  LineScript script;
  script.channel = model::channel::kPop3;
  script.style = net::LineStyle::pop3;
  script.judge = &judge;
  script.answered = &answered;
  script.commands = {"CAPA\r\n"};
  script.offers_tls = &offers_tls;
  script.goodbye = "QUIT\r\n";
  return std::make_unique<LineConversation>(std::move(script));
}

}  // namespace qingdan::probe
