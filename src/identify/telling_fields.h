// telling_fields — what the fields of an answer are worth to somebody who wants to know the
// product: the one list that both unknown_digest (which answers look alike) and learn (which field
// a rule should read) go by.
#pragma once

#include <cstddef>
#include <string_view>

namespace qingdan::identify {

// False of fields that differ between two answers of one server, and of blocks whose parts say it
// better.
[[nodiscard]] bool tells_looks(std::string_view field);

// False also of what the protocol, its library, the host's stack or the owner says, whatever
// product listens: codes, lists of methods and capabilities, TLS parameters, names of hosts.
[[nodiscard]] bool tells_product(std::string_view field);

// Of fields that tell: the smaller, the better they usually tell a product.
[[nodiscard]] std::size_t standing_of(std::string_view field);

}  // namespace qingdan::identify
