// certificates — keys and X.509 certificates that are the same in every start of the program.
//
// A census before and one after a restart must see the same certificates, so nothing here may be
// random: keys are derived from a name, serial numbers too, RSA signatures are PKCS #1 v1.5, and
// ECDSA signatures take their nonce from the message. Good for play only: anybody can derive them.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "settings.h"

namespace qingdan::practice {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

struct CertificateSpec {
  std::string subject{};           // "CN=…, O=…, C=CN"
  std::vector<std::string> san{};  // names and addresses
  std::string key{"ec"};           // "ec" (P-256), "rsa" (2048) or "sm2"
  std::string key_name{};          // what the key is derived from
  std::string issuer{"self"};      // "self" or "ca": the practice city's own authority
  std::string from{"2026-01-01"}, to{"2035-12-31"};
  int renewal{0};  // changes the serial number
};

struct Chain {
  std::vector<Bytes> der;  // leaf first
  Key key;
};

[[nodiscard]] CertificateSpec certificate_spec(const Settings& settings, const std::string& seat);
[[nodiscard]] Chain make_chain(const CertificateSpec& spec);
// Of TLCP: for signing, for encrypting, both with SM2 keys and of the city's authority; then its
// own.
[[nodiscard]] std::vector<Bytes> make_tlcp_chain(CertificateSpec spec);
[[nodiscard]] TlsContext make_tls_context(const Chain& chain, const Settings& settings);
[[nodiscard]] std::string sha256_hex(BytesView bytes);
[[nodiscard]] Bytes sha256(BytesView bytes);

}  // namespace qingdan::practice
