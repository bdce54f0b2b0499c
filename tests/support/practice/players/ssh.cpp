// ssh — identification line and KEXINIT of many servers (RFC 4253 sections 4.2, 6, 7.1).
#include "../certificates.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kMsgKexinit = 20;
constexpr std::size_t kBlock = 8;  // before keys are agreed, RFC 4253 section 6

struct Words {
  std::string software;               // after "SSH-2.0-"; or the whole line when it has "SSH-"
  std::vector<std::string> preamble;  // lines some servers send first
  std::string kex, host_key, ciphers, macs, compression;
  bool kexinit_first;  // does not wait for the client's line
  std::string seed;
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

class Ssh final : public Player {
 public:
  Ssh(std::shared_ptr<const Words> words, std::uint32_t turn)
      : words_(std::move(words)), turn_(turn) {}

  Act on_open() override {
    std::string text;
    for (const auto& line : words_->preamble) text += line + "\r\n";
    text += (words_->software.starts_with("SSH-") ? "" : "SSH-2.0-") + words_->software + "\r\n";
    Act act = say(text);
    if (words_->kexinit_first) append_kexinit(act);
    return act;
  }

  Act on_data(BytesView fresh) override {
    if (greeted_) return {};  // what follows needs keys; a census does not go there
    heard_ += as_text(fresh);
    const auto end = heard_.find('\n');
    if (end == std::string::npos) return heard_.size() > 255 ? hang_up() : Act{};
    if (!heard_.starts_with("SSH-")) return hang_up("Invalid SSH identification string.\r\n");
    greeted_ = true;
    Act act;
    if (!words_->kexinit_first) append_kexinit(act);
    return act;
  }

 private:
  void append_kexinit(Act& act) const {
    ByteWriter payload;
    const auto cookie = sha256(as_bytes(words_->seed + std::to_string(turn_)));
    payload.u8(kMsgKexinit).bytes(BytesView(cookie).first(16));
    const auto& w = *words_;
    for (const auto* list : {&w.kex, &w.host_key, &w.ciphers, &w.ciphers, &w.macs, &w.macs,
                             &w.compression, &w.compression}) {
      payload.u32be(static_cast<std::uint32_t>(list->size())).text(*list);
    }
    payload.u32be(0).u32be(0).u8(0).u32be(0);  // no languages, no guess, reserved
    std::size_t padding = kBlock - (payload.size() + 5) % kBlock;
    if (padding < 4) padding += kBlock;
    ByteWriter packet;
    packet.u32be(static_cast<std::uint32_t>(1 + payload.size() + padding))
        .u8(static_cast<std::uint8_t>(padding));
    packet.bytes(payload.view()).fill(padding);
    act.send.insert(act.send.end(), packet.view().begin(), packet.view().end());
  }

  std::shared_ptr<const Words> words_;
  std::uint32_t turn_;
  std::string heard_;
  bool greeted_ = false;
};

}  // namespace

PlayerMaker make_ssh(const Settings& settings, const Seat& seat) {
  const auto words = std::make_shared<const Words>(
      Words{settings.text("software"), settings.list("preamble"), joined(settings.list("kex")),
            joined(settings.list("host_key")), joined(settings.list("ciphers")),
            joined(settings.list("macs")), joined(settings.list("compression")),
            settings.flag("kexinit_first"), seat.ip});
  const auto turns = std::make_shared<std::uint32_t>(0);
  return [words, turns] { return std::make_unique<Ssh>(words, ++*turns); };
}

}  // namespace qingdan::practice
