// judgement — from what a run saw to what the register holds: load, reconcile, apply.
#pragma once

#include <vector>

#include "qingdan/app/settings.h"
#include "qingdan/base/result.h"
#include "qingdan/model/world.h"
#include "qingdan/registry/store.h"

namespace qingdan::app {

struct Judged {
  model::RunId run;
  std::vector<model::Change> changes;
  std::size_t assets{0};    // in the register now
  std::size_t services{0};  // open and listed
};

// `settings`: of the register that `store` is, and of the rules that read the run.
[[nodiscard]] Result<Judged> judge_run(const Settings& settings, registry::Store& store,
                                       model::RunId run);
// Runs that ended but never reached the register, because the program was killed in between.
[[nodiscard]] Result<std::vector<Judged>> judge_left_over(const Settings& settings,
                                                          registry::Store& store);
// Facts resolved again after a person's claim or for `register rebuild`.
[[nodiscard]] Result<registry::Applied> rejudge_register(registry::Store& store, UnixMillis now);

}  // namespace qingdan::app
