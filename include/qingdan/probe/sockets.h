// sockets — the seam to the operating system's network. Two implementations: Boost.Asio, and the
// in-process network of the tests. Nothing but Dialer may call connect() and open_udp().
//
// What the network does is data: every outcome is a word, never an Error or an exception.
// One io_context, one thread: no strand, no mutex. Destroying a stream closes its socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "qingdan/base/bytes.h"
#include "qingdan/base/task.h"
#include "qingdan/probe/alarms.h"
#include "qingdan/targets/approved_target.h"

namespace qingdan::probe {

enum class DialOutcome : std::uint8_t {
  connected,
  refused,       // RST: closed, no retry
  timeout,       // nothing came
  unreachable,   // a router or our own stack says there is no way
  prohibited,    // an administrative no (EACCES, EPERM)
  exhausted,     // *our* end: no descriptor, no port, no memory
  out_of_scope,  // the guard said no; nothing was sent
  aborted        // the run was stopped meanwhile
};
[[nodiscard]] std::string_view to_string(DialOutcome outcome);

enum class ReadOutcome : std::uint8_t { bytes, closed, reset, timeout, aborted };

struct ReadResult {
  ReadOutcome outcome{ReadOutcome::timeout};
  Bytes bytes;  // 1..64 KiB where outcome is bytes
};

class Stream {
 public:
  virtual ~Stream() = default;
  [[nodiscard]] virtual Awaitable<ReadResult> read(Deadline by) = 0;
  // False: the peer is gone, or does not take it by then.
  [[nodiscard]] virtual Awaitable<bool> write(Bytes bytes, Deadline by) = 0;
  // FIN, then reads what is still coming until the peer's FIN, at most until `by` and 64 KiB. The
  // destructor alone may answer unread bytes with RST, which some devices take badly.
  [[nodiscard]] virtual Awaitable<void> finish(Deadline by) = 0;
};

struct Connected {
  DialOutcome outcome{DialOutcome::timeout};
  std::unique_ptr<Stream> stream;    // where outcome is connected
  std::chrono::nanoseconds rtt{-1};  // of the handshake or the refusal
};

enum class DatagramOutcome : std::uint8_t {
  bytes,
  refused,  // ICMP port unreachable
  unreachable,
  timeout,
  exhausted,
  out_of_scope,
  aborted
};

struct Datagram {
  DatagramOutcome outcome{DatagramOutcome::timeout};
  Bytes bytes;
};

// Whose datagrams are taken for answers. TFTP (RFC 1350 §4), SSDP and WS-Discovery are answered from
// a port that the server chooses anew; everything else comes from the port that was asked. Other
// addresses are never listened to.
enum class AnswersFrom : std::uint8_t { asked_port, any_port };

// Bound to its target: sends go to it alone, and nobody else's datagrams are heard.
class DatagramSocket {
 public:
  virtual ~DatagramSocket() = default;
  // bytes: sent. Whatever else: not sent.
  [[nodiscard]] virtual DatagramOutcome send(BytesView bytes) = 0;
  [[nodiscard]] virtual Awaitable<Datagram> receive(Deadline by) = 0;
};

class Sockets {
 public:
  virtual ~Sockets() = default;
  [[nodiscard]] virtual Executor executor() = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;
  [[nodiscard]] virtual Alarms& alarms() = 0;
  // How many sockets may be open at once (RLIMIT_NOFILE less a reserve for files and databases).
  [[nodiscard]] virtual std::size_t capacity() const = 0;

  [[nodiscard]] virtual Awaitable<Connected> connect(targets::ApprovedTarget target,
                                                     Deadline by) = 0;
  // The address of ours from which a packet to `peer` would leave; nullopt: nobody can tell.
  [[nodiscard]] virtual std::optional<net::Address> source_of(const net::Address&) {
    return std::nullopt;
  }
  // Of connections from now on: how much a peer may send before we have read it.
  virtual void limit_receive_window(int /*bytes*/) {}
  // nullptr: no descriptor.
  [[nodiscard]] virtual std::unique_ptr<DatagramSocket> open_udp(
      const targets::ApprovedTarget& target, AnswersFrom from) = 0;
};

// The real network. Lifts the soft limit of descriptors to the hard one. `executor` belongs to an
// io_context run by one thread; the clock and the context must outlive the result.
[[nodiscard]] std::unique_ptr<Sockets> make_sockets(Executor executor, const Clock& clock);

}  // namespace qingdan::probe
