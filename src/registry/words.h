// words — texts that millions of rows share (fields, sources, rules, product statements), each
// kept once and named by a number (0001_runs.sql, word and source).
//
// Valid for one transaction or reading: a rollback takes new numbers back.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "registry/sqlite.h"

namespace qingdan::registry {

// Fields whose values are those of rules, a few thousand for a million services: each is a word.
// The others (titles, digests, names) are hardly ever the same twice.
[[nodiscard]] bool has_shared_values(std::string_view field);

class Words {
 public:
  explicit Words(Database& database) : database_(database) {}

  // Makes the word where it is new. 0 is the empty text.
  [[nodiscard]] std::int64_t id(std::string_view text);
  // Fails where there is no such word. Valid as long as this object.
  [[nodiscard]] const std::string& text(std::int64_t id);
  // Whose claims a row holds; small numbers, because they are part of the row's key.
  [[nodiscard]] std::int64_t source_id(std::string_view name);
  // Fails where `value` is not JSON.
  void check_json(std::string_view field, const std::string& value);
  [[nodiscard]] Database& database() { return database_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Ids = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;
  std::int64_t find_or_add(Ids& ids, std::string_view text, std::string_view find,
                           std::string_view add);

  Database& database_;
  Ids ids_, sources_;
  std::deque<std::string> texts_;         // by id; empty = not looked up. Its members never move.
  std::unordered_set<std::string> json_;  // values looked at, up to a limit
};

}  // namespace qingdan::registry
