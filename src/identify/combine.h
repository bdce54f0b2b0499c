// combine — several hints, one answer, reasons kept. Pure.
//
//   B1  all words of a statement (version, model, package) come from one hint
//   B2  hints from different fields add confidence; the same field says a thing once
//   B3  a hint at a general OS or device supports the special one that is a kind of it
//   B4  hints at different systems take confidence from each other; near ties stay below kDoubt
//   B5  what is hinted at only by rules of little trust (J4) is never stated; it adds to the more
//       general and to the more special product that another rule names, and takes from none
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "identify/judge.h"
#include "qingdan/model/claim.h"
#include "qingdan/model/json.h"

namespace qingdan::identify {

inline constexpr int kDoubt = 50;  // below: 待核实
inline constexpr int kMostCertain = 99;

// A statement with the bytes that it rests on.
struct Held {
  model::ProductStatement statement;
  const Product* product{nullptr};
  std::string evidence;  // SHA-256
};

// What weighs of one hint at a product; its words are written only where it is chosen. The texts
// belong to the candidate or finding number `origin`.
struct Hint {
  std::size_t origin{0};
  const Product* product{nullptr};
  Rank rank;
  int confidence{0};
  bool implied{false};
  bool support_only{false};
  std::string_view version, model;
  std::string_view source;  // what may support it only once: field, or endpoint
};

struct Combined {
  std::optional<Held> service;
  std::vector<Held> also;
  std::optional<Held> os, hardware;
};

// The same before words are written: which hints hold. Their origin is the number of the candidate.
struct Choice {
  std::optional<Hint> service;
  std::vector<Hint> also;
  std::optional<Hint> os, hardware;
};
// Over what stands in `out`, whose room is reused.
void choose(const RuleBase& base, const std::vector<Candidate>& candidates, Choice& out);
// Overwrites all of `statement`, whose texts are reused.
void write_statement(const RuleBase& base, const Hint& hint, const Candidate& candidate,
                     model::ProductStatement& statement);
void write_statement(const RuleBase& base, const Hint& hint, const Candidate& candidate,
                     model::AnswerStatement& statement);

// What one candidate says, not weighed against others.
[[nodiscard]] model::ProductStatement state(const RuleBase& base, const Candidate& candidate);

[[nodiscard]] Combined combine(const RuleBase& base, const std::vector<Candidate>& candidates);

// Adds what the stack of the host says of it to what a service of it said (is_of_stack).
void claim_stack(const RuleBase& base, const Judgement& judgement, model::Finding& finding);

// One is a kind of the other, or nothing but the maker of the other is known of it.
[[nodiscard]] bool agree(const RuleBase& base, const Product& a, const Product& b);

// Of several hints at one thing (an OS, a device) the one that holds, with B2 to B4 applied to its
// confidence.
[[nodiscard]] std::optional<Hint> choose_one(const RuleBase& base, std::vector<Hint> hints);

// "cpe:2.3:a:f5:nginx:1.20.1:*:*:*:*:*:*:*" (NISTIR 7695 §6.2); "" where name is. A name is
// "vendor:product"; "vendor:product:version" or "vendor:product:version:update" where the
// dictionary writes the version differently from the daemon itself: ntpd's 4.2.8p15@1.3728-o
// is 4.2.8:p15 there.
[[nodiscard]] std::string make_cpe(std::string_view part, std::string_view name,
                                   std::string_view version);
// The same in two steps: what a product always has, and what its version adds.
[[nodiscard]] std::string make_cpe_head(std::string_view part, std::string_view vendor_product);
[[nodiscard]] std::string finish_cpe(std::string_view head, std::string_view version);
// Over what stands in `out`, whose room is reused.
void finish_cpe(std::string_view head, std::string_view version, std::string& out);

}  // namespace qingdan::identify
