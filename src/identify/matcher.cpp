// matcher — which conditions to ask, and of which engine.
#include "qingdan/identify/matcher.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <unordered_map>

#include "identify/engines.h"
#include "identify/literal.h"
#include "identify/name_hash.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kValueCap = 64 * 1024;
constexpr std::size_t kBodyCap = 256 * 1024;
constexpr std::size_t kVerdictSlots = 2048;
constexpr std::size_t kSeenSlots = 4096;
constexpr std::size_t kVerdictMaxBytes = 1024;  // longer values are rarely alike
// Above this a field's conditions are picked by their literals; below, one database is as quick.
constexpr std::size_t kUnpickedMax = 8;
constexpr std::size_t kPickedMax = 16;         // a value that asks for more is asked of all
constexpr std::size_t kFoundMax = 48;          // the same, before anchors are looked at
constexpr std::size_t kPickedMaxBytes = 2048;  // in longer values too many literals occur

Error bad(ErrorCode code, std::string text) { return {code, std::move(text), ""}; }

// One condition as the engines know it; small, as every match touches one.
struct Atom {
  std::uint32_t rule{0};
  std::uint16_t part{0};
  bool pattern : 1 {false};
  bool captures : 1 {false};
  bool loose : 1 {false};   // of a pattern: `all` knows only its literals
  std::uint32_t captor{0};  // of a pattern, over all fields
  std::uint32_t first{0};   // of an anchored pattern, in Field::firsts; 0 = any byte
};

struct Field {
  std::vector<Atom> atoms;
  Database all;  // null where the field has only `equals`
  // Of a field with many rules: conditions by literals they cannot do without, those that are
  // anchored by the byte they begin with, and the others.
  bool picks{false};
  LiteralIndex index;
  std::vector<ByteSet> firsts = {ByteSet().set()};  // the first: any byte
  std::vector<std::uint32_t> unlisted;              // anchored ones without literals
  std::vector<std::vector<std::uint32_t>> begins;   // the same by byte
  Database others;
  std::unordered_map<std::string, std::vector<std::uint32_t>> equals;  // lower-case value -> atoms
  std::uint64_t equals_lengths{0};  // bit n: one of them has n bytes, modulo 64
};

struct Expressions {
  std::vector<std::string> texts;
  std::vector<unsigned> flags, ids;
};

Expressions expressions_of(const Field& field, const std::vector<Rule>& rules,
                           const std::vector<std::uint32_t>& atoms) {
  Expressions out;
  for (const auto i : atoms) {
    const auto& part = rules[field.atoms[i].rule].parts[field.atoms[i].part];
    const bool literal = part.kind == MatchKind::contains;
    const bool loose = field.atoms[i].loose;
    for (const auto& text : part.texts) {
      out.texts.push_back(literal ? as_expression(text)
                          : loose ? as_expression(requirements(text))
                                  : text);
      out.flags.push_back(HS_FLAG_SINGLEMATCH | (literal || loose ? HS_FLAG_CASELESS : 0U) |
                          (loose ? HS_FLAG_DOTALL : 0U));
      out.ids.push_back(i);
    }
  }
  return out;
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
    const auto& rule =
        rules[field.atoms[set.ids[static_cast<std::size_t>(error->expression)]].rule];
    text =
        rule.place.file + ":" + std::to_string(rule.place.line) + ": rule " + rule.id + ": " + text;
  }
  hs_free_compile_error(error);
  return bad(ErrorCode::input, std::move(text));
}

}  // namespace

std::size_t cap_of(std::string_view field) { return field == "http.body" ? kBodyCap : kValueCap; }

struct Matcher::State {
  std::map<std::string, Field, std::less<>> fields;
  std::vector<CaptureSpec> captures;  // by Atom::captor
  std::unordered_map<std::string_view, const Field*, NameHash> by_name;
  void index_names() {
    for (const auto& [name, field] : fields) by_name.emplace(name, &field);
  }
};

struct Matcher::Scratch::State {
  Engines engines;
  // Hashes of recent values. Only what is seen again is worth a slot: a slot costs cache misses.
  std::vector<std::uint32_t> seen;
  // One recent verdict per slot; a newer one of the same slot takes its place.
  struct Verdict {
    const void* field{nullptr};
    std::string value;
    std::vector<Hit> hits;
  };
  std::vector<Verdict> verdicts;
  std::vector<Hit> hits;  // of a value that is not kept
};

namespace {

// Index of all conditions by field; databases are left empty.
void index_rules(const std::vector<Rule>& rules, std::map<std::string, Field, std::less<>>& fields,
                 std::vector<CaptureSpec>& captures) {
  for (std::uint32_t r = 0; r < rules.size(); ++r) {
    for (std::uint16_t p = 0; p < rules[r].parts.size(); ++p) {
      const auto& part = rules[r].parts[p];
      auto& field = fields[part.input];
      Atom atom{r, p, part.kind == MatchKind::pattern};
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

struct Plan {
  std::vector<std::uint32_t> all, others;  // atoms of the two databases
};

void index_begins(Field& field) {
  field.begins.resize(256);
  for (const auto atom : field.unlisted) {
    const auto& bytes = field.firsts[field.atoms[atom].first];
    for (std::size_t b = 0; b < bytes.size(); ++b) {
      if (bytes.test(b)) field.begins[b].push_back(atom);
    }
  }
}

// Fills the field's index where it has so many rules that it pays; what of a pattern its database
// is to know is decided here too.
Plan plan_databases(Field& field, const std::vector<Rule>& rules) {
  Plan plan;
  const auto part_of = [&](std::uint32_t atom) -> const Part& {
    return rules[field.atoms[atom].rule].parts[field.atoms[atom].part];
  };
  for (std::uint32_t i = 0; i < field.atoms.size(); ++i) {
    if (part_of(i).kind != MatchKind::equals) plan.all.push_back(i);
  }
  field.picks = plan.all.size() > kUnpickedMax;
  if (!field.picks) return plan;
  std::vector<std::pair<std::string, std::uint32_t>> keyed;
  std::vector<std::vector<Literals>> held;
  LiteralChooser chooser;
  for (const auto i : plan.all) chooser.add(held.emplace_back(held_texts(part_of(i))));
  for (std::size_t n = 0; n < plan.all.size(); ++n) {
    const auto i = plan.all[n];
    const auto& part = part_of(i);
    auto& atom = field.atoms[i];
    // Where nothing is captured PCRE2 must have as much of the value before it as vectorscan.
    atom.loose = atom.pattern && (atom.captures || cap_of(part.input) <= kCaptureCap) &&
                 !requirements(part).empty();
    auto literals = chooser.choose(held[n]);
    const auto bytes =
        part.kind == MatchKind::pattern ? first_bytes(part.texts.front()) : std::nullopt;
    if (bytes) {
      const auto same = std::find(field.firsts.begin(), field.firsts.end(), *bytes);
      atom.first = static_cast<std::uint32_t>(same - field.firsts.begin());
      if (same == field.firsts.end()) field.firsts.push_back(*bytes);
    }
    if (literals.empty()) (bytes ? field.unlisted : plan.others).push_back(i);
    for (auto& text : literals) keyed.emplace_back(std::move(text), i);
  }
  field.index = LiteralIndex(std::move(keyed));
  index_begins(field);
  return plan;
}

// What plan_databases finds out: reading thousands of patterns takes longer than all else of
// opening the rules.
void save_plan(const Field& field, ByteWriter& out) {
  out.u8(field.picks ? 1 : 0);
  if (!field.picks) return;
  for (const auto& atom : field.atoms) out.u32be(atom.first << 1 | (atom.loose ? 1U : 0U));
  out.u32be(static_cast<std::uint32_t>(field.firsts.size()));
  for (const auto& bytes : field.firsts) out.text(bytes.to_string());
  out.u32be(static_cast<std::uint32_t>(field.unlisted.size()));
  for (const auto atom : field.unlisted) out.u32be(atom);
  field.index.save(out);
}

bool load_plan(Field& field, ByteReader& in) {
  field.picks = in.u8() == 1;
  if (!field.picks) return in.ok();
  for (auto& atom : field.atoms) {
    const auto word = in.u32be();
    atom.loose = (word & 1) != 0;
    atom.first = word >> 1;
  }
  field.firsts.clear();
  for (auto left = in.u32be(); left > 0 && in.ok(); --left) {
    const auto bits = as_text(in.take(ByteSet().size()));
    if (bits.find_first_not_of("01") != std::string_view::npos) return false;
    field.firsts.emplace_back(std::string(bits));
  }
  for (auto left = in.u32be(); left > 0 && in.ok(); --left) field.unlisted.push_back(in.u32be());
  auto index = LiteralIndex::load(in, field.atoms.size());
  const bool sound =
      index && in.ok() &&
      std::all_of(field.atoms.begin(), field.atoms.end(),
                  [&](const Atom& atom) { return atom.first < field.firsts.size(); }) &&
      std::all_of(field.unlisted.begin(), field.unlisted.end(),
                  [&](std::uint32_t atom) { return atom < field.atoms.size(); });
  if (!sound) return false;
  field.index = std::move(*index);
  index_begins(field);
  return true;
}

int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
  static_cast<std::vector<std::uint32_t>*>(context)->push_back(id);
  return 0;
}

}  // namespace

Matcher::Matcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

Result<Matcher> Matcher::build(const std::vector<Rule>& rules) {
  if (hs_valid_platform() != HS_SUCCESS) {
    return bad(ErrorCode::internal, "this processor lacks what vectorscan needs (SSE4.2 or NEON)");
  }
  auto state = std::make_unique<State>();
  index_rules(rules, state->fields, state->captures);
  for (auto& [name, field] : state->fields) {
    const auto plan = plan_databases(field, rules);
    for (const auto& [atoms, into] :
         {std::pair(&plan.all, &field.all), std::pair(&plan.others, &field.others)}) {
      auto database = compile(expressions_of(field, rules, *atoms), field, rules);
      if (!database) return database.error();
      *into = std::move(*database);
    }
  }
  state->index_names();
  return Matcher(std::move(state));
}

Result<void> Matcher::save(ByteWriter& out) const {
  for (const auto& [name, field] : state_->fields) {
    out.u32be(static_cast<std::uint32_t>(name.size())).text(name);
    save_plan(field, out);
    for (const auto* database : {&field.all, &field.others}) {
      char* bytes = nullptr;
      std::size_t size = 0;
      if (*database != nullptr &&
          hs_serialize_database(database->get(), &bytes, &size) != HS_SUCCESS) {
        return bad(ErrorCode::internal, "vectorscan cannot serialize the rules of " + name);
      }
      out.u32be(static_cast<std::uint32_t>(size)).text({bytes, size});
      std::free(bytes);
    }
  }
  return {};
}

Result<Matcher> Matcher::load(const std::vector<Rule>& rules, ByteReader& compiled) {
  auto state = std::make_unique<State>();
  index_rules(rules, state->fields, state->captures);
  for (auto& [name, field] : state->fields) {
    if (as_text(compiled.take(compiled.u32be())) != name || !load_plan(field, compiled))
      return bad(ErrorCode::input, "of other rules");
    for (auto* database : {&field.all, &field.others}) {
      const auto stored = as_text(compiled.take(compiled.u32be()));
      hs_database_t* db = nullptr;
      if (!compiled.ok() ||
          (!stored.empty() &&
           hs_deserialize_database(stored.data(), stored.size(), &db) != HS_SUCCESS)) {
        return bad(ErrorCode::input, "cut, or of another engine");
      }
      database->reset(db);
    }
  }
  state->index_names();
  return Matcher(std::move(state));
}

Matcher::Scratch::Scratch(const Matcher& matcher, VerdictMemory memory)
    : state_(std::make_unique<State>()) {
  hs_scratch_t* scratch = nullptr;
  for (const auto& [name, field] : matcher.state_->fields) {
    for (const auto* database : {&field.all, &field.others}) {
      if (*database == nullptr) continue;
      QD_EXPECTS(hs_alloc_scratch(database->get(), &scratch) == HS_SUCCESS);
    }
  }
  state_->engines = make_engines(scratch, matcher.state_->captures.size());
  if (memory == VerdictMemory::none) return;
  state_->seen.resize(kSeenSlots);
  state_->verdicts.resize(kVerdictSlots);
}
Matcher::Scratch::Scratch(Scratch&&) noexcept = default;
Matcher::Scratch& Matcher::Scratch::operator=(Scratch&&) noexcept = default;
Matcher::Scratch::~Scratch() = default;

bool Matcher::reads(std::string_view field) const { return state_->fields.contains(field); }

namespace {

void scan(const Database& database, std::string_view value, Engines& engines) {
  if (database == nullptr) return;
  hs_scan(database.get(), value.data(), static_cast<unsigned>(value.size()), 0,
          engines.scratch.get(), on_match, &engines.found);
}

void fold(std::string_view value, std::string& out) {
  out.resize(value.size());
  // Eight bytes at a time. Added up in seven bits each, what is A or more and what is beyond Z
  // carries into the eighth; bytes that have it set themselves are no letters.
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  std::size_t at = 0;
  for (; at + sizeof kEach <= value.size(); at += sizeof kEach) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, value.data() + at, sizeof eight);
    const auto low = eight & (0x7F * kEach);
    const auto from_a = low + (0x80 - 'A') * kEach;
    const auto beyond_z = low + (0x7F - 'Z') * kEach;
    eight |= ((from_a ^ beyond_z) & ~eight & (0x80 * kEach)) >> 2;
    std::memcpy(out.data() + at, &eight, sizeof eight);
  }
  for (; at < value.size(); ++at) {
    const char c = value[at];
    out[at] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
}

// Leaves in `found` what can hold on a value that begins so.
void keep_beginning(const Field& field, unsigned char begin, std::vector<std::uint32_t>& found) {
  std::erase_if(found, [&](std::uint32_t atom) {
    return !field.firsts[field.atoms[atom].first].test(begin);
  });
}

// The few conditions that may hold go to engines.found. False where they are not few.
// `engines.folded` is the value in lower case.
bool pick(const Field& field, std::string_view value, Engines& engines) {
  auto& found = engines.found;
  if (!field.index.find(engines.folded, kFoundMax, found)) return false;
  if (value.empty()) return true;
  const auto begin = static_cast<unsigned char>(value.front());
  keep_beginning(field, begin, found);
  const auto& begins = field.begins[begin];
  found.insert(found.end(), begins.begin(), begins.end());
  return found.size() <= kPickedMax;
}

// The numbers of the conditions that hold go to engines.found. False where patterns among them are
// only likely to; loose ones always are.
bool find_candidates(const Field& field, std::string_view value, Engines& engines) {
  auto& found = engines.found;
  found.clear();
  const bool short_enough = field.picks && value.size() <= kPickedMaxBytes;
  const bool whole =
      (field.equals_lengths >> value.size() % 64 & 1) != 0 && value.size() <= kVerdictMaxBytes;
  if (short_enough || whole) fold(value, engines.folded);
  const bool picked = short_enough && pick(field, value, engines);
  if (!picked) found.clear();
  scan(picked ? field.others : field.all, value, engines);
  if (!picked && !value.empty())
    keep_beginning(field, static_cast<unsigned char>(value.front()), found);
  if (whole) {
    const auto same = field.equals.find(engines.folded);
    if (same != field.equals.end())
      found.insert(found.end(), same->second.begin(), same->second.end());
  }
  if (found.size() > 1) {
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  return !picked;
}

// Overwrites `hits`, whose texts are reused.
void write_hits(const Field& field, const std::vector<CaptureSpec>& specs, std::string_view value,
                Engines& engines, std::vector<Hit>& hits) {
  const bool certain = find_candidates(field, value, engines);
  std::size_t count = 0;
  for (const auto index : engines.found) {
    const auto& atom = field.atoms[index];
    if (count == hits.size()) hits.emplace_back();
    auto& hit = hits[count];
    hit.rule = atom.rule;
    hit.part = atom.part;
    if (!atom.captures) hit.captures.clear();
    if (atom.pattern && (atom.captures || atom.loose || !certain)) {
      const auto* captor = ready_captor(engines.captors[atom.captor], specs[atom.captor]);
      if (captor == nullptr || !cut_captures(value, *captor, engines, hit.captures)) continue;
    }
    ++count;
  }
  hits.resize(count);
}

}  // namespace

const std::vector<Hit>& Matcher::match(std::string_view name, std::string_view value,
                                       Scratch& scratch) const {
  static const std::vector<Hit> kNone;
  const auto found_field = state_->by_name.find(name);
  if (found_field == state_->by_name.end()) return kNone;
  const auto& field = *found_field->second;
  value = value.substr(0, cap_of(name));
  auto& own = *scratch.state_;
  const auto answer = [&](std::vector<Hit>& hits) -> const std::vector<Hit>& {
    write_hits(field, state_->captures, value, own.engines, hits);
    return hits;
  };
  if (value.size() > kVerdictMaxBytes || own.seen.empty()) return answer(own.hits);
  const auto hash = std::hash<std::string_view>{}(value);
  auto& seen = own.seen[hash % kSeenSlots];
  const auto mark = static_cast<std::uint32_t>(hash >> 32);
  if (std::exchange(seen, mark) != mark) return answer(own.hits);
  auto& slot = own.verdicts[hash % kVerdictSlots];
  if (slot.field == &field && slot.value == value) return slot.hits;
  slot.field = &field;
  slot.value.assign(value);
  return answer(slot.hits);
}

}  // namespace qingdan::identify
