// vnc_wire — the opening of the remote framebuffer protocol (RFC 6143 §7.1). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

struct VncStream {
  std::string version;  // "003.008" as sent; "" where it is not VNC
  int major{0};
  int minor{0};
  std::vector<std::uint8_t> security;  // types offered; empty before we answered with a version
  std::string refusal;                 // why the server will not talk (RFC 6143 §7.1.2)
  bool complete{false};  // nothing more comes without choosing a security type; or it is not VNC
};

// Everything received; the part after the version depends on our answer, build_vnc_version.
[[nodiscard]] VncStream parse_vnc_stream(BytesView stream);

// The version we answer with: the highest of 3.3, 3.7, 3.8 that the server speaks. Empty where the
// server's version is not known.
[[nodiscard]] Bytes build_vnc_version(const VncStream& server);

// "None", "VNC Authentication", "VeNCrypt" …; "" for numbers without a registered name
// (RFC 6143 §8.1.2, IANA registry "RFB Security Types").
[[nodiscard]] std::string_view vnc_security_name(std::uint8_t type);

}  // namespace qingdan::net
