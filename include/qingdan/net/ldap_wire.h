// ldap_wire — a search of the rootDSE and what answers it. Pure, linear, bounded.
// Sources: RFC 4511 (protocol), RFC 4512 §5.1 (rootDSE), RFC 3045 (vendorName, vendorVersion),
// [MS-ADTS] 3.1.1.3.2 (Active Directory's attributes).
//
// Channel ldap.reply = the stream as it came; messages are BER elements and carry their length.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// baseObject search of "" for (objectClass=*), anonymous, without a bind (RFC 4513 §4).
[[nodiscard]] Bytes build_ldap_root_dse_search();
// RFC 4511 §4.14: the StartTLS operation; after resultCode 0 the connection belongs to TLS.
[[nodiscard]] Bytes build_ldap_start_tls();
inline constexpr std::string_view kLdapStartTls = "1.3.6.1.4.1.1466.20037";
// RFC 4511 §4.3: says goodbye.
[[nodiscard]] Bytes build_ldap_unbind();

// Of all messages up to and including the SearchResultDone (or another last word, such as the
// notice of disconnection).
[[nodiscard]] Extent measure_ldap_answer(BytesView stream);

struct LdapAttribute {
  std::string name;
  std::vector<std::string> values;
};
struct LdapAnswer {
  std::vector<LdapAttribute> attributes;    // of the rootDSE
  std::optional<std::int64_t> result_code;  // of the last word; RFC 4511 §4.1.9
  std::string diagnostic;                   // its diagnosticMessage
  std::string notice;                       // the OID of an unsolicited notification, else ""
  [[nodiscard]] std::string_view find_first(std::string_view name) const;  // any case; "" = absent
};
// What is whole of the answer; nullopt where not even one LDAP message is.
[[nodiscard]] std::optional<LdapAnswer> parse_ldap_answer(BytesView stream);

}  // namespace qingdan::net
