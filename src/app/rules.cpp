// rules — see rules.h.
#include "app/rules.h"

namespace qingdan::app {

std::vector<std::filesystem::path> rule_paths(const std::vector<std::string>& directories) {
  return {directories.begin(), directories.end()};
}

Result<std::shared_ptr<const identify::RuleBase>> open_rules(const Settings& settings) {
  return identify::RuleBase::open(rule_paths(settings.rule_directories), settings.cache_directory);
}

std::filesystem::path vocabulary_directory(const Settings& settings) {
  auto rules = std::filesystem::path(settings.rule_directories.front()).lexically_normal();
  if (!rules.has_filename()) rules = rules.parent_path();  // written with a slash at its end
  return rules.parent_path() / "schema" / "vocabulary";
}

}  // namespace qingdan::app
