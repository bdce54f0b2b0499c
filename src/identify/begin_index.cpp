// begin_index — see the header.
#include "identify/begin_index.h"

#include <algorithm>
#include <array>
#include <bitset>

namespace qingdan::identify {

BeginIndex::BeginIndex(const std::vector<Member>& members) {
  if (members.empty()) return;
  const auto whole = std::count_if(members.begin(), members.end(),
                                   [](const Member& member) { return member.first.is_whole(); });
  while (four_slots_ < 2 * static_cast<std::size_t>(whole)) four_slots_ *= 2;
  const auto slots = static_cast<std::uint32_t>(kPairSlots + four_slots_);
  std::vector<std::pair<std::uint32_t, Entry>> placed;  // slot, what lies there
  for (const auto& [atom, begin, first_bytes] : members) {
    if (first_bytes.is_whole()) {
      placed.push_back(
          {static_cast<std::uint32_t>(slot_of(first_bytes.bytes)), {first_bytes, atom}});
      continue;
    }
    const auto& bytes = begin->bytes;
    if (begin->size < 2 || bytes[0].count() * bytes[1].count() > kPairsMax) {
      placed.push_back({slots, {first_bytes, atom}});
      continue;
    }
    const auto begun = placed.size();
    for (std::size_t first = 0; first < 256; ++first) {
      for (std::size_t second = 0; bytes[0][first] && second < 256; ++second) {
        if (!bytes[1][second]) continue;
        const auto slot = static_cast<std::uint32_t>(slot_of(first, second));
        const auto is_here = [&](const auto& entry) { return entry.first == slot; };
        if (std::none_of(placed.begin() + static_cast<std::ptrdiff_t>(begun), placed.end(),
                         is_here))
          placed.push_back({slot, {first_bytes, atom}});
      }
    }
  }
  offsets_.assign(slots + 1, 0);
  for (const auto& [slot, entry] : placed) {
    if (slot < slots) ++offsets_[slot + 1];
  }
  for (std::size_t slot = 0; slot < slots; ++slot) offsets_[slot + 1] += offsets_[slot];
  entries_.resize(placed.size());
  auto next = offsets_;
  for (const auto& [slot, entry] : placed) entries_[next[slot]++] = entry;
}

void BeginIndex::add_fitting(std::size_t from, std::size_t to, std::uint32_t first,
                             std::vector<std::uint32_t>& atoms) const {
  for (auto i = from; i < to; ++i) {
    if (entries_[i].first.fits(first)) atoms.push_back(entries_[i].atom);
  }
}

void BeginIndex::find(const Subject& subject, std::vector<std::uint32_t>& atoms) const {
  if (entries_.empty()) return;
  const auto first = first_of(subject);
  add_fitting(offsets_.back(), entries_.size(), first, atoms);
  if (subject.size() < 2) return;
  for (const auto slot : {slot_of(subject), slot_of(first)})
    add_fitting(offsets_[slot], offsets_[slot + 1], first, atoms);
}

}  // namespace qingdan::identify
