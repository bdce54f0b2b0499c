// program — runs programs; how they are written: program_writer.cpp.
//
// One way is followed at a time, as PCRE2 does: where there is another, it is put on a stack, above
// it what the marks were before they were set, and the stack is taken down when a way leads
// nowhere.
#include "identify/program.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "identify/program_code.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {

using program::a_of;
using program::b_of;
using program::flags_of;
using program::Op;
using program::op_of;

class ProgramRun {
 public:
  ProgramRun(const Programs& all, ProgramStart start, const Subject& subject, ProgramRoom& room)
      : code_(all.code_.data() + start),
        sets_(all.sets_.data()),
        value_(subject.value().data()),
        folded_(subject.folded().data()),
        size_(static_cast<std::uint32_t>(subject.size())),
        marks_(2 * all.capture_count(start)),
        room_(room) {}

  Programs::Answer search() {
    const auto head = code_[0];
    const auto least = static_cast<std::uint32_t>(head >> 40 & 0xFFFF);
    if (size_ < least) return Programs::Answer::no;
    const bool anchored = (head & 1) != 0;
    const auto& first = sets_[head >> 8 & 0xFFFF];
    const auto last = anchored ? 0 : size_ - least;
    for (std::uint32_t at = 0; at <= last && !unsure_; ++at) {
      if (least > 0 && !first[byte_at(at)]) continue;
      if (matches_from(at)) return Programs::Answer::yes;
    }
    return unsure_ ? Programs::Answer::unsure : Programs::Answer::no;
  }

 private:
  using Word = Programs::Word;
  using Way = ProgramRoom::Way;
  enum Kind : std::uint32_t { kBranch, kGreedy, kLazyLoop, kChoice, kMark };

  [[nodiscard]] std::uint8_t byte_at(std::uint32_t at) const {
    return static_cast<std::uint8_t>(value_[at]);
  }

  bool matches_from(std::uint32_t at) {
    depth_ = 0;
    std::fill_n(room_.marks_.begin(), marks_, 0U);
    std::uint32_t pc = program::kHeadWords;
    while (++steps_ <= Programs::kStepsMost) {
      const auto word = code_[pc];
      bool leads_on = true;
      switch (op_of(word)) {
        case Op::text:
          leads_on = pass_text(value_, word, pc, at);
          break;
        case Op::folded_text:
          leads_on = pass_text(folded_, word, pc, at);
          break;
        case Op::byte:
          leads_on = at < size_ && sets_[a_of(word)][byte_at(at)];
          ++at;
          ++pc;
          break;
        case Op::loop:
          leads_on = pass_loop(word, pc, at);
          break;
        case Op::branch:
          take_branch(word, pc, at);
          break;
        case Op::choose:
          leads_on = choose(word, pc, at);
          break;
        case Op::jump:
          pc = b_of(word);
          break;
        case Op::mark:
          set_mark(a_of(word), at);
          ++pc;
          break;
        case Op::done:
          return true;
        default:
          leads_on = stands(op_of(word), at);
          ++pc;
      }
      if (!leads_on && !go_back(pc, at)) return false;
    }
    unsure_ = true;
    return false;
  }

  bool pass_text(const char* text, Word word, std::uint32_t& pc, std::uint32_t& at) const {
    const auto length = a_of(word);
    const auto words = program::words_of(length);
    if (size_ - at < length) return false;
    // The program's last word ends in zeros; of the value's, which reads on, they are left out.
    Word other = 0;
    Word have = 0;
    for (std::uint32_t i = 0; i < words; ++i) {
      std::memcpy(&have, text + at + 8 * i, sizeof have);
      const auto left = length - 8 * i;
      if (left < 8) have &= (Word{1} << 8 * left) - 1;
      other |= have ^ code_[pc + 1 + i];
    }
    at += length;
    pc += 1 + words;
    return other == 0;
  }

  // Whether what follows the loop may begin there.
  [[nodiscard]] bool may_go_on(Word loop, Word rule, std::uint32_t at) const {
    if (at == size_) return (flags_of(loop) & program::kAtEnd) != 0;
    return sets_[rule & 0xFFFF][byte_at(at)];
  }

  bool pass_loop(Word word, std::uint32_t& pc, std::uint32_t& at) {
    const auto rule = code_[pc + 1];
    const auto& set = sets_[a_of(word)];
    const auto least = static_cast<std::uint32_t>(rule >> 16 & 0xFFFF);
    const auto most = static_cast<std::uint32_t>(rule >> 32 & 0xFFFF);
    const bool lazy = (flags_of(word) & program::kLazy) != 0;
    const auto left = size_ - at;
    const auto limit = at + std::min(lazy ? least : most, left);
    auto end = at;
    while (end < limit && set[byte_at(end)]) ++end;
    steps_ += end - at;
    if (end - at < least) return false;
    if ((flags_of(word) & program::kSure) != 0) {
      at = end;
      pc += 2;
      return true;
    }
    const Way way = lazy ? Way{pc, end, at + std::min(most, left), kLazyLoop}
                         : Way{pc, end, at + least, kGreedy};
    return lazy ? go_forward(way, pc, at) : give_back(way, pc, at);
  }

  // Of a loop that has taken bytes up to `way.at`: goes on behind the last of them that lets it,
  // and leaves the others to come back to.
  bool give_back(Way way, std::uint32_t& pc, std::uint32_t& at) {
    const auto word = code_[way.code];
    const auto rule = code_[way.code + 1];
    for (auto end = way.at + 1; end-- > way.low;) {
      ++steps_;
      if (!may_go_on(word, rule, end)) continue;
      if (end > way.low) push({way.code, end - 1, way.low, kGreedy});
      pc = way.code + 2;
      at = end;
      return true;
    }
    return false;
  }

  // The same of a lazy one, which may take bytes up to `way.low`.
  bool go_forward(Way way, std::uint32_t& pc, std::uint32_t& at) {
    const auto word = code_[way.code];
    const auto rule = code_[way.code + 1];
    const auto& set = sets_[a_of(word)];
    for (auto end = way.at;; ++end) {
      ++steps_;
      const bool more = end < way.low && set[byte_at(end)];
      if (may_go_on(word, rule, end)) {
        if (more) push({way.code, end + 1, way.low, kLazyLoop});
        pc = way.code + 2;
        at = end;
        return true;
      }
      if (!more) return false;
    }
  }

  // Finds the ways that may begin here without a branch, then takes the first.
  bool choose(Word word, std::uint32_t& pc, std::uint32_t at) {
    const auto count = a_of(word);
    std::uint32_t open = 0;
    if (at == size_) {
      for (std::uint32_t i = 0; i < count; ++i)
        open |= std::uint32_t{alternative(pc, i).at_end} << i;
    } else {
      for (std::uint32_t i = 0; i < count; ++i)
        open |= std::uint32_t{sets_[alternative(pc, i).set][byte_at(at)]} << i;
    }
    return take_first({pc, at, open, kChoice}, pc);
  }

  [[nodiscard]] program::Alternative alternative(std::uint32_t choice, std::uint32_t number) const {
    program::Alternative one;
    const auto* all = reinterpret_cast<const char*>(code_ + choice + 1);
    std::memcpy(&one, all + number * sizeof one, sizeof one);
    return one;
  }

  // Of the ways whose bits are set in `way.low`.
  bool take_first(const Way& way, std::uint32_t& pc) {
    if (way.low == 0) return false;
    const auto others = way.low & (way.low - 1);
    if (others != 0) push({way.code, way.at, others, kChoice});
    pc = alternative(way.code, static_cast<std::uint32_t>(std::countr_zero(way.low))).target;
    return true;
  }

  void take_branch(Word word, std::uint32_t& pc, std::uint32_t at) {
    const auto flags = flags_of(word);
    const bool may = at < size_ ? sets_[a_of(word)][byte_at(at)] : (flags & program::kAtEnd) != 0;
    if (may && (flags & program::kSure) == 0) push({b_of(word), at, 0, kBranch});
    pc = may ? pc + 1 : b_of(word);
  }

  void set_mark(std::uint32_t mark, std::uint32_t at) {
    // Where there is no way back, nothing is undone.
    if (depth_ > 0) push({mark, room_.marks_[mark], 0, kMark});
    room_.marks_[mark] = at;
  }

  void push(const Way& way) {
    if (depth_ == ProgramRoom::kWaysMost) {
      steps_ = Programs::kStepsMost;
      return;
    }
    room_.ways_[depth_++] = way;
  }

  bool go_back(std::uint32_t& pc, std::uint32_t& at) {
    while (depth_ > 0) {
      const auto way = room_.ways_[--depth_];
      switch (way.kind) {
        case kMark:
          room_.marks_[way.code] = way.at;
          break;
        case kBranch:
          pc = way.code;
          at = way.at;
          return true;
        case kChoice:
          at = way.at;
          if (take_first(way, pc)) return true;
          break;
        case kGreedy:
          if (give_back(way, pc, at)) return true;
          break;
        default:
          if (go_forward(way, pc, at)) return true;
      }
    }
    return false;
  }

  [[nodiscard]] bool is_word(std::uint32_t at) const {
    if (at == size_) return false;
    const char c = value_[at];
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  [[nodiscard]] bool stands(Op op, std::uint32_t at) const {
    const bool feed = at < size_ && value_[at] == '\n';
    switch (op) {
      case Op::begin:
        return at == 0;
      case Op::end:
        return at == size_ || (feed && at + 1 == size_);
      case Op::line_begin:
        return at == 0 || (at < size_ && value_[at - 1] == '\n');
      case Op::line_end:
        return at == size_ || feed;
      default:
        return ((at > 0 && is_word(at - 1)) != is_word(at)) == (op == Op::boundary);
    }
  }

  const Word* code_;
  const ByteSet* sets_;
  const char* value_;
  const char* folded_;
  std::uint32_t size_;
  std::size_t marks_;
  ProgramRoom& room_;
  std::size_t depth_ = 0;
  std::uint32_t steps_ = 0;
  bool unsure_ = false;
};

Programs::Answer Programs::run(ProgramStart start, const Subject& subject,
                               ProgramRoom& room) const {
  return ProgramRun(*this, start, subject, room).search();
}

void Programs::save(ByteWriter& out) const {
  const auto raw = [&](const auto& items) {
    out.u32be(static_cast<std::uint32_t>(items.size()));
    out.bytes(
        {reinterpret_cast<const std::uint8_t*>(items.data()), items.size() * sizeof items.front()});
  };
  raw(code_);
  raw(sets_);
  out.u32be(static_cast<std::uint32_t>(names_.size()));
  for (const auto& name : names_) out.u32be(static_cast<std::uint32_t>(name.size())).text(name);
}

bool Programs::load(ByteReader& in) {
  const auto raw = [&](auto& items) {
    const auto size = std::size_t{in.u32be()} * sizeof items.front();
    const auto bytes = in.take(size);
    if (bytes.size() != size || size == 0) return false;
    items.resize(size / sizeof items.front());
    std::memcpy(items.data(), bytes.data(), size);
    return true;
  };
  if (!raw(code_) || !raw(sets_)) return false;
  names_.clear();
  for (auto left = in.u32be(); left > 0 && in.ok(); --left)
    names_.emplace_back(as_text(in.take(in.u32be())));
  return in.ok();
}

}  // namespace qingdan::identify
