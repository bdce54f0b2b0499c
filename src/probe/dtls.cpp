// dtls — a ClientHello without a cookie, and where the server wants to see one first (RFC 6347
// §4.2.1), the same again with it; then the server's hello and certificates are heard. It leaves by
// the two alerts of a client that changed its mind, so that the server need not repeat its flight:
// nothing is agreed, no key is made.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/dtls_wire.h"
#include "qingdan/net/frames.h"

namespace qingdan::probe {
namespace {

// RFC 6347 §4.1.1.1 lets fragments be as small as the way demands: 64 of 228 bytes, which is what
// OpenSSL falls back to, are a chain of four long certificates.
constexpr int kDatagramsMost = 64;
constexpr int kStraysMost = 16;

class Dtls final : public Conversation {
 public:
  explicit Dtls(const Setting& setting) : seed_(cookie_of(setting)) {}

  Step on_open() override { return {net::build_dtls_client_hello(seed_), false, false}; }

  // Strays do not end the wait, the deadline does; the last is kept if nothing better comes.
  Step on_received(BytesView datagram) override {
    if (!net::is_dtls_reply(datagram)) {
      stray_.assign(datagram.begin(), datagram.end());
      return {{}, ++strays_ == kStraysMost, false};
    }
    net::append_message(heard_, datagram);
    const bool full = ++answers_ == kDatagramsMost || heard_.size() > net::kDtlsFlightMax;
    const auto reply = net::parse_dtls_reply(heard_);
    if (!reply) return {{}, full, false};
    const auto& answer = reply->answer;
    cut_ = answer.version != 0 && !answer.complete;
    if (answer.complete || full) {
      // Whoever refused needs no word from us.
      const bool waits = answer.version != 0 && !answer.alert;
      return {waits ? goodbye(answer.version) : Bytes{}, true, false};
    }
    if (!reply->cookie || reply->cookie->empty() || asked_again_ || answer.version != 0) return {};
    asked_again_ = true;
    return {net::build_dtls_client_hello(seed_, *reply->cookie), false, false};
  }

  std::vector<Heard> take() override {
    if (answers_ > 0) return {{std::string(model::channel::kDtls), std::move(heard_), cut_}};
    if (stray_.empty()) return {};
    return {{std::string(model::channel::kUnknown), std::move(stray_), false}};
  }

 private:
  static Bytes goodbye(std::uint16_t version) {
    const auto lowest = net::number_of(net::TlsVersion::dtls10);
    const auto usual = net::number_of(net::TlsVersion::dtls12);
    // RFC 9147 §4: the records of 1.3 say 1.2.
    return net::build_dtls_goodbye(version == lowest ? lowest : usual);
  }

  std::uint64_t seed_;
  Bytes heard_, stray_;
  int answers_ = 0, strays_ = 0;
  bool asked_again_ = false;
  bool cut_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_dtls(const Setting& setting) {
  return std::make_unique<Dtls>(setting);
}

}  // namespace qingdan::probe
