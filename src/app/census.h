// census — a full census into the register: field and bookkeeper side by side, then judgement.
#pragma once

#include "qingdan/app/invocation.h"
#include "qingdan/app/settings.h"
#include "qingdan/base/result.h"

namespace qingdan::app {

// The exit status: 0, or 1 where something in scope could not be asked.
[[nodiscard]] Result<int> run_census(const Invocation& invocation, const Settings& settings,
                                     const Census& command);
[[nodiscard]] Result<int> run_sweep(const Invocation& invocation, const Settings& settings,
                                    const Sweep& command);

}  // namespace qingdan::app
