// field_plan — see the header.
#include "identify/field_plan.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "identify/pattern_needs.h"
#include "qingdan/base/text.h"
#include "qingdan/identify/matcher.h"

namespace qingdan::identify {
namespace {

// Above this a field's conditions are picked by their literals; so many are asked one by one.
constexpr std::size_t kDirectMax = 8;
// An anchored pattern is picked by its first four bytes where no more than so many begin alike, and
// by a literal else. That is one look at a value instead of one at each of its places.
constexpr std::size_t kAlikeMost = 6;

Error bad(ErrorCode code, std::string text) { return {code, std::move(text), ""}; }

struct Expressions {
  std::vector<std::string> texts;
  std::vector<unsigned> flags, ids;
};

// `held` by atom: of a loose pattern what it is found by.
Expressions expressions_of(const Field& field, const std::vector<Rule>& rules,
                           const std::vector<std::uint32_t>& atoms,
                           const std::vector<Literals>& held) {
  Expressions out;
  const auto add = [&](std::uint32_t atom, std::string text, unsigned flags) {
    out.texts.push_back(std::move(text));
    out.flags.push_back(HS_FLAG_SINGLEMATCH | flags);
    out.ids.push_back(atom);
  };
  for (const auto i : atoms) {
    const auto& part = rules[field.atoms[i].rule].parts[field.atoms[i].part];
    const bool loose = field.atoms[i].loose;
    const bool literal = loose || part.kind == MatchKind::contains;
    for (const auto& text : loose ? held[i] : part.texts)
      add(i, literal ? as_expression(text) : text, literal ? HS_FLAG_CASELESS : 0U);
  }
  return out;
}

std::string place_of(const Rule& rule) {
  return rule.place.file + ":" + std::to_string(rule.place.line) + ": rule " + rule.id + ": ";
}

Result<Database> compile(const Expressions& set, const Field& field,
                         const std::vector<Rule>& rules) {
  if (set.texts.empty()) return Database();
  std::vector<const char*> texts;
  for (const auto& text : set.texts) texts.push_back(text.c_str());
  hs_database_t* db = nullptr;
  hs_compile_error_t* error = nullptr;
  const auto status =
      hs_compile_multi(texts.data(), set.flags.data(), set.ids.data(),
                       static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &db, &error);
  if (status == HS_SUCCESS) return Database(db);
  std::string text = error == nullptr ? "vectorscan refused the patterns" : error->message;
  if (error != nullptr && error->expression >= 0) {
    const auto atom = set.ids[static_cast<std::size_t>(error->expression)];
    text = place_of(rules[field.atoms[atom].rule]) + text;
  }
  hs_free_compile_error(error);
  return bad(ErrorCode::input, std::move(text));
}

}  // namespace

void index_rules(const std::vector<Rule>& rules, Fields& fields,
                 std::vector<std::string>& patterns) {
  for (std::uint32_t r = 0; r < rules.size(); ++r) {
    for (std::uint16_t p = 0; p < rules[r].parts.size(); ++p) {
      const auto& part = rules[r].parts[p];
      auto& field = fields[part.input];
      Atom atom{r, p, part.kind == MatchKind::pattern};
      atom.settles = rules[r].settles;
      atom.last_resort = rules[r].last_resort;
      if (atom.pattern) {
        field.captors.push_back(static_cast<std::uint32_t>(patterns.size()));
        patterns.push_back(part.texts.front());
      } else {
        field.captors.push_back(0);
      }
      if (part.kind == MatchKind::equals) {
        for (const auto& text : part.texts) {
          field.equals[to_lower_ascii(text)].push_back(
              static_cast<std::uint32_t>(field.atoms.size()));
          field.equals_lengths |= std::uint64_t{1} << text.size() % 64;
        }
      }
      field.atoms.push_back(atom);
    }
  }
}

void write_programs(Fields& fields, const std::vector<std::string>& patterns, Programs& programs) {
  for (auto& [name, field] : fields) {
    for (std::size_t i = 0; i < field.atoms.size(); ++i) {
      auto& atom = field.atoms[i];
      if (!atom.pattern) continue;
      const auto& pattern = patterns[field.captors[i]];
      atom.captures = !capture_names(pattern).empty();
      atom.program = programs.add(pattern);
    }
  }
}

namespace {

struct Plan {
  std::vector<std::uint32_t> all, others;  // atoms of the two databases
  std::vector<Literals> held;              // by atom: what it is picked by
};

const Part& part_of(const Field& field, const std::vector<Rule>& rules, std::uint32_t atom) {
  return rules[field.atoms[atom].rule].parts[field.atoms[atom].part];
}

// PCRE2 must have as much of the value before it as vectorscan, or the captures alone would differ.
bool sees_enough(const Atom& atom, const Part& part) {
  return !atom.pattern || atom.captures || cap_of(part.input) <= kCaptureCap;
}

// Moves few conditions from a database to those that are asked directly.
void take_few(std::vector<std::uint32_t>& atoms, Field& field, const std::vector<Rule>& rules) {
  const auto fits = [&](std::uint32_t atom) {
    return sees_enough(field.atoms[atom], part_of(field, rules, atom));
  };
  if (atoms.size() > kDirectMax || !std::all_of(atoms.begin(), atoms.end(), fits)) return;
  field.direct = std::exchange(atoms, {});
}

void sort_direct(Field& field, const std::vector<Rule>& rules) {
  for (const auto atom : field.direct) {
    if (field.atoms[atom].pattern) {
      field.direct_patterns.push_back(atom);
      continue;
    }
    for (const auto& text : part_of(field, rules, atom).texts)
      field.direct_texts.emplace_back(to_lower_ascii(text), atom);
  }
}

// The byte that the set is, in either case; nothing where it is several, or zero.
std::optional<std::uint8_t> single_of(const ByteSet& set) {
  std::optional<std::uint8_t> one;
  for (std::size_t byte = 0; byte < set.size(); ++byte) {
    if (!set.test(byte)) continue;
    const bool upper = byte >= 'A' && byte <= 'Z';
    const auto own = static_cast<std::uint8_t>(upper ? byte | 0x20U : byte);
    if ((one && *one != own) || own == 0) return std::nullopt;
    one = own;
  }
  return one;
}

void write_firsts(Field& field) {
  std::vector<std::pair<First, bool>> firsts;  // of each beginning, and whether it says more
  for (const auto& begin : field.beginnings) {
    std::array<std::uint8_t, kWindow> bytes{};
    First first;
    bool more = false;
    for (std::size_t i = 0; i < begin.size; ++i) {
      const auto one = single_of(begin.bytes[i]);
      more = more || !one;
      bytes[i] = one.value_or(0);
      if (one) first.known |= static_cast<std::uint8_t>(1U << i);
    }
    first.bytes = std::bit_cast<std::uint32_t>(bytes);
    firsts.emplace_back(first, more);
  }
  for (auto& atom : field.atoms) {
    atom.first_bytes = firsts[atom.begin].first.bytes;
    atom.first_known = firsts[atom.begin].first.known;
    atom.classed = firsts[atom.begin].second;
  }
}

void index_begins(Field& field) {
  std::vector<BeginIndex::Member> members;
  for (const auto i : field.unlisted) {
    const auto& atom = field.atoms[i];
    members.push_back({i, &field.beginnings[atom.begin], atom.first()});
  }
  field.begins = BeginIndex(members);
}

// Of what the patterns need, the marks that the fewest of them need. `needs` by atom.
void write_needs(Field& field, std::vector<PatternNeeds>& needs) {
  std::vector<std::uint32_t> counts(kBytes + kPairs);
  for (const auto& each : needs) {
    for (const auto& marks : each.marks) {
      for (const auto mark : marks) ++counts[mark];
    }
  }
  const auto rarest_of = [&](std::vector<Mark>& marks) {
    std::stable_sort(marks.begin(), marks.end(),
                     [&](Mark a, Mark b) { return counts[a] < counts[b]; });
    Need need{};
    for (std::size_t i = 0; i < need.size(); ++i) need[i] = marks[std::min(i, marks.size() - 1)];
    return need;
  };
  for (std::size_t i = 0; i < needs.size(); ++i) {
    auto& atom = field.atoms[i];
    auto& alternatives = needs[i].marks;
    atom.needs = static_cast<std::uint8_t>(alternatives.size());
    if (alternatives.size() == 1) atom.need = rarest_of(alternatives.front());
    if (alternatives.size() < 2) continue;
    atom.need[0] = static_cast<Mark>(field.needs.size() >> 16);
    atom.need[1] = static_cast<Mark>(field.needs.size() & 0xFFFF);
    for (auto& marks : alternatives) field.needs.push_back(rarest_of(marks));
  }
}

void write_beginning(Field& field, Atom& atom, const std::optional<Beginning>& begin) {
  if (!begin) return;
  const auto same = std::find(field.beginnings.begin(), field.beginnings.end(), *begin);
  const auto number = static_cast<std::size_t>(same - field.beginnings.begin());
  if (number > 0xFFFF) return;  // so many that this one is asked of any value
  atom.begin = static_cast<std::uint16_t>(number);
  if (same == field.beginnings.end()) field.beginnings.push_back(*begin);
}

// Of anchored patterns, how many begin with the same four bytes, by First::bytes.
std::unordered_map<std::uint32_t, std::size_t> count_leads(const Field& field) {
  std::unordered_map<std::uint32_t, std::size_t> counts;
  for (const auto& atom : field.atoms) {
    if (atom.first().is_whole()) ++counts[atom.first_bytes];
  }
  return counts;
}

// Fills the field's index where it has so many rules that it pays; what of a pattern its database
// is to know is decided here too.
Plan plan_databases(Field& field, const std::vector<Rule>& rules) {
  Plan plan;
  for (std::uint32_t i = 0; i < field.atoms.size(); ++i) {
    if (part_of(field, rules, i).kind != MatchKind::equals) plan.all.push_back(i);
  }
  field.picks = plan.all.size() > kDirectMax;
  if (!field.picks) {
    take_few(plan.all, field, rules);
    return plan;
  }
  std::vector<PatternNeeds> needs(field.atoms.size());
  LiteralChooser chooser;
  for (const auto i : plan.all) {
    needs[i] = needs_of(part_of(field, rules, i));
    write_beginning(field, field.atoms[i], needs[i].beginning);
    chooser.add(needs[i].texts);
  }
  write_firsts(field);
  const auto leads = count_leads(field);
  plan.held.resize(field.atoms.size());
  std::vector<std::pair<std::string, std::uint32_t>> keyed;
  for (const auto i : plan.all) {
    const auto& part = part_of(field, rules, i);
    auto& atom = field.atoms[i];
    const bool decided_later = atom.pattern && sees_enough(atom, part);
    const bool led =
        decided_later && atom.first().is_whole() && leads.at(atom.first_bytes) <= kAlikeMost;
    if (!led) plan.held[i] = chooser.choose(needs[i].texts);
    const auto& literals = plan.held[i];
    atom.loose = decided_later && (atom.begin != 0 || !literals.empty());
    if (literals.empty()) (atom.loose ? field.unlisted : plan.others).push_back(i);
    for (const auto& text : literals) keyed.emplace_back(text, i);
  }
  write_needs(field, needs);
  // A beginning is looked up, however long a value is.
  std::erase_if(plan.all,
                [&](std::uint32_t i) { return field.atoms[i].loose && plan.held[i].empty(); });
  field.index = LiteralIndex(std::move(keyed));
  index_begins(field);
  take_few(plan.others, field, rules);
  return plan;
}

// As they lie in memory: the cache is this machine's own, and there are thousands.
static_assert(std::is_trivially_copyable_v<ByteSet> && std::is_trivially_copyable_v<Atom>);

void save_beginning(const Beginning& begin, ByteWriter& out) {
  out.u8(static_cast<std::uint8_t>(begin.size));
  for (std::size_t i = 0; i < begin.size; ++i)
    out.bytes({reinterpret_cast<const std::uint8_t*>(&begin.bytes[i]), sizeof(ByteSet)});
}

Beginning load_beginning(ByteReader& in) {
  Beginning begin;
  begin.size = std::min<std::size_t>(in.u8(), Beginning::kMost);
  for (std::size_t i = 0; i < begin.size; ++i) {
    const auto bytes = in.take(sizeof(ByteSet));
    if (bytes.size() == sizeof(ByteSet)) std::memcpy(&begin.bytes[i], bytes.data(), bytes.size());
  }
  return begin;
}

// Rule and part are known already, and must be those that were saved.
bool load_atoms(Field& field, ByteReader& in) {
  const auto bytes = in.take(field.atoms.size() * sizeof(Atom));
  if (!in.ok()) return false;
  for (std::size_t i = 0; i < field.atoms.size(); ++i) {
    auto& atom = field.atoms[i];
    const auto rule = atom.rule;
    const auto part = atom.part;
    const bool pattern = atom.pattern;
    std::memcpy(&atom, bytes.data() + i * sizeof(Atom), sizeof(Atom));
    if (atom.rule != rule || atom.part != part || atom.pattern != pattern) return false;
  }
  return true;
}

void save_numbers(const std::vector<std::uint32_t>& numbers, ByteWriter& out) {
  out.u32be(static_cast<std::uint32_t>(numbers.size()));
  for (const auto number : numbers) out.u32be(number);
}

// False where one is not below `end`.
bool load_numbers(std::vector<std::uint32_t>& numbers, std::size_t end, ByteReader& in) {
  for (auto left = in.u32be(); left > 0 && in.ok(); --left) {
    numbers.push_back(in.u32be());
    if (numbers.back() >= end) return false;
  }
  return in.ok();
}

}  // namespace

Result<void> build_field(Field& field, const std::vector<Rule>& rules) {
  const auto plan = plan_databases(field, rules);
  sort_direct(field, rules);
  // Nobody compiles these until they are asked.
  for (const auto atom : field.direct_patterns) {
    const auto fault = find_pattern_fault(part_of(field, rules, atom).texts.front());
    if (fault) return bad(ErrorCode::input, place_of(rules[field.atoms[atom].rule]) + *fault);
  }
  for (const auto& [atoms, into] :
       {std::pair(&plan.all, &field.all), std::pair(&plan.others, &field.others)}) {
    auto database = compile(expressions_of(field, rules, *atoms, plan.held), field, rules);
    if (!database) return database.error();
    *into = std::move(*database);
  }
  return {};
}

void save_plan(const Field& field, ByteWriter& out) {
  out.u8(field.picks ? 1 : 0);
  out.bytes({reinterpret_cast<const std::uint8_t*>(field.atoms.data()),
             field.atoms.size() * sizeof(Atom)});
  save_numbers(field.direct, out);
  if (!field.picks) return;
  out.u32be(static_cast<std::uint32_t>(field.beginnings.size()));
  for (const auto& begin : field.beginnings) save_beginning(begin, out);
  out.u32be(static_cast<std::uint32_t>(field.needs.size()));
  out.bytes({reinterpret_cast<const std::uint8_t*>(field.needs.data()),
             field.needs.size() * sizeof(Need)});
  save_numbers(field.unlisted, out);
  field.index.save(out);
}

bool load_plan(Field& field, const std::vector<Rule>& rules, ByteReader& in) {
  field.picks = in.u8() == 1;
  if (!load_atoms(field, in)) return false;
  if (!load_numbers(field.direct, field.atoms.size(), in)) return false;
  sort_direct(field, rules);
  if (!field.picks) return in.ok();
  field.beginnings.clear();
  for (auto left = in.u32be(); left > 0 && in.ok(); --left)
    field.beginnings.push_back(load_beginning(in));
  const auto needs = in.take(std::size_t{in.u32be()} * sizeof(Need));
  field.needs.resize(needs.size() / sizeof(Need));
  if (!needs.empty()) std::memcpy(field.needs.data(), needs.data(), needs.size());
  const bool listed = load_numbers(field.unlisted, field.atoms.size(), in);
  auto index = LiteralIndex::load(in, field.atoms.size());
  if (!listed || !index) return false;
  field.index = std::move(*index);
  const auto is_known = [&](const Atom& atom) {
    return atom.begin < field.beginnings.size() &&
           (atom.needs < 2 || atom.first_need() + atom.needs <= field.needs.size());
  };
  if (!in.ok() || !std::all_of(field.atoms.begin(), field.atoms.end(), is_known)) return false;
  index_begins(field);
  return true;
}

}  // namespace qingdan::identify
