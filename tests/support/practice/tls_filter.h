// tls_filter — a TLS server between two byte strings, by OpenSSL's memory BIOs; no socket.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "qingdan/base/bytes.h"

namespace qingdan::practice {

class TlsFilter {
 public:
  explicit TlsFilter(SSL_CTX* context);

  // Bytes from the wire; gives what they said inside. What must go out is in to_send().
  Bytes feed(BytesView wire);
  Bytes seal(BytesView plain);  // bytes for the wire
  Bytes close_notify();

  [[nodiscard]] Bytes& to_send() { return to_send_; }
  [[nodiscard]] bool ready() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool peer_closed() const { return peer_closed_; }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  void drain();
  void judge(int outcome);

  std::unique_ptr<SSL, FreeSsl> ssl_;
  BIO* in_;  // owned by ssl_
  BIO* out_;
  Bytes to_send_;
  bool failed_ = false;
  bool peer_closed_ = false;
};

}  // namespace qingdan::practice
