// combine — grouping by product, adding up, choosing; words are written last, for what was chosen.
#include "identify/combine.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace qingdan::identify {
namespace {

// The header in which the listener names itself (RFC 9110 §10.2.4); what stands on pages and in
// cookies may come from behind it.
constexpr std::string_view kListenersOwnWord = "http_header.server";

int add_up(int a, int b) { return std::min(kMostCertain, 100 - (100 - a) * (100 - b) / 100); }

Hint hint_of(const Candidate& c, std::size_t origin) {
  return {origin, c.product, c.rank, c.confidence, c.implied, false, c.version, c.model, c.field};
}

// How much a hint says; the words of a statement come from the hint that says most (B1).
auto weight(const Hint& h) {
  return std::tuple(!h.implied, !h.version.empty(), !h.model.empty(), h.rank, h.version.size());
}

// One hint out of all at the same product, which stand beside each other by source. B2.
Hint merge(const Hint* first, const Hint* last) {
  Hint merged = *std::max_element(first, last, [](const Hint& a, const Hint& b) {
    return std::tuple(weight(a), b.origin) < std::tuple(weight(b), a.origin);
  });
  merged.implied = std::all_of(first, last, [](const Hint& h) { return h.implied; });
  merged.support_only = std::all_of(first, last, [](const Hint& h) { return h.support_only; });
  int total = 0;
  for (const auto* at = first; at != last;) {
    const auto source = at->source;
    int confidence = 0;
    for (; at != last && at->source == source; ++at)
      confidence = std::max(confidence, at->confidence);
    total = add_up(total, confidence);
  }
  merged.confidence = total;
  return merged;
}

// One hint a product, the surest first.
std::vector<Hint> merge_by_product(std::vector<Hint> hints) {
  if (hints.size() < 2) {
    for (auto& hint : hints) hint.confidence = std::min(hint.confidence, kMostCertain);
    return hints;
  }
  std::stable_sort(hints.begin(), hints.end(), [](const Hint& a, const Hint& b) {
    return a.product == b.product ? a.source < b.source : a.product->id < b.product->id;
  });
  std::vector<Hint> merged;
  for (std::size_t i = 0; i < hints.size();) {
    const auto first = i;
    while (i < hints.size() && hints[i].product == hints[first].product) ++i;
    merged.push_back(merge(&hints[first], &hints[first] + (i - first)));
  }
  std::stable_sort(merged.begin(), merged.end(), [](const Hint& a, const Hint& b) {
    return std::tuple(a.confidence, a.rank) > std::tuple(b.confidence, b.rank);
  });
  return merged;
}

// Leaves those that may be stated. B5.
std::vector<Hint> take_supports(std::vector<Hint>& hints) {
  const auto weak = std::stable_partition(hints.begin(), hints.end(),
                                          [](const Hint& h) { return !h.support_only; });
  std::vector<Hint> taken(weak, hints.end());
  hints.erase(weak, hints.end());
  return taken;
}

void add_supports(const RuleBase& base, const std::vector<Hint>& supports, Hint& hint) {
  for (const auto& support : supports) {
    if (agree(base, *hint.product, *support.product))
      hint.confidence = add_up(hint.confidence, support.confidence);
  }
}

int listener_class(Role role) {
  switch (role) {
    case Role::server:
    case Role::proxy:
      return 2;
    case Role::application:
      return 1;
    case Role::framework:
    case Role::component:
    case Role::os:
    case Role::hardware:
      return 0;
  }
  return 0;
}

// Whether a product listens itself, and how surely; the greatest is the port's product.
std::tuple<int, bool, int> standing(const Hint& hint, const std::vector<Candidate>& candidates) {
  bool own = false;
  bool named_by_header = false;
  for (const auto& c : candidates) {
    if (c.product != hint.product || c.further || c.subject != Subject::service) continue;
    own = true;
    named_by_header = named_by_header || c.field == kListenersOwnWord;
  }
  return {own ? listener_class(hint.product->role) : 0, named_by_header, hint.confidence};
}

// A rule of little trust counts only where another names the same product.
bool is_supported(const Candidate& candidate, const std::vector<Candidate>& all) {
  return !candidate.support_only || std::any_of(all.begin(), all.end(), [&](const Candidate& o) {
    return !o.support_only && o.product == candidate.product;
  });
}

std::vector<Hint> hints_at(Subject subject, const std::vector<Candidate>& candidates) {
  std::vector<Hint> hints;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].subject == subject && is_supported(candidates[i], candidates))
      hints.push_back(hint_of(candidates[i], i));
  }
  return hints;
}

// Candidates of one subject. A single one is the usual case and needs no lists.
struct Tally {
  std::size_t count{0};
  const Candidate* only{nullptr};  // the single one, if nothing need support it
};
std::array<Tally, 3> tally(const std::vector<Candidate>& candidates) {
  std::array<Tally, 3> all;
  for (const auto& candidate : candidates) {
    auto& own = all[static_cast<std::size_t>(candidate.subject)];
    own.only = own.count++ == 0 && !candidate.support_only ? &candidate : nullptr;
  }
  return all;
}

Hint hint_of_only(const Candidate& only, const std::vector<Candidate>& candidates) {
  auto hint = hint_of(only, static_cast<std::size_t>(&only - candidates.data()));
  hint.confidence = std::min(hint.confidence, kMostCertain);
  return hint;
}

// Puts what listens first; what only runs on it follows by confidence.
void choose_service(const std::vector<Candidate>& candidates, const Candidate* only, Choice& out) {
  if (only != nullptr) {
    const auto hint = hint_of_only(*only, candidates);
    if (!only->further && listener_class(only->role) > 0) {
      out.service = hint;
    } else {
      out.also.push_back(hint);
    }
    return;
  }
  out.also = merge_by_product(hints_at(Subject::service, candidates));
  auto best = out.also.end();
  auto best_standing = std::tuple(0, false, 0);
  for (auto at = out.also.begin(); at != out.also.end(); ++at) {
    const auto own = standing(*at, candidates);
    if (best != out.also.end() && !(best_standing < own)) continue;
    best = at;
    best_standing = own;
  }
  if (std::get<0>(best_standing) == 0) return;
  out.service = *best;
  out.also.erase(best);
}

}  // namespace

bool agree(const RuleBase& base, const Product& a, const Product& b) {
  if (base.is_kind_of(a, b) || base.is_kind_of(b, a)) return true;
  const bool devices = a.role == Role::hardware && b.role == Role::hardware;
  return devices && (a.product.empty() || b.product.empty()) && a.vendor == b.vendor;
}

std::optional<Hint> choose_one(const RuleBase& base, std::vector<Hint> hints) {
  if (hints.empty()) return std::nullopt;
  auto merged = merge_by_product(std::move(hints));
  const auto supports = take_supports(merged);
  if (merged.empty()) return std::nullopt;
  if (merged.size() == 1) {
    add_supports(base, supports, merged.front());
    return merged.front();
  }
  std::vector<bool> absorbed(merged.size(), false);
  for (std::size_t i = 0; i < merged.size(); ++i) {
    for (std::size_t j = 0; j < merged.size(); ++j) {
      if (i == j || !base.is_kind_of(*merged[i].product, *merged[j].product)) continue;
      merged[i].confidence = add_up(merged[i].confidence, merged[j].confidence);
      merged[i].implied = merged[i].implied && merged[j].implied;
      absorbed[j] = true;
    }
  }
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (!absorbed[i]) add_supports(base, supports, merged[i]);
  }
  std::optional<Hint> best;
  const auto better = [](const Hint& a, const Hint& b) {
    return std::tuple(!a.implied, a.confidence, a.rank) >
           std::tuple(!b.implied, b.confidence, b.rank);
  };
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (!absorbed[i] && (!best || better(merged[i], *best))) best = merged[i];
  }
  if (!best) return best;
  const int own = best->confidence;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (absorbed[i] || merged[i].product == best->product) continue;
    const int other = merged[i].confidence / (merged[i].implied ? 2 : 1);
    best->confidence -= best->confidence * other / 300;
    const bool near_tie = other + 5 >= own;
    if (near_tie) best->confidence = std::min(best->confidence, kDoubt - 1);
  }
  return best;
}

void write_statement(const RuleBase& base, const Hint& hint, const Candidate& c,
                     model::ProductStatement& s) {
  const auto& p = *c.product;
  s.id = p.id;
  s.vendor = p.vendor;
  s.vendor_zh = p.vendor_zh;
  s.product = c.name.empty() ? p.product : c.name;
  s.product_zh = p.product_zh;
  s.version = c.version;
  s.package = c.package;
  s.model = c.model;
  if (c.cpe.empty()) {
    finish_cpe(base.traits(p).cpe_head, c.version, s.cpe);
  } else {
    s.cpe = make_cpe(p.cpe_part, c.cpe, c.version);
  }
  s.category = p.category;
  s.xinchuang = p.xinchuang;
  s.role = to_string(p.role);
  s.precision = c.precision;
  s.confidence = hint.confidence;
  s.rule = base.rules()[c.rule].id;
}

model::ProductStatement state(const RuleBase& base, const Candidate& candidate) {
  model::ProductStatement statement;
  write_statement(base, hint_of(candidate, 0), candidate, statement);
  return statement;
}

void write_statement(const RuleBase& base, const Hint& hint, const Candidate& c,
                     model::AnswerStatement& s) {
  const auto& traits = base.traits(*c.product);
  s.words = &traits.words;
  s.rule = base.brief(c.rule).id;
  const auto put = [](std::string& to, const std::string& from) {
    if (from.empty()) return to.clear();
    to = from;
  };
  put(s.name, c.name);
  put(s.version, c.version);
  put(s.package, c.package);
  put(s.model, c.model);
  if (c.cpe.empty()) {
    finish_cpe(traits.cpe_head, c.version, s.cpe);
  } else {
    s.cpe = make_cpe(c.product->cpe_part, c.cpe, c.version);
  }
  s.precision = c.precision;
  s.confidence = hint.confidence;
}

void choose(const RuleBase& base, const std::vector<Candidate>& candidates, Choice& out) {
  const auto tallies = tally(candidates);
  const auto of = [&](Subject subject) -> const Tally& {
    return tallies[static_cast<std::size_t>(subject)];
  };
  out.service.reset();
  out.also.clear();
  if (of(Subject::service).count > 0) choose_service(candidates, of(Subject::service).only, out);
  const auto choose_system = [&](Subject subject, std::optional<Hint>& system) {
    system.reset();
    if (of(subject).count == 0) return;
    if (const auto* only = of(subject).only) {
      system = hint_of_only(*only, candidates);
    } else {
      system = choose_one(base, hints_at(subject, candidates));
    }
  };
  choose_system(Subject::os, out.os);
  choose_system(Subject::hardware, out.hardware);
}

Combined combine(const RuleBase& base, const std::vector<Candidate>& candidates) {
  Choice choice;
  choose(base, candidates, choice);
  Combined out;
  const auto write = [&](const Hint& hint, Held& held) {
    held.product = hint.product;
    held.evidence = candidates[hint.origin].evidence;
    write_statement(base, hint, candidates[hint.origin], held.statement);
  };
  if (choice.service) write(*choice.service, out.service.emplace());
  if (choice.os) write(*choice.os, out.os.emplace());
  if (choice.hardware) write(*choice.hardware, out.hardware.emplace());
  out.also.reserve(choice.also.size());
  for (const auto& hint : choice.also) write(hint, out.also.emplace_back());
  return out;
}

}  // namespace qingdan::identify
