// quic_wire — the packet that makes a QUIC server name its versions, and the answer. Pure, bounded.
// Sources: RFC 8999 §5.1, §6 (what all versions share), RFC 9000 §6.1, §14.1, §15 (reserved
// versions).
//
// Channel quic.versions = the version negotiation packet as it came.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// A long header of a version that is reserved for this, in 1200 bytes: servers drop what is
// shorter, so that no answer is longer than its question.
[[nodiscard]] Bytes build_quic_probe(std::uint64_t destination, std::uint64_t source);

struct QuicVersions {
  std::uint64_t destination{0};  // the connection ids; they answer ours crosswise
  std::uint64_t source{0};
  std::vector<std::uint32_t> versions;  // those reserved for greasing left out
};
// nullopt where it is no version negotiation with connection ids of eight bytes.
[[nodiscard]] std::optional<QuicVersions> parse_quic_versions(BytesView datagram);
// "1", "2", "draft-29", "Q050" (Google's), else hex.
[[nodiscard]] std::string quic_version_name(std::uint32_t version);

}  // namespace qingdan::net
