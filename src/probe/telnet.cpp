// telnet — declines every option the server asks for (RFC 854) and reads until it falls silent,
// which is at its login prompt. Nothing is typed.
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/telnet_wire.h"

namespace qingdan::probe {

namespace {

// Where a server without any option negotiation is still taken for Telnet.
constexpr std::uint16_t kTelnetPort = 23;     // IANA: telnet
constexpr std::uint16_t kTelnetOther = 2323;  // in common use

class Telnet final : public Conversation {
 public:
  explicit Telnet(std::uint16_t port) : usual_(port == kTelnetPort || port == kTelnetOther) {}

  Step on_open() override { return {}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const auto stream = net::parse_telnet(received);
    if (!stream.commands.empty() || usual_) heard_.understand(heard_.rest().size());
    auto refusals = net::build_refusals(stream, answered_);
    answered_ = stream.commands.size();
    return {std::move(refusals), false, false};
  }

  void on_end(End end) override {
    if (heard_.rest().size() == heard_.all().size()) {
      heard_.mark_foreign();
    } else if (end == End::silence || end == End::closed) {
      heard_.mark_complete();
    }
  }

  std::vector<Heard> take() override { return heard_.take(model::channel::kTelnet); }

 private:
  HeardStream heard_;
  std::size_t answered_{0};
  bool usual_;
};

}  // namespace

std::unique_ptr<Conversation> make_telnet(const Setting& setting) {
  return std::make_unique<Telnet>(setting.port);
}

}  // namespace qingdan::probe
