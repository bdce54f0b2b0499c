// words — see words.h.
#include "registry/words.h"

#include <algorithm>
#include <array>

#include "qingdan/model/claim.h"

namespace qingdan::registry {

bool has_shared_values(std::string_view field) {
  constexpr std::array kShared{model::field::kProtocol,    model::field::kTls,
                               model::field::kProduct,     model::field::kAlso,
                               model::field::kOs,          model::field::kHardware,
                               model::field::kDeviceClass, model::field::kRole};
  return std::find(kShared.begin(), kShared.end(), field) != kShared.end();
}

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
  const bool shared = has_shared_values(field);
  if (shared && json_.contains(value)) return;
  if (database_.number("SELECT json_valid(?)", value) == 0) {
    database_.fail({ErrorCode::internal, "a value of " + std::string(field) + " is not JSON", {}});
  } else if (shared && json_.size() < kRemembered) {
    json_.insert(value);
  }
}

const std::string& Words::text(std::int64_t id) {
  if (texts_.empty()) texts_.emplace_back();
  const auto index = static_cast<std::size_t>(id);
  if (id == 0 || (id > 0 && index < texts_.size() && !texts_[index].empty())) return texts_[index];
  auto row = database_.ask("SELECT text FROM word WHERE id = ?", id);
  if (id > 0 && row.next()) {
    if (index >= texts_.size()) texts_.resize(index + 1);
    return texts_[index] = row.text(0);
  }
  database_.fail({ErrorCode::io,
                  database_.path() + " is damaged (there is no word " + std::to_string(id) +
                      "); restore a backup with `qingdan register restore`",
                  {}});
  return texts_.front();
}

}  // namespace qingdan::registry
