// combine — grouping by product, adding up, choosing.
#include "identify/combine.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace qingdan::identify {
namespace {

// The header in which the listener names itself (RFC 9110 §10.2.4); what stands on pages and in
// cookies may come from behind it.
constexpr std::string_view kListenersOwnWord = "http_header.server";

int add_up(int a, int b) { return std::min(kMostCertain, 100 - (100 - a) * (100 - b) / 100); }

Held make_held(const RuleBase& base, const Candidate& c) {
  Held held;
  held.product = c.product;
  held.rank = c.rank;
  held.evidence = c.evidence;
  held.source = c.field;
  held.implied = c.implied;
  auto& s = held.statement;
  const auto& p = *c.product;
  s.id = p.id;
  s.vendor = p.vendor;
  s.vendor_zh = p.vendor_zh;
  s.product = c.name.empty() ? p.product : c.name;
  s.product_zh = p.product_zh;
  s.version = c.version;
  s.package = c.package;
  s.model = c.model;
  s.cpe = make_cpe(p.cpe_part, c.cpe.empty() ? p.cpe : c.cpe, c.version);
  s.category = p.category;
  s.xinchuang = p.xinchuang;
  s.role = std::string(to_string(p.role));
  s.precision = c.precision;
  s.confidence = c.confidence;
  s.rule = base.rules()[c.rule].id;
  return held;
}

// How much a hint says; the words of a statement come from the hint that says most (B1).
auto weight(const Held& h) {
  return std::tuple(!h.implied, !h.statement.version.empty(), !h.statement.model.empty(), h.rank,
                    h.statement.version.size());
}

// One statement out of all hints at the same product. B2.
Held merge(std::vector<Held> hints) {
  std::map<std::string_view, int> by_source;
  bool implied = true;
  for (const auto& hint : hints) {
    auto& confidence = by_source[hint.source];
    confidence = std::max(confidence, hint.statement.confidence);
    implied = implied && hint.implied;
  }
  int total = 0;
  for (const auto& [source, confidence] : by_source) total = add_up(total, confidence);
  Held held =
      std::move(*std::max_element(hints.begin(), hints.end(), [](const Held& a, const Held& b) {
        return weight(a) < weight(b);
      }));
  held.implied = implied;
  held.statement.confidence = total;
  return held;
}

std::vector<Held> merge_by_product(std::vector<Held> hints) {
  if (hints.empty()) return hints;
  std::map<std::string, std::vector<Held>> groups;
  for (auto& hint : hints) groups[hint.statement.id].push_back(std::move(hint));
  std::vector<Held> merged;
  for (auto& [id, group] : groups) merged.push_back(merge(std::move(group)));
  std::stable_sort(merged.begin(), merged.end(), [](const Held& a, const Held& b) {
    return std::tuple(a.statement.confidence, a.rank) > std::tuple(b.statement.confidence, b.rank);
  });
  return merged;
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

// Puts what listens first; what only runs on it follows by confidence.
void choose_service(std::vector<Held> merged, const std::vector<Candidate>& candidates,
                    Combined& out) {
  const auto standing = [&](const Held& held) {
    bool own = false;
    bool named_by_header = false;
    for (const auto& c : candidates) {
      if (c.product != held.product || c.further || c.subject != Subject::service) continue;
      own = true;
      named_by_header = named_by_header || c.field == kListenersOwnWord;
    }
    const int listener = own ? listener_class(held.product->role) : 0;
    return std::tuple(listener, named_by_header, held.statement.confidence);
  };
  const auto best =
      std::max_element(merged.begin(), merged.end(),
                       [&](const Held& a, const Held& b) { return standing(a) < standing(b); });
  if (best != merged.end() && std::get<0>(standing(*best)) > 0) {
    out.service = std::move(*best);
    merged.erase(best);
  }
  out.also = std::move(merged);
}

}  // namespace

std::optional<Held> choose_one(const RuleBase& base, std::vector<Held> hints) {
  if (hints.empty()) return std::nullopt;
  auto merged = merge_by_product(std::move(hints));
  std::vector<bool> absorbed(merged.size(), false);
  for (std::size_t i = 0; i < merged.size(); ++i) {
    for (std::size_t j = 0; j < merged.size(); ++j) {
      if (i == j || !base.is_kind_of(*merged[i].product, *merged[j].product)) continue;
      merged[i].statement.confidence =
          add_up(merged[i].statement.confidence, merged[j].statement.confidence);
      merged[i].implied = merged[i].implied && merged[j].implied;
      absorbed[j] = true;
    }
  }
  std::optional<Held> best;
  const auto better = [](const Held& a, const Held& b) {
    return std::tuple(!a.implied, a.statement.confidence, a.rank) >
           std::tuple(!b.implied, b.statement.confidence, b.rank);
  };
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (!absorbed[i] && (!best || better(merged[i], *best))) best = merged[i];
  }
  if (!best) return best;
  const int own = best->statement.confidence;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (absorbed[i] || merged[i].product == best->product) continue;
    const int other = merged[i].statement.confidence / (merged[i].implied ? 2 : 1);
    best->statement.confidence -= best->statement.confidence * other / 300;
    const bool near_tie = other + 5 >= own;
    if (near_tie) best->statement.confidence = std::min(best->statement.confidence, kDoubt - 1);
  }
  return best;
}

Combined combine(const RuleBase& base, const std::vector<Candidate>& candidates) {
  std::vector<Held> services, systems, devices;
  const auto supported = [&](const Candidate& c) {
    return !c.support_only ||
           std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& o) {
             return !o.support_only && o.product == c.product;
           });
  };
  for (const auto& c : candidates) {
    if (!supported(c)) continue;
    auto& list = c.subject == Subject::service ? services
                 : c.subject == Subject::os    ? systems
                                               : devices;
    list.push_back(make_held(base, c));
  }
  Combined out;
  choose_service(merge_by_product(std::move(services)), candidates, out);
  out.os = choose_one(base, std::move(systems));
  out.hardware = choose_one(base, std::move(devices));
  return out;
}

}  // namespace qingdan::identify
