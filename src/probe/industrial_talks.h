// industrial_talks — the conversations of class ot-readonly: one connection (or datagrams to one
// port), and of each protocol the one thing any engineering tool asks first, without a session, a
// login or a change of state.
#pragma once

#include "probe/conversations.h"

namespace qingdan::probe {

[[nodiscard]] ConversationPtr make_s7(const Setting& setting);      // component identification
[[nodiscard]] ConversationPtr make_opcua(const Setting& setting);   // GetEndpoints
[[nodiscard]] ConversationPtr make_iec104(const Setting& setting);  // TESTFR
[[nodiscard]] ConversationPtr make_dnp3(const Setting& setting);    // link status
[[nodiscard]] ConversationPtr make_bacnet(const Setting& setting);  // device properties
[[nodiscard]] ConversationPtr make_fins(const Setting& setting);    // controller data

}  // namespace qingdan::probe
