// budget — nested buckets, each a log of its last second and a pace (GCRA, ITU-T I.371 Annex A).
#include "qingdan/targets/budget.h"

#include <algorithm>

#include "qingdan/base/contract.h"

namespace qingdan::targets {
namespace {

using std::chrono::nanoseconds;
constexpr nanoseconds kSecond = std::chrono::seconds(1);
// A late timer of the sender may be made up for by so much, and not more.
constexpr nanoseconds kBurst = std::chrono::milliseconds(20);

// Rounded up, so that the pace is never faster than the cap.
nanoseconds spacing(std::uint32_t cap) { return nanoseconds((kSecond.count() + cap - 1) / cap); }

// How far before its due time a packet may go: the burst less the packet itself.
nanoseconds tolerance(std::uint32_t cap) { return std::max(kBurst - spacing(cap), nanoseconds(0)); }

}  // namespace

SteadyTime Budget::earliest_of(const Bucket& bucket, std::uint32_t cap, SteadyTime now) const {
  if (cap == 0) return now;
  SteadyTime at = now;
  if (bucket.sent.size() >= cap) at = std::max(at, bucket.sent[bucket.oldest] + kSecond);
  if (!bucket.sent.empty()) at = std::max(at, bucket.due - tolerance(cap));
  return at;
}

void Budget::record(Bucket& bucket, std::uint32_t cap, SteadyTime now) {
  if (cap == 0) return;
  bucket.due = bucket.sent.empty() ? now + spacing(cap) : std::max(bucket.due, now) + spacing(cap);
  if (bucket.sent.size() < cap) {
    bucket.sent.push_back(now);
    return;
  }
  bucket.sent[bucket.oldest] = now;
  bucket.oldest = (bucket.oldest + 1) % bucket.sent.size();
}

SteadyTime Budget::earliest(const net::Address& ip, SteadyTime now) const {
  now = std::max(now, latest_);
  SteadyTime at = earliest_of(global_, pace_.global_pps, now);
  const auto look = [&](const Buckets& buckets, const net::Address& key, std::uint32_t cap) {
    const auto found = buckets.find(key);
    if (found != buckets.end()) at = std::max(at, earliest_of(found->second, cap, now));
  };
  if (pace_.prefix_pps != 0) look(blocks_, net::block_of(ip).base, pace_.prefix_pps);
  if (pace_.host_pps != 0) look(hosts_, ip, pace_.host_pps);
  return at;
}

void Budget::take(const net::Address& ip, SteadyTime now) {
  now = std::max(now, latest_);
  QD_EXPECTS(earliest(ip, now) <= now);
  latest_ = now;
  forget_idle(now);
  record(global_, pace_.global_pps, now);
  if (pace_.prefix_pps != 0) record(blocks_[net::block_of(ip).base], pace_.prefix_pps, now);
  if (pace_.host_pps != 0) record(hosts_[ip], pace_.host_pps, now);
}

std::optional<SteadyTime> Budget::try_take(const net::Address& ip, SteadyTime now) {
  now = std::max(now, latest_);
  const auto at = earliest(ip, now);
  if (at > now) return at;
  take(ip, now);
  return std::nullopt;
}

// The due time lies after the last packet; a second later neither the log nor the pace can hold
// anything back, and a fresh bucket says the same.
void Budget::forget_idle(SteadyTime now) {
  if (swept_ != SteadyTime::min() && now - swept_ < kSecond) return;
  swept_ = now;
  const auto idle = [&](const auto& entry) { return entry.second.due + kSecond <= now; };
  std::erase_if(blocks_, idle);
  std::erase_if(hosts_, idle);
}

}  // namespace qingdan::targets
