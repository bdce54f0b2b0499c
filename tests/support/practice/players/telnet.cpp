// telnet — options, a banner and a login prompt that lets nobody in (RFC 854, RFC 855).
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kIac = 255, kWill = 251, kDo = 253, kSubnegotiation = 250;
constexpr std::uint8_t kEcho = 1, kSuppressGoAhead = 3, kTerminalType = 24, kWindowSize = 31;

struct Words {
  std::string banner, password_prompt, refusal;
};

class Telnet final : public Player {
 public:
  explicit Telnet(Words words) : words_(std::move(words)) {}

  Act on_open() override {
    ByteWriter out;
    for (const auto option : {kEcho, kSuppressGoAhead}) out.u8(kIac).u8(kWill).u8(option);
    for (const auto option : {kTerminalType, kWindowSize}) out.u8(kIac).u8(kDo).u8(option);
    out.text(words_.banner);
    return say(std::move(out).take());
  }

  Act on_data(BytesView fresh) override {
    bool entered = false;
    for (const auto byte : fresh) {
      if (to_skip_ > 0) {
        --to_skip_;
      } else if (byte == kIac) {
        to_skip_ = 2;
      } else if (byte == kSubnegotiation) {
        to_skip_ = 0;
      } else if (byte == '\n' || byte == '\r') {
        entered = true;
      }
    }
    if (!entered) return {};
    asked_ = !asked_;
    return asked_ ? say("\r\n" + words_.password_prompt)
                  : say("\r\n" + words_.refusal + "\r\n\r\n");
  }

 private:
  Words words_;
  int to_skip_ = 0;
  bool asked_ = false;
};

}  // namespace

PlayerMaker make_telnet(const Settings& settings, const Seat&) {
  const Words words{settings.text("banner"), settings.text("password_prompt", "Password:"),
                    settings.text("refusal", "Login incorrect")};
  return [words] { return std::make_unique<Telnet>(words); };
}

}  // namespace qingdan::practice
