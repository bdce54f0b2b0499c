// rdp — X.224 connection confirm with the negotiated security, then TLS (MS-RDPBCGR 2.2.1.1-2).
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint8_t kTpktVersion = 3, kConnectionRequest = 0xe0, kConnectionConfirm = 0xd0;
constexpr std::uint8_t kNegotiationRequest = 1, kNegotiationResponse = 2, kNegotiationFailure = 3;
constexpr std::uint32_t kTls = 1, kHybrid = 2;
constexpr std::uint32_t kHybridRequired = 5;  // HYBRID_REQUIRED_BY_SERVER

class Rdp final : public Player {
 public:
  Rdp(bool needs_nla, std::uint8_t flags) : needs_nla_(needs_nla), flags_(flags) {}

  Act on_data(BytesView fresh) override {
    if (secured_) return {};
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    if (heard_.size() < 7) return {};
    ByteReader reader(heard_);
    const auto version = reader.u8();
    reader.skip(1);
    const auto length = reader.u16be();
    if (version != kTpktVersion || length < 11) return hang_up();
    if (heard_.size() < length) return {};
    reader.skip(1);
    if ((reader.u8() & 0xf0) != kConnectionRequest) return hang_up();
    return confirm(wanted_protocols(length));
  }

 private:
  // The negotiation request is the last eight bytes, behind an optional cookie line.
  std::uint32_t wanted_protocols(std::uint16_t length) const {
    if (length < 19) return 0;
    ByteReader tail(BytesView(heard_).subspan(length - 8U, 8));
    if (tail.u8() != kNegotiationRequest) return 0;
    tail.skip(3);
    return tail.u32le();
  }

  Act confirm(std::uint32_t wanted) {
    ByteWriter out;
    out.u8(kTpktVersion).u8(0).u16be(19).u8(14).u8(kConnectionConfirm).u16be(0).u16be(0x1234).u8(0);
    const bool hybrid = (wanted & kHybrid) != 0;
    if (needs_nla_ && !hybrid) {
      out.u8(kNegotiationFailure).u8(0).u16le(8).u32le(kHybridRequired);
      return {.send = std::move(out).take(), .close = true};
    }
    out.u8(kNegotiationResponse).u8(flags_).u16le(8).u32le(hybrid ? kHybrid : wanted & kTls);
    Act act{.send = std::move(out).take()};
    act.start_tls = secured_ = (wanted & (kTls | kHybrid)) != 0;
    return act;
  }

  bool needs_nla_;
  std::uint8_t flags_;
  Bytes heard_;
  bool secured_ = false;
};

}  // namespace

PlayerMaker make_rdp(const Settings& settings, const Seat&) {
  const bool needs_nla = settings.flag("needs_nla", true);
  const auto flags = static_cast<std::uint8_t>(settings.number("flags", 0x1f));
  return [=] { return std::make_unique<Rdp>(needs_nla, flags); };
}

}  // namespace qingdan::practice
