// xml_elements — texts looked up by the name of their element in what devices write as XML, without
// a document; and the identifier by which one message relates to another. Linear, bounded. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qingdan::net::xml {

inline constexpr std::size_t kElementsMax = 32;
// The texts of all elements of this local name, in order, trimmed.
[[nodiscard]] std::vector<std::string_view> texts_of(std::string_view xml, std::string_view name);
// The first of them, "" where there is none.
[[nodiscard]] std::string_view text_of(std::string_view xml, std::string_view name);

// `id` as a UUID of RFC 4122 §4.4, in lower case.
[[nodiscard]] std::string uuid_of(std::uint64_t id);

}  // namespace qingdan::net::xml
