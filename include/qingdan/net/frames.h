// frames — several messages of one peer kept in one byte string, so that they can be told apart
// again: each message is preceded by its length as four bytes, big-endian. Used by the channels
// whose messages do not carry their own length (postgresql.reply, dns.reply, ntp.reply). Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

void append_message(Bytes& framed, BytesView message);
[[nodiscard]] Bytes frame_messages(const std::vector<Bytes>& messages);

struct SplitMessages {
  std::vector<BytesView> messages;  // views into what was split; empty messages are kept
  bool truncated{false};            // the last length promised more than there is
};
// At most kFramesMax messages are read; what follows them is reported as truncated.
inline constexpr std::size_t kFramesMax = 256;
[[nodiscard]] SplitMessages split_messages(BytesView framed);

// How far the message at the start of a stream reaches. `partial`: so far it may become one, more
// is needed. `foreign`: it is not this protocol, or longer than we would ever read.
struct Extent {
  enum class State : std::uint8_t { partial, whole, foreign };
  State state{State::partial};
  std::size_t size{0};  // of the message, where whole
  [[nodiscard]] bool whole() const { return state == State::whole; }
  [[nodiscard]] bool foreign() const { return state == State::foreign; }
};

}  // namespace qingdan::net
