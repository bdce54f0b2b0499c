// matcher — which conditions to ask, and of which engine.
#include "qingdan/identify/matcher.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <unordered_map>

#include "identify/engines.h"
#include "identify/field_plan.h"
#include "identify/name_hash.h"
#include "identify/recent_verdicts.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kValueCap = 64 * 1024;
constexpr std::size_t kBodyCap = 256 * 1024;
constexpr std::size_t kVerdictSlots = 16'384;
constexpr std::size_t kVerdictMaxBytes = 1024;  // longer values are rarely alike
constexpr std::size_t kPickedMax = 48;          // a value that asks for more is asked of all
constexpr std::size_t kFoundMax = 128;          // the same, before anchors are looked at
constexpr std::size_t kPickedMaxBytes = 2048;   // in longer values too many literals occur

Error bad(ErrorCode code, std::string text) { return {code, std::move(text), ""}; }

}  // namespace

std::size_t cap_of(std::string_view field) { return field == "http.body" ? kBodyCap : kValueCap; }

struct Matcher::State {
  Fields fields;
  std::vector<std::string> patterns;  // by Field::captors
  Programs programs;
  std::unordered_map<std::string_view, const Field*, NameHash> by_name;
  void index_names() {
    for (const auto& [name, field] : fields) by_name.emplace(name, &field);
  }
};

struct Matcher::Scratch::State {
  explicit State(std::size_t slots) : recent(slots) {}
  Engines engines;
  RecentVerdicts<std::vector<Hit>> recent;
  std::string key;        // field and value
  std::vector<Hit> hits;  // of a value that is not kept
};

namespace {

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
  index_rules(rules, state->fields, state->patterns);
  write_programs(state->fields, state->patterns, state->programs);
  if (auto built = build_fields(state->fields, rules); !built) return built.error();
  state->index_names();
  return Matcher(std::move(state));
}

Result<void> Matcher::save(ByteWriter& plans, ByteWriter& databases) const {
  state_->programs.save(plans);
  for (const auto& [name, field] : state_->fields) {
    plans.u32be(static_cast<std::uint32_t>(name.size())).text(name);
    save_plan(field, plans);
    for (const auto* database : {&field.all, &field.others}) {
      char* bytes = nullptr;
      std::size_t size = 0;
      if (*database != nullptr &&
          hs_serialize_database(database->get(), &bytes, &size) != HS_SUCCESS) {
        return bad(ErrorCode::internal, "vectorscan cannot serialize the rules of " + name);
      }
      databases.u32be(static_cast<std::uint32_t>(size)).text({bytes, size});
      std::free(bytes);
    }
  }
  return {};
}

Result<Matcher> Matcher::load(const std::vector<Rule>& rules, ByteReader& plans,
                              ByteReader& databases) {
  auto state = std::make_unique<State>();
  index_rules(rules, state->fields, state->patterns);
  if (!state->programs.load(plans)) return bad(ErrorCode::input, "cut");
  for (auto& [name, field] : state->fields) {
    if (as_text(plans.take(plans.u32be())) != name || !load_plan(field, rules, plans))
      return bad(ErrorCode::input, "of other rules");
    for (auto* database : {&field.all, &field.others}) {
      const auto stored = as_text(databases.take(databases.u32be()));
      hs_database_t* db = nullptr;
      if (!databases.ok() ||
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
    : state_(std::make_unique<State>(memory == VerdictMemory::none ? 0 : kVerdictSlots)) {
  hs_scratch_t* scratch = nullptr;
  for (const auto& [name, field] : matcher.state_->fields) {
    for (const auto* database : {&field.all, &field.others}) {
      if (*database == nullptr) continue;
      QD_EXPECTS(hs_alloc_scratch(database->get(), &scratch) == HS_SUCCESS);
    }
  }
  state_->engines = make_engines(scratch, matcher.state_->patterns.size());
}
Matcher::Scratch::Scratch(Scratch&&) noexcept = default;
Matcher::Scratch& Matcher::Scratch::operator=(Scratch&&) noexcept = default;
Matcher::Scratch::~Scratch() = default;

bool Matcher::reads(std::string_view field) const { return state_->fields.contains(field); }

namespace {

// A copy that ends where the processor's widest vectors do: vectorscan 5.4.9 overlooks literals at
// the end of other values in its AVX-512 code.
std::string_view well_ended(std::string_view value, std::vector<char>& room) {
  constexpr std::size_t kWidest = 64;
  if (room.size() < value.size() + 2 * kWidest) room.resize(value.size() + 2 * kWidest);
  const auto end = reinterpret_cast<std::uintptr_t>(room.data()) + value.size();
  char* begin = room.data() + (kWidest - end % kWidest) % kWidest;
  if (!value.empty()) std::memcpy(begin, value.data(), value.size());
  return {begin, value.size()};
}

void scan(const Database& database, std::string_view value, Engines& engines) {
  if (database == nullptr) return;
  const auto copy = well_ended(value, engines.room);
  hs_scan(database.get(), copy.data(), static_cast<unsigned>(copy.size()), 0, engines.scratch.get(),
          on_match, &engines.found);
}

bool may_begin(const Field& field, const Atom& atom, std::uint32_t first, std::string_view value) {
  return atom.first().fits(first) && (!atom.classed || field.beginnings[atom.begin].fits(value));
}

bool has_needed(const Field& field, const Atom& atom, const MarksSeen& marks) {
  if (atom.needs < 2) return atom.needs == 0 || marks.has(atom.need);
  const auto* first = field.needs.data() + atom.first_need();
  return std::any_of(first, first + atom.needs, [&](const Need& need) { return marks.has(need); });
}

// Leaves in `found` what can hold on a value that begins so and has these marks.
void keep_possible(const Field& field, const Programs& programs, Engines& engines) {
  auto& found = engines.found;
  const auto first = first_of(engines.subject);
  const auto value = engines.subject.value();
  std::erase_if(found, [&](std::uint32_t index) {
    const auto& atom = field.atoms[index];
    if (!may_begin(field, atom, first, value) || !has_needed(field, atom, engines.marks))
      return true;
    programs.fetch(atom.program);
    return false;
  });
}

// The conditions that may hold, but of the databases, go to engines.found; false where too many
// have a literal in the value.
//
// Thousands of patterns do not fit into the processor's nearer caches. So what the next step needs
// of memory is fetched while this one is still at work.
bool pick(const Field& field, const Programs& programs, Engines& engines) {
  auto& found = engines.found;
  const auto meanwhile = [&] {
    field.begins.fetch(engines.subject);
    engines.marks.read(engines.subject.folded());
  };
  if (!field.index.find(engines.subject, kFoundMax, found, meanwhile)) return false;
  for (const auto atom : found) __builtin_prefetch(&field.atoms[atom]);
  field.begins.find(engines.subject, found);
  keep_possible(field, programs, engines);
  return found.size() <= kPickedMax;
}

void ask_directly(const Field& field, Engines& engines) {
  auto& found = engines.found;
  for (const auto& [text, atom] : field.direct_texts) {
    if (engines.subject.folded().find(text) != std::string_view::npos) found.push_back(atom);
  }
  found.insert(found.end(), field.direct_patterns.begin(), field.direct_patterns.end());
}

// The numbers of the conditions that may hold go to engines.found, in order. True where those that
// are no loose patterns do hold.
bool find_candidates(const Field& field, const Programs& programs, Engines& engines) {
  auto& found = engines.found;
  const auto value = engines.subject.value();
  found.clear();
  const bool picked =
      field.picks && value.size() <= kPickedMaxBytes && pick(field, programs, engines);
  if (!picked) found.clear();
  scan(picked ? field.others : field.all, value, engines);
  if (!picked) field.begins.find(engines.subject, found);
  // A database of all conditions has those too.
  const bool knows_all = !picked && field.all != nullptr;
  if (!knows_all) ask_directly(field, engines);
  const bool whole =
      (field.equals_lengths >> value.size() % 64 & 1) != 0 && value.size() <= kVerdictMaxBytes;
  if (whole) {
    const auto same = field.equals.find(engines.subject.folded());
    if (same != field.equals.end())
      found.insert(found.end(), same->second.begin(), same->second.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return knows_all;
}

// The hits of one value, written over those of the one before, whose texts are reused.
class HitWriter {
 public:
  HitWriter(const Field& field, const std::vector<std::string>& patterns, const Programs& programs,
            std::string_view value, Engines& engines, std::vector<Hit>& hits)
      : field_(field),
        patterns_(patterns),
        programs_(programs),
        value_(value),
        engines_(engines),
        hits_(hits) {}

  void write() {
    engines_.subject.assign(value_);
    certain_ = find_candidates(field_, programs_, engines_);
    for (const auto index : engines_.found) {
      const auto& atom = field_.atoms[index];
      if (atom.last_resort == 0 && holds(index)) settled_ |= atom.settles;
    }
    const auto described = count_;
    for (const auto index : engines_.found) {
      if ((field_.atoms[index].last_resort & ~settled_) != 0) static_cast<void>(holds(index));
    }
    hits_.resize(count_);
    const auto order = [](const Hit& a, const Hit& b) {
      return std::tie(a.rule, a.part) < std::tie(b.rule, b.part);
    };
    if (count_ > described && count_ > 1) std::sort(hits_.begin(), hits_.end(), order);
  }

 private:
  // True where the condition holds, which is then written down.
  bool holds(std::uint32_t index) {
    const auto& atom = field_.atoms[index];
    if (count_ == hits_.size()) hits_.emplace_back();
    auto& hit = hits_[count_];
    hit.rule = atom.rule;
    hit.part = atom.part;
    if (!atom.captures) hit.captures.clear();
    const bool asked = atom.pattern && (atom.captures || atom.loose || !certain_);
    if (asked && !matches(index, hit.captures)) return false;
    ++count_;
    return true;
  }

  bool matches(std::uint32_t index, Captures& captures) {
    const auto& atom = field_.atoms[index];
    if (atom.program != 0 && value_.size() <= Programs::kValueMost) {
      auto& room = engines_.program_room;
      const auto answer = programs_.run(atom.program, engines_.subject, room);
      if (answer == Programs::Answer::no) return false;
      if (answer == Programs::Answer::yes) {
        std::size_t count = 0;
        programs_.captures(atom.program, value_, room, [&](auto name, auto bytes) {
          put_capture(captures, count++, name, bytes);
        });
        captures.resize(count);
        return true;
      }
    }
    const auto number = field_.captors[index];
    const auto* captor = ready_captor(engines_.captors[number], patterns_[number]);
    return captor != nullptr && cut_captures(value_, *captor, engines_, captures);
  }

  const Field& field_;
  const std::vector<std::string>& patterns_;
  const Programs& programs_;
  std::string_view value_;
  Engines& engines_;
  std::vector<Hit>& hits_;
  std::size_t count_ = 0;
  unsigned settled_ = 0;
  bool certain_ = false;
};

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
    HitWriter(field, state_->patterns, state_->programs, value, own.engines, hits).write();
    return hits;
  };
  if (value.size() > kVerdictMaxBytes || !own.recent.keeps()) return answer(own.hits);
  own.key.assign(name).append(1, '\0').append(value);
  const auto place = own.recent.place_of(own.key);
  if (place.verdict == nullptr) return answer(own.hits);
  return place.known ? *place.verdict : answer(*place.verdict);
}

}  // namespace qingdan::identify
