// rules — see rules.h.
#include "app/rules.h"

#include "app/shipped_rules.h"
#include "qingdan/identify/rule_set.h"

namespace qingdan::app {

std::vector<std::filesystem::path> rule_paths(const std::vector<std::string>& directories) {
  return {directories.begin(), directories.end()};
}

Result<std::shared_ptr<const identify::RuleBase>> open_rules(const Settings& settings) {
  return identify::RuleBase::open(rule_paths(settings.rule_directories), settings.cache_directory);
}

Result<std::string> rule_release(const Settings& settings) {
  const auto texts = identify::open_rule_texts(rule_paths(settings.rule_directories));
  if (!texts) return texts.error();
  return identify::release_of(*texts);
}

std::filesystem::path vocabulary_directory(const Settings& settings) {
  return find_vocabulary(settings.rule_directories.front(), shipped_rules());
}

}  // namespace qingdan::app
