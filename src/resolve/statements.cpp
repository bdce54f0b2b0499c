// statements — see the header. Text that does not parse is compared and shown as it is: a register
// with one bad value must still be judged.
#include "resolve/statements.h"

#include "qingdan/base/text.h"
#include "qingdan/model/json.h"

namespace qingdan::resolve {

namespace field = model::field;
using model::ProductStatement;

namespace {

bool is_product(std::string_view name) {
  return name == field::kProduct || name == field::kOs || name == field::kHardware;
}

// True where `shorter` is a beginning of `longer` that ends at a boundary: "9.2" of "9.2p1",
// "Windows" of "Windows Server 2019".
bool begins(const std::string& longer, const std::string& shorter) {
  if (longer.size() <= shorter.size() || longer.compare(0, shorter.size(), shorter) != 0)
    return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  const char last = shorter.back(), next = longer[shorter.size()];
  return !(is_digit(last) && is_digit(next)) && !(is_letter(last) && is_letter(next));
}

// Names many rules can only get as far as: what they say is true of the system named in full.
bool is_generic_system(const std::string& name) {
  return name == "linux" || name == "unix" || name == "linux kernel";
}

Likeness compare_names(const ProductStatement& first, const ProductStatement& second) {
  const auto a = name_of(first), b = name_of(second);
  if (a == b) return Likeness::same;
  if (b.empty()) return Likeness::less;
  if (a.empty()) return Likeness::more;
  const auto x = to_lower_ascii(first.product), y = to_lower_ascii(second.product);
  if (!x.empty() && x == y && (first.id.empty() || second.id.empty())) return Likeness::same;
  const bool systems = first.role == "os" || second.role == "os";
  if (systems && is_generic_system(x) && y.rfind("windows", 0) != 0) return Likeness::more;
  if (systems && is_generic_system(y) && x.rfind("windows", 0) != 0) return Likeness::less;
  if (systems && begins(y, x)) return Likeness::more;
  if (systems && begins(x, y)) return Likeness::less;
  return Likeness::different;
}

Likeness compare_texts(const std::string& first, const std::string& second) {
  if (first == second) return Likeness::same;
  if (second.empty()) return Likeness::less;
  if (first.empty()) return Likeness::more;
  return Likeness::different;
}

Likeness compare_versions(const ProductStatement& first, const ProductStatement& second) {
  const auto plain = compare_texts(first.version, second.version);
  if (plain != Likeness::different) return plain;
  // A coarser reading of the same or another version: which of the two cannot be told.
  if (first.precision != second.precision) {
    return second.precision > first.precision ? Likeness::less : Likeness::more;
  }
  return Likeness::different;
}

// The shorter of two names of one host: "web1" of "web1.example.cn".
Likeness compare_host_names(const std::string& first, const std::string& second) {
  const auto a = to_lower_ascii(first), b = to_lower_ascii(second);
  const auto plain = compare_texts(a, b);
  if (plain != Likeness::different) return plain;
  if (a.rfind(b + ".", 0) == 0) return Likeness::less;
  if (b.rfind(a + ".", 0) == 0) return Likeness::more;
  return Likeness::different;
}

std::string text_or_raw(const std::string& json) {
  auto text = model::parse_text(json);
  return text ? *text : json;
}

}  // namespace

bool has_value(std::string_view json) {
  return !json.empty() && json != "\"\"" && json != "null" && json != "[]" && json != "{}";
}

std::string name_of(const ProductStatement& statement) {
  return statement.id.empty() ? to_lower_ascii(statement.product) : statement.id;
}

Likeness compare(const ProductStatement& first, const ProductStatement& second) {
  const auto names = compare_names(first, second);
  if (names != Likeness::same) return names;
  const auto versions = compare_versions(first, second);
  if (versions != Likeness::same) return versions;
  const auto models = compare_texts(first.model, second.model);
  if (models != Likeness::same) return models;
  return compare_texts(first.package, second.package);
}

namespace {

// Cipher and ALPN are the client's choice as much as the server's, so they are no difference; which
// versions and keys it has are, where both sides asked. Certificates have events of their own.
Likeness compare_tls(const model::TlsStatement& first, const model::TlsStatement& second) {
  const auto versions = compare_texts(first.version, second.version);
  if (versions != Likeness::same) return versions;
  const bool asked_first = !first.refuses.empty() || first.accepts.size() > 1;
  const bool asked_second = !second.refuses.empty() || second.accepts.size() > 1;
  if (asked_first != asked_second) return asked_first ? Likeness::less : Likeness::more;
  if (!asked_first) return Likeness::same;
  const bool alike = first.accepts == second.accepts && first.keys == second.keys;
  return alike ? Likeness::same : Likeness::different;
}

}  // namespace

Likeness compare(std::string_view name, const std::string& first, const std::string& second) {
  if (first == second) return Likeness::same;
  if (!has_value(second)) return Likeness::less;
  if (!has_value(first)) return Likeness::more;
  // Both change with every answer: a counter, a clock, a session id.
  if (name == field::kBanner || name == field::kDigest) return Likeness::same;
  if (is_product(name)) {
    const auto a = model::parse_product(first), b = model::parse_product(second);
    if (a && b) return compare(*a, *b);
  } else if (name == field::kWebsite) {
    const auto a = model::parse_website(first), b = model::parse_website(second);
    if (a && b) return compare_texts(a->title, b->title);
  } else if (name == field::kTls) {
    const auto a = model::parse_tls(first), b = model::parse_tls(second);
    if (a && b) return compare_tls(*a, *b);
  } else if (name == field::kHostName) {
    return compare_host_names(text_or_raw(first), text_or_raw(second));
  }
  return Likeness::different;
}

std::string describe(const ProductStatement& statement) {
  std::string text = statement.product.empty() ? statement.id : statement.product;
  if (!statement.model.empty()) text += (text.empty() ? "" : " ") + statement.model;
  if (!statement.version.empty()) text += (text.empty() ? "" : " ") + statement.version;
  return text;
}

Sides describe_sides(const ProductStatement& before, const ProductStatement& after) {
  Sides sides{describe(before), describe(after)};
  if (sides.before == sides.after) {
    if (!before.package.empty()) sides.before += " (" + before.package + ")";
    if (!after.package.empty()) sides.after += " (" + after.package + ")";
  }
  return sides;
}

namespace {

std::string describe_tls(const model::TlsStatement& tls) {
  if (tls.accepts.size() < 2 && tls.refuses.empty()) return tls.version;
  std::string text;
  for (const auto* list : {&tls.accepts, &tls.keys}) {
    for (const auto& word : *list) text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

std::string describe(std::string_view name, const std::string& value) {
  if (!has_value(value)) return "";
  if (is_product(name)) {
    const auto statement = model::parse_product(value);
    return statement ? describe(*statement) : value;
  }
  if (name == field::kWebsite) {
    const auto website = model::parse_website(value);
    return website ? website->title : value;
  }
  if (name == field::kTls) {
    const auto tls = model::parse_tls(value);
    return tls ? describe_tls(*tls) : value;
  }
  return text_or_raw(value);
}

namespace {
const std::string* value_of(const model::Facts& facts, std::string_view name) {
  const auto found = facts.find(std::string(name));
  return found == facts.end() || !has_value(found->second.value) ? nullptr : &found->second.value;
}
}  // namespace

ProductStatement product_of(const model::Facts& facts, std::string_view name) {
  const auto* value = value_of(facts, name);
  if (value == nullptr) return {};
  auto statement = model::parse_product(*value);
  return statement ? *std::move(statement) : ProductStatement{};
}

std::vector<ProductStatement> products_of(const model::Facts& facts, std::string_view name) {
  const auto* value = value_of(facts, name);
  if (value == nullptr) return {};
  auto statements = model::parse_products(*value);
  return statements ? *std::move(statements) : std::vector<ProductStatement>{};
}

std::string text_of(const model::Facts& facts, std::string_view name) {
  const auto* value = value_of(facts, name);
  return value == nullptr ? "" : text_or_raw(*value);
}

model::WebsiteStatement website_of(const model::Facts& facts) {
  const auto* value = value_of(facts, field::kWebsite);
  if (value == nullptr) return {};
  auto website = model::parse_website(*value);
  return website ? *std::move(website) : model::WebsiteStatement{};
}

}  // namespace qingdan::resolve
