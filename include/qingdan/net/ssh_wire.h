// ssh_wire — what an SSH server says before any key exchange: its identification line (RFC 4253
// §4.2) and its KEXINIT (§7.1). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// The RFC sets 255 bytes for the line and no limit for the lines before it; a hostile peer would
// talk for ever, so we set both.
inline constexpr std::size_t kSshLineMax = 512;
inline constexpr std::size_t kSshPreambleMax = 8192;
// RFC 4253 §6.1: every implementation must take 35 000 bytes; no KEXINIT is longer.
inline constexpr std::size_t kSshPacketMax = 35000;

struct SshIdent {
  std::string line;      // "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", without line end
  std::string protocol;  // "2.0", "1.99"
  std::string software;  // "OpenSSH_9.2p1"
  std::string comments;  // "Debian-2+deb12u3", "" where none
  std::vector<std::string> preamble;
  [[nodiscard]] std::string_view after_protocol() const;  // software and comments
};

// Lists as offered, in order (RFC 4253 §7.1).
struct SshKexInit {
  std::vector<std::string> kex, host_key;
  std::vector<std::string> cipher_to_server, cipher_to_client;
  std::vector<std::string> mac_to_server, mac_to_client;
  std::vector<std::string> compression_to_server, compression_to_client;
  std::vector<std::string> language_to_server, language_to_client;
  bool first_kex_follows{false};
};

struct SshStream {
  std::optional<SshIdent> ident;
  std::optional<SshKexInit> kexinit;
  std::string disconnect;  // text of SSH_MSG_DISCONNECT, where the server sent one instead
  // Nothing more comes without a key exchange; or it is not SSH, or longer than we would read.
  bool complete{false};
};

[[nodiscard]] SshStream parse_ssh_stream(BytesView stream);

// SHA-256 over the server's offer (kex, ciphers, MACs and compressions towards the client): equal
// for equal software with equal settings, whatever the banner says.
[[nodiscard]] std::string offer_digest(const SshKexInit& kexinit);

// "SSH-2.0-qingdan\r\n": the server then sends its KEXINIT.
[[nodiscard]] Bytes build_ssh_ident();
// An identification line as a server sends it, and a KEXINIT packet: for peers in tests.
[[nodiscard]] Bytes build_ssh_ident(std::string_view after_protocol);
[[nodiscard]] Bytes build_ssh_kexinit(const SshKexInit& kexinit);

}  // namespace qingdan::net
