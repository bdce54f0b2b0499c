// kind_of — which conversation do these first bytes of a peer belong to? Decides what is asked next,
// never what the service is held to be: that is identify's.
#pragma once

#include <string_view>

#include "qingdan/base/bytes.h"

namespace qingdan::probe {

// A word of ConversationEntry::kinds, "tls", or "" = like nothing we know. Only what is
// characteristic counts: a "220" without a word of its protocol is nobody's.
[[nodiscard]] std::string_view kind_of(BytesView heard);

}  // namespace qingdan::probe
