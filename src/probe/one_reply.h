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

  // `channel` is one of model::channel, hence lives for ever.
  OneReply(Bytes request, Measure measure, std::string_view channel, Bytes goodbye = {})
      : request_(std::move(request)),
        goodbye_(std::move(goodbye)),
        measure_(measure),
        channel_(channel) {}

  Step on_open() override { return {request_, false, false}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const bool whole = heard_.note(measure_(heard_.rest()));
    if (whole) heard_.mark_complete();
    return {whole ? goodbye_ : Bytes{}, heard_.over(), false};
  }

  std::vector<Heard> take() override { return heard_.take(channel_); }

 private:
  Bytes request_;
  Bytes goodbye_;
  Measure measure_;
  std::string_view channel_;
  HeardStream heard_;
};

}  // namespace qingdan::probe
