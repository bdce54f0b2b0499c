// h2_exchange — HTTP/2 (RFC 9113): one honest GET as a state machine without I/O, and its answer as
// the text that HTTP/1.1 would have been.
//
// Frames, flow control and header compression (RFC 7541) are nghttp2's. Hostile input costs no more
// than kHttpHeadMax of headers, kHttpHeadersMax of them, and kH2BodyMax of body; what breaks the
// protocol ends the exchange. Owned by one conversation; not thread-safe.
#pragma once

#include <cstddef>
#include <memory>

#include "qingdan/base/bytes.h"
#include "qingdan/net/http_wire.h"

namespace qingdan::net {

inline constexpr std::size_t kH2BodyMax = 256 * 1024;

class H2Exchange {
 public:
  // `request`: what is in its host and path is foreign text and treated as by build_get().
  explicit H2Exchange(const HttpRequest& request);
  ~H2Exchange();
  H2Exchange(const H2Exchange&) = delete;
  H2Exchange& operator=(const H2Exchange&) = delete;

  // To be sent now: at first the preface (RFC 9113 §3.4), SETTINGS without push, and the request.
  [[nodiscard]] Bytes take_outgoing();
  // What came since the last call. False: nothing more is worth waiting for.
  bool on_received(BytesView bytes);

  // The peer's first frame was its SETTINGS, as RFC 9113 §3.4 wants of a server.
  [[nodiscard]] bool spoke_h2() const;
  // The answer is there to its end.
  [[nodiscard]] bool whole() const;
  // "HTTP/2 200\r\nserver: x\r\n…\r\n\r\nbody": header lines in order, names as sent, interim
  // answers left out. Empty where no answer came.
  [[nodiscard]] Bytes response() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qingdan::net
