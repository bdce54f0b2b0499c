// sending_lane — see the header.
#include "probe/sending_lane.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

// The kernel's queue was full: it drains within a millisecond at any rate worth having.
constexpr int kRestMillis = 1;

}  // namespace

SendingLane::SendingLane(std::unique_ptr<FrameSender> sender)
    : sender_(std::move(sender)), ring_(std::make_unique<std::array<Batch, kBatches>>()) {
  thread_ = std::thread([this] { run(); });
}

SendingLane::~SendingLane() {
  close();
  thread_.join();
}

bool SendingLane::offer(std::span<const Outgoing> frames) {
  QD_EXPECTS(frames.size() <= FrameSender::kBatchMost);
  if (closed_ || taken_ - done_.load(std::memory_order_acquire) == kBatches) return false;
  const auto fits = [](const Outgoing& frame) { return frame.bytes.size() <= kFrameMost; };
  if (!std::all_of(frames.begin(), frames.end(), fits)) return false;
  auto& batch = (*ring_)[taken_ % kBatches];
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto& bytes = frames[i].bytes;
    std::copy(bytes.begin(), bytes.end(), batch.bytes[i].begin());
    batch.frames[i] = {BytesView(batch.bytes[i]).first(bytes.size()), frames[i].ip};
  }
  batch.count = frames.size();
  ready_.store(++taken_, std::memory_order_release);
  ready_.notify_one();
  return true;
}

// A waiter wakes only where the value has changed, so it does; offer() takes nothing any more.
void SendingLane::close() {
  if (closed_.exchange(true)) return;
  ready_.fetch_add(1, std::memory_order_release);
  ready_.notify_one();
}

void SendingLane::run() {
  while (true) {
    const auto at = done_.load(std::memory_order_relaxed);
    ready_.wait(at, std::memory_order_acquire);
    if (closed_) return;
    send((*ring_)[at % kBatches]);
    done_.store(at + 1, std::memory_order_release);
  }
}

void SendingLane::send(const Batch& batch) {
  const auto all = std::span(batch.frames).first(batch.count);
  for (std::size_t done = 0; done < all.size() && !closed_ && !link_gone_;) {
    const auto result = sender_->send(all.subspan(done));
    sent_ += result.sent;
    done += result.sent;
    switch (result.outcome) {
      case FrameSender::Outcome::sent:
        break;
      case FrameSender::Outcome::later:
        ++retries_;
        (void)::poll(nullptr, 0, kRestMillis);
        break;
      case FrameSender::Outcome::never:
        ++failures_;
        ++done;
        break;
      case FrameSender::Outcome::no_link:
        link_gone_ = true;
        break;
    }
  }
}

}  // namespace qingdan::probe
