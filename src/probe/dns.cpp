// dns — asks a name server for its version (version.bind) and its name (id.server, RFC 4892), both
// TXT in the CHAOS class, which servers answer of themselves: no recursion is asked for and no zone
// is touched. A server that does not know the class is not asked twice.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "probe/heard_stream.h"
#include "qingdan/net/dns_wire.h"

namespace qingdan::probe {

namespace {

constexpr std::uint8_t kFormatError = 1;  // RFC 1035 §4.1.1
constexpr std::uint8_t kNotImplemented = 4;

// What goes out and what has come, whichever way it is carried.
class Questions {
 public:
  explicit Questions(const Setting& setting)
      : id_(static_cast<std::uint16_t>(cookie_of(setting) | 1U)) {}

  [[nodiscard]] Bytes first() const { return ask("version.bind", id_); }
  [[nodiscard]] Bytes second() const {
    return ask("id.server", static_cast<std::uint16_t>(id_ + 1));
  }

  enum class Verdict { not_ours, ask_second, done };
  Verdict on_message(BytesView bytes) {
    const auto message = net::parse_dns_message(bytes);
    const auto expected = static_cast<std::uint16_t>(id_ + (asked_second_ ? 1 : 0));
    if (!message || !message->response || message->id != expected) return Verdict::not_ours;
    net::append_message(framed_, bytes);
    const bool knows = message->rcode != kFormatError && message->rcode != kNotImplemented;
    if (asked_second_ || !knows) {
      complete_ = true;
      return Verdict::done;
    }
    asked_second_ = true;
    return Verdict::ask_second;
  }

  [[nodiscard]] std::vector<Heard> take() {
    if (framed_.empty()) return {};
    return {{std::string(model::channel::kDns), std::move(framed_), !complete_}};
  }

 private:
  static Bytes ask(std::string_view name, std::uint16_t id) {
    return net::build_dns_query(name, net::kDnsTypeTxt, net::kDnsClassChaos, id);
  }

  std::uint16_t id_;
  Bytes framed_;
  bool asked_second_ = false;
  bool complete_ = false;
};

class DnsDatagrams final : public Conversation {
 public:
  explicit DnsDatagrams(const Setting& setting) : questions_(setting) {}

  Step on_open() override { return {questions_.first(), false, false}; }

  // Strays and late copies do not end the wait, the deadline does; one is kept if nothing better
  // comes.
  Step on_received(BytesView datagram) override {
    const auto verdict = questions_.on_message(datagram);
    if (verdict == Questions::Verdict::not_ours) stray_.assign(datagram.begin(), datagram.end());
    if (verdict == Questions::Verdict::ask_second) return {questions_.second(), false, false};
    return {{}, verdict == Questions::Verdict::done, false};
  }

  std::vector<Heard> take() override {
    auto answers = questions_.take();
    if (!answers.empty() || stray_.empty()) return answers;
    return {{std::string(model::channel::kUnknown), std::move(stray_), false}};
  }

 private:
  Questions questions_;
  Bytes stray_;
};

class DnsStream final : public Conversation {
 public:
  explicit DnsStream(const Setting& setting) : questions_(setting) {}

  Step on_open() override { return {net::build_dns_tcp(questions_.first()), false, false}; }

  Step on_received(BytesView received) override {
    if (heard_.over()) return {{}, true, false};
    heard_.keep(received);
    const auto extent = net::measure_dns_tcp(heard_.rest());
    if (!heard_.note(extent)) return {{}, heard_.over(), false};
    const auto verdict = questions_.on_message(heard_.rest().subspan(2, extent.size - 2));
    if (verdict == Questions::Verdict::not_ours) {
      heard_.mark_foreign();
      return {{}, true, false};
    }
    heard_.understand(extent.size);
    if (verdict == Questions::Verdict::done) return {{}, true, false};
    return {net::build_dns_tcp(questions_.second()), false, false};
  }

  std::vector<Heard> take() override {
    auto answers = questions_.take();
    return answers.empty() ? heard_.take(model::channel::kUnknown) : answers;
  }

 private:
  Questions questions_;
  HeardStream heard_;
};

}  // namespace

std::unique_ptr<Conversation> make_dns(const Setting& setting, net::Transport transport) {
  if (transport == net::Transport::udp) return std::make_unique<DnsDatagrams>(setting);
  return std::make_unique<DnsStream>(setting);
}

}  // namespace qingdan::probe
