// checkpoint — where a run stands, as plain data: enough to go on after the program died, and what
// was sent to whom. Made by the sweep, kept by the registry, handed back by runs resume.
//
// A checkpoint follows the results it covers (decision 0007): what it calls done is written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/rng.h"
#include "qingdan/model/run.h"

namespace qingdan::model {

// 4 KiB of two-bit marks: positions 16 384 × page and after.
inline constexpr std::size_t kMarkPageBytes = 4096;
inline constexpr std::uint64_t kMarkPagePositions = kMarkPageBytes * 4;

struct MarkPage {
  std::uint64_t page{0};
  Bytes marks;  // kMarkPageBytes, the last page filled up with zeros
  bool operator==(const MarkPage&) const = default;
};

// What a resumed sweep must know of an address beside its marks; round trips are learnt again.
struct HostMark {
  net::Address ip;
  bool answered{false};
  bool unreachable{false};
  int heard_on_try{0};
  bool operator==(const HostMark&) const = default;
};

struct Checkpoint {
  Key128 key{};                // of the permutation
  std::uint64_t positions{0};  // addresses x ports
  int pass{0};                 // 0 = nothing was asked yet
  // Everything before it has been asked in this pass, or was decided before.
  std::uint64_t position{0};
  std::uint32_t pps{0};         // the global cap in force, 0 = none: bounds what a gap may hide
  std::vector<MarkPage> pages;  // changed since the checkpoint before; all where it was loaded
  std::vector<HostMark> hosts;  // likewise
  std::vector<PrefixReport> report;  // likewise
  RunCounts counts;
  std::optional<Coverage> coverage;  // not with every checkpoint
};

// What left for one block (/24 or /64), of one kind and from one address of ours.
struct SentBlock {
  net::Address block;  // its first address
  SendKind kind{SendKind::tcp_connect};
  net::Address from;         // unspecified where nobody could tell
  std::uint64_t packets{0};  // tcp-connect and conversation: handshakes begun
  UnixMillis first, last;
  bool operator==(const SentBlock&) const = default;
};

}  // namespace qingdan::model
