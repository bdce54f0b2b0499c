// x509 — what a certificate says (RFC 5280), as text and numbers. Pure; nothing is verified here:
// an inventory wants expired, self-signed and broken certificates most of all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/clock.h"

namespace qingdan::net {

// Longer DER is not read; more names than this are left out.
inline constexpr std::size_t kCertificateMax = 64 * 1024;
inline constexpr std::size_t kCertificateNamesMax = 1000;

struct NameAttribute {
  std::string type;   // "CN", "O", "OU", "emailAddress" …, or a dotted OID
  std::string value;  // UTF-8, whatever the string type was
  bool operator==(const NameAttribute&) const = default;
};

struct DistinguishedName {
  std::string text;  // RFC 4514: most specific first, "CN=a,O=b\, Inc."; UTF-8 as it is
  std::vector<NameAttribute> attributes;  // in the order of the text
  // The first of that type, "" where none.
  [[nodiscard]] std::string find_value(std::string_view type) const;
};

struct Certificate {
  DistinguishedName subject;
  DistinguishedName issuer;
  std::vector<std::string> san_dns;
  std::vector<std::string> san_ip;
  std::string key_algorithm;  // "RSA", "ECC", "SM2", "Ed25519", "DSA", else OpenSSL's or OID text
  std::string curve;          // of ECC and SM2: "prime256v1", "SM2"; "" otherwise
  int key_bits{0};            // 0 where the key could not be read
  std::string signature_algorithm;  // "sha256WithRSAEncryption", "SM2-with-SM3"; OID where unknown
  std::string serial;               // upper-case hexadecimal
  UnixMillis not_before;            // 0 where it cannot be read
  UnixMillis not_after;
  std::string spki_sha256;  // of the public key: survives renewal with the same key
  std::string sha256;       // of the whole DER
  bool self_signed{false};  // subject and issuer are one name; the signature is not tried
  bool is_ca{false};
};

// Nothing where the bytes do not begin with a certificate. Bytes after it are not looked at.
[[nodiscard]] std::optional<Certificate> parse_certificate(BytesView der);

}  // namespace qingdan::net
