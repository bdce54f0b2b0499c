// heard_stream — what a conversation keeps of a TCP stream: all of it, and how far it is
// understood. Bytes that turn out to be another protocol's go under unknown.stream, where identify
// can still make something of them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/model/observation.h"
#include "qingdan/net/frames.h"
#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

class HeardStream {
 public:
  // `received` is everything since the connection stands, as Conversation::on_received gets it.
  void keep(BytesView received) {
    if (received.size() > bytes_.size()) {
      bytes_.insert(bytes_.end(), received.begin() + static_cast<std::ptrdiff_t>(bytes_.size()),
                    received.end());
    }
  }
  [[nodiscard]] BytesView all() const { return bytes_; }
  // What is not understood yet.
  [[nodiscard]] BytesView rest() const { return BytesView(bytes_).subspan(understood_); }
  void understand(std::size_t size) { understood_ += size; }
  void mark_foreign() { foreign_ = true; }
  // The last message asked for has come.
  void mark_complete() { complete_ = true; }
  [[nodiscard]] bool over() const { return foreign_ || complete_; }

  // Takes note of how far a message at rest() reaches; true where it is whole.
  bool note(net::Extent extent) {
    if (extent.foreign()) mark_foreign();
    return extent.whole();
  }

  // What goes under the channel: the stream, or nothing where the peer said nothing.
  [[nodiscard]] std::vector<Heard> take(std::string_view channel) {
    if (bytes_.empty()) return {};
    const bool other = foreign_ && understood_ == 0;
    const auto name = other ? model::channel::kUnknown : channel;
    return {{std::string(name), std::move(bytes_), !complete_}};
  }

 private:
  Bytes bytes_;
  std::size_t understood_ = 0;
  bool foreign_ = false;
  bool complete_ = false;
};

}  // namespace qingdan::probe
