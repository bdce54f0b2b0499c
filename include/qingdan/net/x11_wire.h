// x11_wire — the connection setup of the X Window System without authorisation. Pure, bounded.
// Source: X Window System Protocol, chapter 8 "Connection Setup", appendix B.
//
// Channel x11.setup = the reply as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// Protocol 11.0, least significant byte first, no authorisation.
[[nodiscard]] Bytes build_x11_setup();

inline constexpr std::size_t kX11ReplyMax = 65'536;
[[nodiscard]] Extent measure_x11_setup(BytesView stream);

struct X11Reply {
  enum class Kind : std::uint8_t { failed, success, authenticate };
  Kind kind{Kind::failed};
  std::string version;       // "11.0"; "" where it wants to authenticate
  std::string reason;        // where failed
  std::string vendor;        // where it let us in, and so would anybody
  std::uint32_t release{0};  // the vendor's number, 12101004 = 1.21.1.4 of X.Org
};
[[nodiscard]] std::optional<X11Reply> parse_x11_setup(BytesView stream);

}  // namespace qingdan::net
