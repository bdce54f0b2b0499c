// settings — the lines of a description that one player reads, checked for misspelt keys.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace qingdan::practice {

// A description says something we cannot play. Thrown while reading, caught in main.
struct BadDescription : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Values of one table. `{key}` inside a text stands for the value of that key of the same table.
// Copies share the note of which keys were read.
class Settings {
 public:
  Settings(nlohmann::json values, std::string where)
      : values_(std::move(values)), where_(std::move(where)) {}

  [[nodiscard]] bool has(std::string_view key) const { return values_.contains(std::string(key)); }
  [[nodiscard]] std::string text(std::string_view key, std::string_view fallback = {}) const;
  [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t fallback = 0) const;
  [[nodiscard]] bool flag(std::string_view key, bool fallback = false) const;
  [[nodiscard]] std::vector<std::string> list(
      std::string_view key) const;  // of texts; one text is a list of one
  [[nodiscard]] std::vector<Settings> tables(std::string_view key) const;

  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] const nlohmann::json& values() const { return values_; }
  [[nodiscard]] std::vector<std::string> unread() const;

 private:
  [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
  [[nodiscard]] std::string filled_in(std::string text) const;
  [[noreturn]] void refuse(std::string_view key, std::string_view wanted) const;

  nlohmann::json values_;
  std::string where_;
  std::shared_ptr<std::set<std::string>> read_ = std::make_shared<std::set<std::string>>();
};

}  // namespace qingdan::practice
