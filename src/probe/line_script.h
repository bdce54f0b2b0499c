// line_script — the conversation of protocols that speak in lines: read the greeting, ask one thing
// after the other, say goodbye. Each command waits for the whole reply to the one before, as
// servers that distrust eager clients (postfix postscreen) demand.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "probe/heard_stream.h"
#include "qingdan/base/text.h"
#include "qingdan/net/line_wire.h"

namespace qingdan::probe {

struct LineScript {
  // perhaps: the greeting of more than one protocol; `confirms` decides when all is said.
  enum class Greeting : std::uint8_t { welcome, perhaps, refusal, foreign };
  using Replies = std::vector<net::LineReply>;

  std::string_view channel;  // one of model::channel
  net::LineStyle style{net::LineStyle::coded};
  Greeting (*judge)(const net::LineReply& greeting){nullptr};
  // Has command `index` (from 1) been answered in full?
  bool (*answered)(const Replies& replies, std::size_t index){nullptr};
  bool (*confirms)(const Replies& replies){nullptr};  // EXPECTS set where judge says perhaps
  // Do the replies say that TLS could be begun here? nullptr: they never do.
  bool (*offers_tls)(const Replies& replies){nullptr};
  std::vector<std::string_view> commands;
  std::string_view goodbye;
};

class LineConversation final : public Conversation {
 public:
  explicit LineConversation(LineScript script) : script_(std::move(script)) {}

  Step on_open() override { return {}; }

  Step on_received(BytesView received) override {
    if (heard_.over()) return {{}, true, false};
    heard_.keep(received);
    const auto replies = net::split_replies(received, script_.style);
    if (replies.empty() || !replies.front().complete) return {};
    if (asked_ == 0 && !welcomed_) {
      const auto greeting = script_.judge(replies.front());
      if (greeting == LineScript::Greeting::foreign) heard_.mark_foreign();
      if (greeting == LineScript::Greeting::refusal) heard_.mark_complete();
      if (heard_.over()) return {{}, true, false};
      welcomed_ = true;
      doubtful_ = greeting == LineScript::Greeting::perhaps;
      if (!doubtful_) heard_.understand(received.size());
      return next();
    }
    if (doubtful_ && script_.confirms(replies)) {
      doubtful_ = false;
      heard_.understand(heard_.rest().size());
    }
    if (!script_.answered(replies, asked_)) return {};
    if (script_.offers_tls != nullptr) offers_tls_ = script_.offers_tls(replies);
    return next();
  }

  void on_end(End) override {
    if (doubtful_ || !welcomed_) heard_.mark_foreign();
  }

  std::vector<Heard> take() override { return heard_.take(script_.channel); }

  [[nodiscard]] bool offers_tls() const override { return offers_tls_; }

 private:
  Step next() {
    if (asked_ == script_.commands.size()) {
      doubtful_ ? heard_.mark_foreign() : heard_.mark_complete();
      return {to_bytes(script_.goodbye), true, false};
    }
    return {to_bytes(script_.commands[asked_++]), false, false};
  }

  LineScript script_;
  HeardStream heard_;
  std::size_t asked_{0};
  bool welcomed_{false};
  bool doubtful_{false};
  bool offers_tls_{false};
};

// A line of reply `index` that is this word, or begins with it and a space; any case.
inline bool says_word(const LineScript::Replies& replies, std::size_t index,
                      std::string_view word) {
  if (replies.size() <= index) return false;
  for (const auto& text : replies[index].texts) {
    const auto line = trim(text);
    const bool whole =
        line.size() == word.size() || (line.size() > word.size() && line[word.size()] == ' ');
    if (whole && equals_ignoring_case(line.substr(0, word.size()), word)) return true;
  }
  return false;
}

// For replies that come one for one.
inline bool answered_in_turn(const LineScript::Replies& replies, std::size_t index) {
  return replies.size() > index && replies[index].complete;
}

}  // namespace qingdan::probe
