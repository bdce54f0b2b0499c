// settings — see settings.h.
#include "settings.h"

namespace qingdan::practice {

const nlohmann::json* Settings::find(std::string_view key) const {
  read_->insert(std::string(key));
  const auto found = values_.find(std::string(key));
  return found == values_.end() ? nullptr : &*found;
}

void Settings::refuse(std::string_view key, std::string_view wanted) const {
  throw BadDescription(where_ + ": '" + std::string(key) + "' must be " + std::string(wanted));
}

std::string Settings::filled_in(std::string text) const {
  std::size_t at = 0;
  while ((at = text.find('{', at)) != std::string::npos) {
    const auto end = text.find('}', at);
    if (end == std::string::npos) break;
    const auto found = values_.find(text.substr(at + 1, end - at - 1));
    // Pages hold braces of their own (scripts, styles): only names of this table are replaced.
    if (found == values_.end() || !(found->is_string() || found->is_number())) {
      ++at;
      continue;
    }
    read_->insert(found.key());
    const auto value = found->is_string() ? found->get<std::string>() : found->dump();
    text.replace(at, end - at + 1, value);
    at += value.size();
  }
  return text;
}

std::string Settings::text(std::string_view key, std::string_view fallback) const {
  const auto* value = find(key);
  if (value == nullptr) return std::string(fallback);
  if (!value->is_string()) refuse(key, "a text in quotes");
  return filled_in(value->get<std::string>());
}

std::int64_t Settings::number(std::string_view key, std::int64_t fallback) const {
  const auto* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_number_integer()) refuse(key, "a whole number");
  return value->get<std::int64_t>();
}

bool Settings::flag(std::string_view key, bool fallback) const {
  const auto* value = find(key);
  if (value == nullptr) return fallback;
  if (!value->is_boolean()) refuse(key, "true or false");
  return value->get<bool>();
}

std::vector<std::string> Settings::list(std::string_view key) const {
  const auto* value = find(key);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->is_string()) return {filled_in(value->get<std::string>())};
  if (!value->is_array()) refuse(key, "a list of texts");
  for (const auto& item : *value) {
    if (!item.is_string()) refuse(key, "a list of texts");
    texts.push_back(filled_in(item.get<std::string>()));
  }
  return texts;
}

std::vector<Settings> Settings::tables(std::string_view key) const {
  const auto* value = find(key);
  std::vector<Settings> tables;
  if (value == nullptr) return tables;
  if (!value->is_array()) refuse(key, "a list of tables");
  for (const auto& item : *value) {
    if (!item.is_object()) refuse(key, "a list of tables");
    tables.emplace_back(item,
                        where_ + ", " + std::string(key) + " " + std::to_string(tables.size() + 1));
  }
  return tables;
}

std::vector<std::string> Settings::unread() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : values_.items()) {
    if (!read_->contains(key)) keys.push_back(key);
  }
  return keys;
}

}  // namespace qingdan::practice
