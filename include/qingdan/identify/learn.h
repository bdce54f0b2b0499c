// learn — rules proposed from what services of one unknown kind have said: which field tells them
// best, a condition on it, examples that hold and one that must not. Pure.
//
// A person has said what they are; the proposal is what that person would write first, and looks
// over.
//   N1  the condition holds on that field of every sample, as it was heard and trimmed, and not on
//       the reject example
//   N2  examples carry no address and no host name of a real network
#pragma once

#include <span>
#include <string>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/identify/dissect.h"
#include "qingdan/identify/rule.h"

namespace qingdan::identify {

// What a person says the services are.
struct Label {
  Product product;  // with id and role; `is_new`: no rule base describes it yet
  bool is_new{false};
  std::string rule;      // last part of the rule's id and name of its file
  std::string protocol;  // IANA's short name, "" = not known
  std::string source;    // where the fact comes from, for the rule
};

struct Proposal {
  Rule rule;                 // one part, examples filled; place empty
  std::string file;          // "ssh/example-product.toml" below a rules directory
  std::string rules;         // that file's text
  std::string product_file;  // "" where the product is known
  std::string products;
};

// `samples`: of each service the fields of its answer, at least one. Best first, never none: which
// of them other services of the network bear out is for the caller to try. Error input: nothing
// they have in common tells them from others (empty answers, nothing but status lines and dates).
[[nodiscard]] Result<std::vector<Proposal>> propose_rules(
    std::span<const std::vector<FieldValue>> samples, const Label& label);

}  // namespace qingdan::identify
