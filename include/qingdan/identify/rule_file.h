// rule_file — one TOML file of rules or products to values. The only reader of TOML here.
//
// What is wrong becomes a RuleProblem with its line; the rest of the file is still read, so that a
// writer sees all mistakes at once. Judgements that need other files are rule_check's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qingdan/identify/rule.h"

namespace qingdan::identify {

struct RuleFile {
  std::vector<Rule> rules;
  std::vector<RuleProblem> problems;
};
struct ProductFile {
  std::vector<Product> products;
  std::vector<RuleProblem> problems;
};

// `name` is the path as messages show it; the name of its directory must begin every rule id.
[[nodiscard]] RuleFile parse_rule_file(std::string_view toml, const std::string& name);
[[nodiscard]] ProductFile parse_product_file(std::string_view toml, const std::string& name);

}  // namespace qingdan::identify
