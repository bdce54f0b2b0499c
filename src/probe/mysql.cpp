// mysql — reads the server's first packet and leaves. Nothing is sent: an answer would begin a
// login. The server counts a connection without one as aborted; at max_connect_errors (100 by
// default) of them in a row without any success from the same host it may block that host, which
// one census a night does not reach.
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/mysql_wire.h"

namespace qingdan::probe {

namespace {

class Mysql final : public Conversation {
 public:
  Step on_open() override { return {}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    if (heard_.note(net::mysql_extent(received))) {
      heard_.understand(heard_.rest().size());
      heard_.mark_complete();
    }
    return {{}, heard_.over(), false};
  }

  std::vector<Heard> take() override {
    const auto greeting = net::parse_mysql_greeting(heard_.all());
    offers_tls_ = greeting && greeting->handshake && greeting->handshake->offers_tls();
    return heard_.take(model::channel::kMysql);
  }

  [[nodiscard]] bool offers_tls() const override { return offers_tls_; }

 private:
  HeardStream heard_;
  bool offers_tls_{false};
};

}  // namespace

std::unique_ptr<Conversation> make_mysql(const Setting&) { return std::make_unique<Mysql>(); }

}  // namespace qingdan::probe
