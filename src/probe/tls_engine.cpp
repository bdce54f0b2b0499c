// tls_engine — see the header.
#include "tls_engine.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

struct ContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// TLS record header, RFC 8446 §5.1: content type 20..24, then the legacy version 3.x, or 1.1 of
// TLCP (GB/T 38636-2020 §6.3.3.2).
bool looks_like_record(BytesView bytes) {
  if (bytes.size() < 3 || bytes[0] < 20 || bytes[0] > 24) return false;
  return (bytes[1] == 3 && bytes[2] <= 4) || (bytes[1] == 1 && bytes[2] == 1);
}

std::string drain_errors() {
  std::string text;
  while (const auto code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (text.empty() && reason != nullptr) text = reason;
  }
  return text;
}

// RFC 7301 §3.1: length-prefixed names.

}  // namespace

class TlsContext {
 public:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

 private:
  std::unique_ptr<SSL_CTX, ContextFree> context_;
};

void TlsContextDeleter::operator()(TlsContext* context) const { delete context; }

Result<TlsContextPtr> open_tls_context() {
  SSL_CTX* made = SSL_CTX_new(TLS_client_method());
  if (made == nullptr) {
    return Error{ErrorCode::internal, "TLS cannot be set up: OpenSSL says " + drain_errors(),
                 "probe: tls_engine"};
  }
  TlsContextPtr context(new TlsContext(made));
  SSL_CTX_set_security_level(made, 0);
  SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(made, SSL_OP_LEGACY_SERVER_CONNECT |
                                SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                SSL_OP_IGNORE_UNEXPECTED_EOF);
  // eNULL and aNULL stay out: a peer that agrees to either has no certificate to show. Who has none
  // to show is asked so by a wish of its own.
  if (SSL_CTX_set_min_proto_version(made, TLS1_VERSION) != 1 ||
      SSL_CTX_set_cipher_list(made, "ALL:!eNULL:!aNULL:@SECLEVEL=0") != 1) {
    return Error{ErrorCode::internal, "TLS cannot be set up: OpenSSL says " + drain_errors(),
                 "probe: tls_engine"};
  }
  // What it may send of algorithms the library still knows, SHA-1 signatures of old boxes included;
  // a library built without them keeps its defaults.
  if (SSL_CTX_set1_sigalgs_list(made,
                                "ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256:ed25519:ECDSA+SHA384:"
                                "RSA-PSS+SHA384:RSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA512:RSA+SHA512:"
                                "ECDSA+SHA1:RSA+SHA1") != 1) {
    drain_errors();
  }
  return context;
}

struct TlsEngine::Held {
  std::unique_ptr<SSL, SslFree> ssl;
  BIO* in{nullptr};   // owned by ssl
  BIO* out{nullptr};  // owned by ssl
  TlsState state{TlsState::handshaking};
  bool first_bytes{true};
  bool spoke{false};
  int alert{-1};  // the description of a fatal alert the peer sent
  Bytes head;     // of what came first, until a record can be told
};

namespace {

constexpr int kExIndex = 0;  // app data slot of SSL

// The state machine tells of alerts only here.
void on_info(const SSL* ssl, int where, int value) {
  const bool received = (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT;
  const bool fatal = (value >> 8) == SSL3_AL_FATAL;
  if (!received || !fatal) return;
  auto* alert = static_cast<int*>(SSL_get_ex_data(ssl, kExIndex));
  if (alert != nullptr) *alert = value & 0xFF;
}

}  // namespace

TlsEngine::TlsEngine(TlsContext& context, const TlsWish& wish) : held_(std::make_unique<Held>()) {
  auto& held = *held_;
  held.ssl.reset(SSL_new(context.get()));
  held.in = BIO_new(BIO_s_mem());
  held.out = BIO_new(BIO_s_mem());
  QD_ENSURES(held.ssl && held.in && held.out);  // out of memory
  SSL_set_bio(held.ssl.get(), held.in, held.out);
  SSL_set_connect_state(held.ssl.get());
  SSL_set_ex_data(held.ssl.get(), kExIndex, &held.alert);
  SSL_set_info_callback(held.ssl.get(), &on_info);
  if (!wish.sni.empty()) {
    // SSL_set_tlsext_host_name() without its C cast; the library copies the name.
    std::string name = wish.sni;
    SSL_ctrl(held.ssl.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  }
  if (wish.anonymous) {
    // 1.3 has no such suites.
    SSL_set_max_proto_version(held.ssl.get(), TLS1_2_VERSION);
    SSL_set_cipher_list(held.ssl.get(), "aNULL:!eNULL:@SECLEVEL=0");
  }
  if (!wish.alpn.empty()) {
    ByteWriter list;
    list.u8(static_cast<std::uint8_t>(wish.alpn.size())).text(wish.alpn);
    SSL_set_alpn_protos(held.ssl.get(), list.view().data(), static_cast<unsigned>(list.size()));
  }
}

TlsEngine::~TlsEngine() = default;

TlsState TlsEngine::advance() {
  auto& held = *held_;
  if (held.state != TlsState::handshaking) return held.state;
  ERR_clear_error();
  const int done = SSL_do_handshake(held.ssl.get());
  if (done == 1) {
    held.state = TlsState::established;
    return held.state;
  }
  const int why = SSL_get_error(held.ssl.get(), done);
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) held.state = TlsState::failed;
  drain_errors();
  return held.state;
}

void TlsEngine::on_received(BytesView bytes) {
  auto& held = *held_;
  if (held.first_bytes) {
    held.head.insert(held.head.end(), bytes.begin(), bytes.end());
    held.spoke = looks_like_record(held.head);
    held.first_bytes = held.head.size() < 3;
  }
  std::size_t put = 0;
  while (put < bytes.size()) {
    const int wrote = BIO_write(held.in, bytes.data() + put, static_cast<int>(bytes.size() - put));
    QD_ENSURES(wrote > 0);  // a memory BIO takes all unless memory ends
    put += static_cast<std::size_t>(wrote);
  }
}

Bytes TlsEngine::take_outgoing() {
  Bytes bytes(BIO_ctrl_pending(held_->out));
  if (bytes.empty()) return bytes;
  const int got = BIO_read(held_->out, bytes.data(), static_cast<int>(bytes.size()));
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

Bytes TlsEngine::take_plain() {
  Bytes plain;
  if (held_->state != TlsState::established) return plain;
  std::array<std::uint8_t, 16'384> chunk{};  // RFC 8446 §5.1: the largest fragment
  ERR_clear_error();
  while (true) {
    const int got = SSL_read(held_->ssl.get(), chunk.data(), static_cast<int>(chunk.size()));
    if (got <= 0) {
      const int why = SSL_get_error(held_->ssl.get(), got);
      if (why == SSL_ERROR_ZERO_RETURN) held_->state = TlsState::closed;
      if (why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL) held_->state = TlsState::failed;
      drain_errors();
      return plain;
    }
    plain.insert(plain.end(), chunk.data(), chunk.data() + got);
  }
}

void TlsEngine::write(BytesView plain) {
  QD_EXPECTS(held_->state == TlsState::established);
  if (plain.empty()) return;
  ERR_clear_error();
  const int put = SSL_write(held_->ssl.get(), plain.data(), static_cast<int>(plain.size()));
  if (put <= 0) held_->state = TlsState::failed;
  drain_errors();
}

void TlsEngine::close() {
  if (held_->state != TlsState::established) return;
  ERR_clear_error();
  SSL_shutdown(held_->ssl.get());
  drain_errors();
}

TlsState TlsEngine::state() const { return held_->state; }

bool TlsEngine::spoke_tls() const { return held_->spoke; }

std::optional<net::TlsVersion> TlsEngine::version() const {
  if (SSL_is_init_finished(held_->ssl.get()) == 0) return std::nullopt;
  return net::tls_version_of(static_cast<std::uint16_t>(SSL_version(held_->ssl.get())));
}

int TlsEngine::alert() const { return held_->alert; }

std::string_view TlsEngine::alpn() const {
  const unsigned char* chosen = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(held_->ssl.get(), &chosen, &size);
  return as_text({chosen, size});
}

std::string TlsEngine::session_text() const {
  const auto* ssl = held_->ssl.get();
  if (SSL_is_init_finished(ssl) == 0) {
    if (held_->alert < 0) return "";
    return std::string("TLS\n\n\nalert: ") + SSL_alert_desc_string_long(held_->alert) + "\n";
  }
  const auto* cipher = SSL_get_current_cipher(ssl);
  std::string text = SSL_get_version(ssl);
  // The name of the standards (TLS_…), not OpenSSL's own.
  const char* name = cipher == nullptr ? nullptr : SSL_CIPHER_standard_name(cipher);
  text += "\n" + std::string(name == nullptr ? "" : name) + "\n";
  text += std::string(alpn()) + "\n";
  return text;
}

std::vector<Bytes> TlsEngine::chain() const {
  std::vector<Bytes> certificates;
  STACK_OF(X509)* sent = SSL_get_peer_cert_chain(held_->ssl.get());
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    const X509* certificate = sk_X509_value(sent, i);
    const int size = i2d_X509(certificate, nullptr);
    if (size <= 0) continue;
    Bytes der(static_cast<std::size_t>(size));
    auto* to = der.data();
    i2d_X509(certificate, &to);
    certificates.push_back(std::move(der));
  }
  drain_errors();
  return certificates;
}

}  // namespace qingdan::probe
