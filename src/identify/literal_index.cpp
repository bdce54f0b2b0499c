// literal_index — see the header; a hash search for windows.
#include "identify/literal_index.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "identify/literal.h"
#include "identify/window.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

// Bits for each literal: with 16 one window in 16 is looked up for nothing, which costs less than
// bits of a field with thousands of literals that no longer fit into the processor's nearest cache.
constexpr std::size_t kBitsEach = 16;

// Which bytes of eight count, by their number.
constexpr auto kMasks = [] {
  std::array<std::uint64_t, 9> masks{};
  for (std::size_t n = 1; n <= 8; ++n) masks[n] = masks[n - 1] << 8 | 0xFF;
  return masks;
}();

struct Key {
  std::uint64_t low, high;
};
// The bytes at a place, those from `size` on as zero (numbers of the processor's own byte order,
// the least first).
Key key_at(const char* text, std::size_t size) {
  Key key;
  std::memcpy(&key.low, text, sizeof key.low);
  std::memcpy(&key.high, text + sizeof key.low, sizeof key.high);
  key.low &= kMasks[std::min<std::size_t>(size, 8)];
  key.high &= kMasks[std::clamp<std::size_t>(size, 8, 16) - 8];
  return key;
}

}  // namespace

LiteralIndex::LiteralIndex(std::vector<std::pair<std::string, std::uint32_t>> literals) {
  for (auto& [text, group] : literals) text.resize(std::min(text.size(), kLiteralMost));
  std::erase_if(literals, [](const auto& literal) { return literal.first.size() < kLiteralMin; });
  std::sort(literals.begin(), literals.end());
  literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
  std::unordered_map<std::uint32_t, std::uint32_t> seen;
  for (const auto& [text, group] : literals) {
    for (std::size_t i = 0; i + kWindow <= text.size(); ++i) ++seen[window_at(&text[i])];
  }
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < literals.size();) {
    const auto& text = literals[i].first;
    Entry entry;
    entry.group = literals[i].second;
    const auto first = static_cast<std::uint32_t>(groups_.size());
    for (; i < literals.size() && literals[i].first == text && entry.group_count + 1 < kShared;
         ++i) {
      ++entry.group_count;
      groups_.push_back(literals[i].second);
    }
    if (entry.group_count == 1) {
      groups_.pop_back();
    } else {
      entry.group = first;
    }
    const auto rarity = [&](std::size_t at) { return seen[window_at(&text[at])]; };
    for (std::size_t at = 1; at + kWindow <= text.size(); ++at) {
      if (rarity(at) < rarity(entry.window)) entry.window = static_cast<std::uint8_t>(at);
    }
    entry.size = static_cast<std::uint8_t>(text.size());
    entry.text = static_cast<std::uint32_t>(texts_.size());
    if (text.size() > kKey) texts_ += text;
    set_key(entry, text);
    entries.push_back(entry);
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return hash_of_window(window_of(a)) < hash_of_window(window_of(b));
  });
  fill_table(entries);
}

void LiteralIndex::set_key(Entry& entry, std::string_view text) {
  std::memcpy(entry.key, text.data() + entry.key_at(), std::min(text.size(), kKey));
}

std::uint32_t LiteralIndex::window_of(const Entry& entry) {
  std::array<char, kKey> bytes{};
  std::memcpy(bytes.data(), entry.key, kKey);
  return window_at(&bytes[entry.window - entry.key_at()]);
}

LiteralIndex::Entry& LiteralIndex::free_place(std::uint32_t hash) {
  const auto mask = table_.size() - 1;
  auto slot = hash & mask;
  while (table_[slot].group_count != 0) slot = (slot + 1) & mask;
  return table_[slot];
}

void LiteralIndex::fill_table(const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  std::size_t size = 16;
  while (size < 2 * entries.size()) size *= 2;
  table_.assign(size, {});
  std::size_t words = 1;
  while (64 * words < kBitsEach * entries.size()) words *= 2;
  bits_.assign(words, 0);
  for (std::size_t i = 0; i < entries.size();) {
    const auto window = window_of(entries[i]);
    auto next = i + 1;
    while (next < entries.size() && window_of(entries[next]) == window) ++next;
    const auto hash = hash_of_window(window);
    bits_[hash & (words - 1)] |= std::uint64_t{1} << (hash >> 26);
    auto& place = free_place(hash);
    place = entries[i];
    if (next - i > 1) {
      place = {};
      place.key[0] = window;
      place.text = static_cast<std::uint32_t>(next - i);
      place.group = static_cast<std::uint32_t>(shared_.size());
      place.group_count = kShared;
      shared_.insert(shared_.end(), entries.begin() + static_cast<std::ptrdiff_t>(i),
                     entries.begin() + static_cast<std::ptrdiff_t>(next));
    }
    i = next;
  }
}

namespace {

template <class T>
void save_raw(const std::vector<T>& items, ByteWriter& out) {
  out.u32be(static_cast<std::uint32_t>(items.size()));
  out.bytes({reinterpret_cast<const std::uint8_t*>(items.data()), items.size() * sizeof(T)});
}

template <class T>
bool load_raw(std::vector<T>& items, ByteReader& in) {
  const auto bytes = in.take(std::size_t{in.u32be()} * sizeof(T));
  items.resize(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(items.data(), bytes.data(), bytes.size());
  return in.ok();
}

}  // namespace

void LiteralIndex::save(ByteWriter& out) const {
  // In the order of the table, which is then filled from one end to the other.
  std::vector<Entry> entries;
  for (const auto& place : table_) {
    if (place.group_count == 0) continue;
    const auto* first = place.group_count == kShared ? &shared_[place.group] : &place;
    entries.insert(entries.end(), first, first + (place.group_count == kShared ? place.text : 1));
  }
  save_raw(entries, out);
  save_raw(groups_, out);
  out.u32be(static_cast<std::uint32_t>(texts_.size())).text(texts_);
}

std::optional<LiteralIndex> LiteralIndex::load(ByteReader& in, std::size_t groups) {
  LiteralIndex index;
  std::vector<Entry> entries;
  if (!load_raw(entries, in) || !load_raw(index.groups_, in)) return std::nullopt;
  index.texts_ = as_text(in.take(in.u32be()));
  const auto known = [&](std::uint32_t group) { return group < groups; };
  const auto within = [](std::size_t first, std::size_t count, std::size_t all) {
    return first <= all && count <= all - first;
  };
  const auto whole = [&](const Entry& entry) {
    const auto key_size = std::min<std::size_t>(entry.size, kKey);
    return entry.group_count > 0 && entry.group_count < kShared &&
           within(entry.window - entry.key_at(), kWindow, key_size) &&
           (entry.size <= kKey || within(entry.text, entry.size, index.texts_.size())) &&
           (entry.group_count == 1 ? known(entry.group)
                                   : within(entry.group, entry.group_count, index.groups_.size()));
  };
  if (!in.ok() || !std::all_of(index.groups_.begin(), index.groups_.end(), known) ||
      !std::all_of(entries.begin(), entries.end(), whole))
    return std::nullopt;
  index.fill_table(entries);
  return index;
}

bool LiteralIndex::mark_spots(const Subject& subject, std::size_t& from, Spots& spots) const {
  spots.count = 0;
  const auto folded = subject.folded();
  if (table_.empty() || folded.size() < kWindow) return true;
  // Which windows are worth a look is settled without branches, which nothing could foretell.
  const auto* text = folded.data();
  const auto* bits = bits_.data();
  const auto words = bits_.size() - 1;
  const auto windows = folded.size() - kWindow + 1;
  const auto until = std::min(windows, from + kAtOnce);
  std::size_t count = 0;
  for (auto at = from; at < until; ++at) {
    const auto hash = hash_of_window(window_at(text + at));
    spots.spots[count] = {static_cast<std::uint32_t>(at), hash};
    count += bits[hash & words] >> (hash >> 26) & 1;
  }
  const auto mask = table_.size() - 1;
  for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(&table_[spots.spots[i].hash & mask]);
  spots.count = count;
  from = until;
  return until == windows;
}

inline void LiteralIndex::look_at(const Entry& entry, std::string_view folded, std::uint32_t at,
                                  Likes& likes, std::size_t& alike,
                                  std::vector<std::uint32_t>& groups) const {
  const auto from = at - entry.window;
  if (entry.window > at || entry.size > folded.size() - from) return;
  const auto here = key_at(&folded[from + entry.key_at()], entry.size);
  if (((here.low ^ entry.key[0]) | (here.high ^ entry.key[1])) != 0) return;
  if (entry.size <= kKey) return report(entry, groups);
  __builtin_prefetch(&texts_[entry.text]);
  likes[alike++] = {&entry, from};
  if (alike == likes.size())
    compare(folded, std::span(likes).first(std::exchange(alike, 0)), groups);
}

// Step by step for all windows together, so that what one step needs of memory, thousands of places
// far apart, is fetched for all of them side by side.
void LiteralIndex::look_up(const Subject& subject, const Spots& spots,
                           std::vector<std::uint32_t>& groups) const {
  const auto folded = subject.folded();
  const auto mask = table_.size() - 1;
  const auto* table = table_.data();
  Likes likes;
  std::size_t alike = 0;
  for (const auto& spot : std::span(spots.spots).first(spots.count)) {
    for (auto slot = spot.hash & mask; table[slot].group_count != 0; slot = (slot + 1) & mask) {
      const auto& place = table[slot];
      if (place.group_count != kShared) {
        look_at(place, folded, spot.at, likes, alike, groups);
        continue;
      }
      if (place.key[0] != window_at(&folded[spot.at])) continue;
      for (auto i = place.group; i < place.group + place.text; ++i)
        look_at(shared_[i], folded, spot.at, likes, alike, groups);
    }
  }
  compare(folded, std::span(likes).first(alike), groups);
}

void LiteralIndex::compare(std::string_view folded, std::span<const Like> likes,
                           std::vector<std::uint32_t>& groups) const {
  for (const auto& [entry, from] : likes) {
    if (std::memcmp(&folded[from], &texts_[entry->text], entry->size) == 0) report(*entry, groups);
  }
}

void LiteralIndex::report(const Entry& entry, std::vector<std::uint32_t>& groups) const {
  const auto* first = entry.group_count == 1 ? &entry.group : &groups_[entry.group];
  for (const auto* group = first; group < first + entry.group_count; ++group) {
    if (std::find(groups.begin(), groups.end(), *group) == groups.end()) groups.push_back(*group);
  }
}

}  // namespace qingdan::identify
