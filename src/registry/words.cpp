// words — see words.h.
#include "registry/words.h"

namespace qingdan::registry {

std::int64_t Words::find_or_add(Ids& ids, std::string_view text, std::string_view find,
                                std::string_view add) {
  if (const auto known = ids.find(text); known != ids.end()) return known->second;
  auto id = database_.number(find, text);
  if (id == 0 && database_.run(add, text)) id = database_.last_id();
  ids.emplace(text, id);
  return id;
}

std::int64_t Words::id(std::string_view text) {
  if (text.empty()) return 0;
  return find_or_add(ids_, text, "SELECT id FROM word WHERE text = ?",
                     "INSERT INTO word (text) VALUES (?)");
}

std::int64_t Words::source_id(std::string_view name) {
  return find_or_add(sources_, name, "SELECT id FROM source WHERE name = ?",
                     "INSERT INTO source (name) VALUES (?)");
}

void Words::check_json(std::string_view field, const std::string& value) {
  constexpr std::size_t kRemembered = 65'536;
  constexpr std::size_t kLongest = 1024;  // what is longer is seldom said twice
  if (json_.contains(value)) return;
  if (database_.number("SELECT json_valid(?)", value) == 0) {
    database_.fail({ErrorCode::internal, "a value of " + std::string(field) + " is not JSON", {}});
  } else if (value.size() <= kLongest && json_.size() < kRemembered) {
    json_.insert(value);
  }
}

const std::string& Words::text(std::int64_t id) {
  const auto [found, added] = texts_.try_emplace(id);
  if (!added || id == 0) return found->second;
  auto row = database_.ask("SELECT text FROM word WHERE id = ?", id);
  if (row.next()) {
    found->second = row.text(0);
  } else {
    database_.fail({ErrorCode::io,
                    database_.path() + " is damaged (there is no word " + std::to_string(id) +
                        "); restore a backup with `qingdan register restore`",
                    {}});
  }
  return found->second;
}

}  // namespace qingdan::registry
