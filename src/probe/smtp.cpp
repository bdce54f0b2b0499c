// smtp — reads the greeting, says EHLO (RFC 5321 §4.1.1.1), reads the extensions, says QUIT.
//
// The name after EHLO is of the reserved domain .invalid (RFC 2606 §2), so it can never be taken
// for somebody else's. No mail transaction is begun.
#include "probe/conversations.h"
#include "probe/line_script.h"
#include "qingdan/net/sniff.h"

namespace qingdan::probe {

namespace {

LineScript::Greeting judge(const net::LineReply& greeting) {
  const auto text = greeting.text();
  const bool ftp = text.find("FTP") != std::string::npos && text.find("SMTP") == std::string::npos;
  if (ftp) return LineScript::Greeting::foreign;
  switch (greeting.code) {
    case 220:
      return net::sniff(as_bytes("220 " + text + "\r\n")) == "smtp" ? LineScript::Greeting::welcome
                                                                    : LineScript::Greeting::perhaps;
    case 421:
    case 521:  // RFC 7504: accepts no mail
    case 550:
    case 554:  // RFC 5321 §3.1: no service
      return LineScript::Greeting::refusal;
    default:
      return LineScript::Greeting::foreign;
  }
}

// RFC 5321 §4.1.1.1: EHLO is answered by 250; an FTP server answers 500, 502 or 530.
bool confirms(const LineScript::Replies& replies) {
  return replies.size() > 1 && replies[1].complete && replies[1].code == 250;
}

// RFC 3207 §2.
bool offers_tls(const LineScript::Replies& replies) { return says_word(replies, 1, "STARTTLS"); }

}  // namespace

std::unique_ptr<Conversation> make_smtp(const Setting&) {
  LineScript script;
  script.channel = model::channel::kSmtp;
  script.judge = &judge;
  script.answered = &answered_in_turn;
  script.confirms = &confirms;
  script.commands = {"EHLO qingdan.invalid\r\n"};
  script.offers_tls = &offers_tls;
  script.goodbye = "QUIT\r\n";
  return std::make_unique<LineConversation>(std::move(script));
}

}  // namespace qingdan::probe
