// literal — what a pattern cannot do without; a hash search for keys.
#include "identify/literal.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kWide = 8;
constexpr std::size_t kNarrow = 4;
// Bits for each literal: with 16 one window in 16 is looked up for nothing, which costs less than
// bits of a field with thousands of literals that no longer fit into the processor's nearest cache.
constexpr std::size_t kBitsEach = 16;
constexpr std::size_t kAtOnce = 64;  // windows
constexpr std::size_t kAlternativesMax = 32;

using Requirements = std::vector<Literals>;

// The shortest decides how much a set of alternatives tells.
std::size_t worth(const Literals& set) {
  std::size_t shortest = set.empty() ? 0 : set.front().size();
  for (const auto& text : set) shortest = std::min(shortest, text.size());
  return shortest;
}

// The set that tells most: the first of the longest.
Literals best_of(const Requirements& all) {
  const Literals* best = nullptr;
  for (const auto& set : all) {
    if (best == nullptr || worth(set) > worth(*best)) best = &set;
  }
  return best == nullptr ? Literals() : *best;
}

// Reads the dialect of fingerprints/README.md. Whatever it does not know makes it give up: a
// literal that is not required would lose matches, one left out costs only time.
class Reader {
 public:
  explicit Reader(std::string_view pattern) : p_(pattern) {}

  Requirements read() {
    auto all = alternatives(0);
    if (given_up_ || at_ < p_.size()) return {};
    std::erase_if(all, [](const Literals& set) { return worth(set) < kLiteralMin; });
    return all;
  }

 private:
  static constexpr int kMaxDepth = 32;

  [[nodiscard]] bool more() const { return !given_up_ && at_ < p_.size(); }

  // Of one branch everything is required; of several the best of each, as one set.
  Requirements alternatives(int depth) {
    auto first = sequence(depth);
    if (!more() || p_[at_] != '|') return first;
    Literals all = best_of(first);
    bool known = !all.empty();
    while (more() && p_[at_] == '|') {
      ++at_;
      const auto branch = best_of(sequence(depth));
      known = known && !branch.empty();
      all.insert(all.end(), branch.begin(), branch.end());
    }
    if (!known || all.size() > kAlternativesMax) return {};
    return {all};
  }

  Requirements sequence(int depth) {
    Requirements all;
    std::string run;
    const auto end_run = [&] {
      if (!run.empty()) all.push_back({run});
      run.clear();
    };
    while (more() && p_[at_] != '|' && p_[at_] != ')') {
      if (p_[at_] == '(') {
        end_run();
        auto inside = group(depth);
        if (!skip_quantifier()) std::move(inside.begin(), inside.end(), std::back_inserter(all));
        continue;
      }
      const auto byte = unit();
      const bool counted = at_ < p_.size() && is_quantifier(p_[at_]);
      const bool optional = skip_quantifier();
      if (byte && !optional) run += *byte;
      if (!byte || counted) end_run();
    }
    end_run();
    return all;
  }

  Requirements group(int depth) {
    ++at_;
    if (depth >= kMaxDepth) given_up_ = true;
    if (p_.substr(at_).starts_with("?")) {
      const auto rest = p_.substr(at_);
      const bool named = rest.starts_with("?P<") || rest.starts_with("?<");
      const auto stop = rest.find(named ? '>' : ':');
      const bool known = rest.starts_with("?:") || rest.starts_with("?i:") ||
                         (named && !rest.starts_with("?<=") && !rest.starts_with("?<!"));
      if (!known || stop == std::string_view::npos) {
        given_up_ = true;
        return {};
      }
      at_ += stop + 1;
    }
    auto inside = alternatives(depth + 1);
    if (!more() || p_[at_] != ')') given_up_ = true;
    ++at_;
    return inside;
  }

  // One character of the pattern; nothing where it stands for several bytes or for none.
  std::optional<char> unit() {
    const char c = p_[at_];
    if (c == '[') {
      skip_class();
      return std::nullopt;
    }
    if (c == '\\') return escape();
    ++at_;
    if (c == '.' || c == '^' || c == '$' || is_quantifier(c) || c == '}') return std::nullopt;
    return c;
  }

  std::optional<char> escape() {
    const char c = at_ + 1 < p_.size() ? p_[at_ + 1] : '\0';
    at_ += 2;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (c == 'n') return '\n';
    if (c == 'r') return '\r';
    if (c == 't') return '\t';
    if (c == 'x') {
      const auto byte = at_ + 2 <= p_.size() ? from_hex(p_.substr(at_, 2)) : Result<Bytes>(Bytes());
      at_ += 2;
      if (byte && byte->size() == 1) return static_cast<char>(byte->front());
      given_up_ = true;
      return std::nullopt;
    }
    constexpr std::string_view kClasses = "dDwWsSbBAzZhHvV";
    const bool known = letter ? kClasses.find(c) != std::string_view::npos : !digit && c != '\0';
    given_up_ = given_up_ || !known;
    return letter || !known ? std::nullopt : std::optional<char>(c);
  }

  void skip_class() {
    ++at_;
    if (more() && p_[at_] == '^') ++at_;
    if (more() && p_[at_] == ']') ++at_;
    while (at_ < p_.size() && p_[at_] != ']') {
      if (p_.substr(at_).starts_with("[:")) {
        const auto end = p_.find(":]", at_);
        if (end != std::string_view::npos) at_ = end + 1;
      } else if (p_[at_] == '\\') {
        ++at_;
      }
      ++at_;
    }
    given_up_ = given_up_ || at_ >= p_.size();
    ++at_;
  }

  static bool is_quantifier(char c) { return c == '?' || c == '*' || c == '+' || c == '{'; }

  // Passes over a quantifier; true where it allows none.
  bool skip_quantifier() {
    if (at_ >= p_.size() || !is_quantifier(p_[at_])) return false;
    const char c = p_[at_];
    bool none = c == '?' || c == '*';
    if (c == '{') {
      const auto close = p_.find('}', at_);
      const auto body = p_.substr(at_ + 1, close == std::string_view::npos ? 0 : close - at_ - 1);
      const bool counts =
          !body.empty() && body.find_first_not_of("0123456789,") == std::string_view::npos;
      given_up_ = given_up_ || !counts;  // a brace that is meant as such: rare
      none = body.find_first_of("123456789") == std::string_view::npos || body[0] == '0' ||
             body[0] == ',';
      at_ = close == std::string_view::npos ? p_.size() : close;
    }
    ++at_;
    if (at_ < p_.size() && (p_[at_] == '?' || p_[at_] == '+')) ++at_;
    return none;
  }

  std::string_view p_;
  std::size_t at_ = 0;
  bool given_up_ = false;
};

std::uint32_t load_narrow(const char* at) {
  std::uint32_t key = 0;
  std::memcpy(&key, at, kNarrow);
  return key;
}

// Up to eight bytes, those that are not there as zero.
std::uint64_t load_wide(std::string_view text) {
  std::uint64_t key = 0;
  if (text.size() >= kWide) {
    std::memcpy(&key, text.data(), kWide);
  } else {
    std::memcpy(&key, text.data(), text.size());
  }
  return key;
}

// Which bytes of a window count, by their number.
const auto kMasks = [] {
  std::array<std::uint64_t, kWide + 1> masks{};
  for (std::size_t n = 0; n <= kWide; ++n) masks[n] = load_wide(std::string(n, '\xFF'));
  return masks;
}();

// Fibonacci hashing (Knuth, The Art of Computer Programming, vol. 3, §6.4); the middle of the
// product, of which both ends are used.
std::uint32_t hash_of(std::uint32_t key) {
  return static_cast<std::uint32_t>((key * 0x9E3779B97F4A7C15U) >> 32);
}

}  // namespace

std::vector<Literals> requirements(std::string_view pattern) {
  if (pattern.starts_with("(?")) {
    const auto close = pattern.find(')');
    const auto flags = pattern.substr(2, close == std::string_view::npos ? 0 : close - 2);
    if (!flags.empty() && flags.find_first_not_of("ims") == std::string_view::npos) {
      pattern.remove_prefix(close + 1);
    }
  }
  auto found = Reader(pattern).read();
  for (auto& set : found) {
    for (auto& text : set) text = to_lower_ascii(text);
  }
  return found;
}

std::vector<Literals> requirements(const Part& part) {
  if (part.kind == MatchKind::pattern) return requirements(part.texts.front());
  Literals any;
  for (const auto& text : part.texts) {
    if (text.size() < kLiteralMin) return {};
    any.push_back(to_lower_ascii(text));
  }
  return {any};
}

Literals required_literals(std::string_view pattern) { return best_of(requirements(pattern)); }
Literals required_literals(const Part& part) { return best_of(requirements(part)); }

void LiteralChooser::add(const std::vector<Literals>& requirements) {
  ++conditions_;
  for (const auto& set : requirements) {
    for (const auto& text : set) {
      for (std::size_t i = 0; i + kNarrow <= text.size(); ++i) {
        auto& seen = seen_[hash_of(load_narrow(&text[i])) % kSeen];
        if (seen.condition == conditions_) continue;
        seen = {conditions_, seen.count + 1};
      }
    }
  }
}

std::uint32_t LiteralChooser::count(const std::string& text) const {
  auto least = conditions_;
  for (std::size_t i = 0; i + kNarrow <= text.size(); ++i)
    least = std::min(least, seen_[hash_of(load_narrow(&text[i])) % kSeen].count);
  return least;
}

Literals LiteralChooser::choose(const std::vector<Literals>& requirements) const {
  const Literals* best = nullptr;
  auto best_key = std::tuple<std::uint32_t, std::size_t, std::size_t>();
  for (const auto& set : requirements) {
    std::uint32_t total = 0;
    for (const auto& text : set) total += count(text) - 1;        // it is one of those itself
    const auto key = std::tuple(total, set.size(), ~worth(set));  // of equals the longer one
    if (best != nullptr && !(key < best_key)) continue;
    best = &set;
    best_key = key;
  }
  return best == nullptr ? Literals() : *best;
}

std::string as_expression(std::string_view literal) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : literal) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == ' ' || byte == '_';
    if (plain) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

LiteralIndex::LiteralIndex(std::vector<std::pair<std::string, std::uint32_t>> literals) {
  for (auto& [text, group] : literals) text.resize(std::min(text.size(), kLiteralMost));
  std::sort(literals.begin(), literals.end());
  literals.erase(std::unique(literals.begin(), literals.end()), literals.end());
  std::unordered_map<std::uint32_t, std::uint32_t> seen;
  for (const auto& [text, group] : literals) {
    for (std::size_t i = 0; i + kNarrow <= text.size(); ++i) ++seen[load_narrow(&text[i])];
  }
  for (const auto& [text, group] : literals) {
    if (text.size() < kLiteralMin) continue;
    groups_.push_back(group);
    const bool again =
        !entries_.empty() && std::string_view(texts_).substr(entries_.back().text) == text;
    if (again && entries_.back().group_count < 0xFFFF) {
      ++entries_.back().group_count;
      continue;
    }
    Entry entry;
    entry.text = static_cast<std::uint32_t>(texts_.size());
    entry.size = static_cast<std::uint8_t>(text.size());
    entry.first_group = static_cast<std::uint32_t>(groups_.size() - 1);
    entry.group_count = 1;
    // The rarest window tells a literal best.
    auto rarest = ~0U;
    for (std::size_t i = 0; i + kNarrow <= text.size(); ++i) {
      const auto count = seen[load_narrow(&text[i])];
      if (count >= rarest) continue;
      rarest = count;
      entry.offset = static_cast<std::uint8_t>(i);
    }
    texts_ += text;
    set_key(entry);
    entries_.push_back(entry);
  }
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return static_cast<std::uint32_t>(a.key) < static_cast<std::uint32_t>(b.key);
  });
  fill_table();
}

void LiteralIndex::set_key(Entry& entry) const {
  const auto own = std::string_view(texts_).substr(entry.text, entry.size);
  const auto key = own.substr(entry.offset, kWide);
  entry.key = load_wide(key);
  entry.key_size = static_cast<std::uint8_t>(key.size());
}

void LiteralIndex::save(ByteWriter& out) const {
  out.u32be(static_cast<std::uint32_t>(texts_.size())).text(texts_);
  out.u32be(static_cast<std::uint32_t>(groups_.size()));
  for (const auto group : groups_) out.u32be(group);
  out.u32be(static_cast<std::uint32_t>(entries_.size()));
  for (const auto& e : entries_)
    out.u32be(e.text).u8(e.size).u8(e.offset).u32be(e.first_group).u16be(e.group_count);
}

std::optional<LiteralIndex> LiteralIndex::load(ByteReader& in, std::size_t groups) {
  LiteralIndex index;
  index.texts_ = as_text(in.take(in.u32be()));
  // A count that the bytes do not bear out ends the loop, not the memory.
  for (auto left = in.u32be(); left > 0 && in.ok(); --left) {
    index.groups_.push_back(in.u32be());
    if (index.groups_.back() >= groups) return std::nullopt;
  }
  for (auto left = in.u32be(); left > 0 && in.ok(); --left) {
    Entry entry;
    entry.text = in.u32be();
    entry.size = in.u8();
    entry.offset = in.u8();
    entry.first_group = in.u32be();
    entry.group_count = in.u16be();
    const auto within = [](std::size_t first, std::size_t count, std::size_t all) {
      return first <= all && count <= all - first;
    };
    if (!in.ok() || !within(entry.text, entry.size, index.texts_.size()) ||
        !within(entry.offset, kNarrow, entry.size) ||
        !within(entry.first_group, entry.group_count, index.groups_.size()))
      return std::nullopt;
    index.set_key(entry);
    index.entries_.push_back(entry);
  }
  if (!in.ok()) return std::nullopt;
  index.fill_table();
  return index;
}

void LiteralIndex::fill_table() {
  if (entries_.empty()) return;
  std::size_t size = 16;
  while (size < 2 * entries_.size()) size *= 2;
  table_.assign(size, {});
  std::size_t words = 1;
  while (64 * words < kBitsEach * entries_.size()) words *= 2;
  bits_.assign(words, 0);
  for (std::size_t i = 0; i < entries_.size();) {
    const auto begin = static_cast<std::uint32_t>(entries_[i].key);
    auto next = i;
    while (next < entries_.size() && static_cast<std::uint32_t>(entries_[next].key) == begin)
      ++next;
    const auto hash = hash_of(begin);
    bits_[hash & (words - 1)] |= std::uint64_t{1} << (hash >> 26);
    auto slot = hash & (size - 1);
    while (table_[slot].count != 0) slot = (slot + 1) & (size - 1);
    table_[slot] = {begin, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(next - i)};
    i = next;
  }
}

bool LiteralIndex::find(std::string_view folded, std::size_t max,
                        std::vector<std::uint32_t>& groups) const {
  if (entries_.empty() || folded.size() < kNarrow) return true;
  // Which windows are worth a look is settled without branches, which nothing could foretell.
  std::array<Spot, kAtOnce> spots;
  const auto* text = folded.data();
  const auto* bits = bits_.data();
  const auto words = bits_.size() - 1;
  const auto windows = folded.size() - kNarrow + 1;
  for (std::size_t from = 0; from < windows; from += spots.size()) {
    const auto until = std::min(windows, from + spots.size());
    std::size_t count = 0;
    for (auto at = from; at < until; ++at) {
      const auto hash = hash_of(load_narrow(text + at));
      spots[count] = {static_cast<std::uint32_t>(at), hash};
      count += bits[hash & words] >> (hash >> 26) & 1;
    }
    look_up(folded, std::span(spots).first(count), groups);
    if (groups.size() > max) return false;
  }
  return true;
}

// Step by step for all windows together, so that what one step needs of memory, thousands of places
// far apart, is fetched for all of them side by side.
void LiteralIndex::look_up(std::string_view folded, std::span<const Spot> spots,
                           std::vector<std::uint32_t>& groups) const {
  const auto mask = table_.size() - 1;
  for (const auto& spot : spots) __builtin_prefetch(&table_[spot.hash & mask]);
  std::array<Known, kAtOnce> known;
  std::size_t count = 0;
  for (const auto& spot : spots) {
    const auto begin = load_narrow(&folded[spot.at]);
    auto slot = spot.hash & mask;
    while (table_[slot].count != 0 && table_[slot].begin != begin) slot = (slot + 1) & mask;
    if (table_[slot].count == 0) continue;
    __builtin_prefetch(&entries_[table_[slot].first]);
    known[count++] = {spot.at, table_[slot].first, table_[slot].count};
  }
  std::array<Like, kAtOnce> likes;
  std::size_t alike = 0;
  for (const auto& [at, first, entries] : std::span(known).first(count)) {
    const auto window = load_wide(folded.substr(at));
    for (auto i = first; i < first + entries; ++i) {
      const auto& entry = entries_[i];
      if ((window & kMasks[entry.key_size]) != entry.key || entry.offset > at) continue;
      __builtin_prefetch(&texts_[entry.text]);
      __builtin_prefetch(&groups_[entry.first_group]);
      likes[alike++] = {at, i};
      if (alike == likes.size())
        report(folded, std::span(likes).first(std::exchange(alike, 0)), groups);
    }
  }
  report(folded, std::span(likes).first(alike), groups);
}

void LiteralIndex::report(std::string_view folded, std::span<const Like> likes,
                          std::vector<std::uint32_t>& groups) const {
  for (const auto& like : likes) {
    const auto& entry = entries_[like.entry];
    const auto from = like.at - entry.offset;
    if (folded.size() - from < entry.size ||
        std::memcmp(&folded[from], &texts_[entry.text], entry.size) != 0)
      continue;
    for (auto g = entry.first_group; g < entry.first_group + entry.group_count; ++g) {
      if (std::find(groups.begin(), groups.end(), groups_[g]) == groups.end())
        groups.push_back(groups_[g]);
    }
  }
}

}  // namespace qingdan::identify
