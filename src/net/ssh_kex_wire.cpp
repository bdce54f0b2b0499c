// ssh_kex_wire — see the header.
#include "qingdan/net/ssh_kex_wire.h"

#include <algorithm>
#include <array>

#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"

namespace qingdan::net {
namespace {

constexpr std::uint8_t kDisconnect = 1, kIgnore = 2, kDebug = 4, kKexInit = 20;  // RFC 4250 §4.1.2
constexpr std::uint8_t kEcdhInit = 30, kEcdhReply = 31;                          // RFC 5656 §7.1
constexpr int kPacketsMax = 16;
constexpr std::size_t kAlgorithmMax = 64;

constexpr std::array<std::string_view, 2> kExchanges{"curve25519-sha256",
                                                     "curve25519-sha256@libssh.org"};
constexpr std::array<std::string_view, 7> kHostKeys{
    "ssh-ed25519",         "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    "rsa-sha2-512",        "rsa-sha2-256",        "ssh-rsa"};

template <std::size_t N>
std::string first_common(const std::array<std::string_view, N>& ours,
                         const std::vector<std::string>& theirs) {
  for (const auto name : ours) {
    if (std::find(theirs.begin(), theirs.end(), name) != theirs.end()) return std::string(name);
  }
  return {};
}

// RFC 4253 §6: at least four bytes of padding, the whole a multiple of eight.
void put_packet(ByteWriter& out, BytesView payload) {
  auto padding = 8 - (payload.size() + 5) % 8;
  if (padding < 4) padding += 8;
  out.u32be(static_cast<std::uint32_t>(1 + payload.size() + padding));
  out.u8(static_cast<std::uint8_t>(padding)).bytes(payload).fill(padding);
}

std::optional<SshKeyAnswer> read_reply(BytesView payload) {
  ByteReader reader(payload);
  reader.skip(1);
  const auto size = reader.u32be();
  const auto blob = reader.take(size);
  ByteReader inside(blob);
  const auto length = inside.u32be();
  const auto name = inside.take(length);
  if (!reader || !inside || name.empty() || name.size() > kAlgorithmMax || inside.at_end()) {
    return std::nullopt;
  }
  const auto digest = sha256_hex(blob);
  auto text = to_base64(*from_hex(digest));
  while (!text.empty() && text.back() == '=') text.pop_back();
  return SshKeyAnswer{escape_untrusted(as_text(name)), digest, "SHA256:" + text};
}

// Where the packets begin: after the identification line.
std::optional<std::size_t> packets_at(std::string_view text) {
  std::size_t at = 0;
  while (at <= kSshPreambleMax) {
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return std::nullopt;
    if (text.substr(at, 4) == "SSH-") return end + 1;
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace

std::string choose_host_key(const SshKexInit& offered) {
  if (first_common(kExchanges, offered.kex).empty()) return {};
  return first_common(kHostKeys, offered.host_key);
}

Bytes build_ssh_key_question(const SshKexInit& offered, const std::string& algorithm,
                             std::uint64_t seed) {
  SshKexInit ours = offered;  // every list agrees with itself
  ours.kex = {first_common(kExchanges, offered.kex)};
  ours.host_key = {algorithm};
  ours.first_kex_follows = false;
  const auto kexinit = build_ssh_kexinit(ours);
  ByteWriter payload;
  payload.u8(kEcdhInit).u32be(32);
  // RFC 7748 §5: every 32 bytes are a public value.
  payload.u64be(seed).u64be(~seed).u64be(seed * 0x9E37'79B9'7F4A'7C15U);
  payload.u64be(seed ^ 0x6A09'E667'F3BC'C908U);
  ByteWriter out;
  out.bytes(kexinit);
  put_packet(out, payload.view());
  return std::move(out).take();
}

Bytes build_ssh_disconnect() {
  constexpr std::uint32_t kByApplication = 11;
  constexpr std::string_view kWords = "identified";
  ByteWriter payload;
  payload.u8(kDisconnect).u32be(kByApplication);
  payload.u32be(static_cast<std::uint32_t>(kWords.size())).text(kWords).u32be(0);
  ByteWriter out;
  put_packet(out, payload.view());
  return std::move(out).take();
}

SshKeyStream parse_ssh_key_stream(BytesView stream) {
  SshKeyStream found;
  const auto begin = packets_at(as_text(stream));
  if (!begin) {
    found.complete = stream.size() > kSshPreambleMax;
    return found;
  }
  ByteReader reader(stream.subspan(*begin));
  for (int i = 0; i < kPacketsMax; ++i) {
    if (reader.remaining() < 4) return found;
    const std::size_t length = reader.u32be();
    if (length > kSshPacketMax || length < 2) break;
    ByteReader packet(reader.take(length));
    if (!reader) return found;  // not yet all there
    const auto padding = packet.u8();
    if (padding >= packet.remaining()) break;
    const auto payload = packet.take(packet.remaining() - padding);
    if (payload[0] == kKexInit || payload[0] == kIgnore || payload[0] == kDebug) continue;
    if (payload[0] == kEcdhReply) found.key = read_reply(payload);
    break;
  }
  found.complete = true;
  return found;
}

}  // namespace qingdan::net
