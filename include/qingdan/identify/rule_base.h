// rule_base — the rules as they are used: checked for form, indexed, compiled. Immutable; swapped
// whole when rules change, shared between threads as a const snapshot.
//
// Parsing and compiling thousands of rules takes seconds, so open() keeps the result in one file of
// the cache directory, named by the digest of all rule texts and the engines' version. A cache that
// is missing, damaged, foreign or not writable costs time and nothing else.
#pragma once

#include <compare>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/identify/matcher.h"
#include "qingdan/identify/rule.h"
#include "qingdan/identify/rule_set.h"

namespace qingdan::identify {

// How special a rule is; the greater wins.
struct Rank {
  int trust{0};
  int parts{0};
  int anchoring{0};
  int literals{0};
  auto operator<=>(const Rank&) const = default;
};
[[nodiscard]] Rank rank_of(const Rule& rule);

class RuleBase {
 public:
  // `cache_dir` "" = no cache. Where a rule is faulty the error names the first; `rules check`
  // shows all.
  [[nodiscard]] static Result<std::shared_ptr<const RuleBase>> open(
      const std::vector<std::filesystem::path>& dirs, const std::filesystem::path& cache_dir);
  // From values, without files; for tests and for checking.
  [[nodiscard]] static Result<std::shared_ptr<const RuleBase>> build(RuleSet set,
                                                                     std::string release);

  // "2026.11+3f9a0c21d4e8": version of the rule base and the start of the digest of its texts.
  [[nodiscard]] const std::string& release() const { return release_; }
  [[nodiscard]] const std::vector<Rule>& rules() const { return set_.rules; }
  [[nodiscard]] const std::vector<Product>& products() const { return set_.products; }
  [[nodiscard]] const Product* find_product(std::string_view id) const;
  [[nodiscard]] const Rank& rank(std::size_t rule) const { return ranks_[rule]; }
  [[nodiscard]] const Matcher& matcher() const { return matcher_; }
  RuleBase(const RuleBase&) = delete;
  RuleBase& operator=(const RuleBase&) = delete;
  // True where `special` is a kind of `general`, over any number of steps, or the same.
  [[nodiscard]] bool is_kind_of(const Product& special, const Product& general) const;

 private:
  RuleBase(RuleSet set, std::string release, Matcher matcher);
  static std::shared_ptr<const RuleBase> load(const std::filesystem::path& file,
                                              const std::string& key, const std::string& release);
  void store(const std::filesystem::path& file, const std::string& key) const;

  RuleSet set_;
  std::string release_;
  Matcher matcher_;
  std::vector<Rank> ranks_;
  std::unordered_map<std::string_view, std::size_t> product_index_;
};

}  // namespace qingdan::identify
