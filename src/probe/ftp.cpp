// ftp — reads the greeting, asks SYST (RFC 959 §4.1.3) and FEAT (RFC 2389 §3), says QUIT.
//
// Both commands are allowed before a login; servers that want one answer 530, which is an answer
// too. USER is never sent, not even "anonymous".
#include <algorithm>

#include "probe/conversations.h"
#include "probe/line_script.h"
#include "qingdan/net/sniff.h"

namespace qingdan::probe {

namespace {

LineScript::Greeting judge(const net::LineReply& greeting) {
  // SMTP greets with 220 as well, and has to say so in its text or be asked for it.
  if (greeting.text().find("SMTP") != std::string::npos) return LineScript::Greeting::foreign;
  switch (greeting.code) {
    case 220:
      return net::sniff(as_bytes("220 " + greeting.text() + "\r\n")) == "ftp"
                 ? LineScript::Greeting::welcome
                 : LineScript::Greeting::perhaps;
    case 120:  // ready in some minutes
    case 421:
    case 500:
    case 530:
    case 550:
      return LineScript::Greeting::refusal;
    default:
      return LineScript::Greeting::foreign;
  }
}

// A mail server knows neither command (500, 502); one for files knows them or wants a login first.
bool confirms(const LineScript::Replies& replies) {
  for (std::size_t i = 1; i < replies.size(); ++i) {
    const int code = replies[i].code;
    if (replies[i].complete && (code == 215 || code == 211 || code == 530)) return true;
  }
  return false;
}

// RFC 4217 §6, and FEAT lines of servers that list what AUTH takes: "AUTH TLS-C;TLS-P;".
bool offers_tls(const LineScript::Replies& replies) {
  if (replies.size() <= 2) return false;
  return std::any_of(replies[2].texts.begin(), replies[2].texts.end(), [](const auto& text) {
    const auto line = to_lower_ascii(trim(text));
    return line.starts_with("auth ") && line.find("tls") != std::string::npos;
  });
}

}  // namespace

std::unique_ptr<Conversation> make_ftp(const Setting&) {
  LineScript script;
  script.channel = model::channel::kFtp;
  script.judge = &judge;
  script.answered = &answered_in_turn;
  script.confirms = &confirms;
  script.commands = {"SYST\r\n", "FEAT\r\n"};
  script.offers_tls = &offers_tls;
  script.goodbye = "QUIT\r\n";
  return std::make_unique<LineConversation>(std::move(script));
}

}  // namespace qingdan::probe
