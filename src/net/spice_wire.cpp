// spice_wire — see the header.
#include "qingdan/net/spice_wire.h"

#include <string_view>

namespace qingdan::net {

// RedLinkHeader: magic, versions, size; RedLinkReply: error, a public key of 162 bytes, how many
// capabilities of two kinds follow, and where they do.
std::optional<SpiceReply> parse_spice_reply(BytesView stream) {
  constexpr std::string_view kMagic = "REDQ";
  constexpr std::uint32_t kLeast = 4 + 162 + 12, kMost = 4096;
  constexpr std::uint32_t kNewest = 15, kErrors = 12;
  ByteReader reader(stream);
  if (as_text(reader.take(kMagic.size())) != kMagic) return std::nullopt;
  SpiceReply reply;
  reply.major = reader.u32le();
  reply.minor = reader.u32le();
  const auto size = reader.u32le();
  reply.error = reader.u32le();
  const bool sane = reader && size >= kLeast && size <= kMost && reply.major >= 1 &&
                    reply.major <= kNewest && reply.minor <= kNewest && reply.error < kErrors;
  return sane ? std::optional(reply) : std::nullopt;
}

}  // namespace qingdan::net
