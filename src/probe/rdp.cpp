// rdp — asks which security a terminal server wants and reads the connection confirm; where it
// chose TLS, the driver shakes hands to see the certificate, then closes. No cookie is sent, hence
// no user name, and CredSSP is never begun.
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/rdp_wire.h"

namespace qingdan::probe {

namespace {

class Rdp final : public Conversation {
 public:
  Step on_open() override { return {net::build_rdp_connection_request(), false, false}; }

  Step on_received(BytesView received) override {
    if (heard_.over()) return {{}, true, false};
    heard_.keep(received);
    if (!heard_.note(net::measure_rdp_confirm(heard_.rest()))) return {{}, heard_.over(), false};
    const auto confirm = net::parse_rdp_confirm(heard_.rest());
    if (!confirm) {
      heard_.mark_foreign();
      return {{}, true, false};
    }
    heard_.mark_complete();
    const bool tls = confirm->wants_tls();
    return {{}, !tls, tls};
  }

  std::vector<Heard> take() override { return heard_.take(model::channel::kRdp); }

 private:
  HeardStream heard_;
};

}  // namespace

std::unique_ptr<Conversation> make_rdp(const Setting&) { return std::make_unique<Rdp>(); }

}  // namespace qingdan::probe
