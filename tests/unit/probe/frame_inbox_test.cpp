// frame_inbox — order, bounds, and two threads.
#include "probe/frame_inbox.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>

using namespace qingdan;
using probe::FrameInbox;

namespace {

std::vector<std::string> take_all(FrameInbox& inbox, std::size_t most = 1000) {
  std::vector<std::string> seen;
  inbox.take([&](BytesView frame, bool, SteadyTime) { seen.emplace_back(as_text(frame)); }, false,
             most);
  return seen;
}

}  // namespace

TEST_CASE("frames come out in the order they went in, as many as asked for") {
  FrameInbox inbox;
  CHECK(inbox.empty());
  for (const auto* text : {"one", "", "three"}) CHECK(inbox.put(as_bytes(text), SteadyTime{}));
  CHECK(take_all(inbox, 2) == std::vector<std::string>{"one", ""});
  CHECK_FALSE(inbox.empty());
  CHECK(inbox.put(as_bytes("four"), SteadyTime{}));
  CHECK(take_all(inbox) == std::vector<std::string>{"three", "four"});
  CHECK(inbox.empty());
  CHECK(take_all(inbox).empty());
}

TEST_CASE("a frame keeps its time and its link") {
  FrameInbox inbox;
  const SteadyTime at{std::chrono::seconds(5)};
  inbox.put(as_bytes("x"), at);
  inbox.take(
      [&](BytesView, bool ethernet, SteadyTime seen) {
        CHECK(ethernet);
        CHECK(seen == at);
      },
      true, 1);
  CHECK(inbox.empty());
}

TEST_CASE("X1: the newest is dropped and counted where the box is full") {
  FrameInbox by_bytes(10, 100);
  CHECK(by_bytes.put(as_bytes("123456"), SteadyTime{}));
  CHECK_FALSE(by_bytes.put(as_bytes("12345"), SteadyTime{}));
  CHECK(by_bytes.put(as_bytes("1234"), SteadyTime{}));
  CHECK(take_all(by_bytes).size() == 2);
  CHECK(by_bytes.dropped() == 1);
  CHECK(by_bytes.received() == 2);
  CHECK(by_bytes.put(as_bytes("there is room"), SteadyTime{}) == false);
  CHECK(by_bytes.put(as_bytes("room again"), SteadyTime{}));

  FrameInbox by_number(1000, 2);
  for (int i = 0; i < 5; ++i) by_number.put(as_bytes("x"), SteadyTime{});
  CHECK(by_number.dropped() == 3);
}

TEST_CASE("X1: what another thread put is taken or counted as dropped") {
  FrameInbox inbox(64 * 1024, 1000);
  constexpr std::uint32_t kFrames = 50'000;
  std::thread putter([&] {
    for (std::uint32_t i = 0; i < kFrames; ++i) {
      ByteWriter frame;
      frame.u32be(i).fill(i % 7);
      inbox.put(frame.view(), SteadyTime{});
    }
  });
  std::uint64_t taken = 0;
  std::uint32_t next = 0;
  bool in_order = true;
  const auto look = [&](BytesView frame, bool, SteadyTime) {
    const auto number = ByteReader(frame).u32be();
    in_order = in_order && number >= next && frame.size() == 4 + number % 7;
    next = number + 1;
  };
  while (taken + inbox.dropped() < kFrames) taken += inbox.take(look, false, 100);
  putter.join();
  taken += inbox.take(look, false, kFrames);
  CHECK(in_order);
  CHECK(taken == inbox.received());
  CHECK(taken + inbox.dropped() == kFrames);
}
