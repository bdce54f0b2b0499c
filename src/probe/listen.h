// listen — the conversation that sends nothing.
#pragma once

#include <memory>

#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

[[nodiscard]] std::unique_ptr<Conversation> make_listen(const Setting& setting);

}  // namespace qingdan::probe
