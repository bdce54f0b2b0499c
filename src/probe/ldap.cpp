// ldap — reads the rootDSE, the entry a server publishes about itself, and unbinds.
//
// The search is anonymous without a bind (RFC 4513 §4): no name and no password are tried, so no
// lock-out counter moves. A server that wants a bind first says so in its result, and that is kept.
#include <algorithm>

#include "probe/conversations.h"
#include "probe/one_reply.h"
#include "qingdan/base/text.h"
#include "qingdan/net/ldap_wire.h"

namespace qingdan::probe {

namespace {
bool has_message(BytesView stream) { return net::parse_ldap_answer(stream).has_value(); }

bool offers_tls(BytesView reply) {
  const auto answer = net::parse_ldap_answer(reply);
  if (!answer) return false;
  for (const auto& attribute : answer->attributes) {
    if (!equals_ignoring_case(attribute.name, "supportedExtension")) continue;
    const auto& values = attribute.values;
    return std::find(values.begin(), values.end(), net::kLdapStartTls) != values.end();
  }
  return false;
}
}  // namespace

std::unique_ptr<Conversation> make_ldap(const Setting&) {
  auto search =
      std::make_unique<OneReply>(net::build_ldap_root_dse_search(), net::measure_ldap_answer,
                                 has_message, model::channel::kLdap);
  search->set_offers_tls(&offers_tls);
  search->set_goodbye(net::build_ldap_unbind());
  return search;
}

}  // namespace qingdan::probe
