// rules — where the rules of this installation lie.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "qingdan/app/settings.h"
#include "qingdan/identify/rule_base.h"

namespace qingdan::app {

[[nodiscard]] std::vector<std::filesystem::path> rule_paths(
    const std::vector<std::string>& directories);
// Shipped rules and the operator's, compiled or from the cache.
[[nodiscard]] Result<std::shared_ptr<const identify::RuleBase>> open_rules(
    const Settings& settings);
// Which rules these are, without compiling them; an error where they cannot be read.
[[nodiscard]] Result<std::string> rule_release(const Settings& settings);
// The closed words stand beside the shipped rules, whatever directory is checked.
[[nodiscard]] std::filesystem::path vocabulary_directory(const Settings& settings);

}  // namespace qingdan::app
