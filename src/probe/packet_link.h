// packet_link — the RawLink of the real machine: guard, senders, capture and inbox put together.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>

#include "probe/capture.h"
#include "probe/frame_guard.h"
#include "probe/frame_inbox.h"
#include "probe/frame_sender.h"
#include "probe/sending_lane.h"
#include "qingdan/probe/raw_link.h"

namespace qingdan::probe {

// Gateways the kernel's routes named so far; shared by a network and its links, which may outlive
// it. One thread.
using Gateways = std::set<net::Address>;

// Calls the owner on his thread, once for many rings.
class Bell {
 public:
  explicit Bell(Executor executor) : executor_(std::move(executor)) {}
  // Any thread. What is posted keeps the bell alive, not the link.
  static void ring(const std::shared_ptr<Bell>& bell);
  // The owner's thread. An empty function: nobody listens any more.
  void answer_by(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  Executor executor_;
  std::atomic<bool> rung_{false};
  std::function<void()> wake_;
};

class PacketLink final : public RawLink {
 public:
  struct Parts {
    std::unique_ptr<FrameSender> sender;
    std::shared_ptr<const Gateways> gateways;
    std::shared_ptr<Bell> bell;
    // For post(), called at its first frame; without one post() is send().
    std::function<Result<SenderPair>()> open_pair;
  };
  PacketLink(const targets::Scope& scope, bool ethernet, Parts parts);
  ~PacketLink() override;

  FrameInbox& inbox() { return inbox_; }
  void hear(std::unique_ptr<Capture> capture) { capture_ = std::move(capture); }

  [[nodiscard]] std::size_t send(std::span<const Outgoing> frames) override;
  [[nodiscard]] std::size_t post(std::span<const Outgoing> frames) override;
  [[nodiscard]] bool idle() const override { return !lane_ || lane_->idle(); }
  void abandon() override {
    if (lane_) lane_->close();
  }
  std::size_t receive(const OnFrame& on_frame, std::size_t most) override;
  void on_arrival(std::function<void()> wake) override;
  [[nodiscard]] LinkCounters counters() const override;
  [[nodiscard]] Result<void> health() const override;

 private:
  [[nodiscard]] bool permits(std::span<const Outgoing> batch);
  [[nodiscard]] bool is_shut() const {
    return guard_.is_closed() || link_gone_ || (lane_ && lane_->link_gone());
  }
  // How many of `batch`, which the guard has permitted, are done with; false: no more just now.
  bool push(FrameSender& sender, std::span<const Outgoing> batch, std::size_t& done);
  void open_lane();

  bool ethernet_;
  Parts parts_;
  FrameGuard guard_;
  bool link_gone_{false};
  std::uint64_t sent_{0}, retries_{0}, failures_{0};
  std::unique_ptr<FrameSender> beside_lane_;  // ours, where the lane is full
  std::unique_ptr<SendingLane> lane_;
  FrameInbox inbox_;
  std::unique_ptr<Capture> capture_;  // after the inbox it fills
};

}  // namespace qingdan::probe
