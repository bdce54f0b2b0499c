// one_reply — the conversation of one request and one reply over TCP: sends, waits until the reply
// is whole or cannot be one, may say goodbye.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "probe/heard_stream.h"

namespace qingdan::probe {

class OneReply final : public Conversation {
 public:
  using Measure = net::Extent (*)(BytesView stream);
  // Is this cut reply beyond doubt one of the protocol?
  using Recognise = bool (*)(BytesView stream);

  // `channel` is one of model::channel, hence lives for ever.
  OneReply(Bytes request, Measure measure, Recognise recognise, std::string_view channel)
      : request_(std::move(request)), measure_(measure), recognise_(recognise), channel_(channel) {}

  // To be said when the reply is whole.
  void set_goodbye(Bytes goodbye) { goodbye_ = std::move(goodbye); }
  // Whether a whole reply says that TLS could be begun.
  void set_offers_tls(bool (*offers)(BytesView reply)) { offers_ = offers; }

  Step on_open() override { return {request_, false, false}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const bool whole = heard_.note(measure_(heard_.rest()));
    if (whole) heard_.mark_complete();
    if (whole && offers_ != nullptr) offers_tls_ = offers_(heard_.rest());
    return {whole ? goodbye_ : Bytes{}, heard_.over(), false};
  }

  std::vector<Heard> take() override {
    if (!heard_.over() && recognise_(heard_.rest())) heard_.understand(heard_.rest().size());
    return heard_.take(channel_);
  }

  [[nodiscard]] bool offers_tls() const override { return offers_tls_; }

 private:
  Bytes request_;
  Bytes goodbye_;
  Measure measure_;
  Recognise recognise_;
  std::string_view channel_;
  bool (*offers_)(BytesView){nullptr};
  bool offers_tls_{false};
  HeardStream heard_;
};

}  // namespace qingdan::probe
