// ftp — greeting, FEAT, SYST, AUTH TLS (RFC 959, RFC 2389, RFC 4217).
#include "lines.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

struct Words {
  std::string greeting, syst, feat;
  bool tls;
};

class Ftp final : public LinePlayer {
 public:
  explicit Ftp(Words words) : words_(std::move(words)) {}
  Act on_open() override { return secured_ ? Act{} : say(words_.greeting + "\r\n"); }

 protected:
  Act on_line(const std::string& line) override {
    const auto verb = verb_of(line);
    if (verb == "QUIT") return hang_up("221 Goodbye.\r\n");
    if (verb == "SYST") return say("215 " + words_.syst + "\r\n");
    if (verb == "FEAT") return say(words_.feat);
    if (verb == "USER") return say("331 Please specify the password.\r\n");
    if (verb == "PASS") return say("530 Login incorrect.\r\n");
    if (verb == "AUTH" && words_.tls) {
      secured_ = true;
      auto act = say("234 Proceed with negotiation.\r\n");
      act.start_tls = true;
      return act;
    }
    return say("530 Please login with USER and PASS.\r\n");
  }

 private:
  Words words_;
  bool secured_ = false;
};

}  // namespace

PlayerMaker make_ftp(const Settings& settings, const Seat&) {
  Words words{settings.text("greeting"),
              settings.text("syst", "UNIX Type: L8"),
              {},
              settings.flag("offers_tls")};
  words.feat = "211-Features:\r\n EPRT\r\n EPSV\r\n MDTM\r\n PASV\r\n SIZE\r\n UTF8\r\n";
  if (words.tls) words.feat += " AUTH TLS\r\n PBSZ\r\n PROT\r\n";
  words.feat += "211 End\r\n";
  return [words] { return std::make_unique<Ftp>(words); };
}

}  // namespace qingdan::practice
