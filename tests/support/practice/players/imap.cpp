// imap — greeting, CAPABILITY, ID, STARTTLS, LOGOUT (RFC 3501, RFC 2971).
#include "lines.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

struct Words {
  std::string greeting, capabilities, id;
  bool tls;
};

class Imap final : public LinePlayer {
 public:
  explicit Imap(Words words) : words_(std::move(words)) {}
  Act on_open() override { return secured_ ? Act{} : say("* OK " + words_.greeting + "\r\n"); }

 protected:
  Act on_line(const std::string& line) override {
    const auto space = line.find(' ');
    const auto tag = line.substr(0, space);
    const auto verb = space == std::string::npos ? std::string() : verb_of(line.substr(space + 1));
    if (verb == "CAPABILITY")
      return say("* CAPABILITY " + words_.capabilities +
                 (words_.tls && !secured_ ? " STARTTLS" : "") + "\r\n" + tag +
                 " OK Capability completed.\r\n");
    if (verb == "LOGOUT")
      return hang_up("* BYE Logging out\r\n" + tag + " OK Logout completed.\r\n");
    if (verb == "NOOP") return say(tag + " OK NOOP completed.\r\n");
    if (verb == "ID") return say("* ID " + words_.id + "\r\n" + tag + " OK ID completed.\r\n");
    if (verb == "STARTTLS" && words_.tls && !secured_) {
      secured_ = true;
      auto act = say(tag + " OK Begin TLS negotiation now.\r\n");
      act.start_tls = true;
      return act;
    }
    return say(tag + " BAD Error in IMAP command received by server.\r\n");
  }

 private:
  Words words_;
  bool secured_ = false;
};

}  // namespace

PlayerMaker make_imap(const Settings& settings, const Seat&) {
  const Words words{settings.text("greeting"),
                    settings.text("capabilities", "IMAP4rev1 ID IDLE LITERAL+"),
                    settings.text("id", "NIL"), settings.flag("offers_tls")};
  return [words] { return std::make_unique<Imap>(words); };
}

}  // namespace qingdan::practice
