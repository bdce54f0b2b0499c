// sending_lane — a thread that sends what its owner has laid out, through a bounded ring of
// batches: while the kernel works on one batch on this thread, the owner fills the next, or sends
// one itself where the ring is full. For probes that no cap holds; what a cap holds is sent by its
// owner, who then knows when it left.
//   N1  batches leave in order, each frame once; what the kernel refuses for now is tried again
//   N2  after close() nothing more leaves; at most one call to the kernel is under way then
//   N3  no lock: one thread writes a batch, the other reads it, and an index each says whose it is
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <thread>

#include "probe/frame_sender.h"

namespace qingdan::probe {

class SendingLane {
 public:
  // Some half a millisecond of frames at the rate of a fast link.
  static constexpr std::size_t kBatches = 8;
  static constexpr std::size_t kFrameMost = 128;  // bytes

  explicit SendingLane(std::unique_ptr<FrameSender> sender);
  ~SendingLane();  // close() and join
  SendingLane(const SendingLane&) = delete;
  SendingLane& operator=(const SendingLane&) = delete;

  // The owner's thread, all three. Copies the frames, at most FrameSender::kBatchMost; false: the
  // ring is full, or a frame is too long for it, and none was taken.
  [[nodiscard]] bool offer(std::span<const Outgoing> frames);
  // Everything taken has left, or never will.
  [[nodiscard]] bool idle() const {
    return closed_ || taken_ == done_.load(std::memory_order_acquire);
  }
  void close();

  // From any thread.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t retries() const { return retries_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  [[nodiscard]] bool link_gone() const { return link_gone_; }

 private:
  struct Batch {
    std::array<std::array<std::uint8_t, kFrameMost>, FrameSender::kBatchMost> bytes;
    std::array<Outgoing, FrameSender::kBatchMost> frames;  // views into `bytes`
    std::size_t count{0};
  };
  void run();
  void send(const Batch& batch);

  std::unique_ptr<FrameSender> sender_;
  std::unique_ptr<std::array<Batch, kBatches>> ring_;
  std::uint32_t taken_{0};               // batches offered and taken; the owner's
  std::atomic<std::uint32_t> ready_{0};  // the same for the thread; changed by close() too
  std::atomic<std::uint32_t> done_{0};
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> sent_{0}, retries_{0}, failures_{0};
  std::atomic<bool> link_gone_{false};
  std::thread thread_;  // last: begins when all else is there
};

}  // namespace qingdan::probe
