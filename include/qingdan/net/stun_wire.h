// stun_wire — a Binding request, which anybody may ask, and its answer. Pure, linear, bounded.
// Source: RFC 8489 §5 (header), §6.2.2 (over TCP the same, one after another), §14.10 (SOFTWARE).
//
// Channel stun.reply = the message as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// `id` fills the transaction identifier (96 bits): repeated, high bytes first.
[[nodiscard]] Bytes build_stun_binding(std::uint64_t id);

inline constexpr std::size_t kStunBodyMax = 2048;
[[nodiscard]] Extent measure_stun(BytesView stream);

struct StunReply {
  Bytes transaction;     // twelve bytes, as they were asked
  bool success{false};   // Binding success; otherwise Binding error
  int error{0};          // "401" of ERROR-CODE; 0: none
  std::string software;  // "Coturn-4.6.1 'Gorst'"; "" where it keeps that to itself
};
// nullopt where it is no answer to a Binding request (an echo is a request).
[[nodiscard]] std::optional<StunReply> parse_stun(BytesView message);

}  // namespace qingdan::net
