// heard_stream — what a conversation keeps of a TCP stream: all of it, and how far it is
// understood. Only a peer of which something was understood is claimed, for the driver then stops
// asking: bytes of another protocol, or too few to tell, go under unknown.stream, where identify
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

  // The stream under its channel, or nothing where the peer said nothing.
  [[nodiscard]] std::vector<Heard> take(std::string_view channel) {
    if (bytes_.empty()) return {};
    const bool ours = understood_ > 0 || complete_;
    const auto name = ours ? channel : model::channel::kUnknown;
    return {{std::string(name), std::move(bytes_), !complete_}};
  }

 private:
  Bytes bytes_;
  std::size_t understood_ = 0;
  bool foreign_ = false;
  bool complete_ = false;
};

}  // namespace qingdan::probe
