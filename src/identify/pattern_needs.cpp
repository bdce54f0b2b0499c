// pattern_needs — see the header; one walk over a pattern's tree.
#include "identify/pattern_needs.h"

#include <algorithm>

#include "identify/pattern_tree.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

// Sets larger than this are not written out; `\d\d` is a hundred texts.
constexpr std::size_t kSetMax = 128;
// The same where the texts are long enough to tell rules apart already.
constexpr std::size_t kLongSetMax = 10;

// Which bytes can stand where in the first few of what a part of a pattern matches.
struct Lead {
  static constexpr auto kMost = Beginning::kMost;
  std::array<ByteSet, kMost> at;
  std::bitset<kMost + 1> sizes{1};  // how long it may be; kMost: that or longer

  [[nodiscard]] Lead then(const Lead& next) const {
    Lead both{at, {}};
    for (std::size_t own = 0; own <= kMost; ++own) {
      if (!sizes.test(own)) continue;
      for (std::size_t i = 0; own + i < kMost; ++i) both.at[own + i] |= next.at[i];
      for (std::size_t i = 0; i <= kMost; ++i) {
        if (next.sizes.test(i)) both.sizes.set(std::min(own + i, kMost));
      }
    }
    return both;
  }
  void unite(const Lead& other) {
    for (std::size_t i = 0; i < kMost; ++i) at[i] |= other.at[i];
    sizes |= other.sizes;
  }
};

// What a part of a pattern is known to need.
struct Begin {
  Lead lead;  // of nothing: it may match the empty text
  // In lower case: one of these begins every match; where `exact`, it is the whole of it.
  Literals words{""};
  bool exact{true};
  std::vector<Literals> inside;  // sets of which every match holds one each
  MarksNeeded marks;
};

bool is_telling(const Literals& set) {
  return !set.empty() && std::all_of(set.begin(), set.end(), [](const std::string& text) {
    return text.size() >= kLiteralMin;
  });
}

void unite(Literals& to, const Literals& from) {
  to.insert(to.end(), from.begin(), from.end());
  std::sort(to.begin(), to.end());
  to.erase(std::unique(to.begin(), to.end()), to.end());
}

// The texts of the set; none where they are too many.
Literals written_out(const ByteSet& set) {
  Literals out;
  if (set.count() > kSetMax) return out;
  for (std::size_t b = 0; b < set.size(); ++b) {
    if (set.test(b)) out.push_back(to_lower_ascii(std::string(1, static_cast<char>(b))));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

struct Count {
  int least{1}, most{1};  // most: kMany = any number
};
constexpr int kMany = 1000;

// Of so many in a row. More than kMost of them change nothing: each that is no empty text adds a
// byte.
Lead repeated(const Lead& unit, Count count) {
  constexpr int kMost = static_cast<int>(Lead::kMost);
  Lead all;
  for (int i = 0; i < std::min(count.least, kMost); ++i) all = all.then(unit);
  auto once_or_not = unit;
  once_or_not.sizes.set(0);
  const int further = std::min(count.most, kMany) - count.least;
  for (int i = 0; i < std::min(further, kMost); ++i) all = all.then(once_or_not);
  return all;
}

// Puts the words of a sequence together, as far as they stand side by side.
class Row {
 public:
  void add(const Begin& unit, Count count) {
    if (unit.exact && unit.words.size() == 1 && unit.words.front().empty()) return;
    if (count.least == 0 && count.most == 1 && unit.exact) {
      auto words = unit.words;
      unite(words, {""});
      return extend(words);
    }
    const int times = unit.exact ? std::min(count.least, kTimesMax) : std::min(count.least, 1);
    for (int i = 0; i < times; ++i) extend(unit.words);
    if (unit.exact && times == count.most) return;
    end_run();
    if (count.least > 0) inside_.insert(inside_.end(), unit.inside.begin(), unit.inside.end());
  }

  void finish(Begin& out) && {
    out.exact = !ended_;
    if (ended_) {
      end_run();
      out.words = std::move(first_);
    } else {
      out.words = std::move(run_);
    }
    out.inside = std::move(inside_);
  }

 private:
  static constexpr int kTimesMax = 6;

  void extend(const Literals& words) {
    const auto size = run_.size() * words.size();
    if (size > kSetMax || (size > kLongSetMax && is_telling(run_))) {
      end_run();
      run_ = words;
      return;
    }
    Literals longer;
    longer.reserve(size);
    for (const auto& text : run_) {
      for (const auto& word : words) longer.push_back(text + word);
    }
    run_ = std::move(longer);
  }
  void end_run() {
    if (!ended_) {
      first_ = std::move(run_);
    } else if (is_telling(run_)) {
      inside_.push_back(std::move(run_));
    }
    ended_ = true;
    run_ = {""};
  }

  Literals run_{""};
  Literals first_;
  bool ended_ = false;
  std::vector<Literals> inside_;
};

// The set with the longest texts, of what every match holds; null where there is none.
const Literals* best_of(const Begin& branch) {
  const auto worth = [](const Literals& set) {
    return std::min_element(set.begin(), set.end(),
                            [](const auto& a, const auto& b) { return a.size() < b.size(); })
        ->size();
  };
  const Literals* best = is_telling(branch.words) ? &branch.words : nullptr;
  for (const auto& set : branch.inside) {
    if (best == nullptr || worth(set) > worth(*best)) best = &set;
  }
  return best;
}

using Kind = PatternNode::Kind;

Begin needs_of(const PatternNode& node);

Begin needs_of_byte(const ByteSet& bytes) {
  Lead lead;
  lead.at[0] = bytes;
  lead.sizes = 1U << 1;  // one byte, that is
  auto words = written_out(bytes);
  auto marks = MarksNeeded::of(bytes);
  if (words.empty()) return {lead, {""}, false, {}, std::move(marks)};
  return {lead, std::move(words), true, {}, std::move(marks)};
}

Begin needs_of_row(const std::vector<PatternNode>& parts) {
  Begin all;
  Row row;
  for (const auto& part : parts) {
    const bool repeats = part.kind == Kind::repeat;
    const auto unit = needs_of(repeats ? part.parts.front() : part);
    const auto count =
        repeats ? Count{std::min(part.least, kMany), std::min(part.most, kMany)} : Count{};
    row.add(unit, count);
    all.lead = all.lead.then(repeated(unit.lead, count));
    all.marks = all.marks.then(unit.marks.repeated(count.least, count.most));
  }
  std::move(row).finish(all);
  return all;
}

Begin needs_of_choice(const std::vector<PatternNode>& ways) {
  auto all = needs_of(ways.front());
  Literals any;
  const auto* best = best_of(all);
  bool each_holds = best != nullptr;
  if (each_holds) any = *best;
  for (std::size_t i = 1; i < ways.size(); ++i) {
    const auto way = needs_of(ways[i]);
    all.lead.unite(way.lead);
    all.marks.unite(way.marks);
    all.exact = all.exact && way.exact;
    unite(all.words, way.words);
    best = best_of(way);
    each_holds = each_holds && best != nullptr;
    if (each_holds) unite(any, *best);
  }
  if (all.words.size() > kSetMax) {
    all.words = {""};
    all.exact = false;
  }
  all.inside.clear();
  if (each_holds && any.size() <= kSetMax) all.inside.push_back(std::move(any));
  return all;
}

Begin needs_of(const PatternNode& node) {
  switch (node.kind) {
    case Kind::byte:
      return needs_of_byte(node.bytes);
    case Kind::sequence:
    case Kind::capture:
      return needs_of_row(node.parts);
    case Kind::choice:
      return needs_of_choice(node.parts);
    case Kind::repeat:
      return needs_of_row({node});
    default:
      return {};  // stands between two bytes
  }
}

// Nothing where it may be empty.
std::optional<Beginning> beginning_of(const Lead& lead) {
  if (lead.sizes.test(0)) return std::nullopt;
  Beginning out;
  while (out.size < Beginning::kMost && !lead.sizes.test(out.size)) {
    out.bytes[out.size] = lead.at[out.size];
    ++out.size;
  }
  return out;
}

}  // namespace

PatternNeeds needs_of(const Part& part) {
  PatternNeeds all;
  if (part.kind != MatchKind::pattern) {
    Literals any;
    for (const auto& text : part.texts) any.push_back(to_lower_ascii(text));
    if (is_telling(any)) all.texts.push_back(std::move(any));
    return all;
  }
  const auto tree = parse_pattern(part.texts.front());
  if (!tree) return all;
  auto begin = needs_of(*tree);
  if (is_anchored(*tree)) all.beginning = beginning_of(begin.lead);
  all.texts = std::move(begin.inside);
  if (is_telling(begin.words)) all.texts.push_back(std::move(begin.words));
  all.marks = begin.marks.alternatives();
  return all;
}

}  // namespace qingdan::identify
