// fact_diff — one function per kind of field. What is not in the table below is no event.
#include "resolve/fact_diff.h"

#include <algorithm>
#include <string_view>

#include "qingdan/model/json.h"
#include "resolve/statements.h"

namespace qingdan::resolve {

namespace field = model::field;
using model::Cause;
using model::Change;
using model::ChangeType;
using model::Fact;
using model::FactState;
using model::ProductStatement;

namespace {

Cause cause_of(const Fact& before, const Fact& after) {
  const auto starts = [](const std::string& text, std::string_view prefix) {
    return text.rfind(prefix, 0) == 0;
  };
  // A correction that was withdrawn or has expired lets the world through again.
  if (after.source == "manual" || before.source == "manual") return Cause::manual;
  if (starts(after.source, "import:")) return Cause::imported;
  if (after.source == "scope") return Cause::policy;
  const bool releases_differ = !before.rule_release.empty() && !after.rule_release.empty() &&
                               before.rule_release != after.rule_release;
  return releases_differ ? Cause::rules : Cause::observed;
}

struct Pair {
  std::string_view name;
  const Fact& before;
  const Fact& after;
  const FactFrame& frame;
};

void tell(const Pair& pair, ChangeType type, Sides sides, std::vector<Change>& out) {
  auto change = pair.frame.base;
  change.type = type;
  change.field = pair.name;
  change.before = std::move(sides.before);
  change.after = std::move(sides.after);
  change.cause = cause_of(pair.before, pair.after);
  const auto& shown = has_value(pair.after.value) ? pair.after : pair.before;
  if (!shown.evidence.empty()) change.evidence = shown.evidence;
  out.push_back(std::move(change));
}

void compare_products(const Pair& pair, ChangeType type, std::vector<Change>& out) {
  const auto a = model::parse_product(pair.before.value),
             b = model::parse_product(pair.after.value);
  if (!a || !b || compare(*a, *b) != Likeness::different) return;
  tell(pair, type, describe_sides(*a, *b), out);
}

// Further products of a port come and go with what a page happens to show; only a product seen on
// both sides can be said to have changed.
void compare_lists(const Pair& pair, std::vector<Change>& out) {
  const auto a = model::parse_products(pair.before.value),
             b = model::parse_products(pair.after.value);
  if (!a || !b) return;
  for (const auto& now : *b) {
    const auto old = std::find_if(a->begin(), a->end(), [&](const ProductStatement& candidate) {
      return name_of(candidate) == name_of(now);
    });
    if (old == a->end() || compare(*old, now) != Likeness::different) continue;
    tell(pair, ChangeType::component_changed, describe_sides(*old, now), out);
  }
}

void compare_texts(const Pair& pair, ChangeType type, std::vector<Change>& out) {
  if (compare(pair.name, pair.before.value, pair.after.value) != Likeness::different) return;
  Sides sides{describe(pair.name, pair.before.value), describe(pair.name, pair.after.value)};
  if (sides.before.empty() || sides.after.empty() || sides.before == sides.after) return;
  tell(pair, type, std::move(sides), out);
}

// A protocol changes with its product, and the product is the better word.
bool product_differs(const model::Facts& before, const model::Facts& after) {
  return compare(product_of(before, field::kProduct), product_of(after, field::kProduct)) ==
         Likeness::different;
}

void compare_pair(const Pair& pair, std::vector<Change>& out) {
  const auto name = pair.name;
  if (name == field::kProduct) return compare_products(pair, ChangeType::component_changed, out);
  if (name == field::kAlso) return compare_lists(pair, out);
  if (name == field::kOs || name == field::kHardware) {
    return compare_products(pair, ChangeType::field_changed, out);
  }
  if (name == field::kCertificate) {
    const auto count = out.size();
    compare_texts(pair, ChangeType::certificate_replaced, out);
    if (out.size() > count) out.back().object = "certificate";
    return;
  }
  if (name == field::kUnit || name == field::kSystem || name == field::kOwner) {
    return compare_texts(pair, ChangeType::owner_changed, out);
  }
  // Noise, and what is derived from the services that have their own events.
  if (name == field::kBanner || name == field::kDigest || name == field::kRole) return;
  compare_texts(pair, ChangeType::field_changed, out);
}

const Fact kNone;

bool is_of_probe(const Fact& fact) { return fact.source.rfind("probe:", 0) == 0; }

// The first reading of a field is an event where other rules have read what was held before, and
// the field is one by which the list is sorted and counted.
void tell_first(const Pair& pair, std::vector<Change>& out) {
  const auto name = pair.name;
  const bool told = name == field::kProduct || name == field::kOs || name == field::kHardware ||
                    name == field::kDeviceClass;
  const auto& read_by = pair.frame.read_by;
  const auto& release = pair.after.rule_release;
  if (!told || !is_of_probe(pair.after) || release.empty()) return;
  if (read_by.empty() || read_by.contains(release)) return;
  const auto type =
      name == field::kProduct ? ChangeType::component_changed : ChangeType::field_changed;
  tell(pair, type, {"", describe(name, pair.after.value)}, out);
  out.back().cause = Cause::rules;
}

bool is_taken_back(const Pair& pair) {
  const auto& taken = pair.frame.taken_back;
  return std::any_of(taken.begin(), taken.end(), [&](const model::Claim& claim) {
    return claim.field == pair.name && claim.source == pair.before.source &&
           claim.value == pair.before.value && claim.run == pair.before.run;
  });
}

// What comes and goes with a page, and what is derived, has no event here either.
void tell_last(const Pair& pair, std::vector<Change>& out) {
  const auto name = pair.name;
  const bool quiet = name == field::kAlso || name == field::kBanner || name == field::kDigest ||
                     name == field::kRole;
  auto text = describe(name, pair.before.value);
  if (quiet || text.empty() || !is_of_probe(pair.before)) return;
  const auto type =
      name == field::kProduct ? ChangeType::component_changed : ChangeType::field_changed;
  tell(pair, type, {std::move(text), ""}, out);
  out.back().cause = is_taken_back(pair) ? Cause::rules : Cause::observed;
}

void compare_lost(const model::Facts& before, const model::Facts& after, const FactFrame& frame,
                  std::vector<Change>& out) {
  const bool product = before.contains(std::string(field::kProduct)) &&
                       !after.contains(std::string(field::kProduct));
  for (const auto& [name, old] : before) {
    if (after.contains(name) || (product && name == field::kProtocol)) continue;
    tell_last({name, old, kNone, frame}, out);
  }
}

}  // namespace

std::set<std::string> releases_of(const model::Facts& facts) {
  std::set<std::string> releases;
  for (const auto& [name, fact] : facts) {
    if (!fact.rule_release.empty()) releases.insert(fact.rule_release);
  }
  return releases;
}

void compare_facts(const model::Facts& before, const model::Facts& after, const FactFrame& frame,
                   std::vector<Change>& out) {
  if (before == after) return;
  compare_lost(before, after, frame, out);
  for (const auto& [name, now] : after) {
    const auto found = before.find(name);
    const auto& old = found == before.end() ? kNone : found->second;
    const Pair pair{name, old, now, frame};
    if (now.state == FactState::review && old.state != FactState::review) {
      tell(pair, ChangeType::correction_review,
           {describe(name, now.value), describe(name, now.other)}, out);
    }
    if (!has_value(old.value)) {
      tell_first(pair, out);
      continue;
    }
    if (old.value == now.value) continue;
    if (name == field::kProtocol && product_differs(before, after)) continue;
    compare_pair(pair, out);
  }
}

}  // namespace qingdan::resolve
