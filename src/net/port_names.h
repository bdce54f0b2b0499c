// port_names — the named port sets, each a specification in order of expected yield.
#pragma once

#include <optional>
#include <string_view>

namespace qingdan::net {

// "default", "top100", "top1000", "all"; nothing for other names.
[[nodiscard]] std::optional<std::string_view> find_named_ports(std::string_view name);

}  // namespace qingdan::net
