// tls_hello — one ClientHello that asks for one version, or for one kind of key, and what the
// server says to it in the clear. It leaves by the two alerts of a client that changed its mind:
// nothing is agreed, no key is made, no secret of the server is touched.
#include "probe/conversations.h"
#include "probe/cookie.h"
#include "qingdan/model/observation.h"
#include "qingdan/net/tls_wire.h"

namespace qingdan::probe {
namespace {

class TlsHello final : public Conversation {
 public:
  TlsHello(net::TlsVersion most, net::TlsKeys keys, const Setting& setting)
      : question_{most, keys, setting.vhost, cookie_of(setting), setting.web} {}

  Step on_open() override { return {net::build_tls_hello(question_), false, false}; }

  Step on_received(BytesView received) override {
    heard_.assign(received.begin(), received.end());
    constexpr std::size_t kRecordHeader = 5;
    const auto answer = net::parse_tls_answer(received);
    if (!answer) return {{}, received.size() >= kRecordHeader, false};
    if (!answer->complete) return {};
    end_ = net::TlsEnd::heard;
    // Whoever refused or hung up needs no word from us.
    if (answer->alert || answer->version == 0) return {{}, true, false};
    const bool latest = answer->version >= net::number_of(net::TlsVersion::tls13);
    return {
        net::build_tls_goodbye(latest ? net::number_of(net::TlsVersion::tls12) : answer->version),
        true, false};
  }

  void on_end(End end) override {
    const bool hung_up = end == End::closed || end == End::reset;
    end_ = hung_up ? net::TlsEnd::closed : net::TlsEnd::silent;
  }

  std::vector<Heard> take() override {
    const net::TlsRecordOfAnswer record{question_.most, question_.keys, end_, heard_};
    return {{std::string(model::channel::kTlsAnswer), net::write_tls_record(record),
             end_ == net::TlsEnd::silent}};
  }

 private:
  net::TlsQuestion question_;
  Bytes heard_;
  net::TlsEnd end_{net::TlsEnd::silent};
};

template <net::TlsVersion Most, net::TlsKeys Keys>
ConversationPtr make(const Setting& setting) {
  return std::make_unique<TlsHello>(Most, Keys, setting);
}

}  // namespace

ConversationPtr make_tls_13(const Setting& setting) {
  return make<net::TlsVersion::tls13, net::TlsKeys::any>(setting);
}
ConversationPtr make_tls_12(const Setting& setting) {
  return make<net::TlsVersion::tls12, net::TlsKeys::any>(setting);
}
ConversationPtr make_tls_11(const Setting& setting) {
  return make<net::TlsVersion::tls11, net::TlsKeys::any>(setting);
}
ConversationPtr make_tls_10(const Setting& setting) {
  return make<net::TlsVersion::tls10, net::TlsKeys::any>(setting);
}
ConversationPtr make_tlcp(const Setting& setting) {
  return make<net::TlsVersion::tlcp, net::TlsKeys::any>(setting);
}
ConversationPtr make_tls_rsa(const Setting& setting) {
  return make<net::TlsVersion::tls12, net::TlsKeys::rsa>(setting);
}
ConversationPtr make_tls_ecc(const Setting& setting) {
  return make<net::TlsVersion::tls12, net::TlsKeys::ecc>(setting);
}

}  // namespace qingdan::probe
