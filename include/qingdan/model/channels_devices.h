// channels_devices — names under which the bytes of wireless controllers are handed to
// identification, beside those of observation.h. schema/README.md says what each holds.
#pragma once

#include <string_view>

namespace qingdan::model::channel {

inline constexpr std::string_view kCapwap = "capwap.discovery";  // Discovery Response

}  // namespace qingdan::model::channel
