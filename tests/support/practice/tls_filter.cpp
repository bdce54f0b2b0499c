// tls_filter — see tls_filter.h.
#include "tls_filter.h"

#include <openssl/err.h>

#include <array>
#include <utility>

namespace qingdan::practice {

TlsFilter::TlsFilter(SSL_CTX* context)
    : ssl_(SSL_new(context)), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  SSL_set_bio(ssl_.get(), in_, out_);
  SSL_set_accept_state(ssl_.get());
}

void TlsFilter::drain() {
  std::array<std::uint8_t, 8192> buffer{};
  for (int count = 0;
       (count = BIO_read(out_, buffer.data(), static_cast<int>(buffer.size()))) > 0;) {
    to_send_.insert(to_send_.end(), buffer.begin(), buffer.begin() + count);
  }
}

void TlsFilter::judge(int outcome) {
  const int why = SSL_get_error(ssl_.get(), outcome);
  ERR_clear_error();
  if (why == SSL_ERROR_ZERO_RETURN) peer_closed_ = true;
  if (why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL) failed_ = true;
}

Bytes TlsFilter::feed(BytesView wire) {
  BIO_write(in_, wire.data(), static_cast<int>(wire.size()));
  Bytes plain;
  if (!ready()) {
    const int outcome = SSL_do_handshake(ssl_.get());
    if (outcome != 1) judge(outcome);
  }
  std::array<std::uint8_t, 16384> buffer{};
  while (ready() && !failed_) {
    const int count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0) {
      judge(count);
      break;
    }
    plain.insert(plain.end(), buffer.begin(), buffer.begin() + count);
  }
  drain();
  return plain;
}

Bytes TlsFilter::seal(BytesView plain) {
  if (ready() && !plain.empty())
    SSL_write(ssl_.get(), plain.data(), static_cast<int>(plain.size()));
  drain();
  return std::exchange(to_send_, {});
}

Bytes TlsFilter::close_notify() {
  SSL_shutdown(ssl_.get());
  drain();
  return std::exchange(to_send_, {});
}

}  // namespace qingdan::practice
