// xdp_sender — on the loopback of a network namespace of the test's own, which nothing leaves.
#include "probe/xdp_sender.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <thread>

using namespace qingdan;
using namespace std::chrono_literals;
using probe::FrameSender;
using probe::Outgoing;
using Outcome = FrameSender::Outcome;

namespace {

constexpr std::uint16_t kOurs = 0x88B5;  // IEEE 802 local experimental EtherType 1

bool set_up(bool up) {
  const UniqueFd any(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = up ? IFF_UP : 0;
  return ::ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

// Everything of our EtherType on the loopback; a frame's number is in its first bytes.
class Ear {
 public:
  Ear() : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(kOurs))) {
    const int room = 8 << 20;
    (void)::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  }
  [[nodiscard]] bool works() const { return static_cast<bool>(socket_); }
  std::vector<int> heard() {
    std::vector<int> numbers;
    std::array<std::uint8_t, 2048> frame{};
    while (true) {
      const auto size = ::recv(socket_.get(), frame.data(), frame.size(), MSG_DONTWAIT);
      if (size < 16) return numbers;
      numbers.push_back(frame[14] << 8 | frame[15]);
    }
  }

 private:
  UniqueFd socket_;
};

struct Numbered {
  std::vector<Bytes> bytes;
  std::vector<Outgoing> frames;
  Numbered(int first, int count, std::size_t size = 60) {
    for (int i = first; i < first + count; ++i) {
      Bytes frame(size);
      frame[12] = kOurs >> 8;
      frame[13] = kOurs & 0xFF;
      frame[14] = static_cast<std::uint8_t>(i >> 8);
      frame[15] = static_cast<std::uint8_t>(i);
      bytes.push_back(std::move(frame));
    }
    for (const auto& one : bytes) frames.push_back({one, net::Address::v4(1)});
  }
};

std::vector<int> numbers(int first, int count) {
  std::vector<int> all;
  for (int i = first; i < first + count; ++i) all.push_back(i);
  return all;
}

// Sends all, as PacketLink does.
bool send_all(FrameSender& sender, const Numbered& what) {
  const auto all = std::span(what.frames);
  for (std::size_t done = 0, turns = 0; done < all.size(); ++turns) {
    if (turns > 10'000) return false;
    const auto now = std::min(FrameSender::kBatchMost, all.size() - done);
    const auto batch = sender.send(all.subspan(done, now));
    done += batch.sent;
    if (batch.outcome == Outcome::later) std::this_thread::sleep_for(1ms);
    if (batch.outcome == Outcome::never || batch.outcome == Outcome::no_link) return false;
  }
  return true;
}

using Senders = std::vector<std::unique_ptr<FrameSender>>;

// Runs `test` on a thread in a namespace of its own; what it finds comes back as text, "" = well.
void in_own_network(std::string (*test)(Senders&, Ear&)) {
  std::string found;
  bool able = false;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) != 0 || !set_up(true)) return;
    probe::Way way;
    way.interface = "lo";
    way.interface_index = static_cast<int>(if_nametoindex("lo"));
    way.ethernet = true;
    auto senders = probe::open_xdp_senders(way, 2);
    Ear ear;
    able = senders && ear.works();
    if (able) found = test(*senders, ear);
  }).join();
  if (!able) {
    WARN("no network namespace or no AF_XDP here: skipped");
    return;
  }
  CHECK(found == "");
}

std::string many(Senders& senders, Ear& ear) {
  // Many times round the ring, by one sender and by the other.
  for (int turn = 0; turn < 10; ++turn) {
    auto& sender = *senders[static_cast<std::size_t>(turn % 2)];
    const Numbered what(turn * 1000, 1000, 60 + static_cast<std::size_t>(turn));
    if (!send_all(sender, what)) return "not all were taken";
    if (ear.heard() != numbers(turn * 1000, 1000)) return "other frames than those given";
  }
  return {};
}

std::string at_once(Senders& senders, Ear& ear) {
  const Numbered ones(0, 2000), others(2000, 2000);
  bool well = false;
  std::thread beside([&] { well = send_all(*senders[1], others); });
  const bool first = send_all(*senders[0], ones);
  beside.join();
  if (!first || !well) return "not all were taken";
  auto heard = ear.heard();
  std::sort(heard.begin(), heard.end());
  return heard == numbers(0, 4000) ? "" : "other frames than those given";
}

std::string refused(Senders& senders, Ear& ear) {
  auto& sender = *senders[0];
  if (!set_up(false)) return "cannot take lo down";
  const Numbered stale(0, 40);
  const auto none = sender.send(stale.frames);
  if (none.sent != 0 || none.outcome != Outcome::no_link) return "sent on a link that is down";
  if (!set_up(true)) return "cannot bring lo up";
  // Fewer than were refused, then more.
  if (!send_all(sender, Numbered(100, 3))) return "three were not taken";
  if (ear.heard() != numbers(100, 3)) return "what was refused left later";
  if (!send_all(sender, Numbered(200, 600))) return "six hundred were not taken";
  if (ear.heard() != numbers(200, 600)) return "not the six hundred alone";
  return {};
}

}  // namespace

TEST_CASE("frames leave once and in order, many times round the ring") { in_own_network(many); }

TEST_CASE("two threads send at once over one memory") { in_own_network(at_once); }

TEST_CASE("V1: what the kernel refused does not leave by a later call") { in_own_network(refused); }

TEST_CASE("no AF_XDP on an interface that is not there") {
  probe::Way way;
  way.interface = "none0";
  way.interface_index = 0x7FFF'0000;
  way.ethernet = true;
  CHECK_FALSE(probe::open_xdp_senders(way, 2));
}
