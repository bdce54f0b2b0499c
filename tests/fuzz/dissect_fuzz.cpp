// identify/dissect under foreign bytes, on every channel. An input is the channel's name, a line
// feed, then the raw bytes; so a mutation of the first line reaches another dissector or, where it
// is no channel, a plain field.
#include "qingdan/identify/dissect.h"

#include <cstdlib>

#include "qingdan/base/text.h"

namespace {

using namespace qingdan;

// What comes out is at most so much per byte that went in: a rule reads every field.
constexpr std::size_t kGrowth = 64;
constexpr std::size_t kSlack = 64 * 1024;

void demand(bool holds) {
  if (!holds) std::abort();
}

void check(const identify::Dissection& out, std::size_t size) {
  std::size_t total = out.banner.size();
  for (const auto& field : out.fields) {
    demand(!field.name.empty());
    total += field.name.size() + field.value.size();
  }
  for (const auto& name : out.host_names) demand(!name.empty());
  for (const auto& identifier : out.identifiers) demand(!identifier.value.empty());
  demand(total <= kGrowth * size + kSlack);
  if (out.certificate) demand(out.certificate->sha256.size() == 64);
  if (out.website) demand(is_utf8(out.website->title));
  if (out.tls) demand(!out.tls->version.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(data, size);
  const auto text = as_text(bytes);
  const auto end = text.find('\n');
  if (end == std::string_view::npos || end == 0) return 0;  // a field has a name
  check(identify::dissect(text.substr(0, end), bytes.subspan(end + 1)), size);
  return 0;
}
