#include "qingdan/base/channel.h"

#include <catch2/catch.hpp>

#include <memory>
#include <thread>
#include <vector>

using qingdan::Channel;

TEST_CASE("values come out in the order they went in", "[base][channel]") {
  Channel<int> channel(3);
  CHECK(channel.push(1));
  CHECK(channel.push(2));
  CHECK(channel.pop() == 1);
  CHECK(channel.try_pop() == 2);
  CHECK_FALSE(channel.try_pop().has_value());
}

TEST_CASE("a closed channel gives what it held and takes nothing more", "[base][channel]") {
  Channel<int> channel(3);
  CHECK(channel.push(1));
  channel.close();
  CHECK_FALSE(channel.push(2));
  CHECK(channel.pop() == 1);
  CHECK_FALSE(channel.pop().has_value());
}

TEST_CASE("who must not wait is told that the channel is full or closed", "[base][channel]") {
  Channel<int> channel(1);
  CHECK(channel.try_push(1));
  CHECK_FALSE(channel.try_push(2));
  CHECK(channel.pop() == 1);
  CHECK(channel.try_push(3));
  channel.close();
  CHECK(channel.pop() == 3);
  CHECK_FALSE(channel.try_push(4));
}

TEST_CASE("a full channel makes the writer wait and loses nothing", "[base][channel]") {
  constexpr int kCount = 20'000;
  Channel<std::unique_ptr<int>> channel(2);
  std::thread writer([&] {
    for (int i = 0; i < kCount; ++i) channel.push(std::make_unique<int>(i));
    channel.close();
  });
  int expected = 0;
  bool in_order = true;
  while (auto value = channel.pop()) in_order = in_order && **value == expected++;
  writer.join();
  CHECK(in_order);
  CHECK(expected == kCount);
}

TEST_CASE("closing wakes a writer that waits for room", "[base][channel]") {
  Channel<int> channel(1);
  REQUIRE(channel.push(1));
  bool taken = true;
  std::thread writer([&] { taken = channel.push(2); });
  channel.close();
  writer.join();
  CHECK_FALSE(taken);
}
