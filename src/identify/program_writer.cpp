// program_writer — from a pattern's tree to its program.
//
// Each part is written knowing how what follows it can begin: where a loop's bytes cannot begin
// that, or two alternatives cannot begin alike, there is but one way, and nothing to come back to.
#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "identify/pattern_tree.h"
#include "identify/program.h"
#include "identify/program_code.h"

namespace qingdan::identify {
namespace {

using Kind = PatternNode::Kind;
using program::instruction;
using program::Op;

constexpr std::size_t kWordsMost = 4096;
constexpr int kCopiesMost = 64;  // of a repeated group

// How a part and what follows it can begin.
struct Lead {
  ByteSet bytes;
  bool at_end{false};  // there may be no byte any more
  bool sure{false};    // it matches whatever is there
};

Lead united(Lead a, const Lead& b) {
  a.bytes |= b.bytes;
  a.at_end = a.at_end || b.at_end;
  a.sure = a.sure || b.sure;
  return a;
}

bool is_apart(const Lead& a, const Lead& b) {
  return (a.bytes & b.bytes).none() && !(a.at_end && b.at_end);
}

Lead lead_of(const PatternNode& node, const Lead& next);

Lead lead_of_row(const std::vector<PatternNode>& parts, std::size_t from, Lead next) {
  for (auto i = parts.size(); i > from; --i) next = lead_of(parts[i - 1], next);
  return next;
}

Lead lead_of(const PatternNode& node, const Lead& next) {
  Lead lead;
  switch (node.kind) {
    case Kind::byte:
      lead.bytes = node.bytes;
      return lead;
    case Kind::sequence:
    case Kind::capture:
      return lead_of_row(node.parts, 0, next);
    case Kind::choice:
      for (const auto& part : node.parts) lead = united(lead, lead_of(part, next));
      return lead;
    case Kind::repeat:
      lead = lead_of(node.parts.front(), next);
      return node.least > 0 ? lead : united(lead, next);
    case Kind::end:
    case Kind::line_end:
      lead.bytes.set('\n');
      lead.at_end = true;
      return lead;
    default:  // stands between two bytes
      lead = next;
      lead.sure = false;
      return lead;
  }
}

// The byte that a set is: as it stands, and in lower case where the set has it in either case or it
// is no letter.
std::optional<char> exact_of(const ByteSet& set) {
  if (set.count() != 1) return std::nullopt;
  return static_cast<char>(set._Find_first());
}
std::optional<char> folded_of(const ByteSet& set) {
  const auto first = set._Find_first();
  if (first >= set.size()) return std::nullopt;
  const bool upper = first >= 'A' && first <= 'Z';
  const bool letter = upper || (first >= 'a' && first <= 'z');
  if (!letter && set.count() == 1) return static_cast<char>(first);
  if (upper && set.count() == 2 && set[first | 0x20U]) return static_cast<char>(first | 0x20U);
  return std::nullopt;
}

}  // namespace

class ProgramWriter {
 public:
  explicit ProgramWriter(Programs& all)
      : all_(all), start_(all.code_.size()), names_(all.names_.size()) {}

  ProgramStart write(const PatternNode& tree) {
    const auto least = least_bytes(tree);
    Lead any{ByteSet().set(), true, true};
    auto lead = lead_of(tree, any);
    const auto head = set_of(lead.at_end ? any.bytes : lead.bytes);
    all_.code_.insert(all_.code_.end(), program::kHeadWords, 0);
    write(tree, any);
    add(instruction(Op::done));
    if (failed_ || least > 0xFFFF) {
      all_.code_.resize(start_);
      all_.names_.resize(names_);
      return 0;
    }
    all_.code_[start_] = Programs::Word{is_anchored(tree)} | Programs::Word{head} << 8 |
                         Programs::Word{captures_} << 32 | Programs::Word{least} << 40;
    all_.code_[start_ + 1] = name_numbers_;
    return static_cast<ProgramStart>(start_);
  }

 private:
  // Where the next instruction will stand, from the program's start.
  [[nodiscard]] std::uint32_t here() const {
    return static_cast<std::uint32_t>(all_.code_.size() - start_);
  }
  // Copies of copies could go on for ever: nothing is written once it has become too much.
  void add(Programs::Word word) {
    failed_ = failed_ || here() >= kWordsMost;
    if (!failed_) all_.code_.push_back(word);
  }
  void point(std::uint32_t from, std::uint32_t to) {
    if (!failed_) all_.code_[start_ + from] |= Programs::Word{to} << 32;
  }

  std::uint32_t set_of(const ByteSet& bytes) {
    const auto next = static_cast<std::uint32_t>(all_.sets_.size());
    const auto [known, is_new] = all_.set_numbers_.emplace(bytes, next);
    if (is_new) all_.sets_.push_back(bytes);
    const auto number = known->second;
    failed_ = failed_ || number >= program::kSetsMost;
    return number;
  }

  void write(const PatternNode& node, const Lead& next) {
    if (failed_) return;
    switch (node.kind) {
      case Kind::sequence:
        return write_row(node.parts, next);
      case Kind::choice:
        return write_choice(node.parts, next);
      case Kind::byte:
        return add(instruction(Op::byte, 0, set_of(node.bytes)));
      case Kind::repeat:
        return write_repeat(node, next);
      case Kind::capture:
        return write_capture(node, next);
      case Kind::begin:
        return add(instruction(Op::begin));
      case Kind::end:
        return add(instruction(Op::end));
      case Kind::line_begin:
        return add(instruction(Op::line_begin));
      case Kind::line_end:
        return add(instruction(Op::line_end));
      case Kind::boundary:
        return add(instruction(Op::boundary));
      case Kind::no_boundary:
        return add(instruction(Op::no_boundary));
    }
  }

  void write_row(const std::vector<PatternNode>& parts, const Lead& next) {
    for (std::size_t i = 0; i < parts.size() && !failed_;) {
      const auto exact = text_from(parts, i, exact_of);
      const auto folded = text_from(parts, i, folded_of);
      if (std::max(exact.size(), folded.size()) > 1) {
        const bool longer = folded.size() > exact.size();
        add_text(longer ? Op::folded_text : Op::text, longer ? folded : exact);
        i += std::max(exact.size(), folded.size());
        continue;
      }
      write(parts[i], lead_of_row(parts, i + 1, next));
      ++i;
    }
  }

  template <class ByteOf>
  static std::string text_from(const std::vector<PatternNode>& parts, std::size_t i,
                               ByteOf byte_of) {
    std::string text;
    for (; i < parts.size() && parts[i].kind == Kind::byte; ++i) {
      const auto byte = byte_of(parts[i].bytes);
      if (!byte) break;
      text += *byte;
    }
    return text;
  }

  void add_text(Op op, const std::string& text) {
    failed_ = failed_ || text.size() > 0xFFFF;
    add(instruction(op, 0, static_cast<std::uint32_t>(text.size() & 0xFFFF)));
    for (std::size_t i = 0; i < text.size(); i += sizeof(Programs::Word)) {
      Programs::Word word = 0;
      std::memcpy(&word, text.data() + i, std::min(sizeof word, text.size() - i));
      add(word);
    }
  }

  // A branch whose other way is not known yet: its place.
  std::uint32_t write_branch(const Lead& way, const Lead& other) {
    const auto place = here();
    const auto flags =
        (is_apart(way, other) ? program::kSure : 0U) | (way.at_end ? program::kAtEnd : 0U);
    add(instruction(Op::branch, flags, set_of(way.bytes)));
    return place;
  }

  using Ways = std::span<const PatternNode>;

  void write_choice(Ways ways, const Lead& next) {
    if (ways.size() == 2) return write_pair(ways, next);
    const bool all = ways.size() <= program::kWaysMost;
    const auto singles = all ? ways.size() : program::kWaysMost - 1;
    const auto count = all ? singles : singles + 1;  // the last of them: all that are left
    const auto place = all_.code_.size();
    add(instruction(Op::choose, 0, static_cast<std::uint32_t>(count)));
    for (std::size_t i = 0; i < count; i += 2) add(0);
    std::vector<program::Alternative> table;
    std::vector<std::uint32_t> jumps;
    for (std::size_t i = 0; i < count; ++i) {
      const auto part = i < singles ? ways.subspan(i, 1) : ways.subspan(i);
      Lead lead;
      for (const auto& way : part) lead = united(lead, lead_of(way, next));
      table.push_back({static_cast<std::uint16_t>(set_of(lead.bytes)),
                       static_cast<std::uint16_t>(here() & 0x7FFF), lead.at_end});
      part.size() == 1 ? write(part.front(), next) : write_choice(part, next);
      if (i + 1 == count) break;
      jumps.push_back(here());
      add(instruction(Op::jump));
    }
    for (const auto jump : jumps) point(jump, here());
    if (!failed_)
      std::memcpy(&all_.code_[place + 1], table.data(), table.size() * sizeof table.front());
  }

  void write_pair(Ways ways, const Lead& next) {
    const auto branch = write_branch(lead_of(ways[0], next), lead_of(ways[1], next));
    write(ways[0], next);
    const auto jump = here();
    add(instruction(Op::jump));
    point(branch, here());
    write(ways[1], next);
    point(jump, here());
  }

  void write_repeat(const PatternNode& node, const Lead& next) {
    const auto& part = node.parts.front();
    if (part.kind == Kind::byte) return write_loop(node, next);
    // A part that may be empty could go round for ever; PCRE2 has a rule for that.
    const int copies = node.most == PatternNode::kMany ? node.least : node.most;
    const bool is_choice = node.least == 0 && node.most == 1;
    failed_ = failed_ || copies > kCopiesMost || (least_bytes(part) == 0 && !is_choice);
    if (failed_) return;
    const auto again = node.least == node.most ? next : united(lead_of(part, next), next);
    for (int i = 0; i < node.least; ++i)
      write(part, i + 1 < node.least ? lead_of(part, next) : again);
    if (node.most == PatternNode::kMany) return write_rounds(node, again, next);
    std::vector<std::uint32_t> ends;
    for (int i = node.least; i < node.most; ++i) {
      ends.push_back(write_choice_to_enter(node, next));
      write(part, i + 1 < node.most ? again : next);
    }
    for (const auto end : ends) point(end, here());
  }

  // Enters the part or goes past it; the place of the instruction that is to point past it.
  std::uint32_t write_choice_to_enter(const PatternNode& node, const Lead& next) {
    const auto enter = lead_of(node.parts.front(), next);
    if (!node.lazy) return write_branch(enter, next);
    const auto branch = write_branch(next, enter);
    const auto past = here();
    add(instruction(Op::jump));
    point(branch, here());
    return past;
  }

  void write_rounds(const PatternNode& node, const Lead& again, const Lead& next) {
    const auto top = here();
    const auto past = write_choice_to_enter(node, next);
    write(node.parts.front(), again);
    add(instruction(Op::jump, 0, 0, top));
    point(past, here());
  }

  void write_loop(const PatternNode& node, const Lead& next) {
    const auto& bytes = node.parts.front().bytes;
    const bool sure = !node.lazy && (next.sure || (bytes & next.bytes).none());
    const auto flags = (sure ? program::kSure : 0U) | (node.lazy ? program::kLazy : 0U) |
                       (next.at_end ? program::kAtEnd : 0U);
    add(instruction(Op::loop, flags, set_of(bytes)));
    add(Programs::Word{set_of(next.bytes)} | Programs::Word(node.least) << 16 |
        Programs::Word(node.most) << 32);
  }

  void write_capture(const PatternNode& node, const Lead& next) {
    if (captures_ == ProgramRoom::kCapturesMost) failed_ = true;
    if (failed_) return;
    const auto mine = number_of(node.name);
    add(instruction(Op::mark, 0, 2 * mine));
    write(node.parts.front(), next);
    add(instruction(Op::mark, 0, 2 * mine + 1));
  }

  // Of a capture; the same for each copy of it.
  std::uint32_t number_of(const std::string& name) {
    auto& names = all_.names_;
    const auto known = std::find(names.begin(), names.end(), name);
    const auto number = static_cast<Programs::Word>(known - names.begin());
    if (known == names.end()) names.push_back(name);
    failed_ = failed_ || number > 0xFF;
    for (std::uint32_t i = 0; i < captures_; ++i) {
      if ((name_numbers_ >> 8 * i & 0xFF) == number) return i;
    }
    name_numbers_ |= number << 8 * captures_;
    return captures_++;
  }

  Programs& all_;
  std::size_t start_, names_;
  Programs::Word name_numbers_ = 0;
  std::uint32_t captures_ = 0;
  bool failed_ = false;
};

ProgramStart Programs::add(std::string_view pattern) {
  const auto tree = parse_pattern(pattern);
  return tree ? ProgramWriter(*this).write(*tree) : 0;
}

}  // namespace qingdan::identify
