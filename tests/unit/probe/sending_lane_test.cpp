// sending_lane — order, refusals and the end, with a sender that can be held back.
#include "probe/sending_lane.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>

using namespace qingdan;
using namespace std::chrono_literals;
using probe::FrameSender;
using probe::Outgoing;
using probe::SendingLane;
using Outcome = FrameSender::Outcome;

namespace {

// Shared with the test, which outlives the lane.
struct Wire {
  std::mutex mutex;
  std::condition_variable changed;
  bool held{false};         // the sender waits inside its call
  std::size_t room{~0ULL};  // frames it takes before it answers `then`
  Outcome then{Outcome::later};
  std::vector<int> sent;  // first two bytes of each frame
  std::size_t calls{0};

  void set(auto change) {
    const std::lock_guard lock(mutex);
    change();
    changed.notify_all();
  }
  bool await(auto condition) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, condition);
  }
};

class WireSender final : public FrameSender {
 public:
  explicit WireSender(Wire& wire) : wire_(wire) {}
  Batch send(std::span<const Outgoing> frames) override {
    std::unique_lock lock(wire_.mutex);
    ++wire_.calls;
    wire_.changed.notify_all();
    wire_.changed.wait(lock, [&] { return !wire_.held; });
    const auto taken = std::min(wire_.room, frames.size());
    for (std::size_t i = 0; i < taken; ++i) {
      wire_.sent.push_back(frames[i].bytes[0] << 8 | frames[i].bytes[1]);
    }
    wire_.room -= taken;
    wire_.changed.notify_all();
    return {taken, taken < frames.size() ? wire_.then : Outcome::sent};
  }

 private:
  Wire& wire_;
};

// Frames numbered from `first` on.
struct Numbered {
  std::vector<Bytes> bytes;
  std::vector<Outgoing> frames;
  Numbered(int first, int count, std::size_t size = 60) {
    for (int i = first; i < first + count; ++i) {
      bytes.emplace_back(size);
      bytes.back()[0] = static_cast<std::uint8_t>(i >> 8);
      bytes.back()[1] = static_cast<std::uint8_t>(i);
    }
    for (const auto& one : bytes) frames.push_back({one, net::Address::v4(1)});
  }
};

bool await_idle(Wire& wire, const SendingLane& lane, std::size_t sent) {
  const bool all = wire.await([&] { return wire.sent.size() >= sent; });
  // The last call has returned to the lane, or is about to.
  for (int i = 0; i < 10'000 && !lane.idle(); ++i) std::this_thread::sleep_for(1ms);
  return all && lane.idle();
}

std::vector<int> up_to(int count) {
  std::vector<int> all;
  for (int i = 0; i < count; ++i) all.push_back(i);
  return all;
}

}  // namespace

TEST_CASE("N1: batches leave in order, and what is refused for now again") {
  Wire wire;
  wire.room = 100;
  SendingLane lane(std::make_unique<WireSender>(wire));
  CHECK(lane.idle());
  int offered = 0;
  while (offered < 6400) {
    const Numbered some(offered, 64);
    if (lane.offer(some.frames)) offered += 64;
    // The kernel has room for some more now and then.
    wire.set([&] { wire.room += 40; });
  }
  wire.set([&] { wire.room = 10'000; });
  REQUIRE(await_idle(wire, lane, 6400));
  CHECK(wire.sent == up_to(6400));
  CHECK(lane.sent() == 6400);
  CHECK(lane.failures() == 0);
}

TEST_CASE("a full ring takes nothing, and what it took is its own copy") {
  Wire wire;
  wire.held = true;
  SendingLane lane(std::make_unique<WireSender>(wire));
  int taken = 0;
  for (int i = 0; i < 100; ++i) {
    const Numbered one(taken, 1);
    if (!lane.offer(one.frames)) break;
    ++taken;
  }
  CHECK(taken == static_cast<int>(SendingLane::kBatches));
  CHECK_FALSE(lane.idle());
  wire.set([&] { wire.held = false; });
  REQUIRE(await_idle(wire, lane, SendingLane::kBatches));
  CHECK(wire.sent == up_to(taken));
  const Numbered again(0, 1);
  CHECK(lane.offer(again.frames));
}

TEST_CASE("N2: after close nothing more leaves") {
  Wire wire;
  wire.held = true;
  SendingLane lane(std::make_unique<WireSender>(wire));
  const Numbered first(0, 2), second(2, 2);
  REQUIRE(lane.offer(first.frames));
  REQUIRE(lane.offer(second.frames));
  REQUIRE(wire.await([&] { return wire.calls == 1; }));
  lane.close();
  CHECK(lane.idle());
  CHECK_FALSE(lane.offer(first.frames));
  wire.set([&] { wire.held = false; });
  REQUIRE(wire.await([&] { return wire.sent.size() == 2; }));
  std::this_thread::sleep_for(20ms);
  CHECK(wire.sent.size() == 2);
}

TEST_CASE("a lane without work ends at once") {
  Wire wire;
  const SendingLane lane(std::make_unique<WireSender>(wire));
}

TEST_CASE("a frame that never goes is passed over, a link that is gone is told") {
  Wire wire;
  wire.room = 1;
  wire.then = Outcome::never;
  SendingLane lane(std::make_unique<WireSender>(wire));
  const Numbered three(0, 3);
  REQUIRE(lane.offer(three.frames));
  for (int i = 0; i < 10'000 && !lane.idle(); ++i) std::this_thread::sleep_for(1ms);
  CHECK(lane.sent() == 1);
  CHECK(lane.failures() == 2);
  CHECK_FALSE(lane.link_gone());
  wire.set([&] { wire.then = Outcome::no_link; });
  REQUIRE(lane.offer(three.frames));
  for (int i = 0; i < 10'000 && !lane.idle(); ++i) std::this_thread::sleep_for(1ms);
  CHECK(lane.link_gone());
  CHECK(lane.sent() == 1);
}

TEST_CASE("a frame longer than the ring holds is not taken") {
  Wire wire;
  SendingLane lane(std::make_unique<WireSender>(wire));
  CHECK_FALSE(lane.offer(Numbered(0, 1, SendingLane::kFrameMost + 1).frames));
  CHECK(lane.offer(Numbered(0, 1, SendingLane::kFrameMost).frames));
}
