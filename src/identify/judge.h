// judge — what the rules say of one response: which rules hold, which of them stand. Pure.
//
//   J1  within one value and for one claim (OS, hardware, service by role) the highest rank stands
//   J2  components and frameworks all stand, the best rule for each product
//   J3  equal ranks that name different products all stand, with half the confidence
//   J4  rules below kSupportTrust (rule.h) never compete; they only support what others say
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/identify/dissect.h"
#include "qingdan/identify/matcher.h"
#include "qingdan/identify/rule_base.h"

namespace qingdan::identify {

enum class Subject : std::uint8_t { service, os, hardware };

// How a candidate fared against others of its value.
enum class Outcome : std::uint8_t { stands, ties, lost };

// One product that one rule names, as far as it competes with others.
struct Claimed {
  Subject subject{Subject::service};
  Role role{Role::server};  // of the product
  const Product* product{nullptr};
  std::uint32_t rule{0};
  Rank rank;
  int confidence{0};
  bool support_only{false};
  bool implied{false};     // follows from another product, not from words of the response
  bool further{false};     // named by `also`
  std::string_view field;  // the one whose value it was read from; a text of the rule base
  std::size_t value{0};    // index of that value in the response
  // Where its words come from: of which match of the response, of which claim of the rule.
  std::uint32_t match{0};
  std::int16_t claim{-1};
  Outcome outcome{Outcome::stands};
};

// The same with its words, which are written only where it stands.
struct Candidate : Claimed {
  std::string version, name, model, cpe, package;
  model::Precision precision{model::Precision::unknown};
  std::string evidence;  // SHA-256 of the raw bytes; set by the caller
};

// A word (protocol, host name, device class) and the rule that says so.
struct Saying {
  std::string text;
  std::uint32_t rule{0};
  int confidence{0};
};

struct Judgement {
  std::vector<std::uint32_t> matched;  // rules that hold, before any competition, in order
  std::vector<Candidate> candidates;   // those that stand
  std::vector<Saying> protocols, host_names, device_classes;
};

// A rule whose parts hold, with what they caught.
struct Match {
  std::uint32_t rule{0};
  std::uint16_t part{0};
  std::size_t value{0};  // of the first part
  const Captures* captures{nullptr};
};

// Working memory of judge(), kept from one response to the next for its room alone.
struct JudgeRoom {
  std::vector<Match> matches, parts;
  std::deque<Captures> caught;  // that the matcher does not hold until the end
  std::size_t caught_count{0};
  std::vector<Claimed> claimed;
  std::vector<std::string_view> beaten;  // ids of rules
  Judgement judgement;
};

// Candidates that stand, and nothing else of a judgement: what an answer needs. Good until the room
// or the scratch is used again.
[[nodiscard]] const std::vector<Candidate>& weigh(const RuleBase& base,
                                                  const std::vector<FieldValue>& response,
                                                  Matcher::Scratch& scratch, JudgeRoom& room);
// Good until the room or the scratch is used again; may be moved from.
Judgement& judge(const RuleBase& base, const std::vector<FieldValue>& response,
                 Matcher::Scratch& scratch, JudgeRoom& room);
[[nodiscard]] Judgement judge(const RuleBase& base, const std::vector<FieldValue>& response,
                              Matcher::Scratch& scratch);

}  // namespace qingdan::identify
