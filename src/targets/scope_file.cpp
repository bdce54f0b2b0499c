// scope_file — reads the TOML of a scope document, strictly: what we do not know is an error, for a
// misspelt `exclude` would otherwise be an address that gets probed.
#include "targets/scope_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <span>

#include "qingdan/base/text.h"
#include "qingdan/targets/calendar.h"

namespace qingdan::targets {

Error document_error(std::string_view name, std::uint32_t line, std::string text) {
  return {ErrorCode::input, std::string(name) + ":" + std::to_string(line) + ": " + text, {}};
}

namespace {

// More than any raw socket here can send (650 k packets a second); a larger number is a slip.
constexpr std::int64_t kMaxPps = 1'000'000;
constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

std::uint32_t line_of(const toml::node& node) { return node.source().begin.line; }

// A printer prints and a controller stalls long before this is reached.
constexpr std::int64_t kMaxFragilePps = 20;

// Reads the keys of one table and keeps the first thing that is wrong with it.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string_view document, std::string_view heading)
      : table_(table), document_(document), heading_(heading) {}

  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] std::uint32_t line() const { return line_of(table_); }
  [[nodiscard]] std::uint32_t line(std::string_view key) const {
    const auto* node = table_.get(key);
    return node != nullptr ? line_of(*node) : line();
  }

  std::string text(std::string_view key) {
    const auto* node = find(key, "a text in quotes", &toml::node::is_string);
    if (node == nullptr) return {};
    std::string value(trim(node->ref<std::string>()));
    if (value.empty()) wrong(line(key), std::string(key) + " is empty");
    return value;
  }
  std::string required_text(std::string_view key) {
    require(key);
    return text(key);
  }
  std::optional<std::int64_t> integer(std::string_view key) {
    const auto* node = find(key, "a whole number", &toml::node::is_integer);
    if (node == nullptr) return std::nullopt;
    return node->ref<std::int64_t>();
  }
  std::optional<Day> day(std::string_view key) {
    const auto* node = find(key, "a day without quotes such as 2026-11-01", &toml::node::is_date);
    if (node == nullptr) return std::nullopt;
    const auto& date = node->ref<toml::date>();
    const Day value{std::chrono::year(date.year), std::chrono::month(date.month),
                    std::chrono::day(date.day)};
    if (!value.ok()) wrong(line(key), std::string(key) + ": there is no such day");
    return value;
  }
  std::optional<std::chrono::seconds> time(std::string_view key) {
    const auto* node = find(key, "a time without quotes such as 20:00:00", &toml::node::is_time);
    if (node == nullptr) return std::nullopt;
    const auto& time = node->ref<toml::time>();
    return std::chrono::hours(time.hour) + std::chrono::minutes(time.minute) +
           std::chrono::seconds(time.second);
  }
  // The texts of an array, each with its line.
  std::vector<std::pair<std::string, std::uint32_t>> texts(std::string_view key,
                                                           std::string_view example) {
    std::vector<std::pair<std::string, std::uint32_t>> values;
    const auto* node = find(key, example, &toml::node::is_array);
    if (node == nullptr) return values;
    for (const auto& item : *node->as_array()) {
      if (!item.is_string()) {
        wrong(line_of(item), std::string(key) + ": expected " + std::string(example));
        return {};
      }
      values.emplace_back(item.ref<std::string>(), line_of(item));
    }
    if (values.empty()) wrong(line(key), std::string(key) + " is empty");
    return values;
  }

  void require(std::string_view key) {
    if (!has(key)) wrong(line(), heading_ + " needs " + std::string(key));
  }
  void wrong(std::uint32_t line, std::string why) {
    if (!error_) error_ = document_error(document_, line, std::move(why));
  }
  void only(std::span<const std::string_view> known) {
    for (const auto& [key, value] : table_) {
      if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
      std::string list;
      for (const auto name : known) list += (list.empty() ? "" : ", ") + std::string(name);
      wrong(key.source().begin.line, heading_ + ": unknown key \"" +
                                         escape_untrusted(key.str(), 60) + "\" (known: " + list +
                                         ")");
    }
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const toml::node* find(std::string_view key, std::string_view expected,
                         bool (toml::node::*is)() const noexcept) {
    const auto* node = table_.get(key);
    if (node == nullptr) return nullptr;
    if ((node->*is)()) return node;
    wrong(line_of(*node), std::string(key) + ": expected " + std::string(expected));
    return nullptr;
  }

  const toml::table& table_;
  std::string document_;
  std::string heading_;
  std::optional<Error> error_;
};

// cidr, range or addresses: exactly one of them.
struct Addresses {
  std::vector<net::AddressRange> ranges;
  std::string what;
};

void read_cidr(TableReader& table, Addresses& read) {
  read.what = table.text("cidr");
  const auto prefix = net::parse_prefix(read.what);
  if (!prefix) return table.wrong(table.line("cidr"), prefix.error().text);
  read.ranges.push_back(prefix->range());
}

void read_range(TableReader& table, Addresses& read) {
  read.what = table.text("range");
  const auto range = net::parse_range(read.what);
  if (!range) return table.wrong(table.line("range"), range.error().text);
  read.ranges.push_back(*range);
}

void read_list(TableReader& table, Addresses& read) {
  for (const auto& [text, line] : table.texts("addresses", "texts such as [\"10.98.7.7\"]")) {
    const auto address = net::parse_address(text);
    if (!address) return table.wrong(line, address.error().text);
    read.ranges.push_back({*address, *address});
    read.what += (read.what.empty() ? "" : ", ") + text;
  }
}

Addresses read_addresses(TableReader& table, std::string_view heading) {
  Addresses read;
  const int given = table.has("cidr") + table.has("range") + table.has("addresses");
  if (given != 1) {
    table.wrong(table.line(), std::string(heading) + " needs " + (given == 0 ? "" : "only ") +
                                  "one of cidr, range and addresses");
  } else if (table.has("cidr")) {
    read_cidr(table, read);
  } else if (table.has("range")) {
    read_range(table, read);
  } else {
    read_list(table, read);
  }
  return read;
}

void read_authorisation(TableReader& table, Authorisation& into) {
  constexpr std::array<std::string_view, 4> kKeys{"number", "issued_by", "valid_from", "valid_to"};
  table.only(kKeys);
  into.number = table.required_text("number");
  into.issued_by = table.required_text("issued_by");
  table.require("valid_from");
  table.require("valid_to");
  into.valid_from = table.day("valid_from").value_or(Day{});
  into.valid_to = table.day("valid_to").value_or(Day{});
  if (!table.error() && into.valid_to < into.valid_from) {
    table.wrong(table.line("valid_to"), "valid_to " + to_string(into.valid_to) +
                                            " lies before valid_from " +
                                            to_string(into.valid_from));
  }
}

void read_fragile_pace(TableReader& table, Pace& into) {
  const auto value = table.integer("fragile_pps");
  if (!value) return;
  if (*value < 1 || *value > kMaxFragilePps) {
    return table.wrong(table.line("fragile_pps"),
                       "fragile_pps = " + std::to_string(*value) +
                           ": printers and industrial devices get 1 to " +
                           std::to_string(kMaxFragilePps) + " packets per second");
  }
  into.fragile_pps = static_cast<std::uint32_t>(*value);
}

void read_pace(TableReader& table, Pace& into) {
  constexpr std::array<std::string_view, 3> kKeys{"global_pps", "prefix_pps", "host_pps"};
  constexpr std::array<std::string_view, 4> kKnown{"global_pps", "prefix_pps", "host_pps",
                                                   "fragile_pps"};
  table.only(kKnown);
  read_fragile_pace(table, into);
  const std::array<std::uint32_t*, 3> targets{&into.global_pps, &into.prefix_pps, &into.host_pps};
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const auto value = table.integer(kKeys[i]);
    if (!value) continue;
    if (*value < 0 || *value > kMaxPps) {
      table.wrong(table.line(kKeys[i]), std::string(kKeys[i]) + " = " + std::to_string(*value) +
                                            ": packets per second are 0 (no cap) to " +
                                            std::to_string(kMaxPps));
      continue;
    }
    *targets[i] = static_cast<std::uint32_t>(*value);
  }
}

// Classes of ports that are left alone unless the owner of the subnet says otherwise. Raw printing
// is none of them: there is no request that would not be printed.
bool read_classes(TableReader& table) {
  bool ot_readonly = false;
  if (!table.has("classes")) return ot_readonly;
  for (const auto& [text, line] : table.texts("classes", "texts such as [\"ot-readonly\"]")) {
    if (text == "ot-readonly") {
      ot_readonly = true;
      continue;
    }
    table.wrong(line, "classes: \"" + escape_untrusted(text, 40) +
                          "\" is no class that can be allowed (known: ot-readonly)");
  }
  return ot_readonly;
}

AllowEntry read_allow(TableReader& table) {
  constexpr std::array<std::string_view, 6> kKeys{"cidr", "range", "addresses",
                                                  "zone", "unit",  "classes"};
  table.only(kKeys);
  auto addresses = read_addresses(table, "[[allow]]");
  return {std::move(addresses.ranges),
          {table.text("zone"), table.text("unit"), read_classes(table)},
          std::move(addresses.what),
          table.line()};
}

ExcludeEntry read_exclude(TableReader& table) {
  constexpr std::array<std::string_view, 6> kKeys{"cidr",   "range", "addresses",
                                                  "reason", "owner", "until"};
  table.only(kKeys);
  auto addresses = read_addresses(table, "[[exclude]]");
  ExcludeEntry entry;
  entry.ranges = std::move(addresses.ranges);
  entry.text.what = std::move(addresses.what);
  entry.text.reason = table.text("reason");
  entry.text.owner = table.text("owner");
  entry.until = table.day("until");
  if (entry.until) entry.text.until = to_string(*entry.until);
  entry.line = table.line();
  return entry;
}

void read_days(TableReader& table, Window& into) {
  if (!table.has("days")) return into.days.fill(true);
  for (const auto& [text, line] : table.texts("days", "texts such as [\"mon\", \"tue\"]")) {
    const auto* const day = std::find(kDays.begin(), kDays.end(), to_lower_ascii(text));
    if (day == kDays.end()) {
      return table.wrong(line, "days: \"" + escape_untrusted(text, 40) +
                                   "\" is none of mon, tue, wed, thu, fri, sat, sun");
    }
    into.days[static_cast<std::size_t>(day - kDays.begin())] = true;
  }
}

WindowEntry read_window(TableReader& table) {
  constexpr std::array<std::string_view, 4> kKeys{"zone", "days", "from", "to"};
  table.only(kKeys);
  WindowEntry entry;
  entry.line = table.line();
  entry.window.zone = table.text("zone");
  read_days(table, entry.window);
  entry.window.from = table.time("from").value_or(entry.window.from);
  entry.window.to = table.time("to").value_or(entry.window.to);
  if (entry.window.from == entry.window.to) {
    table.wrong(table.line("to"), "from and to are the same time; leave both out for whole days");
  }
  return entry;
}

Blackout read_blackout(TableReader& table) {
  constexpr std::array<std::string_view, 3> kKeys{"from", "to", "reason"};
  table.only(kKeys);
  table.require("from");
  table.require("to");
  Blackout entry;
  entry.from = table.day("from").value_or(Day{});
  entry.to = table.day("to").value_or(Day{});
  entry.reason = table.required_text("reason");
  if (!table.error() && entry.to < entry.from) {
    table.wrong(table.line("to"),
                "to " + to_string(entry.to) + " lies before from " + to_string(entry.from));
  }
  return entry;
}

ResolverEntry read_resolver(TableReader& table) {
  constexpr std::array<std::string_view, 2> kKeys{"address", "zone"};
  table.only(kKeys);
  ResolverEntry entry;
  entry.line = table.line();
  entry.resolver.zone = table.text("zone");
  const auto address = net::parse_address(table.required_text("address"));
  if (address) {
    entry.resolver.ip = *address;
  } else {
    table.wrong(table.line("address"), address.error().text);
  }
  return entry;
}

class DocumentReader {
 public:
  DocumentReader(const toml::table& root, std::string_view name) : root_(root), name_(name) {}

  Result<ScopeDocument> read() {
    constexpr std::array<std::string_view, 7> kKeys{
        "authorisation", "pace", "allow", "exclude", "window", "blackout", "resolver"};
    TableReader top(root_, name_, "the document");
    top.only(kKeys);
    keep(top);
    read_table("authorisation", [&](TableReader& t) { read_authorisation(t, out_.authorisation); });
    if (!root_.contains("authorisation")) wrong(1, "the document needs [authorisation]");
    read_table("pace", [&](TableReader& t) { read_pace(t, out_.pace); });
    read_array("allow", [&](TableReader& t) { out_.allow.push_back(read_allow(t)); });
    read_array("exclude", [&](TableReader& t) { out_.exclude.push_back(read_exclude(t)); });
    read_array("window", [&](TableReader& t) { out_.windows.push_back(read_window(t)); });
    read_array("blackout", [&](TableReader& t) { out_.blackouts.push_back(read_blackout(t)); });
    read_array("resolver", [&](TableReader& t) { out_.resolvers.push_back(read_resolver(t)); });
    if (error_) return *error_;
    return std::move(out_);
  }

 private:
  void keep(const TableReader& table) {
    if (!error_ && table.error()) error_ = table.error();
  }
  void wrong(std::uint32_t line, std::string text) {
    if (!error_) error_ = document_error(name_, line, std::move(text));
  }
  template <class Read>
  void read_table(std::string_view key, Read read) {
    const auto* node = root_.get(key);
    if (node == nullptr) return;
    const auto* table = node->as_table();
    if (table == nullptr) {
      return wrong(line_of(*node), "write [" + std::string(key) + "] as a table");
    }
    TableReader reader(*table, name_, "[" + std::string(key) + "]");
    read(reader);
    keep(reader);
  }
  template <class Read>
  void read_array(std::string_view key, Read read) {
    const auto* node = root_.get(key);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous(toml::node_type::table)) {
      return wrong(line_of(*node), "write [[" + std::string(key) + "]] with double brackets");
    }
    for (const auto& item : *array) {
      TableReader reader(*item.as_table(), name_, "[[" + std::string(key) + "]]");
      read(reader);
      keep(reader);
    }
  }

  const toml::table& root_;
  std::string_view name_;
  ScopeDocument out_;
  std::optional<Error> error_;
};

}  // namespace

Result<ScopeDocument> parse_document(std::string_view toml, std::string_view name) {
  try {
    const auto root = toml::parse(toml, name);
    return DocumentReader(root, name).read();
  } catch (const toml::parse_error& error) {
    return document_error(name, error.source().begin.line,
                          escape_untrusted(error.description(), 200));
  }
}

}  // namespace qingdan::targets
