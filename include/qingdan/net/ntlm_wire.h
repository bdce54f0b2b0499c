// ntlm_wire — the first step of NTLM and what a server tells of itself in the second, bare or
// wrapped in SPNEGO. The third, which would carry a credential, does not exist here. Pure, bounded.
// Sources: [MS-NLMP] 2.2.1.1, 2.2.1.2, 2.2.2.1; RFC 4178 §4.2 and [MS-SPNG] 2.2.1 (SPNEGO).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/clock.h"

namespace qingdan::net {

// NEGOTIATE_MESSAGE in a NegTokenInit: names neither a user nor a workstation.
[[nodiscard]] Bytes build_spnego_ntlm_negotiate();

// What a server offers before anybody logs in (NegTokenInit2).
struct SpnegoOffer {
  std::vector<std::string> mechanisms;  // OIDs; NTLM 1.3.6.1.4.1.311.2.2.10, Kerberos …
  std::string hint;                     // hintName; old Windows and Samba put a principal there
};
[[nodiscard]] std::optional<SpnegoOffer> parse_spnego_offer(BytesView blob);

// CHALLENGE_MESSAGE. Names are UTF-8; "" and 0 where the server does not say.
struct NtlmChallenge {
  std::string target;  // TargetName: domain, or computer of a workgroup
  std::uint32_t flags{0};
  std::string netbios_computer;  // AV pairs of [MS-NLMP] 2.2.2.1
  std::string netbios_domain;
  std::string dns_computer;
  std::string dns_domain;
  std::string dns_tree;
  UnixMillis timestamp;
  std::uint8_t os_major{0};  // VERSION, [MS-NLMP] 2.2.2.10; Samba says 6.1 build 0
  std::uint8_t os_minor{0};
  std::uint16_t os_build{0};
};
// Finds the message in `blob` by its signature, wrapped or not; nullopt where there is none.
[[nodiscard]] std::optional<NtlmChallenge> parse_ntlm_challenge(BytesView blob);

// UTF-16LE to UTF-8; lone surrogates become U+FFFD, an odd last byte is dropped.
[[nodiscard]] std::string text_of_utf16le(BytesView bytes);
// 100 ns since 1601 ([MS-DTYP] 2.3.3); 0 and what lies outside 1970 to 9999 give 0.
[[nodiscard]] UnixMillis time_of_filetime(std::uint64_t filetime);

}  // namespace qingdan::net
