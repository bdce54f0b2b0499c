// http2 — GET / in the frames of HTTP/2, of a peer that speaks nothing else: by its SETTINGS, or by
// its choice inside TLS. The page and no more: one stream, no icon, no redirect followed.
#include "probe/conversations.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/h2_exchange.h"

namespace qingdan::probe {
namespace {

class Http2 final : public Conversation {
 public:
  explicit Http2(const Setting& setting)
      : exchange_({setting.host, setting.port, setting.inside_tls, "/"}) {}

  Step on_open() override { return {exchange_.take_outgoing(), false, false}; }
  Step on_received(BytesView received) override {
    const auto fresh = received.subspan(heard_.size());
    heard_.insert(heard_.end(), fresh.begin(), fresh.end());
    const bool more = exchange_.on_received(fresh);
    return {exchange_.take_outgoing(), !more, false};
  }

  std::vector<Heard> take() override {
    auto response = exchange_.response();
    if (!response.empty()) {
      return {{std::string(model::channel::kHttp), std::move(response), !exchange_.whole()}};
    }
    if (heard_.empty()) return {};
    return {{std::string(model::channel::kUnknown), heard_, false}};
  }

 private:
  net::H2Exchange exchange_;
  Bytes heard_;
};

}  // namespace

ConversationPtr make_http2(const Setting& setting) { return std::make_unique<Http2>(setting); }

}  // namespace qingdan::probe
