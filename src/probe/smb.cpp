// smb — negotiates as any client does, then sends NTLM's first message, to which the server answers
// with its names and build. The exchange ends there: no user is named, no session comes of it, and
// nothing is counted as a failed login.
//
// Step one offers SMB 1 and 2 at once ([MS-SMB2] 3.2.4.2.2.1), because that is the one question
// that old and new servers understand. A server that hangs up on it is asked again in SMB 2 alone.
// An SMB 1 server without extended security would want a user next, so there we stop. On port 139 a
// NetBIOS session is asked for first (RFC 1002 §4.3.2).
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/smb_wire.h"

namespace qingdan::probe {

namespace {

constexpr std::uint16_t kNetbiosSessionPort = 139;  // RFC 1002 §4.3
constexpr std::uint16_t kAskAgain = 0x02FF;         // [MS-SMB2] 2.2.4, the wildcard dialect

class Smb final : public Conversation {
 public:
  Smb(bool netbios, bool smb2_only) : netbios_(netbios), smb2_only_(smb2_only) {}

  Step on_open() override {
    return {netbios_ ? net::build_netbios_session_request() : first_negotiate(), false, false};
  }

  Step on_received(BytesView received) override {
    if (heard_.over()) return {{}, true, false};
    heard_.keep(received);
    const auto extent = net::measure_smb_packet(heard_.rest());
    if (!heard_.note(extent)) return {{}, heard_.over(), false};
    const auto stream = net::parse_smb_stream(heard_.rest().first(extent.size));
    if (!stream) {
      heard_.mark_foreign();
      return {{}, true, false};
    }
    heard_.understand(extent.size);
    auto step = stream->messages.empty() ? on_netbios(*stream->netbios_accepted)
                                         : on_message(stream->messages.front());
    if (step.finished) heard_.mark_complete();
    return step;
  }

  std::vector<Heard> take() override {
    silent_ = heard_.all().empty();
    return heard_.take(model::channel::kSmb);
  }

  std::vector<std::unique_ptr<Conversation>> follow_ups() override {
    std::vector<std::unique_ptr<Conversation>> next;
    if (silent_ && hung_up_ && !smb2_only_) next.push_back(std::make_unique<Smb>(netbios_, true));
    return next;
  }

  void on_end(End end) override { hung_up_ = end == End::closed || end == End::reset; }

 private:
  Bytes first_negotiate() const {
    return smb2_only_ ? net::build_smb2_negotiate(0) : net::build_smb_multi_protocol_negotiate();
  }

  Step on_netbios(bool accepted) {
    const bool first = netbios_;
    netbios_ = false;
    if (!accepted || !first) return {{}, true, false};
    return {first_negotiate(), false, false};
  }

  // At most three questions: each is asked once.
  Step on_message(const net::SmbMessage& message) {
    const bool again = message.negotiate2 && message.negotiate2->dialect == kAskAgain;
    if (again && !asked_smb2_ && !smb2_only_) {
      asked_smb2_ = true;
      return {net::build_smb2_negotiate(1), false, false};
    }
    if (message.negotiate2 && message.status == 0 && !again && !asked_session_) {
      asked_session_ = true;
      return {net::build_smb2_session_setup(asked_smb2_ ? 2 : 1), false, false};
    }
    if (message.negotiate1 && message.negotiate1->extended_security() && !asked_session_) {
      asked_session_ = true;
      return {net::build_smb1_session_setup(message.negotiate1->session_key), false, false};
    }
    return {{}, true, false};
  }

  HeardStream heard_;
  bool netbios_;
  bool smb2_only_;
  bool asked_smb2_ = false;
  bool asked_session_ = false;
  bool hung_up_ = false;
  bool silent_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_smb(const Setting& setting) {
  return std::make_unique<Smb>(setting.port == kNetbiosSessionPort, false);
}

}  // namespace qingdan::probe
