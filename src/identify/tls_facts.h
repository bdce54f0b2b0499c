// tls_facts — what all TLS handshakes and hellos of one service say together.
//   X1  a version is accepted only where the server chose it, refused only where it was offered and
//       the server chose lower or declined; silence says neither
//   X2  accepts, refuses and keys stand only where the service was asked hello by hello; one
//       handshake tells what was agreed and no more: of a fragile device, and of a website by name,
//       whose endpoint was asked by its address
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
// X2, of a service whose statement combine_tls made.
void keep_surveyed(std::span<const Dissection* const> dissections, model::TlsStatement& statement);

}  // namespace qingdan::identify
