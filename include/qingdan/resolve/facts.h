// facts — claims of several sources become one fact per field. Pure; the order of claims does not
// matter.
//   F1  a source writes only its own claims: one per (field, source)
//   F2  who wins is decided by the class of the field, then confidence, then time
//   F3  no value never overwrites a value, and a claim that says less of the same thing does not
//       replace the one that says more until three covered runs have failed to hear it again
//   F4  two different values of one rank, or a contradiction of confidence >= 80 from a lower rank,
//       are a conflict: a winner is printed, with the other value beside it. So is a probe's claim
//       with a basis_value: ports of one host contradict each other
//   F5  a person's claim whose basis has moved is in review, and is still what is printed
//   F6  what a probe's source heard again in full and did not say again is in doubt (conflict without
//       another value, its confidence lower with every such run). Of a service it is let go at the
//       third (kAgedRuns); of a host it stays, in doubt (decisions/0013). What the rules have taken
//       back is let go at once
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/model/claim.h"

namespace qingdan::resolve {

enum class FieldClass { administrative, observable, semi_observable, identity };
[[nodiscard]] FieldClass class_of(std::string_view field);

// Confidence from which a claim of a lower rank is a conflict, and from which a probe outranks
// traffic in semi-observable fields.
inline constexpr int kSureConfidence = 80;
// Covered runs without confirmation after which a probe's claim drops one rank (of a host), or is
// let go (of a service).
inline constexpr int kAgedRuns = 3;

// The facts of one asset's host or of one service. Claims past their valid_until at `now` are not
// heard; fields nobody holds a value of have no fact.
[[nodiscard]] model::Facts resolve_claims(std::span<const model::Claim> claims, UnixMillis now);

// What everybody but people would make of `field`: the basis_value of a manual claim made now.
// "" = nothing.
[[nodiscard]] std::string observed_value(std::span<const model::Claim> claims,
                                         std::string_view field, UnixMillis now);

// What one covered run may do to the claims of a subject.
struct Hearing {
  bool newer{true};  // the run is later than what is held; false: nothing ages, older claims lose
  bool whole{true};  // it asked everything that could confirm a claim: what it did not say, ages
  bool host{false};  // host claims: a less confident contradiction waits until the older has aged,
                     // and what has aged stays
  std::string_view source;  // "probe:<vantage>": only this source's claims can age
  std::span<const model::Claim> taken_back{};  // by the rules: gone where this run does not say it
};
// `existing` after hearing `incoming`: by (field, source), sorted so. Several incoming claims of
// one key: the most confident counts.
[[nodiscard]] std::vector<model::Claim> upsert_claims(std::vector<model::Claim> existing,
                                                      std::span<const model::Claim> incoming,
                                                      const Hearing& hearing);
[[nodiscard]] std::vector<model::Claim> upsert_claims(std::vector<model::Claim> existing,
                                                      std::vector<model::Claim>&& incoming,
                                                      const Hearing& hearing);

}  // namespace qingdan::resolve
