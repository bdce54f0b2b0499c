// player — one protocol played as a server: bytes in, bytes out, no sockets.
//
// The connection driver owns the socket, TLS, pacing and counting; a player only says what a real
// server of its kind would say. Replies are built from the protocols' own documents and share no
// code with the product's parsers, so a mistake cannot cancel itself out.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "qingdan/base/bytes.h"
#include "settings.h"

namespace qingdan::practice {

struct Act {
  Bytes send{};                       // now
  bool close{false};                  // FIN after what was sent
  bool reset{false};                  // RST at once
  bool start_tls{false};              // the next byte of the peer belongs to TLS
  std::chrono::milliseconds wake{0};  // > 0: call on_wake after so long
};

inline Act say(std::string_view text) { return {.send = to_bytes(text)}; }
inline Act say(Bytes bytes) { return {.send = std::move(bytes)}; }
inline Act hang_up(std::string_view last_words = {}) {
  return {.send = to_bytes(last_words), .close = true};
}

class Player {
 public:
  virtual ~Player() = default;
  virtual Act on_open() { return {}; }
  virtual Act on_data(BytesView fresh) = 0;
  virtual Act on_drained() { return {}; }  // all that was said has left
  virtual Act on_wake() { return {}; }
};

// Where a player stands; some say their own address or derive an identity from it.
struct Seat {
  std::string ip;
  std::uint16_t port{0};
  bool tls{false};
};

using PlayerMaker = std::function<std::unique_ptr<Player>()>;
// Answers one datagram; empty = keeps quiet.
using DatagramPlayer = std::function<Bytes(BytesView)>;

// A kind of service that a description may ask for by `play = "name"`.
struct Role {
  std::string_view name;
  std::string_view protocol;  // IANA's short name; "" = nobody can tell
  std::string_view verdict;   // what a careful census should hold of the port
  PlayerMaker (*make)(const Settings&, const Seat&);              // null: not over TCP
  DatagramPlayer (*make_datagram)(const Settings&, const Seat&);  // null: not over UDP
};

// The list; null where no player has this name.
[[nodiscard]] const Role* find_role(std::string_view name);

}  // namespace qingdan::practice
