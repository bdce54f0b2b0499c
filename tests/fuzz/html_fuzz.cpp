// html under foreign text: bounded lists, bounded texts.
#include "qingdan/net/html.h"

#include <cstdlib>

#include "qingdan/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  const auto facts = parse_html(qingdan::as_text({data, size}));
  if (facts.title.size() > kHtmlTextMax || facts.metas.size() > kHtmlItemsMax ||
      facts.scripts.size() > kHtmlItemsMax || facts.links.size() > kHtmlItemsMax) {
    std::abort();
  }
  return 0;
}
