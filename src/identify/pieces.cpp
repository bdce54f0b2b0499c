// pieces — see the header.
#include "identify/pieces.h"

#include <algorithm>

namespace qingdan::identify {

namespace {

bool is_name(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz", kOthers = "0123456789_";
  return !text.empty() && kLetters.find(text.front()) != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return kLetters.find(c) != std::string_view::npos ||
                  kOthers.find(c) != std::string_view::npos;
         });
}

}  // namespace

Result<std::string> with_pieces(std::string_view pattern, const Pieces& pieces) {
  std::string out;
  while (true) {
    const auto from = pattern.find("${");
    const auto end = from == std::string_view::npos ? from : pattern.find('}', from);
    if (end == std::string_view::npos) return out.append(pattern);
    const auto name = pattern.substr(from + 2, end - from - 2);
    if (is_name(name)) {
      const auto found = pieces.find(name);
      if (found == pieces.end())
        return Error{ErrorCode::input,
                     "no [pieces] of the file is called \"" + std::string(name) + "\"", ""};
      out.append(pattern.substr(0, from)).append(found->second);
    } else {
      out += pattern.substr(0, end + 1);
    }
    pattern.remove_prefix(end + 1);
  }
}

}  // namespace qingdan::identify
