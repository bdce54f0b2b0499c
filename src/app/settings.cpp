// settings — defaults of this machine, and the configuration file over them.
#include "qingdan/app/settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "app/shipped_rules.h"

namespace qingdan::app {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string find_cache() {
  if (const auto cache = environment("XDG_CACHE_HOME"); !cache.empty()) return cache + "/qingdan";
  if (const auto home = environment("HOME"); !home.empty()) return home + "/.cache/qingdan";
  return "";
}

Error bad_entry(std::string_view name, const toml::node& node, const std::string& what) {
  return {ErrorCode::input, fmt::format("{}:{}: {}", name, node.source().begin.line, what), ""};
}

Result<void> take_text(std::string_view name, std::string_view key, const toml::node& node,
                       std::string& into) {
  const auto text = node.value_exact<std::string>();
  if (!text || text->empty()) return bad_entry(name, node, fmt::format("{} must be a text", key));
  into = *text;
  return {};
}

Result<void> take_rules(std::string_view name, const toml::node& node,
                        std::vector<std::string>& into) {
  const auto* list = node.as_array();
  if (list == nullptr || list->empty())
    return bad_entry(name, node, "rules must be a list of directories");
  into.clear();
  for (const auto& item : *list) {
    std::string directory;
    if (auto taken = take_text(name, "each of rules", item, directory); !taken) return taken;
    into.push_back(directory);
  }
  return {};
}

// A basic string of TOML 1.0. The library's own printer takes the shortest of four spellings and
// breaks off where a text with quotes in it stands in a list.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += fmt::format("\\{}", c);
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

Settings default_settings() {
  Settings settings;
  if (const auto path = environment("QINGDAN_REGISTER"); !path.empty())
    settings.register_path = path;
  const auto rules = environment("QINGDAN_FINGERPRINTS");
  settings.rule_directories = {rules.empty() ? shipped_rules() : rules};
  settings.cache_directory = find_cache();
  return settings;
}

Result<Settings> parse_settings(std::string_view text, std::string_view name, Settings base) {
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& wrong) {
    return Error{ErrorCode::input,
                 fmt::format("{}:{}: {}", name, wrong.source().begin.line, wrong.description()),
                 ""};
  }
  for (const auto& [key, node] : table) {
    Result<void> taken;
    if (key == "register") {
      taken = take_text(name, "register", node, base.register_path);
    } else if (key == "vantage") {
      taken = take_text(name, "vantage", node, base.vantage);
    } else if (key == "cache") {
      taken = take_text(name, "cache", node, base.cache_directory);
    } else if (key == "rules") {
      taken = take_rules(name, node, base.rule_directories);
    } else {
      return bad_entry(name, node,
                       fmt::format("unknown key \"{}\" (known: register, vantage, cache, rules)",
                                   std::string_view(key)));
    }
    if (!taken) return taken.error();
  }
  return base;
}

Result<Settings> open_settings(const std::string& path, Settings base) {
  std::ifstream file(path);
  if (!file)
    return Error{ErrorCode::input, fmt::format("{}: cannot read the settings file", path), ""};
  std::ostringstream text;
  text << file.rdbuf();
  return parse_settings(text.str(), path, std::move(base));
}

std::string print_settings(const Settings& settings) {
  std::string text = fmt::format("register = {}\nvantage = {}\n", quoted(settings.register_path),
                                 quoted(settings.vantage));
  if (!settings.cache_directory.empty()) {
    text += fmt::format("cache = {}\n", quoted(settings.cache_directory));
  }
  std::string rules;
  for (const auto& directory : settings.rule_directories) {
    rules += (rules.empty() ? "" : ", ") + quoted(directory);
  }
  return rules.empty() ? text : text + fmt::format("rules = [{}]\n", rules);
}

}  // namespace qingdan::app
