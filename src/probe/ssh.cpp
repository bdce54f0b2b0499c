// ssh — sends our identification line at once (RFC 4253 §4.2: both sides MUST) and reads the
// server's line and its KEXINIT (§7.1). Where the KEXINIT offers what we can ask for, the host key is
// asked for on a second connection (ssh_keys.h). No user is named.
//
// Not waiting for the server's line costs nothing with SSH and draws an error out of whatever else
// sits on the port: an HTTP server answers 400.
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/ssh_kex_wire.h"
#include "ssh_keys.h"

namespace qingdan::probe {

namespace {

class Ssh final : public Conversation {
 public:
  explicit Ssh(const Setting& setting) : setting_(setting) {}

  Step on_open() override { return {net::build_ssh_ident(), false, false}; }

  Step on_received(BytesView received) override {
    heard_.keep(received);
    const auto stream = net::parse_ssh_stream(received);
    if (stream.ident) heard_.understand(heard_.rest().size());
    if (stream.complete) {
      stream.ident ? heard_.mark_complete() : heard_.mark_foreign();
      shows_key_ = stream.kexinit && !net::choose_host_key(*stream.kexinit).empty();
    }
    return {{}, stream.complete, false};
  }

  // Lines without an identification are a preamble for ever: nobody's.
  void on_end(End) override {
    if (heard_.rest().size() == heard_.all().size()) heard_.mark_foreign();
  }

  std::vector<Heard> take() override { return heard_.take(model::channel::kSsh); }

  std::vector<std::unique_ptr<Conversation>> follow_ups() override {
    std::vector<std::unique_ptr<Conversation>> next;
    if (shows_key_) next.push_back(make_ssh_keys(setting_));
    return next;
  }

 private:
  Setting setting_;
  HeardStream heard_;
  bool shows_key_{false};
};

}  // namespace

std::unique_ptr<Conversation> make_ssh(const Setting& setting) {
  return std::make_unique<Ssh>(setting);
}

}  // namespace qingdan::probe
