// side_by_side — a run's field and bookkeeper on a thread each, the progress line on the caller's.
#pragma once

#include <functional>

#include "app/bookkeeper.h"
#include "app/fieldwork.h"
#include "app/progress.h"

namespace qingdan::app {

// Returns when both have ended. An error of the field comes before one of the bookkeeper: it is the
// graver one (scope).
// `on_tick` is called a few times a second meanwhile, on the caller's thread.
[[nodiscard]] Result<void> run_side_by_side(Fieldwork& field, Bookkeeper& bookkeeper,
                                            ProgressLine& line,
                                            const std::function<void()>& on_tick = {});
// The same without a register.
[[nodiscard]] Result<void> run_alone(Fieldwork& field, ProgressLine& line,
                                     const std::function<void()>& on_tick = {});

}  // namespace qingdan::app
