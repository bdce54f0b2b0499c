// line_wire under foreign bytes: bounded replies, only the last may be incomplete where coded.
#include "qingdan/net/line_wire.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qingdan::net;
  for (const auto style : {LineStyle::coded, LineStyle::pop3, LineStyle::imap}) {
    const auto replies = split_replies({data, size}, style);
    if (replies.size() > kLineRepliesMax) std::abort();
    for (const auto& reply : replies) {
      if (reply.texts.empty() || reply.texts.size() > kLineTextsMax) std::abort();
      const bool last = &reply == &replies.back();
      if (style == LineStyle::coded && !reply.complete && !last) std::abort();
    }
  }
  return 0;
}
