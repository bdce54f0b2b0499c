// literal_index — finds which of very many literals stand in a value, in one pass over it.
// Immutable once made; shared by threads.
//   L1  every group with a literal in the value is reported, once
//   L2  the work is bounded by length of the value and literals that share a window, not by their
//       number
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "identify/subject.h"
#include "qingdan/base/bytes.h"

namespace qingdan::identify {

inline constexpr std::size_t kLiteralMost = 255;  // bytes of which an index makes use

class LiteralIndex {
 public:
  LiteralIndex() = default;
  // (literal, group); literals of kLiteralMin bytes or more, in lower case. Of a longer one its
  // first kLiteralMost bytes are looked for.
  explicit LiteralIndex(std::vector<std::pair<std::string, std::uint32_t>> literals);

  [[nodiscard]] bool empty() const { return table_.empty(); }
  // Adds to `groups`; false, and not all are there, where they become more than `max`. Once, before
  // the last of them are looked up, whose places are being fetched, it does `meanwhile`.
  template <class Meanwhile>
  bool find(const Subject& subject, std::size_t max, std::vector<std::uint32_t>& groups,
            Meanwhile meanwhile) const {
    std::array<Spots, 2> spots;
    std::size_t from = 0;
    bool few = true;
    for (std::size_t chunk = 0; few; ++chunk) {
      const bool last = mark_spots(subject, from, spots[chunk % 2]);
      if (last) meanwhile();
      if (chunk > 0) look_up(subject, spots[(chunk - 1) % 2], groups);
      if (last) look_up(subject, spots[chunk % 2], groups);
      few = groups.size() <= max;
      if (last) break;
    }
    return few;
  }
  bool find(const Subject& subject, std::size_t max, std::vector<std::uint32_t>& groups) const {
    return find(subject, max, groups, [] {});
  }

  void save(ByteWriter& out) const;
  // nullopt where the bytes are not what save() writes, or a group is not below `groups`.
  [[nodiscard]] static std::optional<LiteralIndex> load(ByteReader& in, std::size_t groups);

 private:
  static constexpr std::size_t kKey = 16;
  static_assert(kKey <= Subject::kBehind);
  // A literal. Half a line of the processor's cache: that it stands there is seen without a look
  // anywhere else, but of the few that are longer than their key, or tell several groups.
  struct alignas(32) Entry {
    std::uint64_t key[2]{};        // kKey bytes of it, or all
    std::uint32_t text{0};         // of a longer one, all of it, in texts_
    std::uint32_t group{0};        // the group; of several, the first, in groups_
    std::uint16_t group_count{0};  // 0 = a free place
    std::uint8_t size{0};
    std::uint8_t window{0};  // where in the literal its rarest window is, by which it is looked up

    // Where in the literal the key begins: not behind the window, nor so late that it would be cut.
    [[nodiscard]] std::size_t key_at() const {
      return std::min<std::size_t>(window, size - std::min<std::size_t>(size, kKey));
    }
  };
  static_assert(sizeof(Entry) == 32);
  // Where several literals are looked up by the same window, their place holds it alone, and where
  // they lie: `text` of them from `group` on in shared_.
  static constexpr std::uint16_t kShared = 0xFFFF;
  // A window whose bit is set; an entry whose key stands where the literal would. Thousands are
  // written every second that nobody reads: they begin as they are.
  struct Spot {
    std::uint32_t at, hash;
  };
  static constexpr std::size_t kAtOnce = 64;  // windows
  struct Spots {
    std::array<Spot, kAtOnce> spots;
    std::size_t count;
  };
  struct Like {
    const Entry* entry;
    std::uint32_t from;
  };
  using Likes = std::array<Like, kAtOnce>;
  // Of the windows from `from` on, which moves on; true where these were the last.
  bool mark_spots(const Subject& subject, std::size_t& from, Spots& spots) const;
  void look_up(const Subject& subject, const Spots& spots,
               std::vector<std::uint32_t>& groups) const;
  // Reports the entry where its window stands at `at` and the rest around it, or writes down that
  // it has to be compared.
  void look_at(const Entry& entry, std::string_view folded, std::uint32_t at, Likes& likes,
               std::size_t& alike, std::vector<std::uint32_t>& groups) const;
  void compare(std::string_view folded, std::span<const Like> likes,
               std::vector<std::uint32_t>& groups) const;
  void report(const Entry& entry, std::vector<std::uint32_t>& groups) const;
  static void set_key(Entry& entry, std::string_view text);
  static std::uint32_t window_of(const Entry& entry);
  Entry& free_place(std::uint32_t hash);
  // Those with the same window beside each other.
  void fill_table(const std::vector<Entry>& entries);

  std::vector<Entry> table_;  // open addressing, a power of two
  std::vector<Entry> shared_;
  std::string texts_;                  // of longer literals
  std::vector<std::uint32_t> groups_;  // of literals with several
  // One bit for each hash of a window: tells most values off. The uppermost six bits of a hash
  // choose it, the lowest its word.
  std::vector<std::uint64_t> bits_;
};

}  // namespace qingdan::identify
