// peers — what sits behind an open port of the in-process network: one Peer per connection, without
// I/O. Polite ones, and those that scanners have fallen for.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::test {

struct Turn {
  Bytes send;
  bool close{false};
  bool reset{false};
};

class Peer {
 public:
  virtual ~Peer() = default;
  virtual Turn on_open() { return {}; }
  virtual Turn on_received(BytesView) { return {}; }
  // Said by itself, so long after its last words; asked for again after each. nullopt: no more.
  struct Words {
    std::chrono::nanoseconds after;
    Bytes bytes;
  };
  virtual std::optional<Words> next_words() { return std::nullopt; }
};
using MakePeer = std::function<std::unique_ptr<Peer>()>;

namespace peers {

struct Answer {
  std::string to;  // to what contains this ("" = anything)
  std::string reply;
  bool close{false};
};

MakePeer silent();                  // accepts, says nothing
MakePeer greets(std::string text);  // says this, answers nothing
MakePeer scripted(std::string greeting, std::vector<Answer> answers);
MakePeer closes();                                                  // accepts and closes at once
MakePeer resets();                                                  // accepts and resets at once
MakePeer trickles(std::string text, std::chrono::nanoseconds gap);  // a byte each gap, for ever
MakePeer endless(std::string line);                                 // as much as one reads
// A web server: 200 with this body to every GET, then close.
MakePeer web(std::string body, std::string headers = "Server: test\r\n");

}  // namespace peers
}  // namespace qingdan::test
