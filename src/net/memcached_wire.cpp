// memcached_wire — see the header. "ERROR" alone is what many a text protocol says to what it does
// not know; memcached knows "version", so it is no answer of memcached's.
#include "qingdan/net/memcached_wire.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace qingdan::net {

namespace {

constexpr std::size_t kLineMax = 1024;
constexpr std::string_view kVersion = "VERSION ";
constexpr std::array<std::string_view, 3> kOpenings{kVersion, "CLIENT_ERROR ", "SERVER_ERROR "};

bool may_become_reply(std::string_view text) {
  return std::any_of(kOpenings.begin(), kOpenings.end(), [text](std::string_view opening) {
    const auto common = std::min(text.size(), opening.size());
    return text.substr(0, common) == opening.substr(0, common);
  });
}

}  // namespace

Bytes build_memcached_version() { return to_bytes("version\r\n"); }

Bytes build_memcached_version_udp(std::uint16_t request) {
  ByteWriter out;
  out.u16be(request).u16be(0).u16be(1).u16be(0).text("version\r\n");
  return std::move(out).take();
}

std::optional<BytesView> find_memcached_udp(BytesView datagram, std::uint16_t request) {
  ByteReader reader(datagram);
  const auto id = reader.u16be();
  const auto number = reader.u16be();
  const auto count = reader.u16be();
  const auto reserved = reader.u16be();
  if (!reader || id != request || number != 0 || count != 1 || reserved != 0) return std::nullopt;
  return reader.rest();
}

Extent measure_memcached_reply(BytesView stream) {
  using State = Extent::State;
  const auto text = as_text(stream);
  if (!may_become_reply(text)) return {State::foreign, 0};
  const auto stop = text.substr(0, kLineMax).find("\r\n");
  if (stop != text.npos) return {State::whole, stop + 2};
  return {text.size() < kLineMax ? State::partial : State::foreign, 0};
}

std::optional<MemcachedReply> parse_memcached_reply(BytesView stream) {
  const auto extent = measure_memcached_reply(stream);
  if (!extent.whole()) return std::nullopt;
  const auto line = as_text(stream).substr(0, extent.size - 2);
  MemcachedReply reply;
  if (line.substr(0, kVersion.size()) == kVersion) {
    reply.version = std::string(line.substr(kVersion.size()));
  } else {
    reply.error = std::string(line);
  }
  return reply;
}

}  // namespace qingdan::net
