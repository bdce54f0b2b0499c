// ssh_wire — reading the clear part of an SSH stream.
#include "qingdan/net/ssh_wire.h"

#include <algorithm>
#include <array>

#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"

namespace qingdan::net {
namespace {

// RFC 4253 §12, RFC 4250 §4.1.2.
constexpr std::uint8_t kDisconnect = 1;
constexpr std::uint8_t kIgnore = 2;
constexpr std::uint8_t kDebug = 4;
constexpr std::uint8_t kKexInit = 20;
constexpr int kPacketsMax = 8;
constexpr std::size_t kNamesMax = 256;

using NameList = std::vector<std::string>;

constexpr std::array kLists{&SshKexInit::kex,
                            &SshKexInit::host_key,
                            &SshKexInit::cipher_to_server,
                            &SshKexInit::cipher_to_client,
                            &SshKexInit::mac_to_server,
                            &SshKexInit::mac_to_client,
                            &SshKexInit::compression_to_server,
                            &SshKexInit::compression_to_client,
                            &SshKexInit::language_to_server,
                            &SshKexInit::language_to_client};

SshIdent read_ident(std::string_view line) {
  SshIdent ident;
  ident.line = std::string(line);
  auto rest = line.substr(4);
  const auto dash = rest.find('-');
  ident.protocol = std::string(rest.substr(0, dash));
  rest = dash == std::string_view::npos ? std::string_view{} : rest.substr(dash + 1);
  const auto space = rest.find(' ');
  ident.software = std::string(rest.substr(0, space));
  if (space != std::string_view::npos) ident.comments = std::string(rest.substr(space + 1));
  return ident;
}

struct IdentSearch {
  std::optional<SshIdent> ident;
  std::size_t next{0};   // where the packets start
  bool hopeless{false};  // no identification line will come
};

IdentSearch find_ident(std::string_view text) {
  IdentSearch search;
  std::vector<std::string> preamble;
  std::size_t at = 0;
  while (true) {
    const auto end = text.find('\n', at);
    auto line = text.substr(at, end == std::string_view::npos ? end : end - at);
    if (end == std::string_view::npos) {
      search.hopeless = line.size() > kSshLineMax || at > kSshPreambleMax;
      return search;
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = end + 1;
    if (line.starts_with("SSH-") && line.size() <= kSshLineMax) {
      search.ident = read_ident(line);
      search.ident->preamble = std::move(preamble);
      search.next = at;
      return search;
    }
    if (line.size() > kSshLineMax || at > kSshPreambleMax) {
      search.hopeless = true;
      return search;
    }
    preamble.emplace_back(line);
  }
}

NameList read_names(BytesView bytes) {
  NameList names;
  if (bytes.empty()) return names;
  for (const auto name : split(as_text(bytes), ',')) {
    if (names.size() >= kNamesMax) break;
    names.emplace_back(name);
  }
  return names;
}

std::optional<SshKexInit> read_kexinit(BytesView payload) {
  ByteReader reader(payload);
  reader.skip(1 + 16);  // message number, cookie
  SshKexInit kexinit;
  for (const auto list : kLists) kexinit.*list = read_names(reader.take(reader.u32be()));
  kexinit.first_kex_follows = reader.u8() != 0;
  if (!reader) return std::nullopt;
  return kexinit;
}

void read_packets(BytesView bytes, SshStream& stream) {
  ByteReader reader(bytes);
  for (int i = 0; i < kPacketsMax; ++i) {
    if (reader.remaining() < 4) return;
    const auto length = reader.u32be();
    if (length > kSshPacketMax || length < 2) {
      stream.complete = true;
      return;
    }
    ByteReader packet(reader.take(length));
    if (!reader) return;  // not yet all there
    const auto padding = packet.u8();
    if (padding >= packet.remaining()) {
      stream.complete = true;
      return;
    }
    const auto payload = packet.take(packet.remaining() - padding);
    if (payload[0] == kKexInit) {
      stream.kexinit = read_kexinit(payload);
    } else if (payload[0] == kDisconnect) {
      ByteReader message(payload.subspan(1));
      message.skip(4);  // reason code
      stream.disconnect = std::string(as_text(message.take(message.u32be())));
    } else if (payload[0] == kIgnore || payload[0] == kDebug) {
      continue;
    }
    stream.complete = true;
    return;
  }
  stream.complete = true;
}

std::string joined(const NameList& names) {
  std::string text;
  for (const auto& name : names) {
    if (&name != &names.front()) text += ',';
    text += name;
  }
  return text;
}

}  // namespace

std::string_view SshIdent::after_protocol() const {
  const std::size_t prefix = 4 + protocol.size() + 1;  // SSH-, protocol, dash
  return line.size() < prefix ? std::string_view{} : std::string_view(line).substr(prefix);
}

SshStream parse_ssh_stream(BytesView bytes) {
  SshStream stream;
  auto search = find_ident(as_text(bytes));
  stream.ident = std::move(search.ident);
  stream.complete = search.hopeless;
  if (!stream.ident) return stream;
  // RFC 4253 §5.1: 1.99 speaks 2.0 too; older ones answer with nothing that we read.
  if (stream.ident->protocol != "2.0" && stream.ident->protocol != "1.99") {
    stream.complete = true;
    return stream;
  }
  read_packets(bytes.subspan(search.next), stream);
  return stream;
}

std::string offer_digest(const SshKexInit& kexinit) {
  return sha256_hex(as_bytes(joined(kexinit.kex) + ';' + joined(kexinit.cipher_to_client) + ';' +
                             joined(kexinit.mac_to_client) + ';' +
                             joined(kexinit.compression_to_client)));
}

Bytes build_ssh_ident() { return build_ssh_ident("qingdan"); }

Bytes build_ssh_ident(std::string_view after_protocol) {
  ByteWriter writer;
  writer.text("SSH-2.0-").text(after_protocol).text("\r\n");
  return std::move(writer).take();
}

Bytes build_ssh_kexinit(const SshKexInit& kexinit) {
  ByteWriter payload;
  payload.u8(kKexInit).fill(16);
  for (const auto list : kLists) {
    const auto names = joined(kexinit.*list);
    payload.u32be(static_cast<std::uint32_t>(names.size())).text(names);
  }
  payload.u8(kexinit.first_kex_follows ? 1 : 0).u32be(0);
  // RFC 4253 §6: at least four bytes of padding, the whole a multiple of eight.
  auto padding = 8 - (payload.size() + 5) % 8;
  if (padding < 4) padding += 8;
  ByteWriter packet;
  packet.u32be(static_cast<std::uint32_t>(1 + payload.size() + padding));
  packet.u8(static_cast<std::uint8_t>(padding)).bytes(payload.view()).fill(padding);
  return std::move(packet).take();
}

}  // namespace qingdan::net
