// facts — precedence by class of field (README.md has the table), ageing, conflict and review.
#include "qingdan/resolve/facts.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "resolve/statements.h"

namespace qingdan::resolve {

using model::Claim;
using model::Fact;
using model::FactState;

namespace {

enum class SourceKind { manual, credentialed, probe, traffic, import, hint };

SourceKind kind_of(std::string_view source) {
  const auto starts = [&](std::string_view prefix) {
    return source.substr(0, prefix.size()) == prefix;
  };
  if (source == "manual") return SourceKind::manual;
  if (starts("snmp:") || starts("credential:")) return SourceKind::credentialed;
  if (starts("probe:")) return SourceKind::probe;
  if (starts("traffic:")) return SourceKind::traffic;
  if (starts("import:")) return SourceKind::import;
  return SourceKind::hint;  // the scope document, derived values
}

bool is_aged(const Claim& claim) { return claim.unconfirmed >= kAgedRuns; }

// Ranks are ten apart. An aged claim stands below the next rank, and above the one after it.
constexpr int kDropped = 15;

std::optional<int> rank_administrative(SourceKind kind) {
  switch (kind) {
    case SourceKind::manual:
      return 10;
    case SourceKind::import:
      return 20;
    default:
      return 30;
  }
}

std::optional<int> rank_observable(SourceKind kind, const Claim& claim) {
  switch (kind) {
    // A correction without an end would hide the world for ever; it then only fills a gap.
    case SourceKind::manual:
      return claim.valid_until.value != 0 ? 10 : 50;
    case SourceKind::credentialed:
    case SourceKind::probe:
      return 20;
    case SourceKind::traffic:
      return 30;
    case SourceKind::import:
      return 40;
    case SourceKind::hint:
      break;
  }
  return 60;
}

std::optional<int> rank_semi_observable(SourceKind kind, const Claim& claim) {
  switch (kind) {
    case SourceKind::credentialed:
      return 10;
    case SourceKind::manual:
      return 20;
    case SourceKind::probe:
      return claim.confidence >= kSureConfidence ? 30 : 60;
    case SourceKind::traffic:
      return 40;
    case SourceKind::import:
      return 50;
    case SourceKind::hint:
      break;
  }
  return 70;
}

// People assert links between assets; they do not edit what identifies one.
std::optional<int> rank_identity(SourceKind kind) {
  switch (kind) {
    case SourceKind::credentialed:
    case SourceKind::probe:
      return 10;
    case SourceKind::traffic:
      return 20;
    default:
      return std::nullopt;
  }
}

std::optional<int> rank_of(const Claim& claim) {
  const auto kind = kind_of(claim.source);
  std::optional<int> rank;
  switch (class_of(claim.field)) {
    case FieldClass::administrative:
      rank = rank_administrative(kind);
      break;
    case FieldClass::observable:
      rank = rank_observable(kind, claim);
      break;
    case FieldClass::semi_observable:
      rank = rank_semi_observable(kind, claim);
      break;
    case FieldClass::identity:
      rank = rank_identity(kind);
      break;
  }
  const bool ages = kind != SourceKind::manual && kind != SourceKind::import;
  return rank && ages && is_aged(claim) ? *rank + kDropped : rank;
}

bool is_in_doubt(const Claim& claim) { return claim.unconfirmed > 0; }

// Each covered run that did not hear it again takes an equal part of the confidence away.
int confidence_now(const Claim& claim) {
  return claim.confidence * (kAgedRuns + 1 - std::min(claim.unconfirmed, kAgedRuns)) /
         (kAgedRuns + 1);
}

struct Candidate {
  const Claim* claim;
  int rank;
};

bool stands_before(const Candidate& a, const Candidate& b) {
  const auto key = [](const Candidate& c) {
    return std::make_tuple(c.rank, -confidence_now(*c.claim), -c.claim->asserted_at.value);
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return std::tie(a.claim->source, a.claim->value) < std::tie(b.claim->source, b.claim->value);
}

bool is_heard(const Claim& claim, UnixMillis now) {
  const bool expired = claim.valid_until.value != 0 && claim.valid_until <= now;
  return !expired && has_value(claim.value);
}

// Does `other` make the winner a conflict (F4)? A claim that has aged, or is a mere hint, does not.
bool contradicts(const Candidate& winner, const Candidate& other) {
  const auto kind = kind_of(other.claim->source);
  if (kind == SourceKind::hint || is_aged(*other.claim)) return false;
  const bool loud = other.rank == winner.rank || other.claim->confidence >= kSureConfidence ||
                    kind == SourceKind::manual;
  return loud && compare(winner.claim->field, winner.claim->value, other.claim->value) ==
                     Likeness::different;
}

// F5. `others` are sorted; the first that is not a person's is what is observed now.
void judge_manual(Fact& fact, const Claim& manual, const std::vector<Candidate>& candidates) {
  fact.state = FactState::manual;
  for (const auto& candidate : candidates) {
    if (kind_of(candidate.claim->source) == SourceKind::manual) continue;
    const auto& observed = candidate.claim->value;
    const bool moved = compare(manual.field, manual.basis_value, observed) == Likeness::different &&
                       compare(manual.field, manual.value, observed) == Likeness::different;
    if (moved) {
      fact.state = FactState::review;
      fact.other = observed;
    }
    return;
  }
}

Fact judge(std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end(), stands_before);
  const auto& winner = candidates.front();
  const auto& claim = *winner.claim;
  Fact fact{.value = claim.value,
            .source = claim.source,
            .confidence = confidence_now(claim),
            .rule = claim.rule,
            .rule_release = claim.rule_release,
            .evidence = claim.evidence,
            .run = claim.run,
            .other = {}};
  const bool manual = kind_of(claim.source) == SourceKind::manual;
  if (manual) fact.state = FactState::manual;
  if (manual && has_value(claim.basis_value)) {
    judge_manual(fact, claim, candidates);
    return fact;
  }
  // A source whose own findings contradict each other says so: what it claims is the one half.
  if (!manual && has_value(claim.basis_value) &&
      compare(claim.field, claim.value, claim.basis_value) == Likeness::different) {
    fact.state = FactState::conflict;
    fact.other = claim.basis_value;
    return fact;
  }
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    if (!contradicts(winner, candidates[i])) continue;
    fact.state = FactState::conflict;
    fact.other = candidates[i].claim->value;
    return fact;
  }
  if (is_in_doubt(claim)) fact.state = FactState::conflict;
  return fact;
}

bool key_less(const Claim& a, const Claim& b) {
  return std::tie(a.field, a.source) < std::tie(b.field, b.source);
}
bool same_key(const Claim& a, const Claim& b) { return a.field == b.field && a.source == b.source; }

// Which of two claims one source makes at the same time stands; total, so that order is no matter.
bool preferred(const Claim& a, const Claim& b) {
  if (a.confidence != b.confidence) return a.confidence > b.confidence;
  const auto likeness = compare(a.field, b.value, a.value);
  if (likeness == Likeness::more) return true;
  if (likeness == Likeness::less) return false;
  if (a.asserted_at != b.asserted_at) return a.asserted_at > b.asserted_at;
  return std::tie(a.value, a.rule, a.evidence) < std::tie(b.value, b.rule, b.evidence);
}

// One per key, the preferred; claims without value say nothing.
void keep_best(std::vector<Claim>& said) {
  std::erase_if(said, [](const Claim& claim) { return !has_value(claim.value); });
  const auto before = [](const Claim& a, const Claim& b) {
    return same_key(a, b) ? preferred(a, b) : key_less(a, b);
  };
  if (!std::is_sorted(said.begin(), said.end(), before))
    std::sort(said.begin(), said.end(), before);
  said.erase(std::unique(said.begin(), said.end(), same_key), said.end());
}

bool is_asked_again(const Claim& claim, const Hearing& hearing) {
  return hearing.newer && hearing.whole && claim.source == hearing.source;
}

void not_confirmed(Claim& claim, const Hearing& hearing) {
  if (!is_asked_again(claim, hearing)) return;
  claim.unconfirmed = std::min(claim.unconfirmed + 1, kAgedRuns);
}

bool is_taken_back(const Claim& claim, const Hearing& hearing) {
  const auto& taken = hearing.taken_back;
  return hearing.newer && claim.source == hearing.source &&
         std::find(taken.begin(), taken.end(), claim) != taken.end();
}

// False where a claim that the run did not say is held no longer.
bool outlasts(Claim& held, const Hearing& hearing) {
  if (is_taken_back(held, hearing)) return false;
  not_confirmed(held, hearing);
  return hearing.host || !is_asked_again(held, hearing) || !is_aged(held);
}

void hear(Claim& held, Claim&& said, const Hearing& hearing) {
  if (said.asserted_at < held.asserted_at) return;
  if (said.asserted_at == held.asserted_at) {
    if (!preferred(said, held)) return;
    said.unconfirmed = held.unconfirmed;
    held = std::move(said);
    return;
  }
  const auto likeness = compare(held.field, held.value, said.value);
  const bool weaker =
      likeness == Likeness::less ||
      (likeness == Likeness::different && hearing.host && said.confidence < held.confidence);
  const bool ages = held.source == hearing.source;
  if (ages && weaker && !is_taken_back(held, hearing)) {
    if (!hearing.newer) return;
    not_confirmed(held, hearing);
    if (!is_aged(held)) return;
  }
  said.unconfirmed = 0;
  held = std::move(said);
}

}  // namespace

FieldClass class_of(std::string_view name) {
  if (name == model::field::kMac) return FieldClass::identity;
  if (name.substr(0, 6) == "asset.") return FieldClass::administrative;
  if (name.substr(0, 5) == "host.") return FieldClass::semi_observable;
  return FieldClass::observable;
}

model::Facts resolve_claims(std::span<const Claim> claims, UnixMillis now) {
  std::vector<Candidate> heard;
  heard.reserve(claims.size());
  for (const auto& claim : claims) {
    if (!is_heard(claim, now)) continue;
    if (const auto rank = rank_of(claim)) heard.push_back({&claim, *rank});
  }
  std::stable_sort(heard.begin(), heard.end(), [](const Candidate& a, const Candidate& b) {
    return a.claim->field < b.claim->field;
  });
  model::Facts facts;
  std::vector<Candidate> one_field;
  for (std::size_t i = 0; i < heard.size();) {
    one_field.clear();
    const auto& name = heard[i].claim->field;
    for (; i < heard.size() && heard[i].claim->field == name; ++i) one_field.push_back(heard[i]);
    facts.emplace_hint(facts.end(), name, judge(one_field));
  }
  return facts;
}

std::string observed_value(std::span<const Claim> claims, std::string_view name, UnixMillis now) {
  std::optional<Candidate> best;
  for (const auto& claim : claims) {
    if (claim.field != name || kind_of(claim.source) == SourceKind::manual ||
        !is_heard(claim, now)) {
      continue;
    }
    const auto rank = rank_of(claim);
    if (!rank) continue;
    const Candidate candidate{&claim, *rank};
    if (!best || stands_before(candidate, *best)) best = candidate;
  }
  return best ? best->claim->value : "";
}

std::vector<Claim> upsert_claims(std::vector<Claim> existing, std::span<const Claim> incoming,
                                 const Hearing& hearing) {
  return upsert_claims(std::move(existing), std::vector<Claim>(incoming.begin(), incoming.end()),
                       hearing);
}

std::vector<Claim> upsert_claims(std::vector<Claim> existing, std::vector<Claim>&& incoming,
                                 const Hearing& hearing) {
  if (!std::is_sorted(existing.begin(), existing.end(), key_less)) {
    std::sort(existing.begin(), existing.end(), key_less);
  }
  auto said = std::move(incoming);
  keep_best(said);
  std::vector<Claim> result;
  result.reserve(existing.size() + said.size());
  auto next = said.begin();
  for (auto& held : existing) {
    for (; next != said.end() && key_less(*next, held); ++next) result.push_back(std::move(*next));
    if (next != said.end() && same_key(*next, held)) {
      hear(held, std::move(*next), hearing);
      ++next;
    } else if (!outlasts(held, hearing)) {
      continue;
    }
    result.push_back(std::move(held));
  }
  for (; next != said.end(); ++next) result.push_back(std::move(*next));
  return result;
}

}  // namespace qingdan::resolve
