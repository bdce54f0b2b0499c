// sweep_state — what the sweep remembers: a mark per position, a record per address and per block,
// and the positions that wait for their host's budget. Pure; no sockets, no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "qingdan/model/run.h"
#include "qingdan/probe/sweep.h"

namespace qingdan::probe {

enum class Mark : std::uint8_t { untried, silent, done, not_asked };

// Two bits per position.
class Marks {
 public:
  explicit Marks(std::uint64_t size) : bytes_((size + 3) / 4) {}
  [[nodiscard]] Mark at(std::uint64_t position) const {
    return static_cast<Mark>(bytes_[position / 4] >> shift(position) & 3U);
  }
  void set(std::uint64_t position, Mark mark) {
    auto& byte = bytes_[position / 4];
    const auto kept = static_cast<unsigned>(byte) & ~(3U << shift(position));
    byte = static_cast<std::uint8_t>(kept | static_cast<unsigned>(mark) << shift(position));
  }

 private:
  static unsigned shift(std::uint64_t position) { return static_cast<unsigned>(position % 4) * 2; }
  std::vector<std::uint8_t> bytes_;
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
};

class Hosts {
 public:
  explicit Hosts(const SweepSettings& settings) : settings_(settings) {}

  [[nodiscard]] HostRecord& of(const net::Address& ip) { return hosts_[ip]; }
  [[nodiscard]] const HostRecord* find(const net::Address& ip) const;
  void on_answer(const net::Address& ip, int attempt, std::chrono::nanoseconds rtt);
  // How long to wait for an answer to the given try (from 1).
  [[nodiscard]] std::chrono::nanoseconds timeout(const net::Address& ip, int attempt) const;
  // Tries that a silent position of this host may have in all (lesson 13).
  [[nodiscard]] int tries(const net::Address& ip) const;
  [[nodiscard]] model::HostOutcome outcome(const net::Address& ip, std::size_t ports) const;

 private:
  struct BlockRecord {
    int heard_on_try{0};
    RoundTrip round_trip;
  };
  const SweepSettings& settings_;
  std::unordered_map<net::Address, HostRecord> hosts_;
  std::unordered_map<net::Address, BlockRecord> blocks_;  // by first address
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
