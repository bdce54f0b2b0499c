// pieces — see the header.
#include "identify/pieces.h"

namespace qingdan::identify {

Result<std::string> with_pieces(std::string_view pattern, const Pieces& pieces) {
  std::string out;
  while (true) {
    const auto from = pattern.find("${");
    out += pattern.substr(0, from);
    if (from == std::string_view::npos) return out;
    pattern.remove_prefix(from + 2);
    const auto end = pattern.find('}');
    const auto name = pattern.substr(0, end);
    const auto found = pieces.find(name);
    if (end == std::string_view::npos || found == pieces.end())
      return Error{ErrorCode::input,
                   "no [pieces] of the file is called \"" + std::string(name) + "\"", ""};
    out += found->second;
    pattern.remove_prefix(end + 1);
  }
}

}  // namespace qingdan::identify
