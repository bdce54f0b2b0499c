// judge — what the rules say of one response: which rules hold, which of them stand. Pure.
//
//   J1  within one value and for one claim (OS, hardware, service by role) the highest rank stands
//   J2  components and frameworks all stand, the best rule for each product
//   J3  equal ranks that name different products all stand, with half the confidence
//   J4  rules below kSupportTrust never compete; they only support what others say
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/identify/dissect.h"
#include "qingdan/identify/matcher.h"
#include "qingdan/identify/rule_base.h"

namespace qingdan::identify {

inline constexpr int kSupportTrust = 40;

enum class Subject : std::uint8_t { service, os, hardware };

// How a candidate fared against others of its value.
enum class Outcome : std::uint8_t { stands, ties, lost };

// One product that one rule names.
struct Candidate {
  Subject subject{Subject::service};
  const Product* product{nullptr};
  std::uint32_t rule{0};
  Rank rank;
  int confidence{0};
  bool support_only{false};
  bool implied{false};  // follows from another product, not from words of the response
  bool further{false};  // named by `also`
  std::string version, name, model, cpe, package;
  model::Precision precision{model::Precision::unknown};
  std::string_view field;  // the one whose value it was read from; a text of the rule base
  std::size_t value{0};    // index of that value in the response
  std::string evidence;    // SHA-256 of the raw bytes; set by the caller
  // Where its words come from: of which match of the response, of which claim of the rule.
  std::uint32_t match{0};
  std::int16_t claim{-1};
  Outcome outcome{Outcome::stands};
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

[[nodiscard]] Judgement judge(const RuleBase& base, const std::vector<FieldValue>& response,
                              Matcher::Scratch& scratch);

}  // namespace qingdan::identify
