// dissect — what a peer sent, taken apart into the fields that rules read. Pure; the bytes are
// hostile, so every reader is bounded and nothing here can fail: what cannot be read gives no
// field.
//
// schema/README.md, "Input names", says which channel gives which fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/model/claim.h"
#include "qingdan/net/tls_wire.h"

namespace qingdan::identify {

struct FieldValue {
  std::string name;
  std::string value;
  bool operator==(const FieldValue&) const = default;
};

// What a server answered to one hello (net/tls_wire.h).
struct TlsHeard {
  struct Shown {
    model::CertificateStatement statement;
    bool leaf{false};
    std::string use;  // of TLCP's two: "sign" "encrypt"
  };
  net::TlsVersion asked{net::TlsVersion::tls12};
  net::TlsKeys keys{net::TlsKeys::any};
  std::optional<net::TlsVersion> chosen;
  std::string cipher;
  std::string alpn;
  bool declined{false};  // by an alert, or by hanging up
  int alert{-1};
  std::vector<Shown> certificates;  // as sent
};

struct Dissection {
  std::vector<FieldValue> fields;
  std::string protocol;  // IANA's short name, where the bytes themselves prove it; else ""
  std::string banner;  // what a person would want to see of it, where that is not the first field;
                       // not escaped yet
  std::vector<std::string> host_names;  // that the peer gives itself
  std::vector<model::Identifier> identifiers;
  std::optional<model::TlsStatement> tls;
  std::optional<TlsHeard> tls_heard;
  std::optional<model::WebsiteStatement> website;  // without url and applications
  std::optional<model::CertificateStatement> certificate;

  // As made anew, but for the room of the fields' texts.
  void reset();
  // Trims, brings line ends to LF and the text to UTF-8; empty values are left out.
  void add_text(std::string_view name, std::string_view value);
  // As it is, but for being empty.
  void add_raw(std::string_view name, BytesView value);
  // A name the peer gives itself; what is too long for DNS is none.
  void add_host_name(std::string_view name);
  // "3c:ef:8c:00:00:01" and "3C-EF-8C-00-00-01" are one address; what is spelt otherwise is left
  // out.
  void add_mac(std::string_view text);

 private:
  FieldValue& add_field(std::string_view name);
  std::vector<FieldValue> spare_;
};

// True of fields that show how a host's own stack is made: they tell nothing of what listens.
[[nodiscard]] bool is_of_stack(std::string_view field);

// `channel` is one of schema/README.md; any other name is taken as the name of a field.
[[nodiscard]] Dissection dissect(std::string_view channel, BytesView raw);
// Over what stands in `out`, whose room is reused.
void dissect(std::string_view channel, BytesView raw, Dissection& out);

}  // namespace qingdan::identify
