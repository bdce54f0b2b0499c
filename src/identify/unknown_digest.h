// unknown_digest — a name for the looks of a service that no rule knows, so that a person labels
// all that look alike at once.
#pragma once

#include <string>
#include <string_view>

#include "qingdan/identify/dissect.h"

namespace qingdan::identify {

// Equal for answers that differ only in numbers, times, tokens and addresses.
[[nodiscard]] std::string unknown_digest(std::string_view channel, const Dissection& dissection);

}  // namespace qingdan::identify
