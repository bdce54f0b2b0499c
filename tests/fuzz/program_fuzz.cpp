// identify/program under foreign patterns and values: what a program is sure of is what PCRE2 says.
// An input is the pattern, a line feed, then the value.
#include <cstdlib>

#include "qingdan/base/text.h"
#include "support/program_judges.h"

namespace {

using namespace qingdan;

// So short that PCRE2 does not come to its limits where a program does not.
constexpr std::size_t kPatternMost = 60;
constexpr std::size_t kValueMost = 40;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = as_text(BytesView(data, size));
  const auto line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const auto value = text.substr(line + 1);
  if (line > kPatternMost || value.size() > kValueMost) return 0;
  identify::test::Judges judges{std::string(text.substr(0, line))};
  if (!judges.has_program()) return 0;
  const auto own = judges.by_program(value);
  const auto theirs = judges.by_pcre2(value);
  if (own && theirs && *own != *theirs) std::abort();
  return 0;
}
