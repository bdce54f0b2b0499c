// smtp — greeting and EHLO with extensions, STARTTLS (RFC 5321, RFC 3207).
#include "lines.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

struct Words {
  std::string greeting;  // after "220 "
  std::string host;
  std::vector<std::string> extensions;
  bool tls;
};

class Smtp final : public LinePlayer {
 public:
  explicit Smtp(Words words) : words_(std::move(words)) {}
  Act on_open() override { return secured_ ? Act{} : say("220 " + words_.greeting + "\r\n"); }

 protected:
  Act on_line(const std::string& line) override {
    const auto verb = verb_of(line);
    if (verb == "QUIT") return hang_up("221 2.0.0 Bye\r\n");
    if (verb == "HELO") return say("250 " + words_.host + "\r\n");
    if (verb == "EHLO") return say(extensions());
    if (verb == "NOOP") return say("250 2.0.0 Ok\r\n");
    if (verb == "STARTTLS" && words_.tls && !secured_) {
      secured_ = true;
      auto act = say("220 2.0.0 Ready to start TLS\r\n");
      act.start_tls = true;
      return act;
    }
    // Postfix hangs up on a web browser.
    if (verb == "GET" || verb == "HOST:")
      return hang_up("221 2.7.0 Error: I can break rules, too. Goodbye.\r\n");
    return say("502 5.5.2 Error: command not recognized\r\n");
  }

 private:
  std::string extensions() const {
    std::string text = "250-" + words_.host + "\r\n";
    for (const auto& extension : words_.extensions) text += "250-" + extension + "\r\n";
    if (words_.tls && !secured_) text += "250-STARTTLS\r\n";
    return text + "250 8BITMIME\r\n";
  }

  Words words_;
  bool secured_ = false;
};

}  // namespace

PlayerMaker make_smtp(const Settings& settings, const Seat&) {
  const Words words{settings.text("greeting"), settings.text("host", "mail.practice.example"),
                    settings.list("extensions"), settings.flag("offers_tls")};
  return [words] { return std::make_unique<Smtp>(words); };
}

}  // namespace qingdan::practice
