// field_plan — see the header.
#include "identify/field_plan.h"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "qingdan/base/text.h"
#include "qingdan/identify/matcher.h"

namespace qingdan::identify {
namespace {

// Above this a field's conditions are picked by their literals; so many are asked one by one.
constexpr std::size_t kDirectMax = 8;

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

void BeginIndex::add(std::uint32_t atom, const Beginning& begin, First first_bytes) {
  if (begin.size < 2 || begin.bytes[0].count() * begin.bytes[1].count() > kPairsMax) {
    wide_.push_back({first_bytes, atom});
    return;
  }
  slots_.resize(kSlots);
  for (std::size_t first = 0; first < 256; ++first) {
    for (std::size_t second = 0; begin.bytes[0].test(first) && second < 256; ++second) {
      if (!begin.bytes[1].test(second)) continue;
      auto& slot = slots_[slot_of(first, second)];
      if (slot.empty() || slot.back().atom != atom) slot.push_back({first_bytes, atom});
    }
  }
}

void BeginIndex::find(std::string_view value, std::string_view folded,
                      std::vector<std::uint32_t>& atoms) const {
  const auto four = first_of(folded);
  const auto add_fitting = [&](const std::vector<Entry>& entries) {
    for (const auto& entry : entries) {
      if (entry.first.fits(four)) atoms.push_back(entry.atom);
    }
  };
  add_fitting(wide_);
  if (slots_.empty() || value.size() < 2) return;
  add_fitting(
      slots_[slot_of(static_cast<unsigned char>(value[0]), static_cast<unsigned char>(value[1]))]);
}

void index_rules(const std::vector<Rule>& rules, Fields& fields,
                 std::vector<CaptureSpec>& captures) {
  for (std::uint32_t r = 0; r < rules.size(); ++r) {
    for (std::uint16_t p = 0; p < rules[r].parts.size(); ++p) {
      const auto& part = rules[r].parts[p];
      auto& field = fields[part.input];
      Atom atom{r, p, part.kind == MatchKind::pattern};
      atom.settles = rules[r].settles;
      atom.last_resort = rules[r].last_resort;
      if (atom.pattern) {
        auto names = capture_names(part.texts.front());
        atom.captures = !names.empty();
        atom.captor = static_cast<std::uint32_t>(captures.size());
        captures.push_back({part.texts.front(), std::move(names)});
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
    std::array<std::uint8_t, 4> bytes{}, known{};
    bool more = false;
    for (std::size_t i = 0; i < begin.size; ++i) {
      const auto one = single_of(begin.bytes[i]);
      more = more || !one;
      bytes[i] = one.value_or(0);
      known[i] = one ? 0xFF : 0;
    }
    First first;
    std::memcpy(&first.bytes, bytes.data(), sizeof first.bytes);
    std::memcpy(&first.known, known.data(), sizeof first.known);
    firsts.emplace_back(first, more);
  }
  for (auto& atom : field.atoms) {
    atom.first = firsts[atom.begin].first;
    atom.classed = firsts[atom.begin].second;
  }
}

// All there are, by Rule::last_resort.
template <class AnyField>
auto picks_of(AnyField& field) {
  std::array<decltype(&field.first), 8> all{&field.first};
  for (std::size_t i = 0; i < field.last.size(); ++i) all[i + 1] = &field.last[i];
  return all;
}

void index_begins(Field& field) {
  for (auto* picks : picks_of(field)) {
    for (const auto atom : picks->unlisted)
      picks->begins.add(atom, field.beginnings[field.atoms[atom].begin], field.atoms[atom].first);
  }
}

// Of what the patterns need, the marks that the fewest of them need.
void write_needs(Field& field, const std::vector<Rule>& rules,
                 const std::vector<std::uint32_t>& atoms) {
  std::vector<std::uint32_t> counts(kBytes + kPairs);
  std::vector<std::pair<std::uint32_t, std::vector<Mark>>> all;  // of each atom
  for (const auto i : atoms) {
    if (!field.atoms[i].pattern) continue;
    for (auto& marks : marks_of(part_of(field, rules, i).texts.front())) {
      for (const auto mark : marks) ++counts[mark];
      all.emplace_back(i, std::move(marks));
    }
  }
  for (auto& [atom, marks] : all) {
    std::stable_sort(marks.begin(), marks.end(),
                     [&](Mark a, Mark b) { return counts[a] < counts[b]; });
    Need need{};
    for (std::size_t i = 0; i < need.size(); ++i) need[i] = marks[std::min(i, marks.size() - 1)];
    auto& owner = field.atoms[atom];
    if (owner.needs++ == 0) owner.need = static_cast<std::uint32_t>(field.needs.size());
    field.needs.push_back(need);
  }
}

void write_beginning(Field& field, Atom& atom, const Part& part) {
  if (!atom.pattern) return;
  const auto begin = beginning_of(part.texts.front());
  if (!begin) return;
  const auto same = std::find(field.beginnings.begin(), field.beginnings.end(), *begin);
  atom.begin = static_cast<std::uint32_t>(same - field.beginnings.begin());
  if (same == field.beginnings.end()) field.beginnings.push_back(*begin);
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
  std::vector<std::vector<Literals>> texts;
  LiteralChooser chooser;
  for (const auto i : plan.all)
    chooser.add(texts.emplace_back(held_texts(part_of(field, rules, i))));
  plan.held.resize(field.atoms.size());
  const auto picks = picks_of(field);
  std::array<std::vector<std::pair<std::string, std::uint32_t>>, 8> keyed;  // for each of them
  for (std::size_t n = 0; n < plan.all.size(); ++n) {
    const auto i = plan.all[n];
    const auto& part = part_of(field, rules, i);
    auto& atom = field.atoms[i];
    write_beginning(field, atom, part);
    const auto& literals = plan.held[i] = chooser.choose(texts[n]);
    const bool decided_later = atom.pattern && sees_enough(atom, part);
    atom.loose = decided_later && (atom.begin != 0 || !literals.empty());
    const auto own = atom.last_resort;
    if (literals.empty()) (atom.loose ? picks[own]->unlisted : plan.others).push_back(i);
    for (const auto& text : literals) keyed[own].emplace_back(text, i);
  }
  write_needs(field, rules, plan.all);
  // A beginning is looked up, however long a value is.
  std::erase_if(plan.all,
                [&](std::uint32_t i) { return field.atoms[i].loose && plan.held[i].empty(); });
  for (std::size_t n = 0; n < picks.size(); ++n)
    picks[n]->index = LiteralIndex(std::move(keyed[n]));
  write_firsts(field);
  index_begins(field);
  take_few(plan.others, field, rules);
  return plan;
}

// As they lie in memory: the cache is this machine's own, and there are thousands.
static_assert(std::is_trivially_copyable_v<ByteSet>);

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

void save_needs(const Field& field, ByteWriter& out) {
  for (const auto& atom : field.atoms) out.u8(static_cast<std::uint8_t>(atom.needs));
  for (const auto& need : field.needs) {
    for (const auto mark : need) out.u16be(mark);
  }
}

// Those of an atom lie beside each other, in the order of the atoms.
bool load_needs(Field& field, ByteReader& in) {
  std::uint32_t count = 0;
  for (auto& atom : field.atoms) {
    atom.need = count;
    atom.needs = in.u8();
    count += atom.needs;
  }
  for (; count > 0 && in.ok(); --count) {
    auto& need = field.needs.emplace_back();
    for (auto& mark : need) mark = in.u16be();
    if (!std::all_of(need.begin(), need.end(), [](Mark m) { return m < kBytes + kPairs; }))
      return false;
  }
  return in.ok();
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
  save_numbers(field.direct, out);
  if (!field.picks) return;
  for (const auto& atom : field.atoms) {
    out.u32be(atom.begin << 2 | (atom.classed ? 2U : 0U) | (atom.loose ? 1U : 0U));
    out.u32be(atom.first.bytes).u32be(atom.first.known);
  }
  out.u32be(static_cast<std::uint32_t>(field.beginnings.size()));
  for (const auto& begin : field.beginnings) save_beginning(begin, out);
  save_needs(field, out);
  for (const auto* picks : picks_of(field)) {
    save_numbers(picks->unlisted, out);
    picks->index.save(out);
  }
}

bool load_plan(Field& field, const std::vector<Rule>& rules, ByteReader& in) {
  field.picks = in.u8() == 1;
  if (!load_numbers(field.direct, field.atoms.size(), in)) return false;
  sort_direct(field, rules);
  if (!field.picks) return in.ok();
  for (auto& atom : field.atoms) {
    const auto word = in.u32be();
    atom.loose = (word & 1) != 0;
    atom.classed = (word & 2) != 0;
    atom.begin = word >> 2;
    atom.first.bytes = in.u32be();
    atom.first.known = in.u32be();
  }
  field.beginnings.clear();
  for (auto left = in.u32be(); left > 0 && in.ok(); --left)
    field.beginnings.push_back(load_beginning(in));
  if (!load_needs(field, in)) return false;
  for (auto* picks : picks_of(field)) {
    const bool listed = load_numbers(picks->unlisted, field.atoms.size(), in);
    auto index = LiteralIndex::load(in, field.atoms.size());
    if (!listed || !index) return false;
    picks->index = std::move(*index);
  }
  const auto is_known = [&](const Atom& atom) { return atom.begin < field.beginnings.size(); };
  if (!in.ok() || !std::all_of(field.atoms.begin(), field.atoms.end(), is_known)) return false;
  index_begins(field);
  return true;
}

}  // namespace qingdan::identify
