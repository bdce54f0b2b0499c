// pattern_needs — with which bytes a match of an anchored pattern can begin, and which texts and
// marks a match holds, alternatives and small classes written out. Reads the dialect of
// fingerprints/README.md and gives up at whatever it does not know: a byte or text that is missing
// would lose matches, one too many costs only time.
#include <algorithm>
#include <cctype>

#include "identify/literal.h"
#include "identify/marks.h"
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

ByteSet range(int from, int to) {
  ByteSet set;
  for (int b = from; b <= to; ++b) set.set(static_cast<std::size_t>(b));
  return set;
}

class Reader {
 public:
  Reader(std::string_view pattern, bool ignore_case) : p_(pattern), ignore_case_(ignore_case) {}

  // Of a pattern; a | outside groups may lead to a branch without an anchor.
  std::optional<Beginning> read_beginning() {
    Begin begin;
    for (bool first = true; first || (more() && p_[at_] == '|'); first = false) {
      if (!first) ++at_;
      if (!more() || p_[at_] != '^') return std::nullopt;
      const auto branch = sequence(0);
      if (first) begin.lead = branch.lead;
      begin.lead.unite(branch.lead);
    }
    if (given_up_ || at_ < p_.size() || begin.lead.sizes.test(0)) return std::nullopt;
    Beginning out;
    while (out.size < Beginning::kMost && !begin.lead.sizes.test(out.size)) {
      out.bytes[out.size] = begin.lead.at[out.size];
      ++out.size;
    }
    return out;
  }

  std::optional<std::vector<Literals>> read_texts() {
    auto all = alternatives(0);
    if (given_up_ || at_ < p_.size()) return std::nullopt;
    if (is_telling(all.words)) all.inside.push_back(std::move(all.words));
    return std::move(all.inside);
  }

  std::vector<std::vector<Mark>> read_marks() {
    const auto all = alternatives(0);
    if (given_up_ || at_ < p_.size()) return {};
    return all.marks.alternatives();
  }

 private:
  static constexpr int kMaxDepth = 32;

  [[nodiscard]] bool more() const { return !given_up_ && at_ < p_.size(); }
  Begin give_up() {
    given_up_ = true;
    return {};
  }
  ByteSet give_up_set() {
    given_up_ = true;
    return {};
  }

  Begin alternatives(int depth) {
    auto all = sequence(depth);
    if (!more() || p_[at_] != '|') return all;
    Literals any;
    const auto* best = best_of(all);
    bool each_holds = best != nullptr;
    if (each_holds) any = *best;
    while (more() && p_[at_] == '|') {
      ++at_;
      const auto branch = sequence(depth);
      all.lead.unite(branch.lead);
      all.marks.unite(branch.marks);
      all.exact = all.exact && branch.exact;
      unite(all.words, branch.words);
      best = best_of(branch);
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

  Begin sequence(int depth) {
    Begin all;
    Row row;
    while (more() && p_[at_] != '|' && p_[at_] != ')') {
      const auto unit = next_unit(depth);
      const auto count = read_quantifier();
      row.add(unit, count);
      all.lead = all.lead.then(repeated(unit.lead, count));
      all.marks = all.marks.then(unit.marks.repeated(count.least, count.most));
    }
    std::move(row).finish(all);
    return all;
  }

  static Begin any_of(const ByteSet& bytes) {
    Lead lead;
    lead.at[0] = bytes;
    lead.sizes = 1U << 1;  // one byte, that is
    auto words = written_out(bytes);
    auto marks = MarksNeeded::of(bytes);
    if (words.empty()) return {lead, {""}, false, {}, std::move(marks)};
    return {lead, std::move(words), true, {}, std::move(marks)};
  }

  Begin next_unit(int depth) {
    const char c = p_[at_];
    if (c == '(') return group(depth);
    if (c == '[') return any_of(character_class());
    if (c == '\\') return escape();
    ++at_;
    if (c == '.') return any_of(range(0, 255));
    if (c == '$' || c == '^') return {};
    if (c == '*' || c == '+' || c == '?' || c == '{') return give_up();
    return any_of(one(c));
  }

  Begin group(int depth) {
    if (depth >= kMaxDepth) return give_up();
    ++at_;
    const bool outside = ignore_case_;
    if (p_.substr(at_).starts_with("?:")) {
      at_ += 2;
    } else if (p_.substr(at_).starts_with("?i:")) {
      at_ += 3;
      ignore_case_ = true;
    } else if (p_.substr(at_).starts_with("?P<") || p_.substr(at_).starts_with("?<")) {
      const auto close = p_.find('>', at_);
      if (close == std::string_view::npos) return give_up();
      at_ = close + 1;
    } else if (p_.substr(at_).starts_with("?")) {
      return give_up();
    }
    const auto inside = alternatives(depth + 1);
    ignore_case_ = outside;
    if (!more() || p_[at_] != ')') return give_up();
    ++at_;
    return inside;
  }

  ByteSet one(char c) const {
    ByteSet set;
    const auto byte = static_cast<unsigned char>(c);
    set.set(byte);
    if (ignore_case_ && byte < 0x80 && std::isalpha(byte) != 0) set.set(byte ^ 0x20U);
    return set;
  }

  static ByteSet named(char c) {
    const auto digits = range('0', '9');
    const auto words = digits | range('a', 'z') | range('A', 'Z') | one_of("_");
    const auto spaces = range(9, 13) | one_of(" ");
    switch (c) {
      case 'd':
        return digits;
      case 'D':
        return ~digits;
      case 'w':
        return words;
      case 'W':
        return ~words;
      case 's':
        return spaces;
      case 'S':
        return ~spaces;
      case 'n':
        return one_of("\n");
      case 'r':
        return one_of("\r");
      case 't':
        return one_of("\t");
      default:
        return {};
    }
  }
  static ByteSet one_of(std::string_view bytes) {
    ByteSet set;
    for (const char c : bytes) set.set(static_cast<unsigned char>(c));
    return set;
  }

  Begin escape() {
    if (at_ + 1 >= p_.size()) return give_up();
    const char c = p_[at_ + 1];
    at_ += 2;
    const auto set = named(c);
    if (set.any()) return any_of(set);
    if (c == 'x' && at_ + 2 <= p_.size()) {
      const auto byte = from_hex(p_.substr(at_, 2));
      at_ += 2;
      if (byte && byte->size() == 1) return any_of(one(static_cast<char>(byte->front())));
    }
    if (c == 'b' || c == 'B') return {};  // stands between two bytes
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) return give_up();  // \A, \1 …
    return any_of(one(c));
  }

  ByteSet character_class() {
    ByteSet set;
    ++at_;
    const bool negated = more() && p_[at_] == '^';
    if (negated) ++at_;
    for (bool first = true; more() && (first || p_[at_] != ']'); first = false) {
      if (p_.substr(at_).starts_with("[:")) return give_up_set();
      if (p_[at_] == '\\') {
        const auto escaped = escape().lead.at[0];
        // A range from an escaped byte on: rare, and `\d-` is none.
        const bool spans = at_ + 1 < p_.size() && p_[at_] == '-' && p_[at_ + 1] != ']';
        if (spans && escaped.count() <= 2) return give_up_set();
        set |= escaped;
        continue;
      }
      const bool spans = at_ + 2 < p_.size() && p_[at_ + 1] == '-' && p_[at_ + 2] != ']';
      if (!spans) {
        set |= one(p_[at_++]);
        continue;
      }
      const auto from = static_cast<unsigned char>(p_[at_]);
      const auto to = static_cast<unsigned char>(p_[at_ + 2]);
      if (p_[at_ + 2] == '\\') return give_up_set();
      for (int b = from; b <= to; ++b) set |= one(static_cast<char>(b));
      at_ += 3;
    }
    if (!more()) return give_up_set();
    ++at_;
    return negated ? ~set : set;
  }

  Count read_quantifier() {
    if (!more()) return {};
    const char c = p_[at_];
    if (c != '?' && c != '*' && c != '+' && c != '{') return {};
    Count count{c == '+' ? 1 : 0, c == '?' ? 1 : kMany};
    if (c == '{') {
      const auto close = p_.find('}', at_);
      const auto body = p_.substr(at_ + 1, close == std::string_view::npos ? 0 : close - at_ - 1);
      if (body.empty() || body.find_first_not_of("0123456789,") != std::string_view::npos) {
        given_up_ = true;
        return {0, kMany};
      }
      const auto comma = body.find(',');
      count.least = number(body.substr(0, comma));
      const auto upper = comma == std::string_view::npos ? body : body.substr(comma + 1);
      count.most = upper.empty() ? kMany : number(upper);
      at_ = close;
    }
    ++at_;
    if (more() && (p_[at_] == '?' || p_[at_] == '+')) ++at_;
    return count;
  }

  static int number(std::string_view digits) {
    int value = 0;
    for (const char c : digits) value = std::min(kMany, 10 * value + (c - '0'));
    return value;
  }

  std::string_view p_;
  std::size_t at_ = 0;
  bool ignore_case_;
  bool given_up_ = false;
};

}  // namespace

std::optional<Beginning> beginning_of(std::string_view pattern) {
  bool ignore_case = false;
  if (pattern.starts_with("(?")) {
    const auto close = pattern.find(')');
    const auto flags = pattern.substr(2, close == std::string_view::npos ? 0 : close - 2);
    if (!flags.empty() && flags.find_first_not_of("is") == std::string_view::npos) {
      ignore_case = flags.find('i') != std::string_view::npos;
      pattern.remove_prefix(close + 1);
    }
  }
  // With (?m) a match may begin at any line.
  return Reader(pattern, ignore_case).read_beginning();
}

namespace {

// In lower case it does not matter how a pattern takes case, lines and dots.
std::string_view without_flags(std::string_view pattern) {
  if (!pattern.starts_with("(?")) return pattern;
  const auto close = pattern.find(')');
  const auto flags = pattern.substr(2, close == std::string_view::npos ? 0 : close - 2);
  if (flags.empty() || flags.find_first_not_of("ims") != std::string_view::npos) return pattern;
  return pattern.substr(close + 1);
}

}  // namespace

std::vector<Literals> held_texts(const Part& part) {
  if (part.kind != MatchKind::pattern) return requirements(part);
  auto texts = Reader(without_flags(part.texts.front()), false).read_texts();
  return texts ? std::move(*texts) : requirements(part);
}

std::vector<std::vector<Mark>> marks_of(std::string_view pattern) {
  return Reader(without_flags(pattern), false).read_marks();
}

}  // namespace qingdan::identify
