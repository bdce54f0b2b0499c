// judge — hits to rules, rules to candidates, candidates that stand.
#include "identify/judge.h"

#include <algorithm>
#include <tuple>

namespace qingdan::identify {
namespace {

// Of 100 hosts that run a product which exists only on an OS, how many we trust to be read right;
// below any rule that reads the OS itself.
constexpr int kImpliedPercent = 80;

Captures& keep(const Captures& captures, JudgeRoom& room) {
  if (room.caught_count == room.caught.size()) room.caught.emplace_back();
  return room.caught[room.caught_count++] = captures;
}

// A conjunction holds where each of its parts does, once per response.
void add_conjunctions(const RuleBase& base, JudgeRoom& room) {
  auto& parts = room.parts;
  std::stable_sort(parts.begin(), parts.end(), [](const Match& a, const Match& b) {
    return std::tuple(a.rule, a.part) < std::tuple(b.rule, b.part);
  });
  // Of one part the first value counts.
  parts.erase(std::unique(parts.begin(), parts.end(),
                          [](const Match& a, const Match& b) {
                            return a.rule == b.rule && a.part == b.part;
                          }),
              parts.end());
  for (std::size_t i = 0; i < parts.size();) {
    const auto first = i;
    while (i < parts.size() && parts[i].rule == parts[first].rule) ++i;
    if (i - first != base.brief(parts[first].rule).parts) continue;
    auto whole = parts[first];
    auto& captures = keep(*whole.captures, room);
    for (auto at = first + 1; at < i; ++at) {
      captures.insert(captures.end(), parts[at].captures->begin(), parts[at].captures->end());
    }
    whole.captures = &captures;
    room.matches.push_back(whole);
  }
}

// Rules whose parts all hold; those of one part once per value.
void find_matches(const RuleBase& base, const std::vector<FieldValue>& response,
                  Matcher::Scratch& scratch, JudgeRoom& room) {
  static const Captures kNone;
  room.matches.clear();
  room.parts.clear();
  room.caught_count = 0;
  for (std::size_t v = 0; v < response.size(); ++v) {
    // The matcher holds its last hits until it is asked again.
    const bool last = v + 1 == response.size();
    for (const auto& hit : base.matcher().match(response[v].name, response[v].value, scratch)) {
      const auto* captures = hit.captures.empty() ? &kNone
                             : last               ? &hit.captures
                                                  : &keep(hit.captures, room);
      const bool whole = base.brief(hit.rule).parts == 1;
      (whole ? room.matches : room.parts).push_back({hit.rule, hit.part, v, captures});
    }
  }
  if (!room.parts.empty()) add_conjunctions(base, room);
}

void drop_beaten(const RuleBase& base, JudgeRoom& room) {
  auto& beaten = room.beaten;
  beaten.clear();
  for (const auto& match : room.matches) {
    if (!base.brief(match.rule).beats) continue;
    for (const auto& id : base.rules()[match.rule].beats) beaten.push_back(id);
  }
  if (beaten.empty()) return;
  std::erase_if(room.matches, [&](const Match& m) {
    return std::find(beaten.begin(), beaten.end(), base.brief(m.rule).id) != beaten.end();
  });
}

// Claims of a rule by number; `also` follows.
constexpr std::int16_t kNoWords = -1;  // implied by another product
constexpr std::int16_t kServiceClaim = 0, kOsClaim = 1, kHardwareClaim = 2, kAlsoClaims = 3;

// Turns the claims of one match into candidates, without their words: most will not stand.
class CandidateMaker {
 public:
  CandidateMaker(const RuleBase& base, std::vector<Claimed>& made) : base_(base), made_(made) {}

  void take(const Match& match, std::uint32_t number) {
    match_ = &match;
    number_ = number;
    const auto& brief = base_.brief(match.rule);
    if (brief.service != nullptr) add(*brief.service, Subject::service, kServiceClaim);
    if (brief.os != nullptr) add(*brief.os, Subject::os, kOsClaim);
    if (brief.hw != nullptr) add(*brief.hw, Subject::hardware, kHardwareClaim);
    if (!brief.also) return;
    const auto& also = base_.rules()[match.rule].also;
    for (std::size_t i = 0; i < also.size(); ++i) {
      const auto* product = base_.find_product(also[i].product);
      if (product == nullptr) continue;
      add(*product, Subject::service, static_cast<std::int16_t>(kAlsoClaims + i)).further = true;
    }
  }

 private:
  Claimed& add(const Product& product, Subject subject, std::int16_t claim) {
    const auto& traits = base_.traits(product);
    // What exists only on one OS or device says that OS or device too.
    for (const auto* only : {traits.os, traits.hw}) {
      if (only == nullptr) continue;
      auto& implied = begin(*only, only == traits.os ? Subject::os : Subject::hardware, kNoWords);
      implied.confidence = implied.confidence * kImpliedPercent / 100;
      implied.implied = true;
    }
    const auto told = traits.role == Role::os         ? Subject::os
                      : traits.role == Role::hardware ? Subject::hardware
                                                      : subject;
    return begin(product, told, claim);
  }
  Claimed& begin(const Product& product, Subject subject, std::int16_t claim) {
    const auto& brief = base_.brief(match_->rule);
    auto& candidate = made_.emplace_back();
    candidate.subject = subject;
    candidate.product = &product;
    candidate.role = base_.traits(product).role;
    candidate.rule = match_->rule;
    candidate.rank = brief.rank;
    candidate.confidence = brief.rank.trust;
    candidate.support_only = brief.rank.trust < kSupportTrust;
    candidate.field =
        match_->part == 0 ? brief.field : base_.rules()[match_->rule].parts[match_->part].input;
    candidate.value = match_->value;
    candidate.match = number_;
    candidate.claim = claim;
    return candidate;
  }

  const RuleBase& base_;
  std::vector<Claimed>& made_;
  const Match* match_{nullptr};
  std::uint32_t number_{0};
};

const Template* version_of(const RuleBase& base, const Claimed& claimed) {
  const auto& brief = base.brief(claimed.rule);
  switch (claimed.claim) {
    case kNoWords:
      return nullptr;
    case kServiceClaim:
      return brief.service_version;
    case kOsClaim:
      return brief.os_version;
    case kHardwareClaim:
      return brief.hw_version;
    default:
      break;
  }
  const auto& also = base.rules()[claimed.rule].also;
  return &also[static_cast<std::size_t>(claimed.claim - kAlsoClaims)].version;
}

// Fills the templates of the claim that the candidate comes from, over the words it had.
void write_words(const RuleBase& base, const Match& match, Candidate& candidate) {
  for (auto* word : {&candidate.version, &candidate.name, &candidate.model, &candidate.cpe,
                     &candidate.package, &candidate.evidence}) {
    word->clear();
  }
  const auto& brief = base.brief(candidate.rule);
  const auto& rule = base.rules()[candidate.rule];
  const auto& c = *match.captures;
  if (const auto* version = version_of(base, candidate))
    version->expand(c, rule.maps, candidate.version);
  candidate.precision = candidate.version.empty() ? model::Precision::unknown : brief.precision;
  if (!brief.words || candidate.claim == kNoWords || candidate.claim >= kAlsoClaims) return;
  const auto& claim = candidate.claim == kServiceClaim ? rule.service
                      : candidate.claim == kOsClaim    ? rule.os
                                                       : rule.hw;
  claim.name.expand(c, rule.maps, candidate.name);
  claim.model.expand(c, rule.maps, candidate.model);
  claim.cpe.expand(c, rule.maps, candidate.cpe);
  if (candidate.claim == kServiceClaim) rule.package.expand(c, rule.maps, candidate.package);
}

// Candidates of one value compete that say the same kind of thing. Components and frameworks only
// with others of their product (J2).
bool compete_with(const Claimed& a, const Claimed& b) {
  if (a.value != b.value || a.subject != b.subject || a.implied != b.implied || b.support_only)
    return false;
  if (a.subject != Subject::service) return true;
  if (a.role != b.role) return false;
  const bool all_stand = a.role == Role::component || a.role == Role::framework;
  return !all_stand || a.product == b.product;
}

// The highest rank stands, each product once; a tie of products is one (J3).
Outcome outcome_of(const Claimed* candidate, const Claimed* first, const Claimed* last) {
  auto outcome = Outcome::stands;
  for (const auto* other = first; other != last; ++other) {
    if (other == candidate || !compete_with(*candidate, *other)) continue;
    if (candidate->rank < other->rank) return Outcome::lost;
    if (other->rank < candidate->rank) continue;
    if (other->product != candidate->product) {
      outcome = Outcome::ties;
    } else if (other < candidate) {
      return Outcome::lost;
    }
  }
  return outcome;
}

void compete(std::vector<Claimed>& all) {
  if (all.size() < 2) return;
  const auto by_value = [](const Claimed& a, const Claimed& b) { return a.value < b.value; };
  if (!std::is_sorted(all.begin(), all.end(), by_value))
    std::stable_sort(all.begin(), all.end(), by_value);
  bool any_lost = false;
  for (auto* first = all.data(); first != all.data() + all.size();) {
    auto* last = first;
    while (last != all.data() + all.size() && last->value == first->value) ++last;
    for (auto* c = first; c != last; ++c) {
      c->outcome = c->support_only ? Outcome::stands : outcome_of(c, first, last);
      any_lost = any_lost || c->outcome == Outcome::lost;
    }
    first = last;
  }
  for (auto& c : all) {
    if (c.outcome == Outcome::ties) c.confidence /= 2;
  }
  if (any_lost) std::erase_if(all, [](const Claimed& c) { return c.outcome == Outcome::lost; });
}

// What the matches say beside products.
void write_sayings(const RuleBase& base, const JudgeRoom& room, Judgement& out) {
  out.matched.clear();
  for (auto* sayings : {&out.protocols, &out.host_names, &out.device_classes}) sayings->clear();
  for (const auto& match : room.matches) {
    const auto& rule = base.rules()[match.rule];
    const auto& brief = base.brief(match.rule);
    out.matched.push_back(match.rule);
    if (brief.protocol) out.protocols.push_back({rule.protocol, match.rule, rule.trust});
    if (brief.device_class) {
      out.device_classes.push_back({rule.device_class, match.rule, rule.trust});
    }
    if (!brief.host_name) continue;
    if (auto name = rule.host_name.expand(*match.captures, rule.maps); !name.empty()) {
      out.host_names.push_back({std::move(name), match.rule, rule.trust});
    }
  }
  std::sort(out.matched.begin(), out.matched.end());
  out.matched.erase(std::unique(out.matched.begin(), out.matched.end()), out.matched.end());
}

}  // namespace

const std::vector<Candidate>& weigh(const RuleBase& base, const std::vector<FieldValue>& response,
                                    Matcher::Scratch& scratch, JudgeRoom& room) {
  room.claimed.clear();
  find_matches(base, response, scratch, room);
  drop_beaten(base, room);
  CandidateMaker maker(base, room.claimed);
  for (std::uint32_t i = 0; i < room.matches.size(); ++i) maker.take(room.matches[i], i);
  compete(room.claimed);
  auto& candidates = room.judgement.candidates;
  candidates.resize(room.claimed.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    static_cast<Claimed&>(candidates[i]) = room.claimed[i];
    write_words(base, room.matches[candidates[i].match], candidates[i]);
  }
  return candidates;
}

Judgement& judge(const RuleBase& base, const std::vector<FieldValue>& response,
                 Matcher::Scratch& scratch, JudgeRoom& room) {
  (void)weigh(base, response, scratch, room);
  write_sayings(base, room, room.judgement);
  return room.judgement;
}

Judgement judge(const RuleBase& base, const std::vector<FieldValue>& response,
                Matcher::Scratch& scratch) {
  JudgeRoom room;
  return std::move(judge(base, response, scratch, room));
}

}  // namespace qingdan::identify
