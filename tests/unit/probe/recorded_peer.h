// recorded_peer — plays the other side of a conversation from a script: each entry of `says` goes
// out once something new was asked (the first at once where the peer speaks first). TCP bytes come
// whole, in pieces, or one by one.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "qingdan/probe/conversation.h"

namespace qingdan::test {

struct Played {
  std::vector<Bytes> sent;
  std::vector<probe::Heard> heard;
  bool finished{false};
  bool start_tls{false};
};

inline void note(Played& played, probe::Step step) {
  if (!step.send.empty()) played.sent.push_back(std::move(step.send));
  played.finished = played.finished || step.finished;
  played.start_tls = played.start_tls || step.start_tls;
}

// Over TCP: entry i is said after request i was sent. `piece` bytes arrive at a time.
inline Played play_stream(probe::Conversation& conversation, const std::vector<Bytes>& says,
                          std::size_t piece, probe::End end = probe::End::closed) {
  Played played;
  Bytes received;
  note(played, conversation.on_open());
  for (std::size_t i = 0; i < says.size() && i < played.sent.size(); ++i) {
    for (std::size_t at = 0; at < says[i].size(); at += piece) {
      if (played.finished || played.start_tls) break;
      const auto chunk = BytesView(says[i]).subspan(at, std::min(piece, says[i].size() - at));
      received.insert(received.end(), chunk.begin(), chunk.end());
      note(played, conversation.on_received(received));
    }
  }
  if (!played.finished && !played.start_tls) conversation.on_end(end);
  played.heard = conversation.take();
  return played;
}

// Over UDP: all datagrams in order, until the conversation has enough.
inline Played play_datagrams(probe::Conversation& conversation, const std::vector<Bytes>& says) {
  Played played;
  note(played, conversation.on_open());
  for (const auto& datagram : says) {
    if (played.finished) break;
    note(played, conversation.on_received(datagram));
  }
  if (!played.finished) conversation.on_end(probe::End::silence);
  played.heard = conversation.take();
  return played;
}

inline probe::Setting setting_of(std::uint16_t port) { return {"192.0.2.7", "", port, false}; }

// Peers of other kinds, and worse: no conversation may claim or crash on what they say.
inline std::vector<Bytes> foreign_peers() {
  return {to_bytes("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"),
          to_bytes("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
          to_bytes("220 mail.example.org ESMTP\r\n"),
          to_bytes("+OK POP3 ready\r\n"),
          to_bytes("ERROR\r\n"),
          Bytes(10'000, 0x00),
          Bytes(10'000, 0xFF),
          Bytes(10'000, 'E'),
          Bytes(5, 0x15)};
}

}  // namespace qingdan::test
