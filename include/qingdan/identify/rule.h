// rule — what a fingerprint rule and a product are, as values. fingerprints/README.md is the text
// that rule writers read; these structs hold exactly what it promises.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/identify/template.h"
#include "qingdan/model/vocabulary.h"

namespace qingdan::identify {

// Where a rule or product stands, for messages.
struct Place {
  std::string file;
  int line{0};
  bool operator==(const Place&) const = default;
};

// Something wrong with the rule base, one line for the person who wrote the rule.
struct RuleProblem {
  std::string file;
  int line{0};
  std::string rule;  // its id, or that of the product; "" where not known
  std::string text;
  auto operator<=>(const RuleProblem&) const = default;
};

enum class Role : std::uint8_t { server, application, framework, component, proxy, os, hardware };
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view word);

struct Product {
  std::string id;
  std::string vendor, vendor_zh, product, product_zh;
  std::string category, xinchuang, device_class;
  std::string cpe_part;  // a o h
  std::string cpe;       // "vendor:product", "" = the dictionary has none
  std::string os, hw;    // ids: it runs only on that, it exists only on that
  std::string is_a;      // id of the more general product that this one is a kind of
  std::string protocol;  // what it speaks, where the rule does not say
  Role role{Role::server};
  Place place;
  bool operator==(const Product&) const = default;
};

enum class MatchKind : std::uint8_t { pattern, contains, equals };

// One condition on one field.
struct Part {
  std::string input;
  MatchKind kind{MatchKind::pattern};
  std::vector<std::string> texts;  // one pattern, or the literals
  bool operator==(const Part&) const = default;
};

// What a rule says of one thing (the service, the OS, the hardware).
struct ProductClaim {
  std::string product;  // id; "" = says nothing
  Template version, name, model, cpe;
  bool operator==(const ProductClaim&) const = default;
};

struct AlsoClaim {
  std::string product;
  Template version;
  bool operator==(const AlsoClaim&) const = default;
};

struct Example {
  std::vector<std::pair<std::string, std::string>> fields;  // input, bytes
  std::map<std::string, std::string> expect;                // by claim name
  std::string why;
  int line{0};
};

// A rule of less trust never states anything; it supports what others say.
inline constexpr int kSupportTrust = 40;

struct Rule {
  std::string id;
  std::vector<Part> parts;  // all must hold in one response
  ProductClaim service, os, hw;
  std::vector<AlsoClaim> also;
  Template package, host_name;
  std::string protocol, device_class, source;
  model::Precision precision{model::Precision::exact};
  int trust{80};
  std::vector<std::string> beats;
  ValueMaps maps;
  std::vector<Example> accept, reject;  // empty in a rule base that came from the cache
  Place place;
  // Written by note_last_resorts(): what a hit settles of a value, and what the rule is a last
  // resort for, which is not asked where all of that is settled. Bits: see there. 0 = nothing;
  // asked always.
  std::uint8_t settles{0}, last_resort{0};
};

// The values a rule claims, by the names that `expect` uses: service_version, os_name, …; only
// those that come from a capture or template. Empty ones are left out.
[[nodiscard]] std::map<std::string, std::string> claimed_values(const Rule& rule,
                                                                const Captures& captures);

// Names of (?P<name>…) and (?<name>…) groups, in order.
[[nodiscard]] std::vector<std::string> capture_names(std::string_view pattern);

// Number of bytes of the field that the condition fixes for sure; part of the rank.
[[nodiscard]] int literal_bytes(const Part& part);
// 3 = the whole field is given; 2 = anchored at both ends; 1 = at one; 0 = found anywhere.
[[nodiscard]] int anchoring(const Part& part);

}  // namespace qingdan::identify
