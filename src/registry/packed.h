// packed — claims and facts as bytes: all that one source says of one thing is one row, not one
// row a field, and what thousands say alike is a number (words.h).
//
// A census that confirms everything rewrites every claim (its run, its time, its evidence); this
// makes that one small write a service. Numbers are base-128, low bits first; times and signed
// numbers zigzag; a text is its length and bytes; a word is its number, 0 = "".
//
//   claims = 1, word source, run, time, count, claim…
//   claim  = flags, word field, [word source], value, confidence, word rule, word release,
//            evidence, [run], [time], [valid until], [text actor, reason, basis], [unconfirmed]
//   facts  = 1, count, fact…
//   fact   = flags, word field, state, word source, [text other],
//            [value, confidence, word rule, word release, evidence, run]
//   value  = a word where the field's values come from rules, else a text
//   evidence = 0 none, 1 as before, 2 and 32 bytes of digest, 3 and a text
//
// A fact that is its source's claim (of probes only: people's claims change without the facts)
// is kept as that. In brackets = there where its flag says so.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "qingdan/model/claim.h"
#include "registry/words.h"

namespace qingdan::registry {

// Fails (in the database of `words`) where a confidence is no percentage.
[[nodiscard]] Bytes pack_claims(Words& words, std::span<const model::Claim> claims);
// Appends. Fails where the bytes are not what pack_claims made.
void unpack_claims(Words& words, BytesView bytes, std::vector<model::Claim>& claims);

// `claims`: what is claimed of the same thing, as it is stored with these facts.
[[nodiscard]] Bytes pack_facts(Words& words, const model::Facts& facts,
                               std::span<const model::Claim> claims);
// pack_facts would give the same bytes for both.
[[nodiscard]] bool packs_alike(const model::Facts& a, std::span<const model::Claim> claims_of_a,
                               const model::Facts& b, std::span<const model::Claim> claims_of_b);
[[nodiscard]] model::Facts unpack_facts(Words& words, BytesView bytes,
                                        std::span<const model::Claim> claims);
// The fields of facts that are in doubt (conflict or review), without their claims. No bytes, none.
[[nodiscard]] std::vector<std::string> unpack_doubts(Words& words, BytesView bytes);

}  // namespace qingdan::registry
