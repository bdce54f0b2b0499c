// syn_state — batches keep their order over a full queue; samples are lost or heard, never both.
#include "probe/syn_state.h"

#include <catch2/catch.hpp>
#include <set>

using namespace qingdan;
using namespace std::chrono_literals;

namespace {

// Takes `room` frames in all, then no more.
class Narrow final : public probe::RawLink {
 public:
  std::size_t send(std::span<const probe::Outgoing> frames) override {
    const auto taken = std::min(room, frames.size());
    for (std::size_t i = 0; i < taken; ++i) sent.push_back(frames[i].bytes[0]);
    room -= taken;
    return taken;
  }
  std::size_t post(std::span<const probe::Outgoing> frames) override {
    posted += frames.size();
    return frames.size();
  }
  std::size_t receive(const OnFrame&, std::size_t) override { return 0; }
  void on_arrival(std::function<void()>) override {}
  probe::LinkCounters counters() const override { return {}; }
  Result<void> health() const override { return {}; }
  std::size_t room{0};
  std::vector<std::uint8_t> sent;
  std::size_t posted{0};
};

net::Address ip(std::uint32_t last) { return net::Address::v4(0xC000'0200U + last); }

}  // namespace

TEST_CASE("what the kernel does not take stays in the batch, in order", "[probe][syn]") {
  auto link = std::make_unique<Narrow>();
  auto& narrow = *link;
  std::vector<probe::OpenLink> links;
  links.push_back({"veth0", std::move(link)});
  probe::SynBatch batch(4);
  for (std::uint8_t i = 0; i < 4; ++i) *batch.add(ip(i), 0, 10) = i;
  CHECK(batch.full());
  narrow.room = 3;
  CHECK_FALSE(batch.flush(links));
  narrow.room = 3;
  CHECK(batch.flush(links));
  CHECK(batch.empty());
  CHECK(narrow.sent == std::vector<std::uint8_t>{0, 1, 2, 3});
  *batch.add(ip(9), 0, 10) = 9;
  CHECK(batch.flush(links, true));
  CHECK(narrow.posted == 1);
  CHECK(narrow.sent.size() == 4);
}

TEST_CASE("samples go round all known ports before any is asked twice", "[probe][syn]") {
  probe::Sentinels sentinels;
  for (std::uint32_t i = 0; i < 10; ++i) sentinels.learn(i, ip(i));
  std::set<std::uint64_t> asked;
  for (int round = 0; round < 5; ++round) {
    for (const auto at : sentinels.choose(2)) asked.insert(at);
  }
  CHECK(asked.size() == 10);
}

TEST_CASE("a block holds a bounded number of samples", "[probe][syn]") {
  probe::Sentinels sentinels;
  for (std::uint32_t i = 0; i < 10'000; ++i) sentinels.learn(i, ip(i % 250));
  CHECK(sentinels.size() <= 64);
}

TEST_CASE("an answer after the kernel's own repetition counts as a loss", "[probe][syn]") {
  probe::Sentinels sentinels;
  const SteadyTime start{10s};
  sentinels.learn(1, ip(1));
  sentinels.learn(2, ip(2));
  sentinels.learn(3, ip(3));
  for (const std::uint64_t at : {1U, 2U, 3U}) {
    sentinels.asked(at, ip(static_cast<std::uint32_t>(at)), start);
  }
  CHECK(sentinels.heard(1, start + 20ms));
  CHECK(sentinels.heard(2, start + 1020ms));
  CHECK_FALSE(sentinels.heard(2, start + 1030ms));
  const auto ended = sentinels.collect(start + 1100ms);
  REQUIRE(ended.size() == 3);
  CHECK(std::count_if(ended.begin(), ended.end(), [](const auto& one) { return one.lost; }) == 2);
  CHECK_FALSE(sentinels.waiting());
}
