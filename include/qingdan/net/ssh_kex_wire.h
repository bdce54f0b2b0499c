// ssh_kex_wire — an SSH key exchange as far as the server's host key, and no further. Pure, bounded.
// Sources: RFC 4253 §6 (packets), §7.1 (KEXINIT), §8 and RFC 8731 §3 (curve25519-sha256), RFC 5656
// §4 (the messages); RFC 8709, RFC 5656 §3.1, RFC 4253 §6.6 (host keys).
//
// That the server holds the private half is not proved here: its signature is over a secret that
// nobody computed. The key says which host it claims to be.
//
// Channel ssh.keys = all that the server sent on that connection, from its identification line on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "qingdan/base/bytes.h"
#include "qingdan/net/ssh_wire.h"

namespace qingdan::net {

// The host-key algorithm to ask for: the one of theirs that is first in ours, so that the same server
// always shows the same key. "" where there is none, or no key exchange of ours.
[[nodiscard]] std::string choose_host_key(const SshKexInit& offered);

// A KEXINIT for this algorithm alone and the client's half of curve25519-sha256, in two packets.
// `seed` makes the 32 bytes of the public value, on which nothing will rest.
[[nodiscard]] Bytes build_ssh_key_question(const SshKexInit& offered, const std::string& algorithm,
                                           std::uint64_t seed);
// SSH_MSG_DISCONNECT, SSH_DISCONNECT_BY_APPLICATION (RFC 4253 §11.1).
[[nodiscard]] Bytes build_ssh_disconnect();

struct SshKeyAnswer {
  std::string algorithm;  // of the key itself: "ssh-ed25519", "ssh-rsa"
  std::string sha256;     // of the key blob, hex
  std::string fingerprint;  // as OpenSSH prints it: "SHA256:…" without padding
};
struct SshKeyStream {
  std::optional<SshKeyAnswer> key;
  bool complete{false};  // the key is there, or will not come
};
[[nodiscard]] SshKeyStream parse_ssh_key_stream(BytesView stream);

}  // namespace qingdan::net
