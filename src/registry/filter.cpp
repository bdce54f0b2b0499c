// filter — see filter.h; the grammar and the keys stand in qingdan/registry/query.h.
#include "registry/filter.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "qingdan/model/vocabulary.h"
#include "qingdan/net/port_set.h"
#include "registry/merges.h"
#include "registry/rows.h"

namespace qingdan::registry {
namespace {

Error at_column(std::size_t offset, const std::string& what) {
  return {ErrorCode::input, "query, column " + std::to_string(offset + 1) + ": " + what, {}};
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads terms one after the other; `at_` never goes back.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Filter> run() {
    Filter filter;
    bool joined = true;  // nothing stands before the first term, so "&&" there is a mistake
    while (skip_space()) {
      if (text_.substr(at_).starts_with("&&")) {
        if (joined) return at_column(at_, "a condition is missing before &&");
        at_ += 2;
        joined = true;
        continue;
      }
      auto term = read_term();
      if (!term) return term.error();
      filter.terms.push_back(std::move(*term));
      joined = false;
    }
    if (joined && !filter.terms.empty()) return at_column(at_, "a condition is missing after &&");
    return filter;
  }

 private:
  bool skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ < text_.size();
  }

  Result<Term> read_term() {
    Term term;
    term.at = at_;
    while (at_ < text_.size() &&
           (std::islower(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
      term.key += text_[at_++];
    }
    if (term.key.empty()) return at_column(at_, "expected key=value, e.g. port=22");
    if (text_.substr(at_).starts_with("!=")) {
      term.negated = true;
      at_ += 2;
    } else if (text_.substr(at_).starts_with("=")) {
      at_ += 1;
    } else {
      return at_column(at_, "expected = or != after \"" + term.key + "\"");
    }
    auto value = at_ < text_.size() && text_[at_] == '"' ? read_quoted() : read_word();
    if (!value) return value.error();
    term.value = std::move(*value);
    return term;
  }

  Result<std::string> read_word() {
    const auto from = at_;
    while (at_ < text_.size() && !is_space(text_[at_]) && !text_.substr(at_).starts_with("&&"))
      ++at_;
    if (at_ == from) return at_column(at_, "a value is missing; write \"\" for an empty one");
    return std::string(text_.substr(from, at_ - from));
  }

  Result<std::string> read_quoted() {
    const auto from = at_++;
    std::string value;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_++];
    }
    if (at_ == text_.size()) return at_column(from, "the quote is not closed");
    ++at_;
    return value;
  }

  std::string_view text_;
  std::size_t at_{0};
};

// ---- conditions

using Value = std::variant<std::int64_t, std::string, Bytes>;

// One term as SQL, before negation.
struct Piece {
  std::string sql;
  std::vector<Value> values;
};

std::string like_pattern(std::string_view part) {
  std::string pattern = "%";
  for (const char c : part) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

Piece part_of(std::initializer_list<std::string_view> columns, const std::string& value) {
  Piece piece;
  for (const auto column : columns) {
    if (!piece.sql.empty()) piece.sql += " OR ";
    piece.sql += std::string(column) + " LIKE ? ESCAPE '\\'";
    piece.values.emplace_back(like_pattern(value));
  }
  return piece;
}

Piece whole(std::string_view column, const std::string& value) {
  return {std::string(column) + " = ?", {value}};
}

template <class Word>
Result<Piece> closed_word(std::string_view column, const Term& term) {
  if (!model::parse<Word>(term.value)) {
    return at_column(term.at, "\"" + term.value + "\" is not a " + term.key);
  }
  return whole(column, term.value);
}

Result<net::AddressRange> range_of(const Term& term) {
  if (term.value.find('/') != std::string::npos) {
    auto prefix = net::parse_prefix(term.value);
    if (!prefix) return at_column(term.at, prefix.error().text);
    return prefix->range();
  }
  auto range = net::parse_range(term.value);
  if (!range) return at_column(term.at, range.error().text);
  return range;
}

// The zone stands first in the key of addresses; naming all of them lets the index be used.
Result<Piece> address_piece(const std::string& alias, const Term& term) {
  auto range = range_of(term);
  if (!range) return range.error();
  return Piece{alias + "zone_id IN (SELECT id FROM zone) AND " + alias + "ip BETWEEN ? AND ?",
               {address_key(range->first), address_key(range->last)}};
}

// Plain numbers mean the port of any transport; T: and U: mean theirs.
Result<Piece> port_piece(const Term& term) {
  auto set = net::parse_ports(term.value);
  if (!set) return at_column(term.at, set.error().text);
  const bool exact = term.value.find(':') != std::string::npos;
  std::vector<net::TransportPort> ports = set->order();
  std::sort(ports.begin(), ports.end());
  Piece piece;
  for (std::size_t i = 0; i < ports.size();) {
    std::size_t end = i + 1;
    while (end < ports.size() && ports[end].transport == ports[i].transport &&
           ports[end].port == ports[end - 1].port + 1) {
      ++end;
    }
    if (!piece.sql.empty()) piece.sql += " OR ";
    piece.sql += end == i + 1 ? "(s.port = ?" : "(s.port BETWEEN ? AND ?";
    piece.values.emplace_back(std::int64_t{ports[i].port});
    if (end != i + 1) piece.values.emplace_back(std::int64_t{ports[end - 1].port});
    if (exact) {
      piece.sql += " AND s.transport = ?";
      piece.values.emplace_back(std::string(net::to_string(ports[i].transport)));
    }
    piece.sql += ")";
    i = end;
  }
  return piece;
}

Piece product_piece(std::initializer_list<std::string_view> columns, const std::string& value) {
  auto inner = part_of(columns, value);
  return {"s.product_id IN (SELECT id FROM product WHERE " + inner.sql + ")",
          std::move(inner.values)};
}

// Of a family: any of its numbers means all of it.
Result<Piece> asset_piece(std::string_view column, const Term& term) {
  const auto id = parse_asset_number(term.value);
  if (!id) return at_column(term.at, "\"" + term.value + "\" is not a 资产编号, e.g. ZC-000001");
  const std::string asked = "(SELECT " + root_sql("q.id") + " FROM (SELECT ? AS id) q)";
  return Piece{std::string(column) + " IN (SELECT " + asked + " UNION SELECT asset_id FROM " +
                   "asset_merge WHERE root_id = " + asked + ")",
               {id->value, id->value}};
}

Result<Piece> tls_piece(const Term& term) {
  if (term.value == "yes") return Piece{"s.tls <> ''", {}};
  if (term.value == "no") return Piece{"s.tls = ''", {}};
  return whole("s.tls", term.value);
}

constexpr std::array<std::string_view, 13> kServiceKeys{
    "product",   "vendor", "version", "cpe", "title", "service", "port",
    "transport", "state",  "verdict", "tls", "rule",  "vhost"};
constexpr std::string_view kAllKeys =
    "asset ip zone port transport vhost state verdict tls service product vendor version cpe title "
    "rule "
    "os host name unit system class presence registration";

bool is_service_key(std::string_view key) {
  return std::find(kServiceKeys.begin(), kServiceKeys.end(), key) != kServiceKeys.end();
}

Result<Piece> service_piece(const Term& term) {
  const auto& key = term.key;
  if (key == "product") {
    return product_piece({"product", "product_zh", "vendor", "vendor_zh"}, term.value);
  }
  if (key == "vendor") return product_piece({"vendor", "vendor_zh"}, term.value);
  if (key == "version") return product_piece({"version"}, term.value);
  if (key == "cpe") return product_piece({"cpe"}, term.value);
  if (key == "title") return part_of({"s.title"}, term.value);
  if (key == "service") return whole("s.protocol", term.value);
  if (key == "port") return port_piece(term);
  if (key == "state") return closed_word<model::PortState>("s.state", term);
  if (key == "verdict") return closed_word<model::Verdict>("s.verdict", term);
  if (key == "tls") return tls_piece(term);
  if (key == "rule") return whole("s.rule", term.value);
  if (key == "vhost") return whole("s.vhost", term.value);
  if (term.value == "tcp" || term.value == "udp") return whole("s.transport", term.value);
  return at_column(term.at, "transport is tcp or udp");
}

// Of the asset, whichever list asks.
Result<Piece> host_piece(const Term& term) {
  const auto& key = term.key;
  if (key == "os") return part_of({"a.os"}, term.value);
  if (key == "host") return part_of({"a.host"}, term.value);
  if (key == "name") return part_of({"a.name"}, term.value);
  if (key == "unit") return whole("a.unit", term.value);
  if (key == "system") return whole("a.system", term.value);
  if (key == "class") return whole("a.device_class", term.value);
  if (key == "registration") return closed_word<model::Registration>("a.registration", term);
  if (key == "presence") return closed_word<model::Presence>("a.presence", term);
  return at_column(term.at, "\"" + key + "\" is not a key; there are: " + std::string(kAllKeys));
}

void join(Condition& condition, const Piece& piece, bool negated) {
  // A column without value makes a comparison NULL, which neither = nor != is meant to skip.
  condition.sql +=
      negated ? " AND NOT coalesce((" + piece.sql + "), 0)" : " AND (" + piece.sql + ")";
  condition.values.insert(condition.values.end(), piece.values.begin(), piece.values.end());
}

constexpr std::array<std::string_view, 8> kIndexed{"asset",   "ip",     "port",    "service",
                                                   "product", "vendor", "version", "cpe"};

// An address or an asset leaves far fewer rows than a port or a product does, which SQLite cannot
// know; a + before a column keeps its index out of the choice.
std::string without_index(std::string sql) {
  for (const std::string_view column : {"s.port", "s.protocol", "s.product_id"}) {
    for (auto at = sql.find(column); at != std::string::npos; at = sql.find(column, at + 2)) {
      sql.insert(at, "+");
    }
  }
  return sql;
}

}  // namespace

Result<Filter> parse_filter(std::string_view text) { return Reader(text).run(); }

Result<Condition> make_service_condition(const Filter& filter) {
  Condition condition{"1", {}, false};
  const bool placed = std::any_of(filter.terms.begin(), filter.terms.end(), [](const Term& term) {
    return !term.negated && (term.key == "ip" || term.key == "asset");
  });
  for (const auto& term : filter.terms) {
    auto piece = term.key == "asset"        ? asset_piece("s.asset_id", term)
                 : term.key == "ip"         ? address_piece("s.", term)
                 : term.key == "zone"       ? Result<Piece>(whole("z.name", term.value))
                 : is_service_key(term.key) ? service_piece(term)
                                            : host_piece(term);
    if (!piece) return piece.error();
    if (placed) piece->sql = without_index(std::move(piece->sql));
    join(condition, *piece, term.negated);
    const bool indexed = std::find(kIndexed.begin(), kIndexed.end(), term.key) != kIndexed.end();
    condition.selective = condition.selective || (indexed && !term.negated);
  }
  return condition;
}

Result<Condition> make_asset_condition(const Filter& filter) {
  Condition condition{"a.id NOT IN (SELECT asset_id FROM asset_merge)", {}, false};
  Condition inner{"1", {}, false};
  bool asks_services = false;
  for (const auto& term : filter.terms) {
    if (is_service_key(term.key)) {
      auto piece = service_piece(term);
      if (!piece) return piece.error();
      join(inner, *piece, term.negated);
      asks_services = true;
      continue;
    }
    static const std::string kHeld = "a.id IN (SELECT " + root_sql("addr_binding.asset_id") +
                                     " FROM addr_binding WHERE until = 0 AND ";
    auto piece =
        term.key == "asset" ? asset_piece("a.id", term)
        : term.key == "ip"  ? address_piece("", term)
        : term.key == "zone"
            ? Result<Piece>(Piece{"zone_id IN (SELECT id FROM zone WHERE name = ?)", {term.value}})
            : host_piece(term);
    if (!piece) return piece.error();
    if (term.key == "ip" || term.key == "zone") piece->sql = kHeld + piece->sql + ")";
    join(condition, *piece, term.negated);
  }
  if (asks_services) {
    join(condition,
         {"a.id IN (SELECT " + root_sql("s.asset_id") + " FROM service s WHERE " +
              (std::any_of(filter.terms.begin(), filter.terms.end(),
                           [](const Term& term) { return term.key == "state"; })
                   ? std::string()
                   : std::string("s.state = 'open' AND ")) +
              inner.sql + ")",
          inner.values},
         false);
  }
  return condition;
}

void bind_values(Use& use, const Condition& condition) {
  int index = 0;
  for (const auto& value : condition.values) {
    ++index;
    std::visit([&](const auto& held) { use.bind(index, held); }, value);
  }
}

}  // namespace qingdan::registry
