// tls_facts — what all TLS handshakes and hellos of one service say together.
//   X1  a version is accepted only where the server chose it, refused only where it was offered and
//       the server chose lower or declined; silence says neither
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "qingdan/identify/dissect.h"

namespace qingdan::identify {

struct TlsFacts {
  std::optional<model::TlsStatement> statement;
  std::vector<model::CertificateStatement> certificates;  // of hellos, leaves first; each once
};
// In the order of the conversation.
[[nodiscard]] TlsFacts combine_tls(std::span<const Dissection* const> dissections);

}  // namespace qingdan::identify
