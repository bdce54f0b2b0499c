// presence — is it gone? Counting of covered silence, and the guards that keep a fault of ours or
// of a link from looking like the death of many machines.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/model/world.h"
#include "qingdan/resolve/comparable.h"

namespace qingdan::resolve {

inline constexpr int kMissesToBeGone = 3;
inline constexpr std::chrono::milliseconds kDaysToBeGone = std::chrono::hours(24 * 7);
// Prefix guard: more than one in five of at least this many.
inline constexpr std::size_t kGuardHosts = 5;
inline constexpr std::size_t kGuardShare = 5;
// A run that hears nobody at all where so many lived is deaf; one that misses more than half of
// ten or more hears badly.
inline constexpr std::size_t kDeafHosts = 3;
inline constexpr std::size_t kLossyHosts = 10;

// What the run says of one asset.
struct Judged {
  Sight sight{Sight::unjudged};
  bool newer{false};      // the run is later than the last that covered the asset
  bool displaced{false};  // another machine holds its address
};

struct Guard {
  bool deaf{false};                                      // nothing of this run is counted
  bool lossy{false};                                     // no silence of this run is counted
  std::set<std::pair<std::string, net::Prefix>> blocks;  // no silence in these is counted
  std::vector<model::Change> changes;                    // one per fact above
  [[nodiscard]] bool suspends(const std::string& zone, const net::Address& ip) const;
};
// `judged` is parallel to `before.assets`. Guards hold for hosts that answered the last time they
// were asked: one that is silent a second time is counted, so that a real shutdown is seen.
[[nodiscard]] Guard judge_run(const model::World& before, const model::RunSeen& seen,
                              const std::vector<Judged>& judged);

// 网段级异常 for each that no applied run saw before with the same ports.
[[nodiscard]] std::vector<model::Change> tell_middleboxes(const model::World& before,
                                                          const model::RunSeen& seen);

// One covered silence of a host: 疑似离线, and 失联 after three over seven days.
void count_miss(model::AssetRecord& asset, UnixMillis at);
// Silent, but not counted: only the next silence is.
void shield(model::AssetRecord& asset, UnixMillis at);
void count_answer(model::AssetRecord& asset);

// One covered silence of a port of a host that lives: closed after three over seven days.
void count_miss(model::ServiceRecord& service, UnixMillis at);
// Refused by two probes.
void close(model::ServiceRecord& service);
void count_answer(model::ServiceRecord& service);

}  // namespace qingdan::resolve
