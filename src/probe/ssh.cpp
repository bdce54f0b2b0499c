// ssh — sends our identification line at once (RFC 4253 §4.2: both sides MUST) and reads the
// server's line and its KEXINIT (§7.1). No key exchange is begun and no user named.
//
// Not waiting for the server's line costs nothing with SSH and draws an error out of whatever else
// sits on the port: an HTTP server answers 400.
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/ssh_wire.h"

namespace qingdan::probe {

namespace {

class Ssh final : public Conversation {
 public:
  Step on_open() override { return {net::build_ssh_ident(), false, false}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const auto stream = net::parse_ssh_stream(received);
    if (stream.ident) heard_.understand(heard_.rest().size());
    if (stream.complete) {
      stream.ident ? heard_.mark_complete() : heard_.mark_foreign();
    }
    return {{}, stream.complete, false};
  }

  // Lines without an identification are a preamble for ever: nobody's.
  void on_end(End) override {
    if (heard_.rest().size() == heard_.all().size()) heard_.mark_foreign();
  }

  std::vector<Heard> take() override { return heard_.take(model::channel::kSsh); }

 private:
  HeardStream heard_;
};

}  // namespace

std::unique_ptr<Conversation> make_ssh(const Setting&) { return std::make_unique<Ssh>(); }

}  // namespace qingdan::probe
