// channels_devices — names under which the bytes of wireless controllers and cameras are
// handed to identification, beside those of observation.h. schema/README.md says what each holds.
#pragma once

#include <string_view>

namespace qingdan::model::channel {

inline constexpr std::string_view kCapwap = "capwap.discovery";   // Discovery Response
inline constexpr std::string_view kDahua = "dahua.discovery";     // notice of a device, DHIP
inline constexpr std::string_view kSadp = "hikvision.discovery";  // ProbeMatch of SADP

}  // namespace qingdan::model::channel
