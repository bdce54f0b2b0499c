// ssh_keys — see the header. One key of one server: the first in an order of ours of those it has, so
// that it is the same in every run. More would be as many connections that end before a login, which
// servers count (PerSourcePenalties of OpenSSH 9.8).
#include "ssh_keys.h"

#include "probe/cookie.h"
#include "probe/heard_stream.h"
#include "qingdan/net/ssh_kex_wire.h"

namespace qingdan::probe {
namespace {

class SshKeys final : public Conversation {
 public:
  explicit SshKeys(std::uint64_t seed) : seed_(seed) {}

  Step on_open() override { return {net::build_ssh_ident(), false, false}; }

  Step on_received(BytesView received) override {
    if (heard_.over()) return {{}, true, false};
    heard_.keep(received);
    if (!asked_) return ask(received);
    const auto answer = net::parse_ssh_key_stream(received);
    if (!answer.complete) return {};
    if (!answer.key) {
      heard_.mark_foreign();
      return {{}, true, false};
    }
    heard_.mark_complete();
    return {net::build_ssh_disconnect(), true, false};
  }

  // Of a connection that brought no key nothing is new.
  std::vector<Heard> take() override {
    auto heard = heard_.take(model::channel::kSshKeys);
    std::erase_if(heard, [](const Heard& one) { return one.channel != model::channel::kSshKeys; });
    return heard;
  }

 private:
  Step ask(BytesView received) {
    const auto stream = net::parse_ssh_stream(received);
    if (!stream.complete) return {};
    const auto algorithm = stream.kexinit ? net::choose_host_key(*stream.kexinit) : "";
    if (algorithm.empty()) {
      heard_.mark_foreign();
      return {{}, true, false};
    }
    asked_ = true;
    return {net::build_ssh_key_question(*stream.kexinit, algorithm, seed_), false, false};
  }

  std::uint64_t seed_;
  HeardStream heard_;
  bool asked_{false};
};

}  // namespace

std::unique_ptr<Conversation> make_ssh_keys(const Setting& setting) {
  return std::make_unique<SshKeys>(cookie_of(setting));
}

}  // namespace qingdan::probe
