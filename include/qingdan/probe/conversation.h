// conversation — one protocol's polite identify request as a state machine without I/O.
//
// A conversation says what to send and when it has heard enough; the driver (interview) owns
// sockets, TLS, deadlines and caps. So a conversation is tested on recorded bytes, runs the same
// over TCP, inside TLS and in the in-process network, and cannot leak a socket.
//   V1  only well-formed, unauthenticated requests; no credentials, ever
//   V2  whatever was heard is kept: take() gives the partial bytes too
//   V3  a conversation never sees an address it could dial; redirects come back as FollowUp paths
// Owned by one interview; not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::probe {

// What the conversation is told of where it runs.
struct Setting {
  std::string host;        // literal for Host headers: address text (IPv6 in brackets) or a vhost
  std::string vhost;       // "" = asked by address
  std::uint16_t port{0};
  bool inside_tls{false};
  // UDP: which datagram to this port it is. Where one host may know only one of two versions of a
  // protocol, silence to the first is followed by the second, instead of the first again.
  int attempt{1};
  bool web{false};  // HTTP was recognised here
};

struct Step {
  Bytes send;              // bytes to send now; may be empty
  bool finished{false};    // enough heard; the driver closes with FIN
  bool start_tls{false};   // the peer agreed: wrap this connection in TLS, then the driver takes over
};

enum class End : std::uint8_t { closed, reset, deadline, byte_cap, silence };

// Bytes under the channel that identify will read (model/observation.h).
struct Heard {
  std::string channel;
  Bytes raw;
  bool truncated{false};
};

class Conversation {
 public:
  virtual ~Conversation() = default;

  // The connection stands (or: a datagram may go). For protocols in which the peer speaks first,
  // send nothing.
  virtual Step on_open() = 0;
  // TCP: `received` is everything received since on_open. UDP: the newest datagram.
  virtual Step on_received(BytesView received) = 0;
  // Nothing more will come.
  virtual void on_end(End) {}
  // What was heard; called once, last. Empty where the peer said nothing of use.
  virtual std::vector<Heard> take() = 0;
  // Further requests to the same endpoint, each on a new connection (a favicon, a redirect that
  // stays on the endpoint). Called after take().
  virtual std::vector<std::unique_ptr<Conversation>> follow_ups() { return {}; }
  // The peer said that this connection could have been wrapped in TLS by its protocol's own words;
  // the entry after this one in the table knows them. Called after take().
  [[nodiscard]] virtual bool offers_tls() const { return false; }
};

struct Limits {
  std::chrono::milliseconds session{8000};   // from connect to close, whatever is said
  std::chrono::milliseconds silence{3000};   // longest wait for the next byte
  std::size_t bytes{262'144};                // received in all
};

}  // namespace qingdan::probe
