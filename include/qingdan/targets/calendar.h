// calendar — when a zone may be probed, in the machine's zone. Pure: time is a parameter.
//
// A zone is open while any window that names it, or names no zone, is open; a zone to which no
// window applies is always open. On a blackout day nothing is open. Validity of the authorisation
// is looked at by next_valid_opening alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/targets/scope.h"

namespace qingdan::targets {

[[nodiscard]] bool window_open(const Scope& scope, std::string_view zone, UnixMillis now);

// `now` where it is open; nullopt: never again.
[[nodiscard]] std::optional<UnixMillis> next_opening(const Scope& scope, std::string_view zone,
                                                     UnixMillis now);
// The same within the validity of the authorisation: nullopt where it expires before that.
[[nodiscard]] std::optional<UnixMillis> next_valid_opening(const Scope& scope,
                                                           std::string_view zone, UnixMillis now);
// The first moment at or after `now` at which it is not open; nullopt: it never closes.
[[nodiscard]] std::optional<UnixMillis> next_closing(const Scope& scope, std::string_view zone,
                                                     UnixMillis now);

// Refused where not one zone of the scope is open; the sentence names the next opening.
[[nodiscard]] Result<void> check_open(const Scope& scope, UnixMillis now);

// The moment a day begins; days are those of the machine's zone.
[[nodiscard]] UnixMillis start_of(Day day);
[[nodiscard]] UnixMillis end_of(Day day);  // = start of the day after
[[nodiscard]] Day day_of(UnixMillis time);
[[nodiscard]] std::string to_string(Day day);  // 2026-11-01

}  // namespace qingdan::targets
