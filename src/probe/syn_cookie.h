// syn_cookie — the sequence number of a half-open probe: SipHash-2-4 of its four-tuple under a key
// of 128 bits that is born with the run and never stored, so answers to older runs are strangers.
//
// It proves that an answer saw our probe. It does not tell a host from a proxy on the path.
#pragma once

#include <cstdint>
#include <optional>

#include "qingdan/base/rng.h"
#include "qingdan/net/frame.h"

namespace qingdan::probe {

[[nodiscard]] std::uint32_t syn_cookie(const Key128& key, const net::Address& source,
                                       std::uint16_t source_port, const net::Address& target,
                                       std::uint16_t target_port);

// What an incoming packet says of a probe of ours.
struct SynAnswer {
  enum class Kind : std::uint8_t { open, closed, unreachable, prohibited };
  Kind kind{Kind::closed};
  net::Address target;
  std::uint16_t target_port{0};
  std::uint16_t source_port{0};  // ours: which try
};

// nullopt where it does not prove that it answers us: other ports, another cookie, other flags.
// RFC 9293 §3.10.7.3: SYN-ACK acknowledges seq + 1. A RST does too; some stacks acknowledge seq.
[[nodiscard]] std::optional<SynAnswer> read_answer(const Key128& key, const net::Packet& packet);

}  // namespace qingdan::probe
