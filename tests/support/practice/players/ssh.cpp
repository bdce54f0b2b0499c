// ssh — identification line and KEXINIT of many servers (RFC 4253 sections 4.2, 6, 7.1), and the
// answer to the first message of curve25519-sha256 (RFC 8731, RFC 5656 section 4) with a host key
// derived from the address. Its signature is none: whoever goes on to keys finds that out.
#include "../certificates.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kMsgDisconnect = 1, kMsgKexinit = 20, kMsgNewkeys = 21, kMsgEcdhInit = 30,
                       kMsgEcdhReply = 31;
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
    heard_ += as_text(fresh);
    if (greeted_) return on_packets();
    const auto end = heard_.find('\n');
    if (end == std::string::npos) return heard_.size() > 255 ? hang_up() : Act{};
    if (!heard_.starts_with("SSH-")) return hang_up("Invalid SSH identification string.\r\n");
    greeted_ = true;
    heard_.erase(0, end + 1);
    Act act;
    if (!words_->kexinit_first) append_kexinit(act);
    return act;
  }

 private:
  Act on_packets() {
    Act act;
    while (heard_.size() >= 5) {
      ByteReader reader(as_bytes(heard_));
      const auto length = reader.u32be();
      if (length < 2 || length > 35'000) return hang_up();
      if (heard_.size() < 4 + std::size_t{length}) return act;
      const auto padding = reader.u8(), message = reader.u8();
      if (padding + 2U > length || message == kMsgDisconnect) return hang_up();
      if (message == kMsgKexinit) {
        reader.skip(16);
        reader.skip(reader.u32be());
        const auto names = as_text(reader.take(reader.u32be()));
        wanted_ = std::string(names.substr(0, names.find(',')));
      }
      if (message == kMsgEcdhInit) append_reply(act);
      heard_.erase(0, 4 + std::size_t{length});
    }
    return act;
  }

  static void put_text(ByteWriter& out, std::string_view text) {
    out.u32be(static_cast<std::uint32_t>(text.size())).text(text);
  }

  // Public values that look the part: RFC 8709 section 4, RFC 5656 section 3.1, RFC 4253 section 6.6.
  Bytes host_key() const {
    const auto value = sha256(as_bytes("host key " + wanted_ + words_->seed));
    ByteWriter out;
    if (wanted_.starts_with("ecdsa-sha2-")) {
      put_text(out, wanted_);
      put_text(out, wanted_.substr(11));
      out.u32be(65).u8(4).bytes(value).bytes(sha256(value));
    } else if (wanted_ == "ssh-ed25519") {
      put_text(out, wanted_);
      out.u32be(32).bytes(value);
    } else {
      put_text(out, "ssh-rsa");
      out.u32be(3).u8(1).u8(0).u8(1);
      out.u32be(257).u8(0).u8(0xC1).bytes(BytesView(value).first(31));
      auto part = value;
      for (int i = 1; i < 8; ++i) out.bytes(part = sha256(part));
    }
    return std::move(out).take();
  }

  void append_reply(Act& act) const {
    const auto key = host_key();
    const auto share = sha256(as_bytes("share " + words_->seed + std::to_string(turn_)));
    ByteWriter signature;
    put_text(signature, wanted_);
    signature.u32be(64).bytes(share).bytes(sha256(share));
    ByteWriter payload;
    payload.u8(kMsgEcdhReply).u32be(static_cast<std::uint32_t>(key.size())).bytes(key);
    payload.u32be(32).bytes(share);
    payload.u32be(static_cast<std::uint32_t>(signature.size())).bytes(signature.view());
    append_packet(act, payload.view());
    const Bytes new_keys{kMsgNewkeys};
    append_packet(act, new_keys);
  }

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
    append_packet(act, payload.view());
  }

  static void append_packet(Act& act, BytesView payload) {
    std::size_t padding = kBlock - (payload.size() + 5) % kBlock;
    if (padding < 4) padding += kBlock;
    ByteWriter packet;
    packet.u32be(static_cast<std::uint32_t>(1 + payload.size() + padding))
        .u8(static_cast<std::uint8_t>(padding));
    packet.bytes(payload).fill(padding);
    act.send.insert(act.send.end(), packet.view().begin(), packet.view().end());
  }

  std::shared_ptr<const Words> words_;
  std::uint32_t turn_;
  std::string heard_, wanted_;
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
