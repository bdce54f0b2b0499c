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

SteadyTime Budget::earliest_of(const Bucket& bucket, std::uint32_t cap, SteadyTime now,
                               Share share) const {
  if (cap == 0) return now;
  const std::uint32_t kept_free = share.headroom ? cap - sustained(cap) : 0;
  const std::size_t wanted = std::min(share.packets, cap - kept_free) + kept_free;
  SteadyTime at = now;
  const auto held = bucket.sent.size();
  if (held + wanted > cap) {
    // So many of the oldest must be a second old. `oldest` is 0 until the ring is full.
    const std::size_t last = held + wanted - cap - 1;
    at = std::max(at, bucket.sent[(bucket.oldest + last) % held] + kSecond);
  }
  if (!bucket.sent.empty()) at = std::max(at, bucket.due - tolerance(cap));
  return at;
}

std::uint32_t Budget::host_cap(Share share) const {
  if (!share.fragile || pace_.fragile_pps == 0) return pace_.host_pps;
  return pace_.host_pps == 0 ? pace_.fragile_pps : std::min(pace_.host_pps, pace_.fragile_pps);
}

void Budget::record_in(Bucket& bucket, std::uint32_t cap, SteadyTime now, std::uint32_t packets) {
  if (cap == 0) return;
  for (std::uint32_t i = 0; i < packets; ++i) {
    bucket.due =
        bucket.sent.empty() ? now + spacing(cap) : std::max(bucket.due, now) + spacing(cap);
    auto slot = bucket.sent.size();
    if (slot < cap) {
      bucket.sent.push_back(now);
    } else {
      slot = bucket.oldest;
      bucket.sent[slot] = now;
      // Longer than `cap` where the host was found to be fragile meanwhile.
      bucket.oldest = (slot + 1) % bucket.sent.size();
    }
    not_left_.emplace_back(&bucket, slot);
  }
}

void Budget::record(const net::Address& ip, SteadyTime now, Share share) {
  const auto packets = share.packets;
  latest_ = std::max(now, latest_);
  forget_idle(latest_);
  record_in(global_, pace_.global_pps, latest_, packets);
  if (pace_.prefix_pps != 0) {
    record_in(blocks_[net::block_of(ip).base], pace_.prefix_pps, latest_, packets);
  }
  if (const auto cap = host_cap(share); cap != 0) record_in(hosts_[ip], cap, latest_, packets);
}

SteadyTime Budget::earliest(const net::Address& ip, SteadyTime now, Share share) const {
  now = std::max(now, latest_);
  SteadyTime at = earliest_of(global_, pace_.global_pps, now, share);
  const auto look = [&](const Buckets& buckets, const net::Address& key, std::uint32_t cap) {
    const auto found = buckets.find(key);
    if (found != buckets.end()) at = std::max(at, earliest_of(found->second, cap, now, share));
  };
  if (pace_.prefix_pps != 0) look(blocks_, net::block_of(ip).base, pace_.prefix_pps);
  if (const auto cap = host_cap(share); cap != 0) look(hosts_, ip, cap);
  return at;
}

void Budget::take(const net::Address& ip, SteadyTime now, Share share) {
  now = std::max(now, latest_);
  QD_EXPECTS(earliest(ip, now, share) <= now);
  record(ip, now, share);
}

void Budget::force(const net::Address& ip, SteadyTime now, std::uint32_t packets) {
  record(ip, now, {packets, false, false});
}

std::optional<SteadyTime> Budget::try_take(const net::Address& ip, SteadyTime now, Share share) {
  if (unlimited() && !share.fragile) return std::nullopt;
  now = std::max(now, latest_);
  const auto at = earliest(ip, now, share);
  if (at > now) return at;
  record(ip, now, share);
  return std::nullopt;
}

void Budget::left(SteadyTime now) {
  latest_ = std::max(latest_, now);
  for (const auto& [bucket, slot] : not_left_) {
    bucket->sent[slot] = std::max(bucket->sent[slot], now);
  }
  not_left_.clear();
}

// The due time lies after the last packet; a second later neither the log nor the pace can hold
// anything back, and a fresh bucket says the same.
void Budget::forget_idle(SteadyTime now) {
  if (swept_ != SteadyTime::min() && now - swept_ < kSecond) return;
  swept_ = now;
  // Whoever never says left() means "at once". The others' batch may be half filled just now, so only
  // what cannot count any more goes; an idle bucket has no other entries.
  std::erase_if(not_left_, [&](const auto& entry) {
    return entry.first->sent[entry.second] + kSecond <= now;
  });
  const auto idle = [&](const auto& entry) { return entry.second.due + kSecond <= now; };
  std::erase_if(blocks_, idle);
  std::erase_if(hosts_, idle);
}

}  // namespace qingdan::targets
