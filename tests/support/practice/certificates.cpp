// certificates — see certificates.h.
#include "certificates.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "qingdan/base/text.h"

namespace qingdan::practice {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bn = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using BnCtx = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;
using Group = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freed<EC_POINT_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using KeyCtx = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;

constexpr int kRsaBits = 2048;

void demand(bool held, const char* what) {
  if (!held) throw BadDescription(std::string("certificates: OpenSSL could not ") + what);
}

// `count` bytes that depend on nothing but the name.
Bytes derived(const std::string& name, std::size_t count) {
  Bytes bytes;
  for (int block = 0; bytes.size() < count; ++block) {
    const auto part = sha256(as_bytes("practice " + name + " #" + std::to_string(block)));
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  bytes.resize(count);
  return bytes;
}

Bn number(BytesView bytes) {
  return Bn(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

Key key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyCtx context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  demand(EVP_PKEY_fromdata_init(context.get()) > 0 &&
             EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) > 0,
         "build a key");
  return Key(key);
}

Bn private_scalar(const std::string& name, const EC_GROUP* group, BN_CTX* context) {
  Bn scalar = number(derived(name, 32));
  BN_mod(scalar.get(), scalar.get(), EC_GROUP_get0_order(group), context);
  return scalar;
}

// `type` and `curve` as OpenSSL names them.
Key make_curve_key(const std::string& name, const char* type, const char* curve, int nid) {
  const BnCtx context(BN_CTX_new());
  const Group group(EC_GROUP_new_by_curve_name(nid));
  const Bn scalar = private_scalar(name, group.get(), context.get());
  const Point point(EC_POINT_new(group.get()));
  EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, context.get());
  Bytes encoded(65);
  EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                     encoded.size(), context.get());
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(),
                                   encoded.size());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get());
  return key_from(type, builder.get());
}

// The first prime p at or after a derived start with p - 1 prime to the public exponent.
Bn make_prime(const std::string& name, const BIGNUM* exponent, BN_CTX* context) {
  Bn candidate = number(derived(name, kRsaBits / 16));
  BN_set_bit(candidate.get(), kRsaBits / 2 - 1);
  BN_set_bit(candidate.get(), kRsaBits / 2 - 2);
  BN_set_bit(candidate.get(), 0);
  const Bn less(BN_new());
  const Bn common(BN_new());
  for (;; BN_add_word(candidate.get(), 2)) {
    BN_copy(less.get(), candidate.get());
    BN_sub_word(less.get(), 1);
    BN_gcd(common.get(), less.get(), exponent, context);
    if (BN_is_one(common.get()) && BN_check_prime(candidate.get(), context, nullptr) == 1)
      return candidate;
  }
}

Key make_rsa_key(const std::string& name) {
  const BnCtx context(BN_CTX_new());
  const Bn e(BN_new());
  BN_set_word(e.get(), RSA_F4);
  Bn p = make_prime(name + " p", e.get(), context.get());
  Bn q = make_prime(name + " q", e.get(), context.get());
  if (BN_cmp(p.get(), q.get()) < 0) std::swap(p, q);
  const Bn n(BN_new()), p1(BN_dup(p.get())), q1(BN_dup(q.get())), phi(BN_new());
  BN_mul(n.get(), p.get(), q.get(), context.get());
  BN_sub_word(p1.get(), 1);
  BN_sub_word(q1.get(), 1);
  BN_mul(phi.get(), p1.get(), q1.get(), context.get());
  const Bn d(BN_mod_inverse(nullptr, e.get(), phi.get(), context.get()));
  const Bn dp(BN_new()), dq(BN_new()), qi(BN_mod_inverse(nullptr, q.get(), p.get(), context.get()));
  BN_mod(dp.get(), d.get(), p1.get(), context.get());
  BN_mod(dq.get(), d.get(), q1.get(), context.get());
  const Builder builder(OSSL_PARAM_BLD_new());
  const std::pair<const char*, const BIGNUM*> parts[] = {
      {OSSL_PKEY_PARAM_RSA_N, n.get()},          {OSSL_PKEY_PARAM_RSA_E, e.get()},
      {OSSL_PKEY_PARAM_RSA_D, d.get()},          {OSSL_PKEY_PARAM_RSA_FACTOR1, p.get()},
      {OSSL_PKEY_PARAM_RSA_FACTOR2, q.get()},    {OSSL_PKEY_PARAM_RSA_EXPONENT1, dp.get()},
      {OSSL_PKEY_PARAM_RSA_EXPONENT2, dq.get()}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qi.get()}};
  for (const auto& [part, value] : parts) OSSL_PARAM_BLD_push_BN(builder.get(), part, value);
  return key_from("RSA", builder.get());
}

// A key of RSA costs two primes: each is made once.
Key make_key(const std::string& type, const std::string& name) {
  static std::map<std::pair<std::string, std::string>, Key> made;
  auto& key = made[{type, name}];
  if (!key && type == "ec") key = make_curve_key(name, "EC", "prime256v1", NID_X9_62_prime256v1);
  if (!key && type == "sm2") key = make_curve_key(name, "SM2", "SM2", NID_sm2);
  if (!key && type == "rsa") key = make_rsa_key(name);
  if (!key) {
    throw BadDescription("certificates: cert_key must be \"ec\", \"rsa\" or \"sm2\", not \"" +
                         type + "\"");
  }
  EVP_PKEY_up_ref(key.get());
  return Key(key.get());
}

void set_name(X509_NAME* name, const std::string& subject) {
  std::istringstream parts(subject);
  for (std::string part; std::getline(parts, part, ',');) {
    const auto begin = part.find_first_not_of(' ');
    const auto equals = part.find('=');
    if (begin == std::string::npos || equals == std::string::npos) {
      throw BadDescription("certificates: bad subject '" + subject + "'");
    }
    const auto value = part.substr(equals + 1);
    demand(
        X509_NAME_add_entry_by_txt(name, part.substr(begin, equals - begin).c_str(), MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0) == 1,
        "set a subject");
  }
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  demand(extension != nullptr, ("make the extension " + value).c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

void set_time(ASN1_TIME* time, const std::string& day) {
  std::string digits;
  std::copy_if(day.begin(), day.end(), std::back_inserter(digits), [](char c) { return c != '-'; });
  demand(ASN1_TIME_set_string_X509(time, (digits + "000000Z").c_str()) == 1,
         ("read the date " + day).c_str());
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    in_addr parsed{};
    text += (text.empty() ? "" : ",");
    text += (inet_pton(AF_INET, name.c_str(), &parsed) == 1 ? "IP:" : "DNS:") + name;
  }
  return text;
}

Bytes der_of(int (*encode)(const X509*, unsigned char**), const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int length = encode(certificate, &bytes);
  demand(length > 0, "encode a certificate");
  Bytes der(bytes, bytes + length);
  OPENSSL_free(bytes);
  return der;
}

int encode_tbs(const X509* certificate, unsigned char** out) {
  return i2d_re_X509_tbs(const_cast<X509*>(certificate), out);
}

Bytes der_value(std::uint8_t tag, BytesView content) {
  ByteWriter out;
  out.u8(tag);
  if (content.size() < 128) {
    out.u8(static_cast<std::uint8_t>(content.size()));
  } else if (content.size() < 256) {
    out.u8(0x81).u8(static_cast<std::uint8_t>(content.size()));
  } else {
    out.u8(0x82).u16be(static_cast<std::uint16_t>(content.size()));
  }
  out.bytes(content);
  return std::move(out).take();
}

Bytes der_integer(const BIGNUM* value) {
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(value)) + 1, 0);
  BN_bn2bin(value, bytes.data() + 1);
  if (bytes[1] < 0x80) bytes.erase(bytes.begin());
  return der_value(0x02, bytes);
}

// ECDSA over P-256 (SEC 1, 4.1.3) with a nonce derived from key name and message.
Bytes ecdsa_signature(const std::string& key_name, BytesView message) {
  const BnCtx context(BN_CTX_new());
  const Group group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const BIGNUM* order = EC_GROUP_get0_order(group.get());
  const Bn secret = private_scalar(key_name, group.get(), context.get());
  const auto digest = sha256(message);
  const Bn hash = number(digest);
  const Bn nonce = private_scalar("nonce " + key_name + to_hex(digest), group.get(), context.get());
  const Point point(EC_POINT_new(group.get()));
  const Bn r(BN_new()), s(BN_new());
  EC_POINT_mul(group.get(), point.get(), nonce.get(), nullptr, nullptr, context.get());
  EC_POINT_get_affine_coordinates(group.get(), point.get(), r.get(), nullptr, context.get());
  BN_nnmod(r.get(), r.get(), order, context.get());
  BN_mod_mul(s.get(), r.get(), secret.get(), order, context.get());
  BN_mod_add(s.get(), s.get(), hash.get(), order, context.get());
  const Bn inverse(BN_mod_inverse(nullptr, nonce.get(), order, context.get()));
  BN_mod_mul(s.get(), s.get(), inverse.get(), order, context.get());
  Bytes pair = der_integer(r.get());
  const auto second = der_integer(s.get());
  pair.insert(pair.end(), second.begin(), second.end());
  return der_value(0x30, pair);
}

// OpenSSL's own ECDSA draws its nonce at random, so the signature is replaced by ours.
Bytes with_derived_signature(const X509* certificate, const std::string& key_name) {
  constexpr std::uint8_t kEcdsaWithSha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,  // RFC 5758 3.2
                                               0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  auto content = der_of(encode_tbs, certificate);
  const auto signature = ecdsa_signature(key_name, content);
  content.insert(content.end(), std::begin(kEcdsaWithSha256), std::end(kEcdsaWithSha256));
  Bytes bits{0};
  bits.insert(bits.end(), signature.begin(), signature.end());
  const auto bit_string = der_value(0x03, bits);
  content.insert(content.end(), bit_string.begin(), bit_string.end());
  return der_value(0x30, content);
}

struct Issuer {
  std::string subject, key_type, key_name;
};
const Issuer kRoot{"CN=练习市政务根CA, O=练习市大数据管理中心, C=CN", "rsa", "root authority"};
const Issuer kIntermediate{"CN=练习市政务签发CA, O=练习市大数据管理中心, C=CN", "ec",
                           "issuing authority"};

Bytes make_certificate(const CertificateSpec& spec, const Issuer& issuer, EVP_PKEY* key,
                       bool authority) {
  const Cert certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  auto serial =
      derived("serial " + spec.subject + spec.key_name + std::to_string(spec.renewal), 12);
  serial[0] &= 0x7f;
  serial[0] |= 0x10;
  BN_to_ASN1_INTEGER(number(serial).get(), X509_get_serialNumber(certificate.get()));
  set_time(X509_getm_notBefore(certificate.get()), spec.from);
  set_time(X509_getm_notAfter(certificate.get()), spec.to);
  set_name(X509_get_subject_name(certificate.get()), spec.subject);
  set_name(X509_get_issuer_name(certificate.get()), issuer.subject);
  X509_set_pubkey(certificate.get(), key);
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints,
                authority ? "critical,CA:TRUE" : "CA:FALSE");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  if (!spec.san.empty()) {
    add_extension(certificate.get(), certificate.get(), NID_subject_alt_name,
                  alternative_names(spec.san));
  }
  const Key signer = make_key(issuer.key_type, issuer.key_name);
  demand(X509_sign(certificate.get(), signer.get(), EVP_sha256()) > 0, "sign a certificate");
  if (issuer.key_type == "ec") return with_derived_signature(certificate.get(), issuer.key_name);
  return der_of(i2d_X509, certificate.get());
}

const Bytes& intermediate_certificate() {
  static const Bytes der =
      make_certificate({.subject = kIntermediate.subject,
                        .key = "ec",
                        .key_name = kIntermediate.key_name,
                        .from = "2024-01-01"},
                       kRoot, make_key("ec", kIntermediate.key_name).get(), true);
  return der;
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned int in_size, void* argument) {
  const auto* ours = static_cast<const std::string*>(argument);
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(ours->data()),
                            static_cast<unsigned int>(ours->size()), in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

void set_versions(SSL_CTX* context, const Settings& settings) {
  static const std::map<std::string, int> kVersions{
      {"1.0", TLS1_VERSION}, {"1.2", TLS1_2_VERSION}, {"1.3", TLS1_3_VERSION}};
  const auto most = settings.text("tls_most", "1.3");
  const auto least = settings.text("tls_least", "1.2");
  if (!kVersions.contains(most) || !kVersions.contains(least)) {
    throw BadDescription(settings.where() + ": tls_least and tls_most are 1.0, 1.2 or 1.3");
  }
  SSL_CTX_set_min_proto_version(context, kVersions.at(least));
  SSL_CTX_set_max_proto_version(context, kVersions.at(most));
  if (least == "1.0") SSL_CTX_set_security_level(context, 0);
}

}  // namespace

Bytes sha256(BytesView bytes) {
  Bytes digest(SHA256_DIGEST_LENGTH);
  SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

std::string sha256_hex(BytesView bytes) { return to_hex(sha256(bytes)); }

CertificateSpec certificate_spec(const Settings& settings, const std::string& seat) {
  CertificateSpec spec;
  spec.subject = settings.text("cert_subject", "CN={ip}");
  if (spec.subject == "CN={ip}") spec.subject = "CN=" + settings.text("ip");
  spec.san = settings.list("cert_names");
  spec.key = settings.text("cert_key", "ec");
  spec.issuer = settings.text("cert_issuer", "self");
  spec.from = settings.text("cert_from", spec.from);
  spec.to = settings.text("cert_to", spec.to);
  spec.renewal = static_cast<int>(settings.number("cert_renewal"));
  const bool same_key = settings.flag("cert_same_key", false);
  spec.key_name = settings.text("cert_key_name", seat);
  if (spec.renewal > 0 && !same_key) spec.key_name += " renewal " + std::to_string(spec.renewal);
  if (spec.issuer != "self" && spec.issuer != "ca") {
    throw BadDescription(settings.where() + ": cert_issuer must be \"self\" or \"ca\"");
  }
  return spec;
}

Chain make_chain(const CertificateSpec& spec) {
  Chain chain;
  chain.key = make_key(spec.key, spec.key_name);
  const bool self = spec.issuer == "self";
  const Issuer own{spec.subject, spec.key, spec.key_name};
  chain.der.push_back(make_certificate(spec, self ? own : kIntermediate, chain.key.get(), false));
  if (!self) chain.der.push_back(intermediate_certificate());
  return chain;
}

std::vector<Bytes> make_tlcp_chain(CertificateSpec spec) {
  const auto name = spec.key_name;
  spec.key = "sm2";
  std::vector<Bytes> chain;
  for (const auto* use : {" sign", " encrypt"}) {
    spec.key_name = name + use;
    const Key key = make_key(spec.key, spec.key_name);
    chain.push_back(make_certificate(spec, kIntermediate, key.get(), false));
  }
  chain.push_back(intermediate_certificate());
  return chain;
}

TlsContext make_tls_context(const Chain& chain, const Settings& settings) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  demand(context != nullptr, "make a TLS context");
  set_versions(context.get(), settings);
  const auto& leaf = chain.der.front();
  SSL_CTX_use_certificate_ASN1(context.get(), static_cast<int>(leaf.size()), leaf.data());
  for (std::size_t i = 1; i < chain.der.size(); ++i) {
    const unsigned char* bytes = chain.der[i].data();
    SSL_CTX_add_extra_chain_cert(context.get(),
                                 d2i_X509(nullptr, &bytes, static_cast<long>(chain.der[i].size())));
  }
  demand(SSL_CTX_use_PrivateKey(context.get(), chain.key.get()) == 1, "match key and certificate");
  std::string protocols;
  for (const auto& name : settings.list("alpn")) protocols += static_cast<char>(name.size()) + name;
  if (!protocols.empty()) {
    // Lives as long as the program; a network has some forty of them.
    static std::vector<std::unique_ptr<const std::string>> kept;
    kept.push_back(std::make_unique<const std::string>(protocols));
    SSL_CTX_set_alpn_select_cb(context.get(), choose_alpn,
                               const_cast<std::string*>(kept.back().get()));
  }
  return context;
}

}  // namespace qingdan::practice
