// sip_wire — OPTIONS of SIP and of RTSP, and the HTTP-like responses to them. Pure, linear,
// bounded. Sources: RFC 3261 §7, §11 (SIP), RFC 3581 (rport), RFC 2326 §6, §7, §10.1 (RTSP 1.0).
//
// Channels sip.response and rtsp.response = the stream (or datagrams, in order) as it came: zero or
// more provisional responses, then the final one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"
#include "qingdan/net/port_set.h"

namespace qingdan::net {

// `host` as it stands in a URI (IPv6 in brackets). Max-Forwards is 0, so that a proxy answers for
// itself instead of carrying the question to a third party (RFC 3261 §11).
[[nodiscard]] Bytes build_sip_options(std::string_view host, std::uint16_t port,
                                      Transport transport);
[[nodiscard]] Bytes build_rtsp_options(std::string_view host, std::uint16_t port);

struct TextResponse {
  std::string protocol;  // "SIP" or "RTSP"
  std::string version;   // "2.0", "1.0"
  int status{0};
  std::string reason;
  std::vector<std::pair<std::string, std::string>>
      headers;  // in order, values unfolded and trimmed
  std::string body;
  bool truncated{false};  // headers or body are not whole
  // The first of this name, any case; "" where absent.
  [[nodiscard]] std::string_view find_header(std::string_view name) const;
};

// Of everything up to and including the final response: provisional ones (1xx) come before it.
[[nodiscard]] Extent measure_text_response(BytesView stream);
// The responses in order; none where the first line is not a status line of SIP or RTSP.
[[nodiscard]] std::vector<TextResponse> parse_text_responses(BytesView stream);

}  // namespace qingdan::net
