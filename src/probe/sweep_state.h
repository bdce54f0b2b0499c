// sweep_state — what the sweep remembers: a mark per position, a record per address and per block,
// and the positions that wait for their host's budget. Pure; no sockets, no clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "qingdan/model/checkpoint.h"
#include "qingdan/probe/sweep.h"

namespace qingdan::probe {

enum class Mark : std::uint8_t { untried, silent, done, not_asked };

// Two bits per position, in pages that know whether they changed: a checkpoint carries those only.
class Marks {
 public:
  explicit Marks(std::uint64_t size)
      : size_(size), bytes_((size + 3) / 4), changed_(size / model::kMarkPagePositions + 1) {}
  [[nodiscard]] Mark at(std::uint64_t position) const {
    return static_cast<Mark>(bytes_[position / 4] >> shift(position) & 3U);
  }
  void set(std::uint64_t position, Mark mark) {
    auto& byte = bytes_[position / 4];
    const auto kept = static_cast<unsigned>(byte) & ~(3U << shift(position));
    byte = static_cast<std::uint8_t>(kept | static_cast<unsigned>(mark) << shift(position));
    changed_[position / model::kMarkPagePositions] = true;
  }
  // The pages changed since the last call.
  [[nodiscard]] std::vector<model::MarkPage> take_changed();
  void load(const model::MarkPage& page);  // what lies beyond the last position is left out

 private:
  static unsigned shift(std::uint64_t position) { return static_cast<unsigned>(position % 4) * 2; }
  std::uint64_t size_;
  std::vector<std::uint8_t> bytes_;
  std::vector<bool> changed_;
};

// Positions of this pass whose zone was closed when their turn came. One bit each, and memory only
// where there is one.
class Deferred {
 public:
  [[nodiscard]] bool empty() const { return count_ == 0; }
  // At or before the first one; EXPECTS !empty().
  [[nodiscard]] std::uint64_t first() const { return first_; }
  void set(std::uint64_t position, std::uint64_t size);
  // True where it was deferred; it is so no longer.
  bool take(std::uint64_t position);

 private:
  std::vector<bool> bits_;
  std::uint64_t count_{0};
  std::uint64_t first_{0};
};

// Smoothed round trip as RFC 6298 §2 computes it, seeded as scanners do: a first sample says little
// of the variance.
class RoundTrip {
 public:
  void add(std::chrono::nanoseconds sample);
  [[nodiscard]] bool known() const { return smoothed_ >= 0; }
  [[nodiscard]] std::chrono::nanoseconds timeout() const;  // EXPECTS known()

 private:
  double smoothed_{-1};  // nanoseconds
  double variance_{0};
};

struct HostRecord {
  std::uint64_t done{0};  // positions with a verdict
  bool answered{false};
  bool unreachable{false};
  int heard_on_try{0};  // the latest try that was ever answered
  RoundTrip round_trip;
  SteadyTime next_datagram{};
  bool changed{false};  // since the last checkpoint
};

// Of a /24 or /64.
struct BlockRecord {
  int heard_on_try{0};
  RoundTrip round_trip;
  std::uint64_t done{0};                          // positions with a verdict
  std::uint64_t answered{0}, answered_late{0};    // positions with an answer; not to the first try
  std::uint64_t found_first{0}, found_second{0};  // open ports, by pass
  std::uint64_t deferred{0};
  bool changed{false};
};

class Hosts {
 public:
  explicit Hosts(const SweepSettings& settings)
      : settings_(settings),
        again_(static_cast<std::size_t>(std::max(settings.lossy_retries, 0))) {}

  [[nodiscard]] HostRecord& of(const net::Address& ip) { return hosts_[ip]; }
  [[nodiscard]] const HostRecord* find(const net::Address& ip) const;
  void on_answer(const net::Address& ip, int attempt, std::chrono::nanoseconds rtt);
  void on_done(const net::Address& ip);
  // The same, for whom a record of every silent host would be too much: only its block knows.
  void on_block_done(const net::Address& ip) { ++block_of(ip).done; }
  // A silent position is asked once more; `attempt` from 2.
  void on_asked_again(const net::Address& ip, int attempt);
  // It lives, though no position was answered (ICMP, a sample asked again).
  void on_sign_of_life(const net::Address& ip);
  void on_open(const net::Address& ip, int pass);
  void on_unreachable(const net::Address& ip);
  void on_deferred(const net::Address& ip, int change);
  // How long to wait for an answer to the given try (from 1).
  [[nodiscard]] std::chrono::nanoseconds timeout(const net::Address& ip, int attempt) const;
  // Tries that a silent position of this host may have in all (lesson 13): one more than the latest
  // that was worth it on the host, in its block, or on all living hosts together.
  [[nodiscard]] int tries(const net::Address& ip) const;
  [[nodiscard]] model::HostOutcome outcome(const net::Address& ip, std::size_t ports) const;

  [[nodiscard]] std::unordered_map<net::Address, BlockRecord>& blocks() { return blocks_; }
  // What of the table changed since the last call, and how it comes back.
  [[nodiscard]] std::vector<model::HostMark> take_changed();
  void restore(const model::HostMark& mark);
  void restore(const model::PrefixReport& report);

 private:
  struct Again {
    std::uint64_t asked{0}, heard{0};  // positions of living hosts
  };
  [[nodiscard]] BlockRecord& block_of(const net::Address& ip);
  [[nodiscard]] int worth() const;
  const SweepSettings& settings_;
  std::vector<Again> again_;  // by attempt - 2, those that lossy_retries allows
  std::unordered_map<net::Address, HostRecord> hosts_;
  std::unordered_map<net::Address, BlockRecord> blocks_;  // by first address
  std::vector<net::Address> changed_;
};

// Positions that may not leave yet, grouped by host so that one token wakes one of them.
class Parking {
 public:
  void park(const net::Address& ip, std::uint64_t position, SteadyTime until);
  [[nodiscard]] std::optional<SteadyTime> next() const;
  // A position whose time has come. The rest of its host sleeps until the caller parks a position
  // of it again, or says by again() when it may go on.
  [[nodiscard]] std::optional<std::uint64_t> take(SteadyTime now);
  void again(const net::Address& ip, SteadyTime at);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Turn {
    SteadyTime at;
    std::uint64_t order;
    net::Address ip;
    bool operator>(const Turn& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Waiting {
    std::deque<std::uint64_t> positions;
    bool has_turn{false};
  };
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;  // at most one per host
  std::unordered_map<net::Address, Waiting> waiting_;
  std::size_t size_{0};
  std::uint64_t orders_{0};
};

}  // namespace qingdan::probe
