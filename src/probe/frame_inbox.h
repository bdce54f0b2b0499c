// frame_inbox — hands frames from the receiving thread to the owner's, bounded and in order.
//   X1  taken + dropped = put: a frame that finds the box full is dropped (the newest: those before
//   it
//       are older evidence) and counted
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "qingdan/probe/raw_link.h"

namespace qingdan::probe {

class FrameInbox {
 public:
  // 16 MiB of frames or 131 072 of them: a quarter of a second at 500 000 answers a second.
  explicit FrameInbox(std::size_t bytes_most = 16U << 20, std::size_t frames_most = 131'072);

  // The receiving thread. False: dropped.
  bool put(BytesView frame, SteadyTime at);
  // The owner's thread. Calls back outside the lock; the bytes are valid during the call.
  std::size_t take(const RawLink::OnFrame& on_frame, bool ethernet, std::size_t most);

  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::uint64_t received() const;  // put and not dropped
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  struct Entry {
    std::size_t size{0};
    SteadyTime at;
  };
  struct Box {
    Bytes bytes;  // all frames, one after the other
    std::vector<Entry> entries;
    void clear() {
      bytes.clear();
      entries.clear();
    }
  };

  std::size_t bytes_most_, frames_most_;
  mutable std::mutex mutex_;
  Box back_;  // filled by the receiving thread; this and the two counters under the mutex
  std::uint64_t received_{0}, dropped_{0};
  Box front_;  // emptied by the owner, who alone touches it
  std::size_t next_entry_{0}, next_byte_{0};
};

}  // namespace qingdan::probe
