// pop3 — greeting, CAPA, STLS (RFC 1939, RFC 2449, RFC 2595).
#include "lines.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

class Pop3 final : public LinePlayer {
 public:
  Pop3(std::string greeting, std::vector<std::string> capabilities, bool tls)
      : greeting_(std::move(greeting)), capabilities_(std::move(capabilities)), tls_(tls) {}
  Act on_open() override { return secured_ ? Act{} : say("+OK " + greeting_ + "\r\n"); }

 protected:
  Act on_line(const std::string& line) override {
    const auto verb = verb_of(line);
    if (verb == "QUIT") return hang_up("+OK Logging out\r\n");
    if (verb == "CAPA") {
      std::string text = "+OK\r\n";
      for (const auto& capability : capabilities_) text += capability + "\r\n";
      if (tls_ && !secured_) text += "STLS\r\n";
      return say(text + ".\r\n");
    }
    if (verb == "STLS" && tls_ && !secured_) {
      secured_ = true;
      auto act = say("+OK Begin TLS negotiation now.\r\n");
      act.start_tls = true;
      return act;
    }
    return say("-ERR Unknown command.\r\n");
  }

 private:
  std::string greeting_;
  std::vector<std::string> capabilities_;
  bool tls_;
  bool secured_ = false;
};

}  // namespace

PlayerMaker make_pop3(const Settings& settings, const Seat&) {
  const auto greeting = settings.text("greeting");
  const auto capabilities = settings.list("capabilities");
  const bool tls = settings.flag("offers_tls");
  return [=] { return std::make_unique<Pop3>(greeting, capabilities, tls); };
}

}  // namespace qingdan::practice
