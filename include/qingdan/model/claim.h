// claim — someone says X of Y; fact — what we hold to be so (src/resolve/README.md has the rules).
//
// Values are JSON texts in the one spelling of model/json: a string "…", a number, or an object
// whose members belong together and must never be mixed with those of another claim (a product and
// its version). Field names are closed: schema/vocabulary/claim_keys.txt.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/model/ids.h"
#include "qingdan/model/observation.h"
#include "qingdan/model/vocabulary.h"

namespace qingdan::model {

namespace field {
// of a service
inline constexpr std::string_view kProtocol = "service.protocol";  // "ssh", IANA's short name
inline constexpr std::string_view kTls = "service.tls";            // TlsStatement
inline constexpr std::string_view kProduct = "service.product";    // ProductStatement
inline constexpr std::string_view kAlso = "service.also";          // array of ProductStatement
inline constexpr std::string_view kBanner = "service.banner";      // escaped summary, <= 200 bytes
inline constexpr std::string_view kWebsite = "service.website";    // WebsiteStatement
inline constexpr std::string_view kCertificate = "service.certificate";  // SHA-256 of the leaf, hex
inline constexpr std::string_view kDigest = "service.digest";      // of an unknown service's bytes
// of a host
inline constexpr std::string_view kOs = "host.os";                 // ProductStatement
inline constexpr std::string_view kHardware = "host.hardware";     // ProductStatement
inline constexpr std::string_view kHostName = "host.name";
inline constexpr std::string_view kDeviceClass = "host.device_class";  // 服务器 网络设备 安全设备 打印机 摄像机 …
inline constexpr std::string_view kRole = "host.role";             // 数据库 中间件 Web … joined by ;
inline constexpr std::string_view kMac = "host.mac";
// administrative, by people and imports
inline constexpr std::string_view kName = "asset.name";
inline constexpr std::string_view kUnit = "asset.unit";
inline constexpr std::string_view kSystem = "asset.system";
inline constexpr std::string_view kOwner = "asset.owner";
inline constexpr std::string_view kPurpose = "asset.purpose";
inline constexpr std::string_view kLocation = "asset.location";
inline constexpr std::string_view kRegistration = "asset.registration";
inline constexpr std::string_view kLifecycle = "asset.lifecycle";
inline constexpr std::string_view kRemark = "asset.remark";
}  // namespace field

struct Claim {
  std::string field;
  std::string value;          // JSON text
  std::string source;         // "probe:<vantage>", "manual", "import:<batch>", "scope"
  int confidence{0};          // 0..100
  std::string rule;           // id of the fingerprint rule, "" where none
  std::string rule_release;   // of the rule base that made it
  std::string evidence;       // SHA-256 (hex) of the raw bytes, "" where none
  RunId run;                  // the run that saw it, 0 for people
  UnixMillis asserted_at;
  UnixMillis valid_until;     // 0 = no limit
  std::string actor;          // people only
  std::string reason;         // of people; of probes which ports say so of the host, by which rules
  std::string basis_value;    // observed when a person contradicted it; of probes what contradicts it
  int unconfirmed{0};         // covered runs in a row that asked and did not hear it again (ageing)
  bool operator==(const Claim&) const = default;
};

struct Fact {
  std::string value;
  FactState state{FactState::automatic};
  std::string source;
  int confidence{0};
  std::string rule;
  std::string rule_release;
  std::string evidence;
  RunId run;
  std::string other;          // the value that lost, where state is conflict or review
  bool operator==(const Fact&) const = default;
};

using Facts = std::map<std::string, Fact>;  // by field

// One product with what belongs to it. Empty = unknown.
struct ProductStatement {
  std::string id;          // of fingerprints/products
  std::string vendor, vendor_zh;
  std::string product, product_zh;
  std::string version;
  std::string package;     // distribution's package version, e.g. 1:9.2p1-2+deb12u3
  std::string model;       // of hardware
  std::string cpe;         // CPE 2.3 formatted string, e.g. cpe:2.3:a:openbsd:openssh:9.2p1:*:*:*:*:*:*:*
  std::string category;
  std::string xinchuang;   // kind of 信创 product, "" = not one
  std::string role;        // "server" "application" "framework" "component" "os" "hardware" "proxy"
  Precision precision{Precision::unknown};
  int confidence{0};
  std::string rule;
  bool operator==(const ProductStatement&) const = default;
};

// Of a product without a vendor: less is what software calls itself, and nobody described it.
inline constexpr int kDescribedConfidence = 61;
[[nodiscard]] inline bool is_described(std::string_view vendor, int confidence) {
  return !vendor.empty() || confidence >= kDescribedConfidence;
}

// A leaf certificate that a service shows beside service.certificate: to who offers suites of
// another kind of key, or as one of the two of TLCP.
struct TlsCertificate {
  std::string sha256;  // of the DER, hex
  std::string key;     // RSA ECC SM2 …
  std::string use{};   // of TLCP: "sign" "encrypt"
  bool operator==(const TlsCertificate&) const = default;
};

struct TlsStatement {
  std::string version;  // "TLSv1.3": agreed with a client that takes anything; "TLCP": only that
  std::string cipher;
  std::string alpn;     // what it chooses of those offered: "h2" before "http/1.1"
  std::vector<std::string> accepts{};  // "TLSv1.0" … "TLSv1.3", "TLCP", in this order
  std::vector<std::string> refuses{};  // asked for and not had
  std::vector<std::string> keys{};     // of all leaf certificates shown, each once, in order
  std::vector<TlsCertificate> certificates{};
  bool operator==(const TlsStatement&) const = default;
};

struct WebsiteStatement {
  std::string url;
  int status{0};
  std::string title;
  std::string server;           // Server header
  std::string location;         // of a redirect we did not follow
  std::string favicon_mmh3, favicon_md5;
  std::string icp;              // ICP备案号
  std::string police;           // 公安备案号
  bool login{false};
  std::vector<std::string> applications;  // names of the products found on it
  bool operator==(const WebsiteStatement&) const = default;
};

struct CertificateStatement {
  std::string sha256;           // of the DER, hex
  std::string subject, issuer;  // RFC 4514 text
  std::vector<std::string> san;
  std::string key_algorithm;    // RSA ECC SM2 …
  int key_bits{0};
  std::string signature_algorithm;
  std::string serial;           // hex
  std::string spki_sha256;
  UnixMillis not_before, not_after;
  bool self_signed{false};
  Bytes der;
  bool operator==(const CertificateStatement&) const = default;
};

struct Identifier {
  IdentifierType type{};
  std::string value;
  auto operator<=>(const Identifier&) const = default;
};

// What identification made of the observations of one endpoint (and vhost) in one run.
struct Finding {
  Endpoint at;
  std::string vhost;
  std::vector<Claim> service_claims;   // source, run and time are set by the pipeline
  std::vector<Claim> host_claims;
  std::vector<Identifier> identifiers;
  std::vector<CertificateStatement> certificates;  // leaf first
};

}  // namespace qingdan::model
