// connection — see connection.h.
#include "connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace qingdan::practice {
namespace {

using namespace std::chrono_literals;

// No client of ours may hold a connection for longer, however patient the player is.
constexpr auto kLongestLife = 120s;
// After our FIN the peer gets so long to send its own; closing earlier would be a reset.
constexpr auto kLinger = 3s;

}  // namespace

Connection::Connection(Loop& loop, UniqueFd socket, const ListenerSetting& setting,
                       std::function<void()> on_finished)
    : loop_(loop),
      socket_(std::move(socket)),
      setting_(setting),
      on_finished_(std::move(on_finished)),
      player_(setting.make_player()) {
  if (setting_.tls != nullptr && setting_.tls_at_once)
    tls_ = std::make_unique<TlsFilter>(setting_.tls);
}

Connection::~Connection() {
  for (const auto timer : {wake_, life_, drip_}) loop_.cancel(timer);
  loop_.forget(socket_, watch_);
  setting_.host->on_ended(*setting_.port);
}

void Connection::start() {
  wanted_ = EPOLLIN;
  watch_ = loop_.watch(socket_, wanted_, *this);
  life_ = loop_.after(kLongestLife, [this] { finish(); });
  // Inside TLS the player speaks first only when the handshake is done.
  if (!tls_) perform(player_->on_open());
}

void Connection::on_ready(std::uint32_t events) {
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) on_readable();
  if (!finished_ && (events & EPOLLOUT) != 0) write_some();
}

void Connection::on_readable() {
  std::array<std::uint8_t, 16384> buffer{};
  const auto count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (count > 0) {
    setting_.port->payload_bytes += static_cast<std::uint64_t>(count);
    if (!shut_ && !closing_) on_bytes(BytesView(buffer.data(), static_cast<std::size_t>(count)));
    return;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count == 0) {
    ++setting_.port->fins;
  } else {
    ++setting_.port->resets;
  }
  finish();
}

void Connection::on_bytes(BytesView bytes) {
  const bool first = std::exchange(first_bytes_, false);
  if (!tls_) return hear(bytes);
  if (first && answer_plain_on_tls(bytes)) return;
  const bool was_ready = tls_->ready();
  const auto plain = tls_->feed(bytes);
  out_.insert(out_.end(), tls_->to_send().begin(), tls_->to_send().end());
  tls_->to_send().clear();
  if (!was_ready && tls_->ready()) perform(player_->on_open());
  if (!plain.empty() && !finished_) hear(plain);
  if (finished_) return;
  if (tls_->failed() || tls_->peer_closed()) closing_ = true;
  write_some();
}

// A TLS record starts with its content type, 22 for a handshake (RFC 8446 5.1).
bool Connection::answer_plain_on_tls(BytesView bytes) {
  constexpr std::uint8_t kHandshake = 22;
  if (setting_.plain_on_tls.empty() || bytes[0] == kHandshake) return false;
  note_request(*setting_.port, bytes);
  tls_.reset();
  perform(hang_up(setting_.plain_on_tls));
  return true;
}

void Connection::hear(BytesView plain) {
  note_request(*setting_.port, plain);
  perform(player_->on_data(plain));
}

void Connection::perform(Act act) {
  if (finished_) return;
  if (act.reset) return finish_with_reset();
  if (!act.send.empty()) {
    const auto bytes = tls_ ? tls_->seal(act.send) : std::move(act.send);
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  if (act.close) {
    closing_ = true;
    if (tls_) {
      const auto goodbye = tls_->close_notify();
      out_.insert(out_.end(), goodbye.begin(), goodbye.end());
    }
  }
  if (act.start_tls && setting_.tls != nullptr) {
    tls_ = std::make_unique<TlsFilter>(setting_.tls);
    first_bytes_ = false;
  }
  if (act.wake > 0ms) {
    loop_.cancel(wake_);
    wake_ = loop_.after(act.wake, [this] { perform(player_->on_wake()); });
  }
  if (!out_.empty() || closing_) write_some();
}

void Connection::write_some() {
  if (finished_ || shut_) return;
  if (setting_.drip > 0ms && !out_.empty()) {
    if (drip_ == 0) drip_next();
    return;
  }
  const auto left = out_.size() - out_at_;
  if (left > 0) {
    const auto count = send(socket_.get(), out_.data() + out_at_, left, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) return on_readable();
    if (count > 0) out_at_ += static_cast<std::size_t>(count);
  }
  if (out_at_ < out_.size()) return want(EPOLLIN | EPOLLOUT);
  after_drained();
}

void Connection::after_drained() {
  out_.clear();
  out_at_ = 0;
  want(EPOLLIN);
  if (closing_) {
    shut_ = true;
    shutdown(socket_.get(), SHUT_WR);
    loop_.cancel(life_);
    life_ = loop_.after(kLinger, [this] { finish(); });
    return;
  }
  const auto more = player_->on_drained();
  if (more.send.empty() && !more.close && !more.reset) return;
  // One block a turn: an endless talker must not keep the others waiting.
  out_ = tls_ ? tls_->seal(more.send) : more.send;
  closing_ = more.close;
  want(EPOLLIN | EPOLLOUT);
}

void Connection::drip_next() {
  const auto count = send(socket_.get(), out_.data() + out_at_, 1, MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN && errno != EINTR) {
    drip_ = 0;
    return on_readable();
  }
  if (count > 0) ++out_at_;
  if (out_at_ < out_.size()) {
    drip_ = loop_.after(setting_.drip, [this] { drip_next(); });
    return;
  }
  drip_ = 0;
  after_drained();
}

void Connection::want(std::uint32_t events) {
  if (events == wanted_) return;
  wanted_ = events;
  loop_.change(socket_, watch_, events);
}

void Connection::finish() {
  if (std::exchange(finished_, true)) return;
  loop_.forget(socket_, watch_);
  loop_.after(0ms, on_finished_);
}

void Connection::finish_with_reset() {
  // Closing with a linger time of zero sends RST (socket(7), SO_LINGER).
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  finish();
}

}  // namespace qingdan::practice
