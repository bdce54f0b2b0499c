// json_members — single values looked up by name in what peers write as JSON, without a document:
// the first member of the name, wherever it stands. Linear, nothing is kept. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qingdan::net::json {

// Up to its first escape; "" where there is no such text.
[[nodiscard]] std::string text_of(std::string_view json, std::string_view name);
[[nodiscard]] std::optional<int> number_of(std::string_view json, std::string_view name);

}  // namespace qingdan::net::json
