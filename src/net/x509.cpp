// x509 — certificates through OpenSSL's decoder, names and times through ours.
// OpenSSL prints names with escapes for every byte above 0x7F and refuses what is not valid in its
// string type; our devices put GBK into PrintableString, and people read Chinese, so names are
// spelled here.
#include "qingdan/net/x509.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <memory>

#include "qingdan/base/text.h"
#include "qingdan/net/address.h"
#include "qingdan/net/digest.h"

namespace qingdan::net {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* held) const {
    Free(held);
  }
};
using X509Ptr = std::unique_ptr<X509, Freed<X509_free>>;
using NamesPtr = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

void free_bytes(unsigned char* bytes) { OPENSSL_free(bytes); }
using DerPtr = std::unique_ptr<unsigned char, Freed<free_bytes>>;

BytesView bytes_of(const ASN1_STRING* string) {
  const int size = ASN1_STRING_length(string);
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(std::max(size, 0))};
}

std::string oid_text(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  return size > 0 ? std::string(text.data()) : "";
}

// The string as UTF-8. Only the two wide types carry their charset; the others are read by what
// their bytes look like.
std::string value_text(const ASN1_STRING* string) {
  const int type = ASN1_STRING_type(string);
  if (type == V_ASN1_BMPSTRING || type == V_ASN1_UNIVERSALSTRING) {
    unsigned char* raw = nullptr;
    const int size = ASN1_STRING_to_UTF8(&raw, string);
    const DerPtr held(raw);
    if (size >= 0) return std::string(as_text({raw, static_cast<std::size_t>(size)}));
    return "#" + to_hex(bytes_of(string));
  }
  return to_utf8(bytes_of(string));
}

// RFC 4514 §2.4.
std::string escaped(std::string_view value) {
  constexpr std::string_view kSpecial = "\"+,;<>\\";
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const auto byte = static_cast<unsigned char>(c);
    const bool first = i == 0 && (c == ' ' || c == '#');
    const bool last = i + 1 == value.size() && c == ' ';
    if (byte < 0x20 || byte == 0x7F) {
      out += {'\\', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
      continue;
    }
    if (first || last || kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

DistinguishedName read_name(const X509_NAME* name) {
  DistinguishedName out;
  const int count = std::min(X509_NAME_entry_count(name), static_cast<int>(kCertificateNamesMax));
  int previous_set = -1;
  for (int i = count; i-- > 0;) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const ASN1_OBJECT* object = X509_NAME_ENTRY_get_object(entry);
    const int nid = OBJ_obj2nid(object);
    NameAttribute attribute{nid == NID_undef ? oid_text(object) : OBJ_nid2sn(nid),
                            value_text(X509_NAME_ENTRY_get_data(entry))};
    // Attributes of one set are one relative name (RFC 4514 §2.2).
    const int set = X509_NAME_ENTRY_set(entry);
    if (!out.attributes.empty()) out.text += set == previous_set ? '+' : ',';
    previous_set = set;
    out.text += attribute.type + '=' + escaped(attribute.value);
    out.attributes.push_back(std::move(attribute));
  }
  return out;
}

UnixMillis read_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  using namespace std::chrono;
  const auto day =
      year_month_day{year{parts.tm_year + 1900}, month{static_cast<unsigned>(parts.tm_mon + 1)},
                     std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  if (!day.ok()) return {};
  const auto since = sys_days{day}.time_since_epoch() + hours{parts.tm_hour} +
                     minutes{parts.tm_min} + seconds{parts.tm_sec};
  return {duration_cast<milliseconds>(since).count()};
}

std::string read_serial(const ASN1_INTEGER* serial) {
  auto hex = to_hex(bytes_of(serial));
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 0x20) : c; });
  if (hex.empty()) hex = "00";
  return ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER ? "-" + hex : hex;
}

std::string curve_of(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return {};
  return std::string(name.data(), std::min(size, name.size()));
}

void read_key(X509* x509, Certificate& out) {
  ASN1_OBJECT* object = nullptr;
  X509_PUBKEY* spki = X509_get_X509_PUBKEY(x509);
  if (X509_PUBKEY_get0_param(&object, nullptr, nullptr, nullptr, spki) == 1) {
    const int nid = OBJ_obj2nid(object);
    out.key_algorithm = nid == NID_undef ? oid_text(object) : OBJ_nid2ln(nid);
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(spki, &der);
  const DerPtr held(der);
  if (size > 0) out.spki_sha256 = sha256_hex({der, static_cast<std::size_t>(size)});
  const EVP_PKEY* key = X509_get0_pubkey(x509);
  if (key == nullptr) return;  // an algorithm or curve that OpenSSL does not have
  out.key_bits = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_is_a(key, "RSA")) out.key_algorithm = "RSA";
  if (EVP_PKEY_is_a(key, "DSA")) out.key_algorithm = "DSA";
  if (EVP_PKEY_is_a(key, "ED25519")) out.key_algorithm = "Ed25519";
  if (EVP_PKEY_is_a(key, "EC") || EVP_PKEY_is_a(key, "SM2")) {
    out.curve = curve_of(key);
    out.key_algorithm = out.curve == "SM2" ? "SM2" : "ECC";
  }
}

// OpenSSL refuses a whole certificate for one UTF8String that is not UTF-8, and devices put GBK
// there. Such strings are relabelled as T61String, which may hold anything; lengths stay. One step
// forward over the DER: into constructed values, past primitive ones.
Bytes with_honest_strings(BytesView der) {
  constexpr std::uint8_t kUtf8String = 0x0C;  // X.690 §8.23, X.680 table 8
  constexpr std::uint8_t kT61String = 0x14;
  constexpr std::uint8_t kConstructed = 0x20;  // X.690 §8.1.2.5
  Bytes honest(der.begin(), der.end());
  ByteReader reader(der);
  while (reader.remaining() >= 2) {
    const auto tag_at = reader.position();
    const auto tag = reader.u8();
    std::size_t length = reader.u8();
    if (length > 0x84) break;
    if (length >= 0x80) {  // X.690 §8.1.3.5: that many bytes of length
      std::size_t long_length = 0;
      for (auto n = length & 0x7F; n > 0; --n) long_length = long_length << 8 | reader.u8();
      length = long_length;
    }
    if ((tag & kConstructed) != 0) continue;
    const auto body = reader.take(length);
    if (tag == kUtf8String && !is_utf8(as_text(body))) honest[tag_at] = kT61String;
  }
  return honest;
}

X509Ptr decode(BytesView der) {
  const unsigned char* at = der.data();
  return X509Ptr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

std::string address_text(BytesView bytes) {
  ByteReader reader(bytes);
  if (bytes.size() == 4) return Address::v4(reader.u32be()).to_string();
  if (bytes.size() != 16) return {};
  std::array<std::uint8_t, 16> six{};
  std::copy(bytes.begin(), bytes.end(), six.begin());
  return Address::v6(six).to_string();
}

void read_alternative_names(const X509* x509, Certificate& out) {
  const NamesPtr names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return;
  const int count =
      std::min(sk_GENERAL_NAME_num(names.get()), static_cast<int>(kCertificateNamesMax));
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) {
      // Names are foreign text: one with a NUL or a line end in it stays visibly so.
      out.san_dns.push_back(escape_untrusted(as_text(bytes_of(name->d.dNSName))));
    } else if (name->type == GEN_IPADD) {
      auto text = address_text(bytes_of(name->d.iPAddress));
      if (!text.empty()) out.san_ip.push_back(std::move(text));
    }
  }
}

std::string signature_algorithm(const X509* x509) {
  const int nid = X509_get_signature_nid(x509);
  if (nid != NID_undef) return OBJ_nid2ln(nid);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, X509_get0_tbs_sigalg(x509));
  return oid_text(object);
}

}  // namespace

std::string DistinguishedName::find_value(std::string_view type) const {
  for (const auto& attribute : attributes) {
    if (attribute.type == type) return attribute.value;
  }
  return {};
}

std::optional<Certificate> parse_certificate(BytesView der) {
  if (der.empty() || der.size() > kCertificateMax) return std::nullopt;
  X509Ptr x509 = decode(der);
  if (!x509) {
    const Bytes honest = with_honest_strings(der);
    x509 = decode(honest);
  }
  std::optional<Certificate> found;
  if (x509) {
    auto& out = found.emplace();
    out.subject = read_name(X509_get_subject_name(x509.get()));
    out.issuer = read_name(X509_get_issuer_name(x509.get()));
    read_alternative_names(x509.get(), out);
    read_key(x509.get(), out);
    out.signature_algorithm = signature_algorithm(x509.get());
    out.serial = read_serial(X509_get0_serialNumber(x509.get()));
    out.not_before = read_time(X509_get0_notBefore(x509.get()));
    out.not_after = read_time(X509_get0_notAfter(x509.get()));
    // What follows the certificate in `der` does not belong to it.
    const auto size = static_cast<std::size_t>(std::max(0, i2d_X509(x509.get(), nullptr)));
    out.sha256 = sha256_hex(der.first(std::min(size, der.size())));
    out.self_signed =
        X509_NAME_cmp(X509_get_subject_name(x509.get()), X509_get_issuer_name(x509.get())) == 0;
    out.is_ca = X509_check_ca(x509.get()) == 1;
  }
  // What OpenSSL thought of foreign bytes is nobody's error.
  ERR_clear_error();
  return found;
}

}  // namespace qingdan::net
