// interview — what does an open port say: the driver of all conversations over one TCP port.
//
// Order: what the register remembers of the port → the port's usual conversation (listening first
// where the peer speaks first) → what the bytes heard so far look like → TLS → HTTP → the rest by
// yield; after TLS the same inside. One connection each, at most `connections`, or
// `silent_connections` where nothing is ever heard. Whatever was heard is kept, also when a cap, a
// deadline or a stop ends it. What speaks TLS is then asked, hello by hello, which versions and
// keys it has: at most `tls_questions` connections more, none to printers and industrial devices.
//   I1  a raw printing port gets no byte, and no connection but the handshake that proves it open
//       where the sweep was half-open: verdict open-acked; an industrial one at
//       most the connection that asks who it is, where the subnet policy allows that
//   I2  no connection without a permit of the Pacer
//   I3  the interview ends by its deadline and receives at most `bytes`, whatever the peer does
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/base/task.h"
#include "qingdan/model/observation.h"
#include "qingdan/probe/pacer.h"

namespace qingdan::probe {

struct InterviewSettings {
  std::chrono::milliseconds session{30'000};  // all connections together
  std::chrono::milliseconds listen{2000};     // for a peer that may speak first, at most
  std::chrono::milliseconds dial{3000};
  std::size_t bytes{1'048'576};  // received, all connections together
  int connections{6};            // follow-ups (favicon, redirects) included
  // To a port that takes them all and says nothing: enough for the whole list. Its session is as
  // many times longer, and the last questions wait no longer than `listen`.
  int silent_connections{13};
  int tls_questions{5};  // further ones, where it speaks TLS: versions, kinds of key
};

struct InterviewReport {
  model::Endpoint at;
  std::string vhost;  // as in the Subject
  // open_verified: bytes or a TLS handshake. open_acked: it took our connections and kept quiet.
  // tarpit: talks without end or trickles. open: it could not be reached again; only the sweep's
  // handshake stands.
  model::Verdict verdict{model::Verdict::open};
  std::string service;  // the conversation that recognised it, "tls" where only that; "" = none
  bool tls{false};
  bool complete{true};  // false: stopped, or the window closed, before we were through
  int connections{0};
  std::uint64_t sent{0};  // handshakes begun
  std::vector<model::Observation> observations;
};

class TlsContext;  // src/probe/tls_engine.h
struct TlsContextDeleter {
  void operator()(TlsContext* context) const;
};
using TlsContextPtr = std::unique_ptr<TlsContext, TlsContextDeleter>;
[[nodiscard]] Result<TlsContextPtr> open_tls_context();

// What the register holds of a port: the protocol by IANA's short name ("" = nothing), and whether
// it was spoken inside TLS.
struct Remembered {
  std::string protocol;
  bool tls{false};
  bool operator==(const Remembered&) const = default;
};

// What the interview is told of its port.
struct Subject {
  targets::ApprovedTarget target;
  std::chrono::nanoseconds rtt{-1};  // of the sweep's handshake, -1 = unknown
  std::string vhost;                 // name for Host and SNI; "" = by address
  bool half_open{false};             // the sweep's answer was a SYN-ACK and no handshake
  // A web server, known to be one, is asked as such and nothing else. h2, h2c: one of HTTP/2 alone,
  // inside TLS and in the clear (RFC 7540 §3.1).
  enum class Web : std::uint8_t { unknown, plain, tls, h2c, h2 };
  Web web{Web::unknown};
  Remembered remembered{};  // asked first, of what needs no care
};

// `pacer` and `tls` outlive the call.
[[nodiscard]] Awaitable<InterviewReport> interview(Pacer& pacer, TlsContext& tls, Subject subject,
                                                   InterviewSettings settings);

}  // namespace qingdan::probe
