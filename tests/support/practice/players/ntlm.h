// ntlm — the CHALLENGE a Windows or Samba server sends to an unnamed client ([MS-NLMP] 2.2.1.2).
#pragma once

#include <cstdint>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::practice {

struct NtlmNames {
  std::string computer, domain, dns_computer, dns_domain;
  std::uint8_t major{10}, minor{0};
  std::uint16_t build{0};
  std::uint64_t time{0};  // FILETIME; 0 = not told
};

[[nodiscard]] Bytes ntlm_challenge(const NtlmNames& names, BytesView server_challenge);

}  // namespace qingdan::practice
