// send_log — see the header.
#include "qingdan/probe/send_log.h"

#include <algorithm>
#include <tuple>

namespace qingdan::probe {

model::SentBlock& SendLog::count(const net::Address& ip, model::SendKind kind,
                                 std::uint64_t packets, UnixMillis now) {
  const auto block = net::block_of(ip).base;
  const auto [found, fresh] = entries_.try_emplace(Key{block, kind});
  auto& entry = found->second;
  if (fresh) {
    entry.block = block;
    entry.kind = kind;
    entry.first = now;
    entry.last = now;
  }
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
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.block, a.kind) < std::tie(b.block, b.kind);
  });
  return all;
}

}  // namespace qingdan::probe
