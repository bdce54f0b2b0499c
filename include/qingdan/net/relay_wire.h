// relay_wire — the first words of what passes on for others: SOCKS proxies, FastCGI applications,
// RTMP servers. Pure, bounded.
//
// Channels socks.method, fastcgi.values, rtmp.handshake = the answer as it came.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

// The greeting of a SOCKS5 client, RFC 1928 §3: offers no authentication, GSSAPI and a name with a
// password. The proxy chooses; no name, no password and no CONNECT follow. Nothing after the two
// bytes is part of an answer.
[[nodiscard]] Bytes build_socks_greeting();
[[nodiscard]] Extent measure_socks(BytesView stream);
// The method chosen: 0, 1, 2, or 255 for none of them.
[[nodiscard]] std::optional<int> parse_socks(BytesView stream);

// FCGI_GET_VALUES for the three names there are, FastCGI 1.0 §4.1: a management record, no request
// is begun.
[[nodiscard]] Bytes build_fastcgi_get_values();
inline constexpr std::size_t kFastcgiContentMax = 1024;
struct FastcgiValues {
  bool unknown{false};  // FCGI_UNKNOWN_TYPE, §4.2: it knows no such record
  std::vector<std::pair<std::string, std::string>> values;
};
[[nodiscard]] Extent measure_fastcgi(BytesView stream);
[[nodiscard]] std::optional<FastcgiValues> parse_fastcgi(BytesView stream);

// C0 and C1, as a player sends them; the server's S0, S1 and S2 answer: RTMP 1.0 §5.2. Neither C2 nor
// a message follows. C1 names a version and carries the digest of Flash Player 9 and later (not in the
// document; ffmpeg's rtmpproto and nginx's module agree on it): to such a C1 servers answer with a
// version of their own, and some with a digest. S2 gives back what C1 had, §5.2.4, or S1 carries the
// servers' digest. S1 may give C1 back too (Node-Media-Server), but where S2 has not come such an S1 is
// an echo of anybody's.
inline constexpr std::size_t kRtmpPart = 1536;
[[nodiscard]] Bytes build_rtmp_hello();
[[nodiscard]] Extent measure_rtmp(BytesView stream);
struct RtmpHandshake {
  bool whole{false};     // S2 came
  bool mirrored{false};  // S1 is our C1
  bool digest{false};    // S1 carries the digest of a server
  std::string version;   // the four bytes that §5.2.3 wants zero, "5.0.3.1"
};
// S0 and S1 are enough.
[[nodiscard]] std::optional<RtmpHandshake> parse_rtmp(BytesView stream);

}  // namespace qingdan::net
