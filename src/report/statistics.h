// statistics — the figures of sheet 01, gathered while the assets stream by. Memory grows with the
// number of different units, products and words, not with the number of assets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "report/rows.h"

namespace qingdan::report {

class Statistics {
 public:
  void add(const AssetView& view);
  void count_certificate() { ++certificates_; }
  void count_change(std::string_view type) { ++tally("变更类型", std::string(type)); }
  // Of the run that stands for the coverage of this list.
  void set_coverage(std::uint64_t addresses, std::uint64_t asked);

  [[nodiscard]] std::uint64_t assets() const { return assets_; }
  // `before` = the figures of the list before, nullptr where there is none.
  [[nodiscard]] std::vector<StatisticRow> rows(const Statistics* before = nullptr) const;

 private:
  std::uint64_t& tally(const std::string& group, const std::string& name) {
    return groups_[group][name];
  }
  void count_products(const AssetView& view);

  std::uint64_t assets_{0}, online_{0}, ports_{0}, websites_{0}, components_{0};
  std::uint64_t certificates_{0};
  std::uint64_t addresses_{0}, asked_{0};
  std::map<std::string, std::map<std::string, std::uint64_t>> groups_;
  std::map<std::string, std::uint64_t> filled_;  // assets that have this field
};

}  // namespace qingdan::report
