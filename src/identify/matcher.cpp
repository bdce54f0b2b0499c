// matcher — vectorscan and PCRE2 behind one face.
#include "qingdan/identify/matcher.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <unordered_map>

#include <hs/hs.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "identify/literal.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kValueCap = 64 * 1024;
constexpr std::size_t kBodyCap = 256 * 1024;
// What PCRE2 may look at: captures stand near their mark, and its time grows with the input.
constexpr std::size_t kCaptureCap = 64 * 1024;
constexpr std::size_t kCaptureMaxBytes = 200;  // longest value that a claim may hold
constexpr std::uint32_t kMatchLimit = 100'000;
constexpr std::uint32_t kHeapLimitKiB = 1024;
constexpr std::size_t kVerdictSlots = 2048;
constexpr std::size_t kSeenSlots = 4096;
constexpr std::uint32_t kUsesBeforeJit = 4;  // translating costs what some ten plain matches cost
constexpr std::size_t kVerdictMaxBytes = 1024;  // longer values are rarely alike
// Above this a field's conditions are picked by their literals; below, one database is as quick.
constexpr std::size_t kUnpickedMax = 48;
constexpr std::size_t kPickedMax = 12;         // a value that asks for more is asked of all
constexpr std::size_t kPickedMaxBytes = 2048;  // in longer values too many literals occur

struct DatabaseDeleter {
  void operator()(hs_database_t* db) const { hs_free_database(db); }
};
using Database = std::unique_ptr<hs_database_t, DatabaseDeleter>;
struct CodeDeleter {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using Code = std::unique_ptr<pcre2_code, CodeDeleter>;
struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct MatchContextDeleter {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct HsScratchDeleter {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};

Error bad(ErrorCode code, std::string text) { return {code, std::move(text), ""}; }

// One condition as the engines know it; small, as every match touches one.
struct Atom {
  std::uint32_t rule{0};
  std::uint16_t part{0};
  bool pattern{false};
  bool captures{false};
  std::uint32_t captor{0};  // of a pattern, over all fields
};

struct CaptureSpec {
  std::string pattern;
  std::vector<std::string> names;
};

struct Field {
  std::vector<Atom> atoms;
  Database all;  // null where the field has only `equals`
  // Of a field with many rules: conditions by literals they cannot do without, and the others.
  LiteralIndex index;
  Database others;
  std::unordered_map<std::string, std::vector<std::uint32_t>> equals;  // lower-case value -> atoms
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
    for (const auto& text : part.texts) {
      out.texts.push_back(literal ? as_expression(text) : text);
      out.flags.push_back(HS_FLAG_SINGLEMATCH | (literal ? HS_FLAG_CASELESS : 0U));
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

Code compile_captures(const std::string& pattern, std::string* fault) {
  int number = 0;
  PCRE2_SIZE offset = 0;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                          PCRE2_NEVER_BACKSLASH_C, &number, &offset, nullptr));
  if (code == nullptr && fault != nullptr) {
    std::array<PCRE2_UCHAR, 160> message{};
    pcre2_get_error_message(number, message.data(), message.size());
    *fault = std::string(reinterpret_cast<const char*>(message.data())) + " (at byte " +
             std::to_string(offset) + ")";
  }
  return code;
}

struct Captor {
  Code code;  // compiled when first needed
  std::vector<std::pair<std::uint32_t, std::string>> groups;
  std::uint32_t uses{0};
};

// Working memory of both engines.
struct Engines {
  std::unique_ptr<hs_scratch_t, HsScratchDeleter> scratch;
  std::unique_ptr<pcre2_match_context, MatchContextDeleter> context;
  std::unique_ptr<pcre2_match_data, MatchDataDeleter> data;
  std::vector<Captor> captors;  // by Atom::captor
  // Kept between calls for their room alone.
  std::string folded;
  std::vector<std::uint32_t> found;
};

}  // namespace

struct Matcher::State {
  std::map<std::string, Field, std::less<>> fields;
  std::vector<CaptureSpec> captures;  // by Atom::captor
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
      Atom atom{r, p, part.kind == MatchKind::pattern, false, 0};
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
        }
      }
      field.atoms.push_back(atom);
    }
  }
}

struct Plan {
  std::vector<std::uint32_t> all, others;  // atoms of the two databases
};

// Fills the field's index where it has so many rules that it pays.
Plan plan_databases(Field& field, const std::vector<Rule>& rules) {
  Plan plan;
  const auto part_of = [&](std::uint32_t atom) -> const Part& {
    return rules[field.atoms[atom].rule].parts[field.atoms[atom].part];
  };
  for (std::uint32_t i = 0; i < field.atoms.size(); ++i) {
    if (part_of(i).kind != MatchKind::equals) plan.all.push_back(i);
  }
  if (plan.all.size() <= kUnpickedMax) return plan;
  std::vector<std::pair<std::string, std::uint32_t>> keyed;
  for (const auto i : plan.all) {
    auto literals = required_literals(part_of(i));
    if (literals.empty()) plan.others.push_back(i);
    for (auto& text : literals) keyed.emplace_back(std::move(text), i);
  }
  field.index = LiteralIndex(std::move(keyed));
  return plan;
}

int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
  static_cast<std::vector<std::uint32_t>*>(context)->push_back(id);
  return 0;
}

}  // namespace

std::size_t cap_of(std::string_view field) { return field == "http.body" ? kBodyCap : kValueCap; }

std::string engine_version() {
  return std::string("vectorscan ") + hs_version() + ", PCRE2 " + std::to_string(PCRE2_MAJOR) +
         "." + std::to_string(PCRE2_MINOR);
}

std::optional<std::string> find_pattern_fault(const std::string& pattern) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(pattern.c_str(), HS_FLAG_SINGLEMATCH, &info, &error) != HS_SUCCESS) {
    std::string text = error == nullptr ? "refused" : error->message;
    hs_free_compile_error(error);
    return "vectorscan: " + text;
  }
  const bool may_be_empty = info->min_width == 0;
  std::free(info);
  if (may_be_empty) return "matches the empty text";
  std::string fault;
  if (compile_captures(pattern, &fault) == nullptr) return "PCRE2: " + fault;
  return std::nullopt;
}

bool reaches_limit(const std::string& pattern, std::string_view value) {
  const auto code = compile_captures(pattern, nullptr);
  if (code == nullptr) return false;
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  const std::unique_ptr<pcre2_match_context, MatchContextDeleter> context(
      pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), kMatchLimit);
  pcre2_set_heap_limit(context.get(), kHeapLimitKiB);
  const std::unique_ptr<pcre2_match_data, MatchDataDeleter> data(
      pcre2_match_data_create(32, nullptr));
  const int status =
      pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(value.data()),
                  std::min(value.size(), kCaptureCap), 0, 0, data.get(), context.get());
  return status == PCRE2_ERROR_MATCHLIMIT || status == PCRE2_ERROR_HEAPLIMIT ||
         status == PCRE2_ERROR_DEPTHLIMIT || status == PCRE2_ERROR_JIT_STACKLIMIT;
}

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
  return Matcher(std::move(state));
}

Result<void> Matcher::save(ByteWriter& out) const {
  for (const auto& [name, field] : state_->fields) {
    out.u32be(static_cast<std::uint32_t>(name.size())).text(name);
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
    (void)plan_databases(field, rules);
    if (as_text(compiled.take(compiled.u32be())) != name || !compiled.ok())
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
  auto& engines = state_->engines;
  engines.scratch.reset(scratch);
  engines.context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(engines.context.get(), kMatchLimit);
  pcre2_set_heap_limit(engines.context.get(), kHeapLimitKiB);
  engines.data.reset(pcre2_match_data_create(32, nullptr));
  engines.captors.resize(matcher.state_->captures.size());
  if (memory == VerdictMemory::none) return;
  state_->seen.resize(kSeenSlots);
  state_->verdicts.resize(kVerdictSlots);
}
Matcher::Scratch::Scratch(Scratch&&) noexcept = default;
Matcher::Scratch& Matcher::Scratch::operator=(Scratch&&) noexcept = default;
Matcher::Scratch::~Scratch() = default;

bool Matcher::reads(std::string_view field) const { return state_->fields.contains(field); }

namespace {

void prepare(Captor& captor, const CaptureSpec& spec) {
  captor.code = compile_captures(spec.pattern, nullptr);
  if (captor.code == nullptr) return;
  for (const auto& name : spec.names) {
    const int group = pcre2_substring_number_from_name(captor.code.get(),
                                                       reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    if (group > 0) captor.groups.emplace_back(static_cast<std::uint32_t>(group), name);
  }
}

void put_capture(Captures& out, std::size_t at, const std::string& name, std::string_view bytes) {
  if (at == out.size()) out.emplace_back();
  out[at].first = name;
  auto text = trim(bytes);
  if (text.size() > kCaptureMaxBytes) text = text.substr(0, kCaptureMaxBytes);
  if (is_utf8(text)) {
    out[at].second.assign(text);
  } else {
    out[at].second = to_utf8(as_bytes(text));
  }
}

// Cuts the captures, if any, out of `value`; false where PCRE2 finds no match within its limits.
bool cut_captures(std::string_view value, const Captor& captor, const Engines& engines,
                  Captures& out) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(value.data());
  const auto length = std::min(value.size(), kCaptureCap);
  auto* data = engines.data.get();
  // The short way into translated code does not look whether there is any.
  const auto run = captor.uses > kUsesBeforeJit ? pcre2_jit_match : pcre2_match;
  if (run(captor.code.get(), subject, length, 0, 0, data, engines.context.get()) <= 0) {
    return false;
  }
  const auto* offsets = pcre2_get_ovector_pointer(data);
  const auto pairs = pcre2_get_ovector_count(data);
  std::size_t count = 0;
  for (const auto& [group, name] : captor.groups) {
    if (group >= pairs) continue;
    const auto from = offsets[2 * group];
    const auto to = offsets[2 * group + 1];
    if (from == PCRE2_UNSET || to <= from) continue;
    put_capture(out, count++, name, value.substr(from, to - from));
  }
  out.resize(count);
  return true;
}

void scan(const Database& database, std::string_view value, Engines& engines) {
  if (database == nullptr) return;
  hs_scan(database.get(), value.data(), static_cast<unsigned>(value.size()), 0,
          engines.scratch.get(), on_match, &engines.found);
}

void fold(std::string_view value, std::string& out) {
  out.resize(value.size());
  std::transform(value.begin(), value.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
}

// The numbers of the conditions that hold go to engines.found. False where patterns among them are
// only likely to.
bool find_candidates(const Field& field, std::string_view value, Engines& engines) {
  auto& found = engines.found;
  found.clear();
  const bool short_enough = !field.index.empty() && value.size() <= kPickedMaxBytes;
  const bool whole = !field.equals.empty() && value.size() <= kVerdictMaxBytes;
  if (short_enough || whole) fold(value, engines.folded);
  const bool picked = short_enough && field.index.find(engines.folded, kPickedMax, found);
  if (!picked) found.clear();
  scan(picked ? field.others : field.all, value, engines);
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

// A captor that is used often is translated to machine code.
const Captor* ready_captor(Captor& captor, const CaptureSpec& spec) {
  if (captor.code == nullptr) prepare(captor, spec);
  if (captor.code == nullptr) return nullptr;
  if (captor.uses < kUsesBeforeJit) ++captor.uses;
  if (captor.uses == kUsesBeforeJit) {
    const bool translated = pcre2_jit_compile(captor.code.get(), PCRE2_JIT_COMPLETE) == 0;
    captor.uses = translated ? kUsesBeforeJit + 1 : 0;
  }
  return &captor;
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
    if (atom.pattern && (atom.captures || !certain)) {
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
  const auto found_field = state_->fields.find(name);
  if (found_field == state_->fields.end()) return kNone;
  const auto& field = found_field->second;
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
