// tftp_wire — see the header. A packet is known by two bytes alone, so more is asked of it: an
// error must be one of the nine codes and end with its message's zero, data must be the first
// block.
#include "qingdan/net/tftp_wire.h"

#include "qingdan/base/contract.h"

namespace qingdan::net {

namespace {

constexpr std::uint16_t kRead = 1, kData = 3, kError = 5, kOptions = 6;  // RFC 1350 §5, RFC 2347
constexpr std::uint16_t kLastError = 8;                                  // RFC 2347 added the last
constexpr std::size_t kBlock = 512;
constexpr std::size_t kMessageMax = 512;

}  // namespace

Bytes build_tftp_read(std::string_view name) {
  QD_EXPECTS(name.find('\0') == name.npos);
  ByteWriter out;
  out.u16be(kRead).text(name).u8(0).text("octet").u8(0);
  return std::move(out).take();
}

std::optional<TftpReply> parse_tftp_reply(BytesView datagram) {
  ByteReader reader(datagram);
  TftpReply reply;
  reply.opcode = reader.u16be();
  if (!reader) return std::nullopt;
  if (reply.opcode == kOptions) return reply;
  const auto number = reader.u16be();
  if (!reader) return std::nullopt;
  if (reply.opcode == kData) {
    if (number == 1 && reader.remaining() <= kBlock) return reply;
    return std::nullopt;
  }
  if (reply.opcode != kError || number > kLastError) return std::nullopt;
  reply.code = number;
  const auto text = reader.until(0);
  if (!reader || text.size() > kMessageMax) return std::nullopt;
  reply.message = std::string(as_text(text));
  return reply;
}

}  // namespace qingdan::net
