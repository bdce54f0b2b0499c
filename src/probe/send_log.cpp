// send_log — see the header.
#include "qingdan/probe/send_log.h"

#include <algorithm>
#include <tuple>

namespace qingdan::probe {

// The last bits of a /24 that differ, or of a /64; kinds lie apart.
std::size_t SendLog::slot_of(const Key& key) {
  const auto number = key.block.number();
  const auto bits = static_cast<std::size_t>(key.block.is_v4() ? number >> 8 : number >> 64);
  return (bits ^ static_cast<std::size_t>(key.kind) << 8) % kLately;
}

model::SentBlock& SendLog::find(const Key& key, UnixMillis now) {
  auto& lately = lately_[slot_of(key)];
  if (lately.entry != nullptr && lately.key == key) return *lately.entry;
  const auto [found, fresh] = entries_.try_emplace(key);
  auto& entry = found->second;
  if (fresh) {
    entry.block = key.block;
    entry.kind = key.kind;
    entry.first = now;
    entry.last = now;
  }
  lately = {key, &entry};
  return entry;
}

model::SentBlock& SendLog::count(const net::Address& ip, model::SendKind kind,
                                 std::uint64_t packets, UnixMillis now) {
  auto& entry = find({net::block_of(ip).base, kind}, now);
  entry.packets += packets;
  // The wall clock may jump back; the entry then spans both.
  entry.first = std::min(entry.first, now);
  entry.last = std::max(entry.last, now);
  packets_ += packets;
  return entry;
}

std::vector<model::SentBlock> SendLog::take() {
  std::vector<model::SentBlock> all;
  all.reserve(entries_.size());
  for (const auto& [key, entry] : entries_) all.push_back(entry);
  entries_.clear();
  lately_.assign(kLately, {});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.block, a.kind) < std::tie(b.block, b.kind);
  });
  return all;
}

}  // namespace qingdan::probe
