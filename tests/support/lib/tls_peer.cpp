// tls_peer — see the header.
#include "support/lib/tls_peer.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan::test::peers {
namespace {

struct Free {
  void operator()(SSL_CTX* it) const { SSL_CTX_free(it); }
  void operator()(SSL* it) const { SSL_free(it); }
  void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
  void operator()(X509* it) const { X509_free(it); }
};

// Lives in one MakePeer and its copies.
struct Server {
  std::unique_ptr<EVP_PKEY, Free> key;
  std::unique_ptr<X509, Free> certificate;
  std::unique_ptr<SSL_CTX, Free> context;
  std::string alpn;
};

int choose_alpn(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offer,
                unsigned int offer_size, void* data) {
  const auto& wanted = *static_cast<const std::string*>(data);
  for (unsigned int at = 0; at < offer_size; at += 1U + offer[at]) {
    const auto name = as_text({offer + at + 1, offer[at]});
    if (name != wanted) continue;
    *chosen = offer + at + 1;
    *size = offer[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

using Certificate = std::unique_ptr<X509, Free>;

Certificate self_signed(EVP_PKEY* key, const std::string& common_name) {
  Certificate made(X509_new());
  auto* certificate = made.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, key);
  auto* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, as_bytes(common_name).data(), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  QD_ENSURES(X509_sign(certificate, key, EVP_sha256()) > 0);
  return made;
}

std::shared_ptr<Server> make_server(const TlsOptions& options) {
  auto server = std::make_shared<Server>();
  server->key.reset(EVP_EC_gen("P-256"));
  server->certificate = self_signed(server->key.get(), options.common_name);
  server->context.reset(SSL_CTX_new(TLS_server_method()));
  auto* context = server->context.get();
  SSL_CTX_set_security_level(context, 0);
  if (!options.anonymous) {
    SSL_CTX_use_certificate(context, server->certificate.get());
    SSL_CTX_use_PrivateKey(context, server->key.get());
  }
  if (options.rsa) {
    const std::unique_ptr<EVP_PKEY, Free> key(EVP_RSA_gen(2048));
    const auto certificate = self_signed(key.get(), options.common_name);
    SSL_CTX_use_certificate(context, certificate.get());
    SSL_CTX_use_PrivateKey(context, key.get());
  }
  if (options.most_version != 0) {
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, options.most_version);
  }
  if (options.least_version != 0) SSL_CTX_set_min_proto_version(context, options.least_version);
  // No cipher in common: the library's own way to say handshake_failure.
  if (options.anonymous) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "aNULL:@SECLEVEL=0");
    SSL_CTX_set_dh_auto(context, 1);
  }
  if (options.refuse) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "PSK");
  }
  server->alpn = options.alpn;
  if (!options.alpn.empty()) SSL_CTX_set_alpn_select_cb(context, &choose_alpn, &server->alpn);
  return server;
}

class TlsPeer final : public Peer {
 public:
  TlsPeer(std::shared_ptr<Server> server, std::unique_ptr<Peer> inside)
      : server_(std::move(server)),
        ssl_(SSL_new(server_->context.get())),
        in_(BIO_new(BIO_s_mem())),
        out_(BIO_new(BIO_s_mem())),
        inside_(std::move(inside)) {
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_accept_state(ssl_.get());
  }

  Turn on_received(BytesView received) override {
    BIO_write(in_, received.data(), static_cast<int>(received.size()));
    Turn turn;
    if (!established_) {
      const int done = SSL_do_handshake(ssl_.get());
      const int why = SSL_get_error(ssl_.get(), done);
      turn.close = done != 1 && why != SSL_ERROR_WANT_READ;
      if (done == 1) {
        established_ = true;
        say(inside_->on_open(), turn);
      }
    }
    if (established_) hear(turn);
    turn.send = outgoing();
    return turn;
  }

 private:
  void hear(Turn& turn) {
    std::array<std::uint8_t, 16'384> chunk{};
    while (true) {
      const int got = SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size()));
      if (got <= 0) return;
      say(inside_->on_received(BytesView(chunk.data(), static_cast<std::size_t>(got))), turn);
    }
  }
  void say(Turn inner, Turn& turn) {
    if (!inner.send.empty()) {
      SSL_write(ssl_.get(), inner.send.data(), static_cast<int>(inner.send.size()));
    }
    if (inner.close) SSL_shutdown(ssl_.get());
    turn.close = turn.close || inner.close;
    turn.reset = turn.reset || inner.reset;
  }
  Bytes outgoing() {
    Bytes bytes(BIO_ctrl_pending(out_));
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }

  std::shared_ptr<Server> server_;
  std::unique_ptr<SSL, Free> ssl_;
  BIO* in_;   // owned by ssl_
  BIO* out_;  // owned by ssl_
  std::unique_ptr<Peer> inside_;
  bool established_{false};
};

class StartsTls final : public Peer {
 public:
  StartsTls(std::unique_ptr<Peer> before, std::string trigger, std::string agreed,
            std::unique_ptr<Peer> after)
      : before_(std::move(before)),
        trigger_(std::move(trigger)),
        agreed_(std::move(agreed)),
        after_(std::move(after)) {}

  Turn on_open() override { return before_->on_open(); }
  Turn on_received(BytesView received) override {
    if (started_) return after_->on_received(received);
    if (as_text(received).find(trigger_) == std::string_view::npos) {
      return before_->on_received(received);
    }
    started_ = true;
    return {to_bytes(agreed_)};
  }

 private:
  std::unique_ptr<Peer> before_;
  std::string trigger_, agreed_;
  std::unique_ptr<Peer> after_;
  bool started_{false};
};

}  // namespace

MakePeer starts_tls(MakePeer before, std::string trigger, std::string agreed, MakePeer after) {
  return [=]() -> std::unique_ptr<Peer> {
    return std::make_unique<StartsTls>(before(), trigger, agreed, after());
  };
}

MakePeer tls(MakePeer inside, TlsOptions options) {
  auto server = make_server(options);
  return [server = std::move(server), inside = std::move(inside)]() -> std::unique_ptr<Peer> {
    return std::make_unique<TlsPeer>(server, inside());
  };
}

}  // namespace qingdan::test::peers
