// vnc — reads the server's protocol version, answers with one it speaks, reads the security types
// it offers (RFC 6143 §7.1.1, §7.1.2). None is chosen, so no authentication begins and no screen is
// asked for.
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/vnc_wire.h"

namespace qingdan::probe {

namespace {

class Vnc final : public Conversation {
 public:
  Step on_open() override { return {}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const auto stream = net::parse_vnc_stream(received);
    const bool known = !stream.version.empty();
    if (known) heard_.understand(heard_.rest().size());
    if (stream.complete) {
      known ? heard_.mark_complete() : heard_.mark_foreign();
      return {{}, true, false};
    }
    if (!known || answered_) return {};
    answered_ = true;
    return {net::build_vnc_version(stream), false, false};
  }

  std::vector<Heard> take() override { return heard_.take(model::channel::kVnc); }

 private:
  HeardStream heard_;
  bool answered_{false};
};

}  // namespace

std::unique_ptr<Conversation> make_vnc(const Setting&) { return std::make_unique<Vnc>(); }

}  // namespace qingdan::probe
