// neighbours — three requests a second apart, and what is believed.
#include "probe/neighbours.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace std::chrono_literals;
using probe::Neighbours;

namespace {

const SteadyTime kStart{1000s};
const net::Mac kMac{{2, 0, 0, 0, 0, 7}}, kOther{{2, 0, 0, 0, 0, 8}};

net::Address host(std::uint32_t number) { return net::Address::v4(0x0A62'0000 + number); }

}  // namespace

TEST_CASE("B1, B3: a silent neighbour is asked three times, a second apart, and given up") {
  Neighbours neighbours;
  CHECK_FALSE(neighbours.next());
  neighbours.want(host(1));
  neighbours.want(host(1));
  CHECK(neighbours.open() == 1);
  CHECK(*neighbours.next() <= kStart);
  for (int round = 0; round < 3; ++round) {
    const auto now = kStart + round * 1s;
    CHECK(neighbours.due(now, 100) == std::vector{host(1)});
    CHECK(neighbours.due(now + 999ms, 100).empty());
    CHECK(neighbours.take_silent(now + 999ms).empty());
    CHECK(*neighbours.next() == now + 1s);
  }
  CHECK(neighbours.due(kStart + 3s, 100).empty());
  CHECK(neighbours.take_silent(kStart + 3s) == std::vector{host(1)});
  CHECK(neighbours.take_silent(kStart + 4s).empty());
  CHECK_FALSE(neighbours.next());
  CHECK(neighbours.open() == 0);
}

TEST_CASE("an answer ends the asking") {
  Neighbours neighbours;
  neighbours.want(host(1));
  neighbours.want(host(2));
  CHECK(neighbours.due(kStart, 100).size() == 2);
  CHECK(neighbours.learn(host(1), kMac));
  CHECK(*neighbours.find(host(1)) == kMac);
  CHECK(neighbours.open() == 1);
  CHECK(neighbours.due(kStart + 1s, 100) == std::vector{host(2)});
  neighbours.want(host(1));
  CHECK(neighbours.due(kStart + 1s, 100).empty());
  CHECK(neighbours.learn(host(1), kOther));
  CHECK(*neighbours.find(host(1)) == kOther);
}

TEST_CASE("B2: nobody is believed who was not asked") {
  Neighbours neighbours;
  CHECK_FALSE(neighbours.learn(host(1), kMac));
  neighbours.want(host(1));
  CHECK_FALSE(neighbours.learn(host(1), kMac));
  CHECK_FALSE(neighbours.find(host(1)));
}

TEST_CASE("who was silent may answer late, or be tried afresh") {
  Neighbours neighbours;
  neighbours.want(host(1));
  neighbours.want(host(2));
  for (int round = 0; round < 3; ++round) CHECK(neighbours.due(kStart + round * 1s, 9).size() == 2);
  CHECK(neighbours.take_silent(kStart + 3s).size() == 2);
  CHECK(neighbours.learn(host(1), kMac));
  CHECK(neighbours.open() == 0);
  neighbours.want(host(2));
  CHECK(neighbours.open() == 1);
  CHECK(neighbours.due(kStart + 4s, 9) == std::vector{host(2)});
}

TEST_CASE("a whole /16 is asked at the pace of its caller") {
  Neighbours neighbours;
  for (std::uint32_t i = 0; i < 65'536; ++i) neighbours.want(host(i));
  auto now = kStart;
  std::size_t asked = 0, silent = 0;
  // 20 000 requests a second for fourteen seconds: those that are due again come before fresh ones.
  for (int step = 0; step < 1400; ++step, now += 10ms) {
    asked += neighbours.due(now, 200).size();
    silent += neighbours.take_silent(now).size();
  }
  CHECK(asked == 3 * 65'536);
  CHECK(silent == 65'536);
  CHECK(neighbours.open() == 0);
}
