// commands — one function per command; each returns the exit status 0 or 1, or the Error that ends
// it (status 2 or 3 by its code). run.cpp dispatches.
#pragma once

#include "qingdan/app/invocation.h"
#include "qingdan/app/settings.h"
#include "qingdan/base/result.h"

namespace qingdan::app {

struct Call {
  const Invocation& invocation;
  const Settings& settings;
};

// commands_scope.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const ScopeCheck& command);
// commands_runs.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const RunsList& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const RunsShow& command);
// commands_run_control.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const RunsResume& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const RunsStop& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const RunsFinish& command);
// commands_touched.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const RunsTouched& command);
// commands_lists.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const ServicesList& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const AssetsList& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const ChangesList& command);
// commands_assets.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const AssetsShow& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const AssetsSet& command);
// commands_merge.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const AssetsMerge& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const AssetsUnmerge& command);
// commands_list.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const ListExport& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const ListSeal& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const ListDiff& command);
// commands_rules.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const RulesCheck& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const RulesIdentify& command);
// commands_rules_diff.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const RulesDiff& command);
// commands_unknown.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const RulesLearn& command);
[[nodiscard]] Result<int> list_unknown(const Call& call, const ServicesList& command);
// commands_register.cpp
[[nodiscard]] Result<int> carry_out(const Call& call, const RegisterVerify& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const RegisterRebuild& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const RegisterBackup& command);
[[nodiscard]] Result<int> carry_out(const Call& call, const RegisterRestore& command);

// The login name, where --actor was not given.
[[nodiscard]] std::string actor_or_login(const std::string& actor);

}  // namespace qingdan::app
