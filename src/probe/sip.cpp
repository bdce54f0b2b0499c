// sip — asks a user agent or proxy for its abilities (OPTIONS, RFC 3261 §11): no phone rings, no
// dialog begins, and Max-Forwards 0 keeps a proxy from carrying the question on. Over UDP answers
// may come in several datagrams, provisional ones first; all are kept in their order.
#include "probe/conversations.h"
#include "probe/one_reply.h"
#include "qingdan/net/sip_wire.h"

namespace qingdan::probe {

namespace {

bool is_response(BytesView stream) { return !net::parse_text_responses(stream).empty(); }

class SipDatagrams final : public Conversation {
 public:
  explicit SipDatagrams(const Setting& setting)
      : request_(net::build_sip_options(setting.host, setting.port, net::Transport::udp)) {}

  Step on_open() override { return {request_, false, false}; }

  Step on_received(BytesView datagram) override {
    const auto extent = net::measure_text_response(datagram);
    if (is_response(datagram)) any_ = true;
    final_ = extent.whole();
    if (heard_.size() + datagram.size() > kHeardMax) return {{}, true, false};
    heard_.insert(heard_.end(), datagram.begin(), datagram.end());
    return {{}, extent.whole() || extent.foreign(), false};
  }

  std::vector<Heard> take() override {
    if (heard_.empty()) return {};
    const auto channel = any_ ? model::channel::kSip : model::channel::kUnknown;
    return {{std::string(channel), std::move(heard_), !final_}};
  }

 private:
  static constexpr std::size_t kHeardMax = 262'144;
  Bytes request_;
  Bytes heard_;
  bool any_ = false;
  bool final_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_sip(const Setting& setting, net::Transport transport) {
  if (transport == net::Transport::udp) return std::make_unique<SipDatagrams>(setting);
  return std::make_unique<OneReply>(
      net::build_sip_options(setting.host, setting.port, net::Transport::tcp),
      net::measure_text_response, is_response, model::channel::kSip);
}

}  // namespace qingdan::probe
