// snmp_engine — SNMPv3 engine discovery (RFC 3414 §4): one datagram without user or community, one
// report in which the engine names itself, its boots and its time since then. No community is ever
// guessed; an agent that speaks only v1 or v2c stays silent, and that is the answer.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/snmp_wire.h"

namespace qingdan::probe {

namespace {

class SnmpEngine final : public Conversation {
 public:
  explicit SnmpEngine(const Setting& setting)
      : message_id_(static_cast<std::int32_t>(cookie_of(setting) & 0x7FFF'FFFFU)) {}

  Step on_open() override { return {net::build_snmp_engine_discovery(message_id_), false, false}; }

  // Strays do not end the wait, the deadline does; the last one is kept if nothing better comes.
  Step on_received(BytesView datagram) override {
    const auto message = net::parse_snmp_message(datagram);
    ours_ = message && message->version == 3 && message->message_id == message_id_;
    heard_.assign(datagram.begin(), datagram.end());
    return {{}, ours_, false};
  }

  std::vector<Heard> take() override {
    if (heard_.empty()) return {};
    const auto channel = ours_ ? model::channel::kSnmpEngine : model::channel::kUnknown;
    return {{std::string(channel), std::move(heard_), false}};
  }

 private:
  std::int32_t message_id_;
  Bytes heard_;
  bool ours_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_snmp_engine(const Setting& setting) {
  return std::make_unique<SnmpEngine>(setting);
}

}  // namespace qingdan::probe
