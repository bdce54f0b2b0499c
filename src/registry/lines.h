// lines — what of the facts is copied into the columns that lists print, filter and sort by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "qingdan/model/claim.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

struct ServiceLine {
  std::string protocol, tls;
  std::optional<std::int64_t> product_id;
  int confidence{0};
  std::string rule;
  std::string also, title, certificate;
};

struct AssetLine {
  std::string name, host, os, device_class, unit, system, registration, lifecycle;
};

// The text of a fact whose value is a JSON string; "" where there is none. Fails where it is no
// text.
[[nodiscard]] std::string text_of(Database& database, const model::Facts& facts,
                                  std::string_view field);

// Valid for one transaction: it remembers ids of products that a rollback would take back.
class Lines {
 public:
  explicit Lines(Database& database) : database_(database) {}
  // Adds the product to its table where it is new. A value that is not of its field's shape fails.
  [[nodiscard]] ServiceLine of_service(const model::Facts& facts);
  [[nodiscard]] AssetLine of_asset(const model::Facts& facts);

 private:
  std::int64_t product_id(const std::string& statement);

  Database& database_;
  std::unordered_map<std::string, std::int64_t> products_;
};

}  // namespace qingdan::registry
