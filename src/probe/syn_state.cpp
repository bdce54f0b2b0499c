// syn_state — see the header.
#include "syn_state.h"

#include <algorithm>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

constexpr std::size_t kPerBlock = 64;
constexpr std::size_t kKnownMost = 4096;

}  // namespace

std::uint8_t* SynBatch::add(const net::Address& ip, std::size_t link, std::size_t size) {
  QD_EXPECTS(!full());
  auto& frame = frames_[count_++];
  frame.ip = ip;
  frame.link = link;
  frame.size = size;
  return frame.bytes.data();
}

bool SynBatch::flush(const std::vector<OpenLink>& links, bool post) {
  while (left_ < count_) {
    const auto link = frames_[left_].link;
    outgoing_.clear();
    for (auto i = left_; i < count_ && frames_[i].link == link; ++i) {
      outgoing_.push_back({BytesView(frames_[i].bytes).first(frames_[i].size), frames_[i].ip});
    }
    auto& door = *links[link].link;
    const auto sent = post ? door.post(outgoing_) : door.send(outgoing_);
    left_ += sent;
    if (sent < outgoing_.size()) return false;
  }
  count_ = left_ = 0;
  return true;
}

void Sentinels::learn(std::uint64_t position, const net::Address& ip) {
  if (known_.size() >= kKnownMost) return;
  auto& held = per_block_[net::block_of(ip).base];
  if (held >= kPerBlock) return;
  ++held;
  known_.push_back({position, ip});
}

std::vector<std::uint64_t> Sentinels::choose(std::size_t count) {
  std::vector<std::uint64_t> chosen;
  for (std::size_t seen = 0; seen < known_.size() && chosen.size() < count; ++seen) {
    const auto& one = known_[next_++ % known_.size()];
    if (!waiting_.contains(one.position)) chosen.push_back(one.position);
  }
  return chosen;
}

void Sentinels::asked(std::uint64_t position, const net::Address& ip, SteadyTime at) {
  waiting_[position] = {ip, at};
}

bool Sentinels::heard(std::uint64_t position, SteadyTime at) {
  const auto found = waiting_.find(position);
  if (found == waiting_.end()) return false;
  ended_.push_back({found->second.ip, at - found->second.at > kSentinelPatience});
  waiting_.erase(found);
  return true;
}

std::vector<Sentinels::Ended> Sentinels::collect(SteadyTime now) {
  std::erase_if(waiting_, [&](const auto& entry) {
    if (now - entry.second.at <= kSentinelPatience) return false;
    ended_.push_back({entry.second.ip, true});
    return true;
  });
  return std::exchange(ended_, {});
}

}  // namespace qingdan::probe
