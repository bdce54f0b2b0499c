// rounds — the conversation of a few requests over one TCP connection, where each answer says what
// is asked next.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "probe/heard_stream.h"

namespace qingdan::probe {

class Rounds final : public Conversation {
 public:
  struct Turn {
    bool ours{false};  // the message is one of the protocol
    bool last{false};  // nothing more is asked
    Bytes send{};      // the next request, or a goodbye
  };
  using Measure = net::Extent (*)(BytesView stream);
  using Answer = std::function<Turn(BytesView message)>;

  // `channel` lives for ever.
  Rounds(Bytes first, Measure measure, Answer answer, std::string_view channel)
      : first_(std::move(first)),
        measure_(measure),
        answer_(std::move(answer)),
        channel_(channel) {}

  Step on_open() override { return {first_, false, false}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    Step step;
    for (int messages = 0; !heard_.over(); ++messages) {
      const auto extent = measure_(heard_.rest());
      if (!heard_.note(extent)) break;
      auto turn = messages < kAtOnce ? answer_(heard_.rest().first(extent.size)) : Turn{};
      const bool again = !turn.send.empty() && ++sent_ > kRequestsMost;
      if (!turn.ours || again) {
        heard_.mark_foreign();
        break;
      }
      heard_.understand(extent.size);
      step.send.insert(step.send.end(), turn.send.begin(), turn.send.end());
      if (turn.last) heard_.mark_complete();
    }
    step.finished = heard_.over();
    return step;
  }

  std::vector<Heard> take() override { return heard_.take(channel_); }

 private:
  static constexpr int kAtOnce = 64;
  // A peer that answers in circles must not make us ask in circles.
  static constexpr int kRequestsMost = 4;
  Bytes first_;
  Measure measure_;
  Answer answer_;
  std::string_view channel_;
  HeardStream heard_;
  int sent_ = 0;
};

}  // namespace qingdan::probe
