// talk — runs one conversation over one connection, plain or inside TLS, under all its limits.
#pragma once

#include <chrono>
#include <cstdint>

#include "qingdan/probe/conversation.h"
#include "qingdan/probe/dialer.h"
#include "tls_engine.h"

namespace qingdan::probe {

// A byte stream the conversation runs over.
class Pipe {
 public:
  virtual ~Pipe() = default;
  [[nodiscard]] virtual Awaitable<ReadResult> read(Deadline by) = 0;
  [[nodiscard]] virtual Awaitable<bool> write(Bytes bytes, Deadline by) = 0;
};

class PlainPipe final : public Pipe {
 public:
  explicit PlainPipe(Connection& connection) : connection_(connection) {}
  Awaitable<ReadResult> read(Deadline by) override { return connection_.read(by); }
  Awaitable<bool> write(Bytes bytes, Deadline by) override {
    return connection_.write(std::move(bytes), by);
  }

 private:
  Connection& connection_;
};

class TlsPipe final : public Pipe {
 public:
  TlsPipe(Connection& connection, TlsContext& context, const TlsWish& wish)
      : connection_(connection), engine_(context, wish) {}

  // False: no TLS came about; raw() and engine() say what did. At most `most` bytes are read.
  [[nodiscard]] Awaitable<bool> handshake(Deadline by, std::size_t most);
  Awaitable<ReadResult> read(Deadline by) override;
  Awaitable<bool> write(Bytes bytes, Deadline by) override;
  [[nodiscard]] Awaitable<void> close(Deadline by);

  [[nodiscard]] const TlsEngine& engine() const { return engine_; }
  // Everything received before the handshake was done.
  [[nodiscard]] const Bytes& raw() const { return raw_; }
  [[nodiscard]] ReadOutcome last() const { return last_; }

 private:
  [[nodiscard]] Awaitable<bool> flush(Deadline by);

  Connection& connection_;
  TlsEngine engine_;
  Bytes raw_;
  ReadOutcome last_{ReadOutcome::timeout};
};

struct Talk {
  End end{End::closed};
  bool finished{false};   // the conversation had enough
  bool wants_tls{false};  // the peer agreed to be wrapped in TLS
  Bytes heard;
  std::size_t reads{0};
  std::chrono::nanoseconds lasted{0};

  // Bytes without end and without sense.
  [[nodiscard]] bool endless() const { return !finished && end == End::byte_cap; }
  // Kept the line busy until the deadline with next to nothing.
  [[nodiscard]] bool trickled() const;
};

struct TalkLimits {
  Limits own;         // of the conversation
  Deadline session;   // of the interview
  std::size_t bytes;  // left to the interview
};

// pipe, conversation and clock outlive the call.
[[nodiscard]] Awaitable<Talk> talk(Pipe& pipe, Conversation& conversation, const Clock& clock,
                                   TalkLimits limits);

}  // namespace qingdan::probe
