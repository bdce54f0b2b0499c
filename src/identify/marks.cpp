// marks — see the header.
#include "identify/marks.h"

#include <iterator>
#include <utility>

namespace qingdan::identify {
namespace {

void add(std::vector<Mark>& marks, Mark mark) {
  const auto at = std::lower_bound(marks.begin(), marks.end(), mark);
  if (at == marks.end() || *at != mark) marks.insert(at, mark);
}

}  // namespace

MarksNeeded::Term MarksNeeded::Term::then(const Term& next) const {
  if (next.empty) return *this;
  if (empty) return next;
  Term both{{}, first, next.last, false};
  std::set_union(needs.begin(), needs.end(), next.needs.begin(), next.needs.end(),
                 std::back_inserter(both.needs));
  if (last != kUnknown && next.first != kUnknown) {
    add(both.needs,
        pair_of(static_cast<std::uint8_t>(last), static_cast<std::uint8_t>(next.first)));
  }
  return both;
}

void MarksNeeded::Term::unite(const Term& other) {
  std::vector<Mark> common;
  std::set_intersection(needs.begin(), needs.end(), other.needs.begin(), other.needs.end(),
                        std::back_inserter(common));
  needs = std::move(common);
  if (first != other.first) first = kUnknown;
  if (last != other.last) last = kUnknown;
  if (empty != other.empty) first = last = kUnknown;
  empty = empty && other.empty;
}

MarksNeeded MarksNeeded::of(const ByteSet& one_byte) {
  int symbol = kUnknown;
  for (std::size_t byte = 0; byte < one_byte.size(); ++byte) {
    if (!one_byte.test(byte)) continue;
    const int own = symbol_of(static_cast<std::uint8_t>(byte));
    if (symbol == kUnknown) symbol = own;
    if (symbol == own) continue;
    symbol = kUnknown;
    break;
  }
  MarksNeeded one;
  auto& term = one.terms_.front();
  term = {{}, symbol, symbol, false};
  if (symbol != kUnknown) term.needs.push_back(static_cast<Mark>(symbol));
  return one;
}

void MarksNeeded::collapse() {
  for (std::size_t i = 1; i < terms_.size(); ++i) terms_.front().unite(terms_[i]);
  terms_.resize(1);
}

MarksNeeded MarksNeeded::then(const MarksNeeded& next) const {
  auto own = *this;
  auto following = next;
  if (own.terms_.size() * following.terms_.size() > kTermsMost) following.collapse();
  if (own.terms_.size() * following.terms_.size() > kTermsMost) own.collapse();
  MarksNeeded both;
  both.terms_.clear();
  for (const auto& term : own.terms_) {
    for (const auto& further : following.terms_) both.terms_.push_back(term.then(further));
  }
  return both;
}

void MarksNeeded::unite(const MarksNeeded& other) {
  for (const auto& term : other.terms_) {
    if (std::find(terms_.begin(), terms_.end(), term) == terms_.end()) terms_.push_back(term);
  }
  if (terms_.size() > kTermsMost) collapse();
}

MarksNeeded MarksNeeded::repeated(int least, int most) const {
  if (least == 1 && most == 1) return *this;
  auto own = *this;
  own.collapse();  // each time another alternative may be taken
  auto& term = own.terms_.front();
  if (term.empty) return own;
  if (least == 0) {
    term = {{}, kUnknown, kUnknown, false};
  } else if (least > 1 && term.first != kUnknown && term.last != kUnknown) {
    add(term.needs,
        pair_of(static_cast<std::uint8_t>(term.last), static_cast<std::uint8_t>(term.first)));
  }
  return own;
}

std::vector<std::vector<Mark>> MarksNeeded::alternatives() const {
  std::vector<std::vector<Mark>> all;
  for (const auto& term : terms_) {
    if (term.needs.empty()) return {};
    all.push_back(term.needs);
  }
  return all;
}

}  // namespace qingdan::identify
