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
#include "qingdan/model/json.h"

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

// What every match of a rule needs of it, on two cache lines; a Rule is spread over dozens.
struct RuleBrief {
  const Product *service{nullptr}, *os{nullptr}, *hw{nullptr};  // null = it names none
  // Null = the claim says none.
  const Template *service_version{nullptr}, *os_version{nullptr}, *hw_version{nullptr};
  std::string_view id;
  std::string_view field;  // of its first part
  Rank rank;
  std::uint32_t parts{0};
  // Whether the rule says anything there: most do not, and need not be looked at.
  bool beats{false}, also{false}, protocol{false}, device_class{false}, host_name{false};
  bool words{false};  // any name, model, CPE or package
  model::Precision precision{model::Precision::exact};
};

// What of a product is needed with every answer, worked out once.
struct ProductTraits {
  const Product *os{nullptr}, *hw{nullptr};  // it exists only on those
  std::string cpe_head;                      // "cpe:2.3:a:f5:nginx:", "" = the dictionary has none
  Role role{Role::server};
  model::ProductWords words;
};

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
  [[nodiscard]] const Rule* find_rule(std::string_view id) const;
  [[nodiscard]] const RuleBrief& brief(std::size_t rule) const { return briefs_[rule]; }
  // `product` is one of products().
  [[nodiscard]] const ProductTraits& traits(const Product& product) const {
    return traits_[static_cast<std::size_t>(&product - set_.products.data())];
  }
  [[nodiscard]] const Matcher& matcher() const { return matcher_; }
  RuleBase(const RuleBase&) = delete;
  RuleBase& operator=(const RuleBase&) = delete;
  // True where `special` is a kind of `general`, over any number of steps, or the same.
  [[nodiscard]] bool is_kind_of(const Product& special, const Product& general) const;

 private:
  // `ranks` by rule.
  RuleBase(RuleSet set, std::string release, Matcher matcher, const std::vector<Rank>& ranks);
  void write_briefs(const std::vector<Rank>& ranks);
  static std::shared_ptr<const RuleBase> load(const std::filesystem::path& file,
                                              const std::string& key, const std::string& release);
  void store(const std::filesystem::path& file, const std::string& key) const;

  RuleSet set_;
  std::string release_;
  Matcher matcher_;
  std::unordered_map<std::string_view, std::size_t> product_index_, rule_index_;
  std::vector<RuleBrief> briefs_;      // by rule
  std::vector<ProductTraits> traits_;  // by product
};

}  // namespace qingdan::identify
