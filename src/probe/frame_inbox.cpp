// frame_inbox — two boxes, swapped when the owner has emptied his: the lock is held for a copy of
// at most one frame, or for a swap of pointers.
#include "probe/frame_inbox.h"

#include <utility>

namespace qingdan::probe {

FrameInbox::FrameInbox(std::size_t bytes_most, std::size_t frames_most)
    : bytes_most_(bytes_most), frames_most_(frames_most) {}

bool FrameInbox::put(BytesView frame, SteadyTime at) {
  const std::lock_guard lock(mutex_);
  if (back_.bytes.size() + frame.size() > bytes_most_ || back_.entries.size() >= frames_most_) {
    ++dropped_;
    return false;
  }
  back_.bytes.insert(back_.bytes.end(), frame.begin(), frame.end());
  back_.entries.push_back({frame.size(), at});
  ++received_;
  return true;
}

std::size_t FrameInbox::take(const RawLink::OnFrame& on_frame, bool ethernet, std::size_t most) {
  std::size_t taken = 0;
  while (taken < most) {
    if (next_entry_ == front_.entries.size()) {
      front_.clear();
      next_entry_ = next_byte_ = 0;
      const std::lock_guard lock(mutex_);
      if (back_.entries.empty()) break;
      std::swap(front_, back_);
    }
    const auto entry = front_.entries[next_entry_++];
    const auto frame = BytesView(front_.bytes).subspan(next_byte_, entry.size);
    next_byte_ += entry.size;
    ++taken;
    on_frame(frame, ethernet, entry.at);
  }
  return taken;
}

bool FrameInbox::empty() const {
  if (next_entry_ < front_.entries.size()) return false;
  const std::lock_guard lock(mutex_);
  return back_.entries.empty();
}

std::uint64_t FrameInbox::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

std::uint64_t FrameInbox::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace qingdan::probe
