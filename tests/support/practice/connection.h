// connection — one accepted TCP connection: socket, TLS, pacing and counting around a player.
#pragma once

#include <functional>
#include <memory>

#include "ledger.h"
#include "loop.h"
#include "player.h"
#include "tls_filter.h"

namespace qingdan::practice {

// What all connections of one listener share; the listener outlives them.
struct ListenerSetting {
  PlayerMaker make_player;
  SSL_CTX* tls{nullptr};              // null: plain
  bool tls_at_once{false};            // false with a context: only after STARTTLS or its like
  std::string plain_on_tls;           // what an HTTPS server says to plain HTTP; "" = TLS alert
  std::chrono::milliseconds drip{0};  // > 0: one byte at a time, so far apart
  HostLog* host{nullptr};
  PortLog* port{nullptr};
};

class Connection final : public Loop::Handler {
 public:
  Connection(Loop& loop, UniqueFd socket, const ListenerSetting& setting,
             std::function<void()> on_finished);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  void on_ready(std::uint32_t events) override;

 private:
  void on_readable();
  void on_bytes(BytesView bytes);
  void hear(BytesView plain);
  bool answer_plain_on_tls(BytesView bytes);
  void perform(Act act);
  void write_some();
  void after_drained();
  void want(std::uint32_t events);
  void drip_next();
  void finish();  // asks the owner to destroy this
  void finish_with_reset();

  Loop& loop_;
  UniqueFd socket_;
  const ListenerSetting& setting_;
  std::function<void()> on_finished_;
  std::unique_ptr<Player> player_;
  std::unique_ptr<TlsFilter> tls_;
  Loop::Id watch_ = 0, wake_ = 0, life_ = 0, drip_ = 0;
  std::uint32_t wanted_ = 0;
  Bytes out_;
  std::size_t out_at_ = 0;
  bool first_bytes_ = true;
  bool closing_ = false;  // FIN once out_ is empty
  bool shut_ = false;     // FIN sent, waiting for the peer's
  bool finished_ = false;
};

}  // namespace qingdan::practice
