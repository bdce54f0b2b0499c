// ssh_keys — an SSH server's host key: a second connection, on which keys are exchanged as far as the
// server's answer. No key comes of it, no user is named; it is left by SSH_MSG_DISCONNECT.
#pragma once

#include <memory>

#include "qingdan/probe/conversation.h"

namespace qingdan::probe {

[[nodiscard]] std::unique_ptr<Conversation> make_ssh_keys(const Setting& setting);

}  // namespace qingdan::probe
