// matcher — which conditions to ask, and of which engine.
#include "qingdan/identify/matcher.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <tuple>
#include <unordered_map>

#include "identify/engines.h"
#include "identify/field_plan.h"
#include "identify/literal.h"
#include "identify/name_hash.h"
#include "qingdan/base/text.h"

namespace qingdan::identify {
namespace {

constexpr std::size_t kValueCap = 64 * 1024;
constexpr std::size_t kBodyCap = 256 * 1024;
constexpr std::size_t kVerdictSlots = 8192;
constexpr std::size_t kSeenSlots = 16'384;
constexpr std::size_t kVerdictMaxBytes = 1024;  // longer values are rarely alike
constexpr std::size_t kPickedMax = 48;          // a value that asks for more is asked of all
constexpr std::size_t kFoundMax = 128;          // the same, before anchors are looked at
constexpr std::size_t kPickedMaxBytes = 2048;   // in longer values too many literals occur

Error bad(ErrorCode code, std::string text) { return {code, std::move(text), ""}; }

}  // namespace

std::size_t cap_of(std::string_view field) { return field == "http.body" ? kBodyCap : kValueCap; }

struct Matcher::State {
  Fields fields;
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
  if (auto built = build_fields(state->fields, rules); !built) return built.error();
  state->index_names();
  return Matcher(std::move(state));
}

Result<void> Matcher::save(ByteWriter& plans, ByteWriter& databases) const {
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
  index_rules(rules, state->fields, state->captures);
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
void keep_beginning(const Field& field, std::string_view value, Engines& engines) {
  auto& found = engines.found;
  for (const auto atom : found) __builtin_prefetch(&field.atoms[atom]);
  const auto first = first_of(engines.folded);
  std::erase_if(found, [&](std::uint32_t index) {
    const auto& atom = field.atoms[index];
    return !atom.first.fits(first) || (atom.classed && !field.beginnings[atom.begin].fits(value));
  });
}

// The same of patterns by what they need, where a look at the value pays.
void keep_needed(const Field& field, Engines& engines) {
  auto& found = engines.found;
  const auto needs = [&](std::uint32_t atom) { return field.atoms[atom].needs != 0; };
  if (std::none_of(found.begin(), found.end(), needs)) return;
  for (const auto atom : found) __builtin_prefetch(field.needs.data() + field.atoms[atom].need);
  engines.marks.read(engines.folded);
  const auto is_met = [&](const Need& need) {
    return std::all_of(need.begin(), need.end(), [&](Mark m) { return engines.marks.has(m); });
  };
  std::erase_if(found, [&](std::uint32_t index) {
    const auto& atom = field.atoms[index];
    const auto* first = field.needs.data() + atom.need;
    return atom.needs != 0 && std::none_of(first, first + atom.needs, is_met);
  });
}

// The conditions that may hold go to engines.found; false where more than `most` have a literal in
// the value. `engines.folded` is the value in lower case.
bool pick(const Field& field, const Picks& picks, std::string_view value, std::size_t most,
          Engines& engines) {
  auto& found = engines.found;
  found.clear();
  if (!picks.index.find(engines.folded, most, found)) return false;
  picks.begins.find(value, engines.folded, found);
  keep_beginning(field, value, engines);
  return true;
}

void ask_directly(const Field& field, Engines& engines) {
  auto& found = engines.found;
  for (const auto& [text, atom] : field.direct_texts) {
    if (engines.folded.find(text) != std::string::npos) found.push_back(atom);
  }
  found.insert(found.end(), field.direct_patterns.begin(), field.direct_patterns.end());
}

enum class Found : std::uint8_t {
  few,     // what may hold; last resorts are not looked for yet
  all,     // the same with last resorts
  certain  // the same; patterns that are not loose do hold
};

void put_in_order(std::vector<std::uint32_t>& found) {
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
}

// The numbers of the conditions that may hold go to engines.found, in order.
Found find_candidates(const Field& field, std::string_view value, Engines& engines) {
  auto& found = engines.found;
  found.clear();
  const bool short_enough = field.picks && value.size() <= kPickedMaxBytes;
  const bool whole =
      (field.equals_lengths >> value.size() % 64 & 1) != 0 && value.size() <= kVerdictMaxBytes;
  if (field.picks || whole || !field.direct_texts.empty()) fold(value, engines.folded);
  const bool picked = short_enough && pick(field, field.first, value, kFoundMax, engines) &&
                      found.size() <= kPickedMax;
  if (!picked) found.clear();
  scan(picked ? field.others : field.all, value, engines);
  if (!picked) {
    field.first.begins.find(value, engines.folded, found);
    for (const auto& picks : field.last) picks.begins.find(value, engines.folded, found);
    keep_beginning(field, value, engines);
  }
  // A database of all conditions has those too.
  const bool knows_all = !picked && field.all != nullptr;
  if (!knows_all) ask_directly(field, engines);
  if (short_enough) keep_needed(field, engines);
  if (whole) {
    const auto same = field.equals.find(engines.folded);
    if (same != field.equals.end())
      found.insert(found.end(), same->second.begin(), same->second.end());
  }
  put_in_order(found);
  return picked ? Found::few : knows_all ? Found::certain : Found::all;
}

// Thousands of patterns do not fit into the processor's caches, and what is needed of each hangs
// together by pointers: those of all candidates are fetched side by side.
void fetch_ahead(const Field& field, const Engines& engines) {
  if (engines.found.size() < 2) return;
  for (const auto index : engines.found) {
    const auto& atom = field.atoms[index];
    if (atom.pattern) __builtin_prefetch(&engines.captors[atom.captor]);
  }
  for (const auto index : engines.found) {
    if (!field.atoms[index].pattern) continue;
    const auto& captor = engines.captors[field.atoms[index].captor];
    if (captor.code == nullptr) continue;
    // What says how it is to be run lies in its second line.
    __builtin_prefetch(captor.code.get());
    __builtin_prefetch(reinterpret_cast<const char*>(captor.code.get()) + 64);
    if (!captor.groups.empty()) __builtin_prefetch(captor.groups.data());
  }
}

// The hits of one value, written over those of the one before, whose texts are reused.
class HitWriter {
 public:
  HitWriter(const Field& field, const std::vector<CaptureSpec>& specs, std::string_view value,
            Engines& engines, std::vector<Hit>& hits)
      : field_(field), specs_(specs), value_(value), engines_(engines), hits_(hits) {}

  void write() {
    const auto found = find_candidates(field_, value_, engines_);
    certain_ = found == Found::certain;
    fetch_ahead(field_, engines_);
    for (const auto index : engines_.found) {
      const auto& atom = field_.atoms[index];
      if (atom.last_resort == 0 && holds(atom)) settled_ |= atom.settles;
    }
    const auto described = count_;
    write_last();
    for (unsigned bits = 1; found == Found::few && bits <= field_.last.size(); ++bits) {
      const auto& picks = field_.last[bits - 1];
      if ((bits & ~settled_) == 0 || picks.empty()) continue;
      static_cast<void>(pick(field_, picks, value_, ~std::size_t{0}, engines_));
      keep_needed(field_, engines_);
      put_in_order(engines_.found);
      write_last();
    }
    hits_.resize(count_);
    const auto order = [](const Hit& a, const Hit& b) {
      return std::tie(a.rule, a.part) < std::tie(b.rule, b.part);
    };
    if (count_ > described && count_ > 1) std::sort(hits_.begin(), hits_.end(), order);
  }

 private:
  void write_last() {
    for (const auto index : engines_.found) {
      const auto& atom = field_.atoms[index];
      if ((atom.last_resort & ~settled_) != 0) static_cast<void>(holds(atom));
    }
  }
  // True where the condition holds, which is then written down.
  bool holds(const Atom& atom) {
    if (count_ == hits_.size()) hits_.emplace_back();
    auto& hit = hits_[count_];
    hit.rule = atom.rule;
    hit.part = atom.part;
    if (!atom.captures) hit.captures.clear();
    if (atom.pattern && (atom.captures || atom.loose || !certain_)) {
      const auto* captor = ready_captor(engines_.captors[atom.captor], specs_[atom.captor]);
      if (captor == nullptr || !cut_captures(value_, *captor, engines_, hit.captures)) return false;
    }
    ++count_;
    return true;
  }

  const Field& field_;
  const std::vector<CaptureSpec>& specs_;
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
    HitWriter(field, state_->captures, value, own.engines, hits).write();
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
