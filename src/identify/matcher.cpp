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
constexpr std::uint32_t kUsesBeforeJit = 4;  // translating costs what some ten plain matches cost
constexpr std::size_t kVerdictMaxBytes = 1024;  // longer values are rarely alike

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

// One condition as the engines know it.
struct Atom {
  std::uint32_t rule{0};
  std::uint16_t part{0};
  std::uint32_t number{0};  // over all fields; index of the compiled captures
  std::string pattern;      // where it has captures, else ""
  std::vector<std::string> names;
};

struct Field {
  std::vector<Atom> atoms;
  Database database;  // null where the field has only `equals`
  std::unordered_map<std::string, std::vector<std::uint32_t>> equals;  // lower-case value -> atoms
};

// A literal as an expression that means exactly its bytes.
std::string quoted(std::string_view literal) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : literal) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == ' ' || byte == '_';
    if (plain) {
      out += c;
    } else {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

struct Expressions {
  std::vector<std::string> texts;
  std::vector<unsigned> flags, ids;
};

Expressions expressions_of(const Field& field, const std::vector<Rule>& rules) {
  Expressions out;
  for (std::uint32_t i = 0; i < field.atoms.size(); ++i) {
    const auto& part = rules[field.atoms[i].rule].parts[field.atoms[i].part];
    if (part.kind == MatchKind::equals) continue;
    const bool literal = part.kind == MatchKind::contains;
    for (const auto& text : part.texts) {
      out.texts.push_back(literal ? quoted(text) : text);
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

}  // namespace

struct Matcher::State {
  std::map<std::string, Field, std::less<>> fields;
  std::uint32_t atoms{0};
};

struct Matcher::Scratch::State {
  std::unique_ptr<hs_scratch_t, HsScratchDeleter> engine;
  std::unique_ptr<pcre2_match_context, MatchContextDeleter> context;
  std::unique_ptr<pcre2_match_data, MatchDataDeleter> data;
  struct Captor {
    Code code;  // compiled when first needed
    std::uint32_t uses{0};
  };
  std::vector<Captor> captors;  // by Atom::number
  // One recent verdict per slot; a newer one of the same slot takes its place.
  struct Verdict {
    const void* field{nullptr};
    std::string value;
    std::vector<Hit> hits;
  };
  std::vector<Verdict> verdicts;
};

namespace {

// Index of all conditions by field; databases are left empty.
void index_rules(const std::vector<Rule>& rules, std::map<std::string, Field, std::less<>>& fields,
                 std::uint32_t& atoms) {
  for (std::uint32_t r = 0; r < rules.size(); ++r) {
    for (std::uint16_t p = 0; p < rules[r].parts.size(); ++p) {
      const auto& part = rules[r].parts[p];
      auto& field = fields[part.input];
      Atom atom{r, p, atoms++, {}, {}};
      if (part.kind == MatchKind::pattern) {
        atom.names = capture_names(part.texts.front());
        if (!atom.names.empty()) atom.pattern = part.texts.front();
      }
      if (part.kind == MatchKind::equals) {
        for (const auto& text : part.texts) {
          field.equals[to_lower_ascii(text)].push_back(
              static_cast<std::uint32_t>(field.atoms.size()));
        }
      }
      field.atoms.push_back(std::move(atom));
    }
  }
}

int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
  static_cast<std::vector<std::uint32_t>*>(context)->push_back(id);
  return 0;
}

std::string clean_capture(std::string_view bytes) {
  auto text = trim(bytes);
  if (text.size() > kCaptureMaxBytes) text = text.substr(0, kCaptureMaxBytes);
  return is_utf8(text) ? std::string(text) : to_utf8(as_bytes(text));
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
  index_rules(rules, state->fields, state->atoms);
  for (auto& [name, field] : state->fields) {
    auto database = compile(expressions_of(field, rules), field, rules);
    if (!database) return database.error();
    field.database = std::move(*database);
  }
  return Matcher(std::move(state));
}

Result<void> Matcher::save(ByteWriter& out) const {
  for (const auto& [name, field] : state_->fields) {
    char* bytes = nullptr;
    std::size_t size = 0;
    if (field.database != nullptr &&
        hs_serialize_database(field.database.get(), &bytes, &size) != HS_SUCCESS) {
      return bad(ErrorCode::internal, "vectorscan cannot serialize the rules of " + name);
    }
    out.u32be(static_cast<std::uint32_t>(name.size())).text(name);
    out.u32be(static_cast<std::uint32_t>(size)).text({bytes, size});
    std::free(bytes);
  }
  return {};
}

Result<Matcher> Matcher::load(const std::vector<Rule>& rules, ByteReader& compiled) {
  auto state = std::make_unique<State>();
  index_rules(rules, state->fields, state->atoms);
  for (auto& [name, field] : state->fields) {
    const auto stored_name = as_text(compiled.take(compiled.u32be()));
    const auto stored = as_text(compiled.take(compiled.u32be()));
    if (!compiled.ok() || stored_name != name) return bad(ErrorCode::input, "of other rules");
    if (stored.empty()) continue;
    hs_database_t* db = nullptr;
    if (hs_deserialize_database(stored.data(), stored.size(), &db) != HS_SUCCESS) {
      return bad(ErrorCode::input, "of another engine");
    }
    field.database.reset(db);
  }
  return Matcher(std::move(state));
}

Matcher::Scratch::Scratch(const Matcher& matcher) : state_(std::make_unique<State>()) {
  hs_scratch_t* scratch = nullptr;
  for (const auto& [name, field] : matcher.state_->fields) {
    if (field.database == nullptr) continue;
    QD_EXPECTS(hs_alloc_scratch(field.database.get(), &scratch) == HS_SUCCESS);
  }
  state_->engine.reset(scratch);
  state_->context.reset(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(state_->context.get(), kMatchLimit);
  pcre2_set_heap_limit(state_->context.get(), kHeapLimitKiB);
  state_->data.reset(pcre2_match_data_create(32, nullptr));
  state_->captors.resize(matcher.state_->atoms);
  state_->verdicts.resize(kVerdictSlots);
}
Matcher::Scratch::Scratch(Scratch&&) noexcept = default;
Matcher::Scratch& Matcher::Scratch::operator=(Scratch&&) noexcept = default;
Matcher::Scratch::~Scratch() = default;

bool Matcher::reads(std::string_view field) const { return state_->fields.contains(field); }

namespace {

// Cuts the captures of `atom` out of `value`; false where PCRE2 finds no match within its limits.
bool cut_captures(const Atom& atom, std::string_view value, const pcre2_code* code,
                  pcre2_match_data* data, pcre2_match_context* context, Captures& out) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(value.data());
  if (pcre2_match(code, subject, std::min(value.size(), kCaptureCap), 0, 0, data, context) <= 0) {
    return false;
  }
  const auto* offsets = pcre2_get_ovector_pointer(data);
  const auto pairs = pcre2_get_ovector_count(data);
  for (const auto& name : atom.names) {
    const int group =
        pcre2_substring_number_from_name(code, reinterpret_cast<PCRE2_SPTR>(name.c_str()));
    if (group <= 0 || static_cast<std::uint32_t>(group) >= pairs) continue;
    const auto from = offsets[2 * group];
    const auto to = offsets[2 * group + 1];
    if (from == PCRE2_UNSET || to <= from) continue;
    out.emplace_back(name, clean_capture(value.substr(from, to - from)));
  }
  return true;
}

void find_candidates(const Field& field, std::string_view value, hs_scratch_t* scratch,
                     std::vector<std::uint32_t>& found) {
  if (field.database != nullptr) {
    hs_scan(field.database.get(), value.data(), static_cast<unsigned>(value.size()), 0, scratch,
            on_match, &found);
  }
  if (!field.equals.empty() && value.size() <= kVerdictMaxBytes) {
    const auto same = field.equals.find(to_lower_ascii(value));
    if (same != field.equals.end())
      found.insert(found.end(), same->second.begin(), same->second.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
}

}  // namespace

std::vector<Hit> Matcher::match(std::string_view name, std::string_view value,
                                Scratch& scratch) const {
  const auto found_field = state_->fields.find(name);
  if (found_field == state_->fields.end()) return {};
  const auto& field = found_field->second;
  value = value.substr(0, cap_of(name));
  auto& own = *scratch.state_;
  const bool keep = value.size() <= kVerdictMaxBytes;
  auto& slot = own.verdicts[std::hash<std::string_view>{}(value) % kVerdictSlots];
  if (keep && slot.field == &field && slot.value == value) return slot.hits;
  std::vector<std::uint32_t> candidates;
  find_candidates(field, value, own.engine.get(), candidates);
  std::vector<Hit> hits;
  for (const auto index : candidates) {
    const auto& atom = field.atoms[index];
    Hit hit{atom.rule, atom.part, {}};
    if (!atom.pattern.empty()) {
      auto& captor = own.captors[atom.number];
      if (captor.code == nullptr) captor.code = compile_captures(atom.pattern, nullptr);
      if (captor.code == nullptr) continue;
      if (++captor.uses == kUsesBeforeJit) pcre2_jit_compile(captor.code.get(), PCRE2_JIT_COMPLETE);
      const bool cut = cut_captures(atom, value, captor.code.get(), own.data.get(),
                                    own.context.get(), hit.captures);
      if (!cut) continue;
    }
    hits.push_back(std::move(hit));
  }
  if (keep) {
    slot.field = &field;
    slot.value.assign(value);
    slot.hits = hits;
  }
  return hits;
}

}  // namespace qingdan::identify
