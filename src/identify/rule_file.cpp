// rule_file — TOML to rules and products. Keys that are not known are refused, so that a misspelt
// one cannot pass for an option that does nothing.
#include "qingdan/identify/rule_file.h"

#include <optional>
#include <set>

#include <toml++/toml.h>

#include "identify/pieces.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}
  void add(int line, const std::string& rule, std::string text) {
    found_.push_back({file_, line, rule, std::move(text)});
  }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] std::vector<RuleProblem> take() && { return std::move(found_); }

 private:
  std::string file_;
  std::vector<RuleProblem> found_;
};

int line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }

// Reads the keys of one table and remembers which were asked for.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string id, Problems& problems)
      : table_(table), id_(std::move(id)), problems_(problems) {}

  std::optional<std::string> text(std::string_view key) {
    const auto* node = get(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* value = node->as_string()) return value->get();
    complain(*node, std::string(key) + " must be a text");
    return std::nullopt;
  }
  std::string text_or(std::string_view key, std::string fallback) {
    return text(key).value_or(std::move(fallback));
  }
  // An array of texts; a single text counts as an array of one.
  std::vector<std::string> texts(std::string_view key) {
    const auto* node = get(key);
    if (node == nullptr) return {};
    if (const auto* value = node->as_string()) return {value->get()};
    std::vector<std::string> out;
    if (const auto* array = node->as_array()) {
      for (const auto& item : *array) {
        if (const auto* value = item.as_string()) {
          out.push_back(value->get());
        } else {
          complain(item, std::string(key) + " must hold texts only");
        }
      }
      return out;
    }
    complain(*node, std::string(key) + " must be an array of texts");
    return {};
  }
  std::optional<int> number(std::string_view key) {
    const auto* node = get(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* value = node->as_integer()) return static_cast<int>(value->get());
    complain(*node, std::string(key) + " must be a whole number");
    return std::nullopt;
  }
  std::vector<const toml::node*> items(std::string_view key) {
    const auto* node = get(key);
    if (node == nullptr) return {};
    const auto* array = node->as_array();
    if (array == nullptr) {
      complain(*node, std::string(key) + " must be an array of tables");
      return {};
    }
    std::vector<const toml::node*> out;
    for (const auto& item : *array) out.push_back(&item);
    return out;
  }
  const toml::table* table(std::string_view key) {
    const auto* node = get(key);
    if (node == nullptr) return nullptr;
    if (const auto* found = node->as_table()) return found;
    complain(*node, std::string(key) + " must be a table");
    return nullptr;
  }
  Template make_template(std::string_view key) {
    const auto value = text(key);
    if (!value) return {};
    auto parsed = Template::parse(*value);
    if (parsed) return *parsed;
    complain(std::string(key) + ": " + parsed.error().text);
    return {};
  }
  void refuse_unknown() {
    for (const auto& [key, node] : table_) {
      if (!known_.contains(std::string(key.str()))) {
        complain(node, "unknown key \"" + std::string(key.str()) + "\"");
      }
    }
  }
  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  void complain(const toml::node& at, std::string text) {
    problems_.add(line_of(at), id_, std::move(text));
  }
  void complain(std::string text) { problems_.add(line(), id_, std::move(text)); }
  [[nodiscard]] int line() const { return line_of(table_); }
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  const toml::node* get(std::string_view key) {
    known_.emplace(key);
    return table_.get(key);
  }
  const toml::table& table_;
  std::string id_;
  Problems& problems_;
  std::set<std::string, std::less<>> known_;
};

struct Defaults {
  std::string input, protocol, source;
  int trust{80};
  Pieces pieces;
};

std::string id_of(const toml::table& table) {
  const auto* id = table.get_as<std::string>("id");
  return id == nullptr ? std::string() : id->get();
}

// Takes the one condition key of `reader`; complains where there is none or more than one.
std::optional<Part> read_part(TableReader& reader, const std::string& default_input,
                              const Pieces& pieces) {
  Part part;
  part.input = reader.text_or("input", default_input);
  const auto pattern = reader.text("pattern");
  auto contains = reader.texts("contains");
  auto equals = reader.texts("equals");
  const int given = static_cast<int>(pattern.has_value()) + static_cast<int>(!contains.empty()) +
                    static_cast<int>(!equals.empty());
  if (given != 1) return std::nullopt;
  if (pattern) {
    const auto text = with_pieces(*pattern, pieces);
    if (!text) reader.complain(text.error().text);
    part.texts = {text ? *text : *pattern};
  } else {
    part.kind = equals.empty() ? MatchKind::contains : MatchKind::equals;
    part.texts = equals.empty() ? std::move(contains) : std::move(equals);
  }
  return part;
}

void read_parts(TableReader& reader, const Defaults& defaults, Rule& rule, Problems& problems) {
  const auto all = reader.items("all");
  auto own = read_part(reader, defaults.input, defaults.pieces);
  if (all.empty() == !own.has_value()) {
    problems.add(rule.place.line, rule.id, "needs exactly one of pattern, contains, equals, all");
    return;
  }
  if (own) {
    rule.parts.push_back(std::move(*own));
  } else if (reader.has("input")) {
    problems.add(rule.place.line, rule.id, "a rule with all has no input of its own");
  }
  for (const auto* node : all) {
    const auto* table = node->as_table();
    if (table == nullptr) {
      problems.add(line_of(*node), rule.id, "all must hold tables");
      continue;
    }
    TableReader inner(*table, rule.id, problems);
    auto part = read_part(inner, "", defaults.pieces);
    inner.refuse_unknown();
    if (part) {
      rule.parts.push_back(std::move(*part));
    } else {
      problems.add(line_of(*node), rule.id,
                   "each part of all needs one of pattern, contains, equals");
    }
  }
  if (!all.empty() && rule.parts.size() < 2) {
    problems.add(rule.place.line, rule.id, "all needs at least two parts");
  }
}

ProductClaim read_claim(TableReader& reader, const std::string& key) {
  ProductClaim claim;
  claim.product = reader.text_or(key, "");
  claim.version = reader.make_template(key + "_version");
  claim.name = reader.make_template(key + "_name");
  claim.model = reader.make_template(key + "_model");
  claim.cpe = reader.make_template(key + "_cpe");
  const bool spoken =
      !claim.version.empty() || !claim.name.empty() || !claim.model.empty() || !claim.cpe.empty();
  if (claim.product.empty() && spoken) {
    reader.complain(key + "_… is claimed, but no product: " + key + " is missing");
  }
  return claim;
}

std::vector<AlsoClaim> read_also(TableReader& reader) {
  std::vector<AlsoClaim> out;
  for (const auto& text : reader.texts("also")) {
    const auto gap = text.find(' ');
    AlsoClaim claim;
    claim.product = text.substr(0, gap);
    if (gap != std::string::npos) {
      auto version = Template::parse(trim(std::string_view(text).substr(gap)));
      if (version) {
        claim.version = std::move(*version);
      } else {
        reader.complain("also: " + version.error().text);
      }
    }
    out.push_back(std::move(claim));
  }
  return out;
}

ValueMaps read_maps(TableReader& reader) {
  ValueMaps maps;
  const auto* table = reader.table("map");
  if (table == nullptr) return maps;
  for (const auto& [capture, values] : *table) {
    const auto* pairs = values.as_table();
    if (pairs == nullptr) {
      reader.complain("map." + std::string(capture.str()) + " must be a table of texts");
      continue;
    }
    for (const auto& [from, to] : *pairs) {
      if (const auto* text = to.as_string()) {
        maps[std::string(capture.str())][std::string(from.str())] = text->get();
      } else {
        reader.complain("map." + std::string(capture.str()) + " must hold texts");
      }
    }
  }
  return maps;
}

// Named captures fill the claim that is obvious, where the rule does not say otherwise.
void fill_obvious(Rule& rule) {
  std::set<std::string> names;
  for (const auto& part : rule.parts) {
    if (part.kind != MatchKind::pattern) continue;
    for (auto& name : capture_names(part.texts.front())) names.insert(std::move(name));
  }
  const auto fill = [&](Template& target, const std::string& capture) {
    if (!target.empty() || !names.contains(capture)) return;
    target = std::move(*Template::parse("{" + capture + "}"));
  };
  const auto first = [](std::initializer_list<ProductClaim*> claims) -> ProductClaim* {
    for (auto* claim : claims) {
      if (!claim->product.empty()) return claim;
    }
    return nullptr;
  };
  if (!rule.service.product.empty()) fill(rule.service.version, "service_version");
  if (!rule.os.product.empty()) fill(rule.os.version, "os_version");
  if (!rule.hw.product.empty()) fill(rule.hw.version, "hw_version");
  if (auto* claim = first({&rule.service, &rule.os, &rule.hw})) fill(claim->version, "version");
  if (auto* claim = first({&rule.hw, &rule.os, &rule.service})) fill(claim->model, "model");
  fill(rule.package, "package");
  fill(rule.host_name, "host_name");
}

// The bytes of one example: text, hex or b64; or fields = { name = text } for conjunctions.
void read_bytes(TableReader& reader, const Rule& rule, Example& example) {
  const std::string input = rule.parts.empty() ? "" : rule.parts.front().input;
  const auto take = [&](std::string_view key, auto&& decode) {
    const auto text = reader.text(key);
    if (!text) return;
    auto bytes = decode(*text);
    if (bytes) {
      example.fields.emplace_back(input, std::string(as_text(*bytes)));
    } else {
      reader.complain(std::string(key) + ": " + bytes.error().text);
    }
  };
  if (const auto text = reader.text("text")) example.fields.emplace_back(input, *text);
  take("hex", [](std::string_view t) { return from_hex(t); });
  take("b64", [](std::string_view t) { return from_base64(t); });
  if (const auto* fields = reader.table("fields")) {
    for (const auto& [name, value] : *fields) {
      if (const auto* text = value.as_string()) {
        example.fields.emplace_back(std::string(name.str()), text->get());
      } else {
        reader.complain("fields must hold texts");
      }
    }
  } else if (example.fields.size() != 1) {
    reader.complain("an example needs exactly one of text, hex, b64, fields");
  }
}

void read_expect(TableReader& reader, Example& example) {
  const auto* expect = reader.table("expect");
  if (expect == nullptr) return;
  for (const auto& [key, value] : *expect) {
    std::string joined;
    if (const auto* text = value.as_string()) {
      joined = text->get();
    } else if (const auto* list = value.as_array()) {
      for (const auto& item : *list) {
        const auto* text_item = item.as_string();
        joined += (joined.empty() ? "" : ", ") + (text_item == nullptr ? "" : text_item->get());
      }
    } else {
      reader.complain("expect." + std::string(key.str()) + " must be a text");
    }
    example.expect[std::string(key.str())] = std::move(joined);
  }
}

std::vector<Example> read_examples(TableReader& rule_reader, const Rule& rule,
                                   const std::string& key, Problems& problems) {
  std::vector<Example> out;
  for (const auto* node : rule_reader.items(key)) {
    Example example;
    example.line = line_of(*node);
    if (const auto* text = node->as_string(); text != nullptr && !rule.parts.empty()) {
      example.fields.emplace_back(rule.parts.front().input, text->get());
    } else if (const auto* table = node->as_table()) {
      TableReader reader(*table, rule.id, problems);
      read_bytes(reader, rule, example);
      if (key == "accept") {
        read_expect(reader, example);
      } else {
        example.why = reader.text_or("why", "");
      }
      reader.refuse_unknown();
    } else {
      problems.add(example.line, rule.id, key + " must hold tables");
    }
    out.push_back(std::move(example));
  }
  return out;
}

Rule read_rule(const toml::table& table, const Defaults& defaults, Problems& problems) {
  Rule rule;
  rule.id = id_of(table);
  TableReader reader(table, rule.id, problems);
  reader.text("id");
  rule.place = {problems.file(), reader.line()};
  read_parts(reader, defaults, rule, problems);
  rule.service = read_claim(reader, "service");
  rule.os = read_claim(reader, "os");
  rule.hw = read_claim(reader, "hw");
  rule.also = read_also(reader);
  rule.package = reader.make_template("package");
  rule.host_name = reader.make_template("host_name");
  rule.protocol = reader.text_or("protocol", defaults.protocol);
  rule.device_class = reader.text_or("device_class", "");
  rule.source = reader.text_or("source", defaults.source);
  rule.trust = reader.number("trust").value_or(defaults.trust);
  rule.beats = reader.texts("beats");
  rule.maps = read_maps(reader);
  if (const auto word = reader.text("precision")) {
    if (const auto parsed = model::parse<model::Precision>(*word)) {
      rule.precision = *parsed;
    } else if (*word == "exact" || *word == "minor" || *word == "range") {
      rule.precision = *word == "exact"   ? model::Precision::exact
                       : *word == "minor" ? model::Precision::minor
                                          : model::Precision::range;
    } else {
      reader.complain("precision must be exact, minor or range");
    }
  }
  fill_obvious(rule);
  rule.accept = read_examples(reader, rule, "accept", problems);
  rule.reject = read_examples(reader, rule, "reject", problems);
  reader.refuse_unknown();
  return rule;
}

Product read_product(const toml::table& table, Problems& problems) {
  Product product;
  product.id = id_of(table);
  TableReader reader(table, product.id, problems);
  reader.text("id");
  product.place = {problems.file(), reader.line()};
  const auto take = [&](std::string& target, std::string_view key) {
    target = reader.text_or(key, "");
  };
  take(product.vendor, "vendor");
  take(product.vendor_zh, "vendor_zh");
  take(product.product, "product");
  take(product.product_zh, "product_zh");
  take(product.category, "category");
  take(product.xinchuang, "xinchuang");
  take(product.device_class, "device_class");
  take(product.cpe, "cpe");
  take(product.os, "os");
  take(product.hw, "hw");
  take(product.is_a, "is_a");
  take(product.protocol, "protocol");
  if (const auto word = reader.text("role")) {
    if (const auto role = parse_role(*word)) {
      product.role = *role;
    } else {
      reader.complain(
          "role must be server, application, framework, component, proxy, os or hardware");
    }
  }
  product.cpe_part = reader.text_or("part", product.role == Role::os         ? "o"
                                            : product.role == Role::hardware ? "h"
                                                                             : "a");
  reader.refuse_unknown();
  return product;
}

std::optional<toml::table> parse_toml(std::string_view text, Problems& problems) {
  try {
    return toml::parse(text, problems.file());
  } catch (const toml::parse_error& error) {
    problems.add(static_cast<int>(error.source().begin.line), "",
                 "not TOML: " + std::string(error.description()));
    return std::nullopt;
  }
}

// Runs `read` on each table of the array `key`; complains of anything else at the top of the file.
template <class Read>
void each_table(const toml::table& root, std::string_view key, bool with_defaults,
                Problems& problems, Read read) {
  for (const auto& [name, node] : root) {
    const auto* array = node.as_array();
    if (with_defaults && (name.str() == "defaults" || name.str() == "pieces")) continue;
    if (name.str() != key || array == nullptr) {
      problems.add(
          line_of(node), "",
          "unknown key \"" + std::string(name.str()) + "\"; expected [[" + std::string(key) + "]]");
      continue;
    }
    for (const auto& item : *array) {
      if (const auto* table = item.as_table()) read(*table);
    }
  }
}

}  // namespace

RuleFile parse_rule_file(std::string_view toml, const std::string& name) {
  Problems problems(name);
  RuleFile file;
  if (const auto root = parse_toml(toml, problems)) {
    Defaults defaults;
    if (const auto* table = root->get_as<toml::table>("defaults")) {
      TableReader reader(*table, "", problems);
      defaults.input = reader.text_or("input", "");
      defaults.protocol = reader.text_or("protocol", "");
      defaults.source = reader.text_or("source", "");
      defaults.trust = reader.number("trust").value_or(defaults.trust);
      reader.refuse_unknown();
    }
    if (const auto* table = root->get_as<toml::table>("pieces")) {
      TableReader reader(*table, "", problems);
      for (const auto& [key, node] : *table) {
        if (auto text = reader.text(key.str()))
          defaults.pieces.emplace(key.str(), std::move(*text));
      }
    }
    each_table(*root, "rule", true, problems, [&](const toml::table& table) {
      file.rules.push_back(read_rule(table, defaults, problems));
    });
  }
  file.problems = std::move(problems).take();
  return file;
}

ProductFile parse_product_file(std::string_view toml, const std::string& name) {
  Problems problems(name);
  ProductFile file;
  if (const auto root = parse_toml(toml, problems)) {
    each_table(*root, "product", false, problems, [&](const toml::table& table) {
      file.products.push_back(read_product(table, problems));
    });
  }
  file.problems = std::move(problems).take();
  return file;
}

}  // namespace qingdan::identify
