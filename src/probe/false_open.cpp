// false_open — see the header.
#include "qingdan/probe/false_open.h"

#include <cstdlib>

#include "qingdan/net/tcp_signature.h"

namespace qingdan::probe {
namespace {

// TCP options by kind: RFC 9293 §3.1, RFC 7323 §3.2.
constexpr std::uint8_t kEnd = 0;
constexpr std::uint8_t kNop = 1;
constexpr std::uint8_t kTimestamps = 8;

// Fewer than these tell nothing of habits.
constexpr std::uint32_t kFewAsked = 50;
constexpr std::uint32_t kFewOpen = 8;

// Hops travelled. Stacks send RSTs with another initial value than SYN-ACKs, so the values
// themselves must not be compared.
int hops(std::uint8_t hop_limit) { return net::initial_hop_limit(hop_limit) - hop_limit; }

bool most(std::uint32_t part, std::uint32_t all) { return all > 0 && part * 10 >= all * 9; }

}  // namespace

std::uint32_t digest_options(BytesView options) {
  std::uint32_t digest = 0x811C9DC5;  // FNV-1a
  const auto add = [&](std::uint8_t byte) { digest = (digest ^ byte) * 0x01000193; };
  bool any = false;
  std::size_t at = 0;
  while (at < options.size() && options[at] != kEnd) {
    const auto kind = options[at];
    add(kind);
    any = any || kind != kNop;
    if (kind == kNop) {
      ++at;
      continue;
    }
    const std::size_t length = at + 1 < options.size() ? options[at + 1] : 0;
    if (length < 2 || at + length > options.size()) break;
    const std::size_t told = kind == kTimestamps ? 2 : length;
    for (std::size_t i = 1; i < told; ++i) add(options[at + i]);
    at += length;
  }
  if (!any) return 0;
  return digest == 0 ? 1 : digest;
}

void SynAckProfile::on_syn_ack(const SynAckTraits& traits) {
  if (opened_++ == 0) first_ = traits;
  if (traits.window == 0) ++zero_window_;
  if (traits.options == 0) ++bare_;
  if (traits.window == first_.window && traits.options == first_.options &&
      traits.hop_limit == first_.hop_limit) {
    ++alike_;
  }
  if (own_hops_ && std::abs(hops(traits.hop_limit) - *own_hops_) > 1) hops_differ_ = true;
  if (traits.rtt.count() < 0) return;
  open_rtt_ += static_cast<double>(traits.rtt.count());
  ++open_timed_;
}

void SynAckProfile::on_own_word(std::uint8_t hop_limit, std::chrono::nanoseconds rtt) {
  const int travelled = hops(hop_limit);
  own_hops_ = static_cast<std::uint8_t>(travelled);
  if (opened_ > 0 && std::abs(hops(first_.hop_limit) - travelled) > 1) hops_differ_ = true;
  if (rtt.count() < 0) return;
  own_rtt_ += static_cast<double>(rtt.count());
  ++own_timed_;
}

Suspicion SynAckProfile::judge() const {
  Suspicion result;
  if (opened_ == 0) return result;
  const auto add = [&](int weight, std::string_view reason) {
    result.score += weight;
    result.reasons.push_back(reason);
  };
  // RFC 9293 §3.8.6 allows it, yet a server that accepts wants data; SYN cookies of proxies do it.
  if (most(zero_window_, opened_)) add(40, "window 0 in its SYN-ACKs");
  if (most(bare_, opened_)) add(30, "no TCP options in its SYN-ACKs");
  if (hops_differ_) add(40, "SYN-ACKs travel another distance than the host's own packets");
  if (open_timed_ > 0 && own_timed_ > 0) {
    const double open = open_rtt_ / open_timed_;
    const double own = own_rtt_ / own_timed_;
    // Below 5 ms apart it is the host's own scheduling.
    if (open * 4 < own && own - open > 5e6)
      add(30, "SYN-ACKs come sooner than the host can answer");
  }
  if (asked_ >= kFewAsked && opened_ >= kFewOpen) {
    if (opened_ * 2 > asked_) {
      add(50, "more than half of its ports are open");
    } else if (opened_ * 10 > asked_) {
      add(30, "more than a tenth of its ports are open");
    }
    if (opened_ * 10 > asked_ && alike_ == opened_) add(20, "all SYN-ACKs are alike");
  }
  return result;
}

}  // namespace qingdan::probe
