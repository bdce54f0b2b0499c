// syn_state — what a half-open sweep knows of what it has sent: counters, frames waiting to leave,
// and the samples of known-open ports. Used by syn_sweep alone.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include "qingdan/probe/syn_sweep.h"
#include "syn_ways.h"

namespace qingdan::probe {

// Frames of one batch, laid out once; those of several links may lie in one batch.
class SynBatch {
 public:
  explicit SynBatch(std::size_t most) : frames_(most), most_(most) {}

  [[nodiscard]] bool full() const { return count_ == most_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  // Room for one frame of `size` bytes to `ip` over `link`. EXPECTS not full().
  std::uint8_t* add(const net::Address& ip, std::size_t link, std::size_t size);
  // Sends what lies in order, or posts it (RawLink); false: the kernel takes no more now, the rest
  // stays.
  bool flush(const std::vector<OpenLink>& links, bool post = false);

 private:
  struct Frame {
    std::array<std::uint8_t, net::SynFrame::kSizeMost> bytes;
    std::size_t size{0}, link{0};
    net::Address ip;
  };
  std::vector<Frame> frames_;
  std::vector<Outgoing> outgoing_;
  std::size_t most_;
  std::size_t count_{0}, left_{0};  // left_: how many of them have left
};

// Ports known open, a bounded choice of them over all blocks; asked again to measure loss.
class Sentinels {
 public:
  // Kept where its block has fewer than kPerBlock.
  void learn(std::uint64_t position, const net::Address& ip);
  // The next `count` of them that are not being asked, round robin over the blocks.
  [[nodiscard]] std::vector<std::uint64_t> choose(std::size_t count);
  void asked(std::uint64_t position, const net::Address& ip, SteadyTime at);
  // True: it was being asked, and this is its answer (late answers count as lost: a kernel repeats
  // its SYN-ACK after a second, which would hide that the first was lost).
  bool heard(std::uint64_t position, SteadyTime at);
  struct Ended {
    net::Address ip;
    bool lost;
  };
  // Samples that were answered, or whose time is over.
  [[nodiscard]] std::vector<Ended> collect(SteadyTime now);
  [[nodiscard]] bool waiting() const { return !waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Known {
    std::uint64_t position;
    net::Address ip;
  };
  struct Asked {
    net::Address ip;
    SteadyTime at;
  };
  std::vector<Known> known_;
  std::map<net::Address, std::size_t> per_block_;
  std::map<std::uint64_t, Asked> waiting_;
  std::vector<Ended> ended_;
  std::size_t next_{0};
};

// Below the second after which a kernel repeats its SYN-ACK (RFC 6298 §2: RTO of 1 s).
inline constexpr std::chrono::milliseconds kSentinelPatience{900};

}  // namespace qingdan::probe
