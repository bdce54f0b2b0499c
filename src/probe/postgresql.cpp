// postgresql — asks for TLS, then for a protocol version that does not exist.
//
// Why not a StartupMessage with a user: it begins a login. The server would look the user up, log a
// failure where it cannot continue, and products with audit rules (openGauss, KingbaseES) count it.
// A version it does not know is refused before any name is read, with one line in its log, and the
// refusal is the more telling: "server supports 3.0 to 3.51" is openGauss, the ErrorResponse names
// source file, line and routine, which differ by release, and its words differ by product.
// After "S" the connection belongs to TLS (the driver reads the certificate), so the version is
// asked on a second one; after "N" the protocol goes on where it is.
#include "probe/conversations.h"
#include "probe/heard_stream.h"
#include "qingdan/net/postgres_wire.h"

namespace qingdan::probe {

namespace {

// SSLRequest and, where the answer is "N", the version request. Without `ask_tls` only the latter.
class Postgresql final : public Conversation {
 public:
  explicit Postgresql(bool ask_tls) : asking_tls_(ask_tls) {}

  Step on_open() override {
    return {asking_tls_ ? net::build_postgres_ssl_request() : net::build_postgres_version_request(),
            false, false};
  }

  Step on_received(BytesView received) override {
    if (heard_.over()) return {{}, true, false};
    heard_.keep(received);
    const auto rest = heard_.rest();
    if (rest.empty()) return {};
    if (asking_tls_ && (rest[0] == 'S' || rest[0] == 'N')) return on_tls_answer();
    if (heard_.note(net::measure_postgres_message(rest))) {
      understand(net::measure_postgres_message(rest).size);
      finish();
    }
    return {{}, heard_.over(), false};
  }

  std::vector<Heard> take() override {
    if (messages_.empty() || !heard_.rest().empty()) messages_.push_back(copy(heard_.rest()));
    // "N" may be the beginning of somebody's "No": what follows must be ours, too.
    const bool contradicted = heard_.over() && !complete_;
    auto taken = heard_.take(contradicted ? model::channel::kUnknown : model::channel::kPostgres);
    if (!taken.empty() && taken[0].channel == model::channel::kPostgres) {
      taken[0].raw = net::frame_messages(messages_);
    }
    return taken;
  }

  std::vector<std::unique_ptr<Conversation>> follow_ups() override {
    std::vector<std::unique_ptr<Conversation>> next;
    if (takes_tls_) next.push_back(std::make_unique<Postgresql>(false));
    return next;
  }

 private:
  static Bytes copy(BytesView bytes) { return {bytes.begin(), bytes.end()}; }

  void understand(std::size_t size) {
    messages_.push_back(copy(heard_.rest().first(size)));
    heard_.understand(size);
  }

  void finish() {
    heard_.mark_complete();
    complete_ = true;
  }

  // One byte and nothing behind it: whoever says more was not asked.
  Step on_tls_answer() {
    if (heard_.rest().size() > 1) {
      heard_.mark_foreign();
      return {{}, true, false};
    }
    takes_tls_ = heard_.rest()[0] == 'S';
    asking_tls_ = false;
    understand(1);
    if (!takes_tls_) return {net::build_postgres_version_request(), false, false};
    finish();
    return {{}, false, true};
  }

  HeardStream heard_;
  std::vector<Bytes> messages_;
  bool asking_tls_;
  bool takes_tls_ = false;
  bool complete_ = false;
};

}  // namespace

std::unique_ptr<Conversation> make_postgresql(const Setting& setting) {
  return std::make_unique<Postgresql>(!setting.inside_tls);
}

}  // namespace qingdan::probe
