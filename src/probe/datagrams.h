// datagrams — the conversation over UDP of one request, what answers it, and perhaps a further
// request to the one that answered. What each datagram is, the protocol's own ruling says.
//
// A peer that throws our bytes back (echo, a reflector) is no server of anything: its datagram is
// kept as bytes nobody claims.
#pragma once

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/model/observation.h"
#include "qingdan/net/frames.h"
#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

struct Ruling {
  bool ours{false};  // it answers our request in our protocol
  bool last{false};  // nothing more is expected after it
  Bytes send{};      // to be asked, or said in parting
};

class Datagrams final : public Conversation {
 public:
  using Rule = std::function<Ruling(BytesView datagram)>;
  enum class Keep : std::uint8_t { bare, framed };  // one answer as it is; several, net/frames.h

  // `channel` is one of model::channel, hence lives for ever.
  Datagrams(Bytes request, Rule rule, std::string_view channel, Keep keep = Keep::bare)
      : request_(std::move(request)), rule_(std::move(rule)), channel_(channel), keep_(keep) {}

  Step on_open() override { return {request_, false, false}; }

  // Strays do not end the wait, the deadline does; the last is kept if nothing better comes.
  Step on_received(BytesView datagram) override {
    const bool echo =
        std::equal(datagram.begin(), datagram.end(), request_.begin(), request_.end());
    auto ruling = echo ? Ruling{} : rule_(datagram);
    if (!ruling.ours) {
      stray_.assign(datagram.begin(), datagram.end());
      return {{}, ++strays_ == kStraysMost, false};
    }
    keep(datagram);
    const bool full = ++answers_ == kAnswersMost || heard_.size() > kBytesMost;
    cut_ = full && !ruling.last;
    return {std::move(ruling.send), ruling.last || full, false};
  }

  std::vector<Heard> take() override {
    if (answers_ > 0) return {{std::string(channel_), std::move(heard_), cut_}};
    if (stray_.empty()) return {};
    return {{std::string(model::channel::kUnknown), std::move(stray_), false}};
  }

 private:
  void keep(BytesView datagram) {
    if (keep_ == Keep::framed) {
      net::append_message(heard_, datagram);
    } else if (answers_ == 0) {
      heard_.assign(datagram.begin(), datagram.end());
    }
  }

  static constexpr int kAnswersMost = 16;
  static constexpr int kStraysMost = 16;
  static constexpr std::size_t kBytesMost = 65'536;
  Bytes request_;
  Rule rule_;
  std::string_view channel_;
  Keep keep_;
  Bytes heard_;
  Bytes stray_;
  int answers_ = 0;
  int strays_ = 0;
  bool cut_ = false;
};

}  // namespace qingdan::probe
