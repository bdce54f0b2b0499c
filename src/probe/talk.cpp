// talk — see the header. Three limits at once, as each alone has been beaten by some peer: silence
// between bytes, time in all, bytes in all (lesson 21).
#include "talk.h"

#include <algorithm>

namespace qingdan::probe {
namespace {

// A person types faster than this; what is slower for a whole session wants to hold us.
constexpr double kTrickleBytesPerSecond = 32;
constexpr std::size_t kTrickleReads = 3;

End end_of(ReadOutcome outcome) {
  switch (outcome) {
    case ReadOutcome::reset:
      return End::reset;
    case ReadOutcome::timeout:
    case ReadOutcome::aborted:
      return End::silence;
    case ReadOutcome::bytes:
    case ReadOutcome::closed:
      break;
  }
  return End::closed;
}

}  // namespace

bool Talk::trickled() const {
  if (finished || end != End::deadline || reads < kTrickleReads) return false;
  const double seconds = std::chrono::duration<double>(lasted).count();
  return static_cast<double>(heard.size()) < kTrickleBytesPerSecond * seconds;
}

Awaitable<bool> TlsPipe::flush(Deadline by) {
  auto bytes = engine_.take_outgoing();
  if (bytes.empty()) co_return true;
  auto written = co_await connection_.write(std::move(bytes), by);
  co_return written;
}

Awaitable<bool> TlsPipe::handshake(Deadline by, std::size_t most) {
  while (true) {
    const auto state = engine_.advance();
    // Also where it failed: our alert is the polite way to part.
    auto flushed = co_await flush(by);
    if (state != TlsState::handshaking) co_return state == TlsState::established;
    auto got = co_await connection_.read(by);
    last_ = got.outcome;
    if (got.outcome != ReadOutcome::bytes) co_return false;
    raw_.insert(raw_.end(), got.bytes.begin(), got.bytes.end());
    engine_.on_received(got.bytes);
    if (raw_.size() > most) co_return false;
    // A failed write with bytes still to read is a peer that closed after its alert.
    if (!flushed && engine_.state() == TlsState::failed) co_return false;
  }
}

Awaitable<ReadResult> TlsPipe::read(Deadline by) {
  ReadResult result;
  while (true) {
    result.bytes = engine_.take_plain();
    if (!result.bytes.empty()) {
      result.outcome = ReadOutcome::bytes;
      co_return result;
    }
    if (engine_.state() != TlsState::established) {
      result.outcome = ReadOutcome::closed;
      co_return result;
    }
    auto got = co_await connection_.read(by);
    if (got.outcome != ReadOutcome::bytes) {
      result.outcome = got.outcome;
      co_return result;
    }
    engine_.on_received(got.bytes);
  }
}

Awaitable<bool> TlsPipe::write(Bytes bytes, Deadline by) {
  if (engine_.state() != TlsState::established) co_return false;
  engine_.write(bytes);
  auto flushed = co_await flush(by);
  co_return flushed;
}

Awaitable<void> TlsPipe::close(Deadline by) {
  engine_.close();
  co_await flush(by);
}

Awaitable<Talk> talk(Pipe& pipe, Conversation& conversation, const Clock& clock,
                     TalkLimits limits) {
  Talk result;
  const auto begun = clock.steady();
  const auto by = std::min(begun + limits.own.session, limits.session.at);
  const auto most = std::min(limits.own.bytes, limits.bytes);
  auto step = conversation.on_open();
  while (true) {
    if (!step.send.empty()) {
      // Where the peer no longer takes it, what it said before it left is still to be read.
      co_await pipe.write(std::move(step.send), Deadline{by});
    }
    result.wants_tls = step.start_tls;
    result.finished = step.finished || step.start_tls;
    if (result.finished) break;
    const Deadline next{std::min(clock.steady() + limits.own.silence, by)};
    auto got = co_await pipe.read(next);
    if (got.outcome != ReadOutcome::bytes) {
      result.end = end_of(got.outcome);
      if (got.outcome == ReadOutcome::timeout && clock.steady() >= by) result.end = End::deadline;
      break;
    }
    ++result.reads;
    const auto room = most - std::min(most, result.heard.size());
    const auto kept = static_cast<std::ptrdiff_t>(std::min(room, got.bytes.size()));
    result.heard.insert(result.heard.end(), got.bytes.begin(), got.bytes.begin() + kept);
    step = conversation.on_received(result.heard);
    if (result.heard.size() < most || step.finished) continue;
    result.end = End::byte_cap;
    break;
  }
  if (!result.finished) conversation.on_end(result.end);
  result.lasted = clock.steady() - begun;
  co_return result;
}

}  // namespace qingdan::probe
