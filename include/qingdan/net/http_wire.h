// http_wire — HTTP/1.1 (RFC 9110, RFC 9112): one honest GET, and the answer taken apart. Pure.
//
// Peers are read as browsers read them: bare LF, missing reason, odd capitals, lying lengths.
// Nothing is repaired in `header_block`, which is what the peer sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// What is read of one response; more is reported as truncated.
inline constexpr std::size_t kHttpHeadMax = 64 * 1024;
inline constexpr std::size_t kHttpHeadersMax = 200;

struct HttpRequest {
  std::string host;  // as in a URL: name, IPv4, or IPv6 in brackets
  std::uint16_t port{80};
  bool tls{false};
  std::string path{"/"};
};

// GET with Host (without the scheme's own port, RFC 9110 §7.2), User-Agent, Accept and
// Connection: close. Bytes that cannot stand in a request line or a Host header are left out of
// the host and percent-encoded in the path, so foreign text can never add a header.
[[nodiscard]] Bytes build_get(const HttpRequest& request);

struct HttpHeader {
  std::string name;   // as received
  std::string value;  // without surrounding white space; folded lines joined by one space
  bool operator==(const HttpHeader&) const = default;
};

struct HttpResponse {
  std::string version;  // "1.1"
  int status{0};
  std::string reason;
  std::vector<HttpHeader> headers;  // in order, repeated ones too
  std::string header_block;         // status line to empty line, as received
  Bytes body;                       // chunks joined
  bool truncated{false};            // the headers or the announced body did not come whole

  // The first of that name, ignoring case.
  [[nodiscard]] std::optional<std::string_view> find_header(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> find_headers(std::string_view name) const;
};

// Nothing where the bytes do not begin with a status line. Interim 1xx responses are skipped.
[[nodiscard]] std::optional<HttpResponse> parse_response(BytesView bytes);

// Nothing more is to come: the announced length or the last chunk is there, or the status has no
// body. False for a body that ends with the connection, and for what is not HTTP.
[[nodiscard]] bool is_complete(BytesView bytes);

// The head alone, without the status line: for RTSP, SIP and other protocols of the same frame.
[[nodiscard]] std::vector<HttpHeader> parse_header_lines(std::string_view lines);

// The body as UTF-8: charset of Content-Type, byte order mark, <meta>, detection; a declared
// charset that the bytes contradict is passed over. "" for compressed bodies.
[[nodiscard]] std::string decode_body(const HttpResponse& response);

}  // namespace qingdan::net
