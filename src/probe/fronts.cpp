// fronts — see the header.
#include "qingdan/probe/fronts.h"

#include <algorithm>

namespace qingdan::probe {

void Fronts::on_open(const net::Address& ip, net::TransportPort port, std::uint64_t shape) {
  const Key key{net::block_of(ip), port};
  answers_[key].push_back({ip, shape});
  changed_.insert(key);
}

void Fronts::on_dark(const net::Prefix& block, std::uint64_t shape) {
  if (!voices_[block].insert(shape).second) return;
  for (auto at = answers_.lower_bound({block, {}}); at != answers_.end(); ++at) {
    if (at->first.first != block) break;
    changed_.insert(at->first);
  }
}

std::optional<Front> Fronts::judge_one(const Key& key, std::uint64_t asked,
                                       const std::set<net::Address>& dark) const {
  const auto& [block, port] = key;
  std::map<std::uint64_t, std::set<net::Address>> alike;
  for (const auto& answer : answers_.at(key)) alike[answer.shape].insert(answer.ip);
  auto addresses = std::max_element(alike.begin(), alike.end(), [](const auto& a, const auto& b) {
                     return a.second.size() < b.second.size();
                   })->second;
  const bool wide = asked >= kLeastAsked && addresses.size() * 10 >= asked * 9;
  const auto from = dark.lower_bound(block.base);
  const auto to = dark.upper_bound(block.range().last);
  const auto chosen = static_cast<std::size_t>(std::distance(from, to));
  const bool lit = chosen >= kDarkPerBlock &&
                   std::all_of(from, to, [&](const auto& ip) { return addresses.contains(ip); });
  if (!wide && !lit) addresses.clear();
  if (const auto voices = voices_.find(block); voices != voices_.end()) {
    for (const auto shape : voices->second) {
      addresses.insert(alike[shape].begin(), alike[shape].end());
    }
  }
  if (addresses.empty()) return std::nullopt;
  return Front{block, port, asked, {addresses.begin(), addresses.end()}, !wide};
}

std::vector<Front> Fronts::judge(const std::function<std::uint64_t(const net::Prefix&)>& asked,
                                 const std::set<net::Address>& dark) const {
  std::vector<Front> fronts;
  for (const auto& [key, answers] : answers_) {
    auto front = judge_one(key, asked(key.first), dark);
    if (front) fronts.push_back(std::move(*front));
  }
  return fronts;
}

std::vector<Front> Fronts::judge_changed(
    const std::function<std::uint64_t(const net::Prefix&)>& asked,
    const std::set<net::Address>& dark) {
  std::vector<Front> fronts;
  for (const auto& key : std::exchange(changed_, {})) {
    auto front = judge_one(key, asked(key.first), dark);
    if (front) fronts.push_back(std::move(*front));
  }
  return fronts;
}

std::set<net::Address> choose_dark(const std::vector<net::Address>& unknown, std::uint64_t salt) {
  std::map<net::Prefix, std::vector<net::Address>> blocks;
  for (const auto& ip : unknown) blocks[net::block_of(ip)].push_back(ip);
  std::set<net::Address> chosen;
  for (auto& [block, addresses] : blocks) {
    if (addresses.size() < kDarkPerBlock) continue;
    std::sort(addresses.begin(), addresses.end());
    const auto size = addresses.size();
    const auto first = salt % size;
    // The second lies some way off, so that the two are not neighbours.
    const auto second = (first + 1 + (salt >> 32) % (size - 1)) % size;
    chosen.insert(addresses[first]);
    chosen.insert(addresses[second]);
  }
  return chosen;
}

}  // namespace qingdan::probe
