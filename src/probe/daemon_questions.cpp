// daemon_questions — what queues, brokers and virus scanners say of themselves to anybody. MQTT has
// no question before CONNECT; ours names no user, leaves no session behind and is taken back.
#include "probe/one_reply.h"
#include "probe/service_conversations.h"
#include "qingdan/net/daemon_wire.h"

namespace qingdan::probe {
namespace {

bool is_beanstalk(BytesView stream) { return net::parse_beanstalk(stream).has_value(); }
bool is_gearman(BytesView stream) { return net::parse_gearman(stream).has_value(); }
bool is_clamd(BytesView stream) { return net::parse_clamd(stream).has_value(); }
bool is_mqtt(BytesView stream) { return net::parse_mqtt(stream).has_value(); }

// MQTT 5 first, as only there the server says more than yes; one that hangs up on it without a word
// is asked in MQTT 3.1.1.
class Mqtt final : public Conversation {
 public:
  explicit Mqtt(std::uint8_t level)
      : level_(level),
        connect_(net::build_mqtt_connect(level), net::measure_mqtt, is_mqtt,
                 model::channel::kMqtt) {
    connect_.set_goodbye(net::build_mqtt_disconnect());
  }

  Step on_open() override { return connect_.on_open(); }
  Step on_received(BytesView received) override {
    answered_ = true;
    return connect_.on_received(received);
  }
  std::vector<Heard> take() override { return connect_.take(); }

  std::vector<std::unique_ptr<Conversation>> follow_ups() override {
    std::vector<std::unique_ptr<Conversation>> next;
    if (!answered_ && level_ > kOldLevel) next.push_back(std::make_unique<Mqtt>(kOldLevel));
    return next;
  }

 private:
  static constexpr std::uint8_t kOldLevel = 4;
  std::uint8_t level_;
  OneReply connect_;
  bool answered_{false};
};

}  // namespace

ServiceConversation make_beanstalk(const Setting&) {
  auto stats = std::make_unique<OneReply>(net::build_beanstalk_stats(), net::measure_beanstalk,
                                          is_beanstalk, model::channel::kBeanstalk);
  stats->set_goodbye(net::build_beanstalk_quit());
  return stats;
}

ServiceConversation make_gearman(const Setting&) {
  return std::make_unique<OneReply>(net::build_gearman_version(), net::measure_gearman, is_gearman,
                                    model::channel::kGearman);
}

ServiceConversation make_clamd(const Setting&) {
  return std::make_unique<OneReply>(net::build_clamd_version(), net::measure_clamd, is_clamd,
                                    model::channel::kClamd);
}

ServiceConversation make_mqtt(const Setting&) {
  constexpr std::uint8_t kNewestLevel = 5;
  return std::make_unique<Mqtt>(kNewestLevel);
}

}  // namespace qingdan::probe
