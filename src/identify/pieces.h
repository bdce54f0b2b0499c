// pieces — parts that many patterns of a file have in common, written once: `${name}` in a pattern,
// the name of a-z, 0-9 and _, stands for [pieces] name. Braces around anything else are what they
// were. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "qingdan/base/result.h"

namespace qingdan::identify {

using Pieces = std::map<std::string, std::string, std::less<>>;

// `pattern` with all pieces put in; they hold none themselves. An error names what is not known.
[[nodiscard]] Result<std::string> with_pieces(std::string_view pattern, const Pieces& pieces);

}  // namespace qingdan::identify
