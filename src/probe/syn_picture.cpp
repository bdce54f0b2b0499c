// syn_picture — see the header.
#include "qingdan/probe/syn_picture.h"

#include <algorithm>

#include "qingdan/probe/fronts.h"

namespace qingdan::probe {
namespace {

// So many addresses of a block are looked at for one that answered nothing: /24, and the like of
// /64.
constexpr std::uint64_t kLookedAt = 256;

std::uint64_t look_of(const SynAckTraits& traits) {
  return std::uint64_t{traits.options} << 24 | std::uint64_t{traits.window} << 8 | traits.hop_limit;
}

}  // namespace

void SynPicture::on_answer(const net::Address& ip, bool open, const SynAckTraits& traits) {
  auto& host = hosts_[ip];
  if (!open) return host.profile.on_own_word(traits.hop_limit, traits.rtt);
  if (!host.open) host.look = look_of(traits);
  host.open = true;
  host.profile.on_syn_ack(traits);
}

Suspicion SynPicture::judge(const net::Address& ip, std::uint32_t asked) const {
  const auto found = hosts_.find(ip);
  if (found == hosts_.end() || !found->second.open) return {};
  auto profile = found->second.profile;
  profile.set_asked(asked);
  return profile.judge();
}

std::vector<net::Address> SynPicture::suspects(std::uint32_t asked) const {
  std::vector<net::Address> found;
  for (const auto& [ip, host] : hosts_) {
    if (judge(ip, asked).suspect()) found.push_back(ip);
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<net::Prefix> SynPicture::fronted_blocks(
    const std::function<std::uint64_t(const net::Prefix&)>& addresses) const {
  struct Block {
    std::uint64_t open{0};
    std::map<Look, std::uint64_t> looks;
  };
  std::map<net::Prefix, Block> blocks;
  for (const auto& [ip, host] : hosts_) {
    if (!host.open) continue;
    auto& block = blocks[net::block_of(ip)];
    ++block.open;
    ++block.looks[host.look];
  }
  std::vector<net::Prefix> fronted;
  for (const auto& [prefix, block] : blocks) {
    if (block.open < kLeastAsked || block.open * 2 < addresses(prefix)) continue;
    const auto most =
        std::max_element(block.looks.begin(), block.looks.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most->second * 10 >= block.open * 9) fronted.push_back(prefix);
  }
  return fronted;
}

std::vector<net::Address> SynPicture::dark_of(
    const net::Prefix& block, const std::set<net::Address>& known,
    const std::function<bool(const net::Address&)>& in_scope) const {
  std::vector<net::Address> dark;
  const auto range = block.range();
  for (auto ip = known.lower_bound(range.first); ip != known.end() && *ip <= range.last; ++ip) {
    if (dark.size() < kDarkPerBlock) dark.push_back(*ip);
  }
  // From the end: what is given out by hand begins at the start.
  for (std::uint64_t i = 0; i < kLookedAt && dark.size() < kDarkPerBlock; ++i) {
    const auto ip = net::Address::from_number(range.last.number() - i, range.last.is_v6());
    if (ip < range.first) break;
    const bool taken = std::find(dark.begin(), dark.end(), ip) != dark.end();
    if (!taken && !hosts_.contains(ip) && in_scope(ip)) dark.push_back(ip);
  }
  return dark;
}

}  // namespace qingdan::probe
