// packed — see packed.h, which has the format.
#include "registry/packed.h"

#include <algorithm>
#include <array>
#include <optional>

#include "qingdan/base/text.h"

namespace qingdan::registry {
namespace {

using model::Claim;
using model::Fact;

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kDigest = 32;  // bytes of SHA-256

// Flags of a claim.
constexpr std::uint8_t kOtherSource = 1, kOtherRun = 2, kOtherTime = 4, kUntil = 8, kPeople = 16,
                       kUnconfirmed = 32;
// Flags of a fact.
constexpr std::uint8_t kAsClaimed = 1, kHasOther = 2;

// The digest that 64 lower-case digits spell; upper case would come back as lower case.
std::optional<std::array<std::uint8_t, kDigest>> parse_digest(std::string_view hex) {
  const auto nibble = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  if (hex.size() != 2 * kDigest) return std::nullopt;
  std::array<std::uint8_t, kDigest> digest{};
  for (std::size_t i = 0; i < kDigest; ++i) {
    const int high = nibble(hex[2 * i]);
    const int low = nibble(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return digest;
}

class Packer {
 public:
  explicit Packer(Words& words) : words_(words) { bytes_.reserve(256); }

  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void signed_number(std::int64_t value) {
    number(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void byte(std::uint8_t value) { bytes_.push_back(value); }
  void raw(BytesView value) { bytes_.insert(bytes_.end(), value.begin(), value.end()); }
  void text(std::string_view value) {
    number(value.size());
    raw(as_bytes(value));
  }
  void word(std::string_view value) { number(static_cast<std::uint64_t>(words_.id(value))); }
  void value(std::string_view field, std::string_view value) {
    if (has_shared_values(field)) return word(value);
    text(value);
  }
  void confidence(int percent) {
    if (percent < 0 || percent > 100) {
      words_.database().fail(
          {ErrorCode::internal, "confidence " + std::to_string(percent) + " is no percentage", {}});
    }
    byte(static_cast<std::uint8_t>(percent));
  }
  void evidence(const std::string& hex) {
    if (hex.empty()) return byte(0);
    if (hex == evidence_) return byte(1);
    evidence_ = hex;
    if (const auto digest = parse_digest(hex)) {
      byte(2);
      return raw(*digest);
    }
    byte(3);
    text(hex);
  }
  Bytes take() { return std::move(bytes_); }

 private:
  Words& words_;
  Bytes bytes_;
  std::string evidence_;
};

class Unpacker {
 public:
  Unpacker(Words& words, BytesView bytes) : words_(words), reader_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto next = reader_.u8();
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if ((next & 0x80) == 0) return value;
    }
    broken_ = true;
    return 0;
  }
  std::int64_t signed_number() {
    const auto value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  std::uint8_t byte() { return reader_.u8(); }
  std::string text() { return std::string(as_text(reader_.take(number()))); }
  std::string word() { return words_.text(static_cast<std::int64_t>(number())); }
  std::string value(std::string_view field) { return has_shared_values(field) ? word() : text(); }
  std::string evidence() {
    switch (byte()) {
      case 0:
        return {};
      case 1:
        break;
      case 2:
        evidence_ = to_hex(reader_.take(kDigest));
        break;
      case 3:
        evidence_ = text();
        break;
      default:
        broken_ = true;
    }
    return evidence_;
  }
  // False as soon as a byte was not as it should be.
  [[nodiscard]] bool ok() const { return reader_.ok() && !broken_ && words_.database().ok(); }
  void check_format() { broken_ = broken_ || byte() != kFormat; }
  void damaged() { broken_ = true; }
  // All was read and understood, or it is a failure of the database.
  void finish(std::string_view what) {
    if (reader_.ok() && !broken_ && reader_.at_end()) return;
    auto& database = words_.database();
    database.fail({ErrorCode::io,
                   database.path() + " is damaged (" + std::string(what) +
                       " cannot be read); restore a backup with `qingdan register restore`",
                   {}});
  }

 private:
  Words& words_;
  ByteReader reader_;
  std::string evidence_;
  bool broken_{false};
};

bool is_peoples(const Claim& claim) {
  return !claim.actor.empty() || !claim.reason.empty() || !claim.basis_value.empty();
}

void pack_claim(Packer& out, const Claim& claim, const Claim& head) {
  std::uint8_t flags = 0;
  if (claim.source != head.source) flags |= kOtherSource;
  if (claim.run != head.run) flags |= kOtherRun;
  if (claim.asserted_at != head.asserted_at) flags |= kOtherTime;
  if (claim.valid_until.value != 0) flags |= kUntil;
  if (is_peoples(claim)) flags |= kPeople;
  if (claim.unconfirmed != 0) flags |= kUnconfirmed;
  out.byte(flags);
  out.word(claim.field);
  if ((flags & kOtherSource) != 0) out.word(claim.source);
  out.value(claim.field, claim.value);
  out.confidence(claim.confidence);
  out.word(claim.rule);
  out.word(claim.rule_release);
  out.evidence(claim.evidence);
  if ((flags & kOtherRun) != 0) out.signed_number(claim.run.value);
  if ((flags & kOtherTime) != 0) out.signed_number(claim.asserted_at.value);
  if ((flags & kUntil) != 0) out.signed_number(claim.valid_until.value);
  if ((flags & kPeople) != 0) {
    out.text(claim.actor);
    out.text(claim.reason);
    out.text(claim.basis_value);
  }
  if ((flags & kUnconfirmed) != 0) out.signed_number(claim.unconfirmed);
}

Claim unpack_claim(Unpacker& in, const Claim& head) {
  Claim claim;
  const auto flags = in.byte();
  claim.field = in.word();
  claim.source = (flags & kOtherSource) != 0 ? in.word() : head.source;
  claim.value = in.value(claim.field);
  claim.confidence = in.byte();
  claim.rule = in.word();
  claim.rule_release = in.word();
  claim.evidence = in.evidence();
  claim.run = (flags & kOtherRun) != 0 ? model::RunId{in.signed_number()} : head.run;
  claim.asserted_at = (flags & kOtherTime) != 0 ? UnixMillis{in.signed_number()} : head.asserted_at;
  if ((flags & kUntil) != 0) claim.valid_until = {in.signed_number()};
  if ((flags & kPeople) != 0) {
    claim.actor = in.text();
    claim.reason = in.text();
    claim.basis_value = in.text();
  }
  if ((flags & kUnconfirmed) != 0) claim.unconfirmed = static_cast<int>(in.signed_number());
  return claim;
}

// Finds claims of one thing. Facts and claims come in the same order, so the next claim asked for
// is mostly the next there is.
class Claimed {
 public:
  explicit Claimed(std::span<const Claim> claims) : claims_(claims) {}
  const Claim* find(std::string_view field, std::string_view source) {
    for (std::size_t i = 0; i < claims_.size(); ++i, ++next_) {
      if (next_ >= claims_.size()) next_ = 0;
      const auto& claim = claims_[next_];
      if (claim.field == field && claim.source == source) return &claims_[next_++];
    }
    return nullptr;
  }
  bool holds(const std::string& field, const Fact& fact) {
    if (!fact.source.starts_with("probe:")) return false;
    const auto* claim = find(field, fact.source);
    return claim != nullptr && claim->value == fact.value && claim->confidence == fact.confidence &&
           claim->rule == fact.rule && claim->rule_release == fact.rule_release &&
           claim->evidence == fact.evidence && claim->run == fact.run;
  }

 private:
  std::span<const Claim> claims_;
  std::size_t next_{0};
};

void pack_fact(Packer& out, const std::string& field, const Fact& fact, Claimed& claimed) {
  std::uint8_t flags = claimed.holds(field, fact) ? kAsClaimed : 0;
  if (!fact.other.empty()) flags |= kHasOther;
  out.byte(flags);
  out.word(field);
  out.byte(static_cast<std::uint8_t>(fact.state));
  out.word(fact.source);
  if ((flags & kHasOther) != 0) out.text(fact.other);
  if ((flags & kAsClaimed) != 0) return;
  out.value(field, fact.value);
  out.confidence(fact.confidence);
  out.word(fact.rule);
  out.word(fact.rule_release);
  out.evidence(fact.evidence);
  out.signed_number(fact.run.value);
}

// A fact as far as its own bytes go: where it is as claimed, the rest is the claim's.
struct PackedFact {
  std::string field;
  Fact fact;
  bool as_claimed{false};
};

PackedFact unpack_fact(Unpacker& in) {
  PackedFact packed;
  auto& fact = packed.fact;
  const auto flags = in.byte();
  packed.as_claimed = (flags & kAsClaimed) != 0;
  packed.field = in.word();
  const auto state = in.byte();
  if (state > static_cast<std::uint8_t>(model::FactState::review)) in.damaged();
  fact.state = static_cast<model::FactState>(state);
  fact.source = in.word();
  if ((flags & kHasOther) != 0) fact.other = in.text();
  if (packed.as_claimed) return packed;
  fact.value = in.value(packed.field);
  fact.confidence = in.byte();
  fact.rule = in.word();
  fact.rule_release = in.word();
  fact.evidence = in.evidence();
  fact.run = {in.signed_number()};
  return packed;
}

void unpack_fact(Unpacker& in, Claimed& claimed, model::Facts& facts) {
  auto packed = unpack_fact(in);
  if (!in.ok()) return;
  auto& fact = packed.fact;
  if (packed.as_claimed) {
    const auto* claim = claimed.find(packed.field, fact.source);
    if (claim == nullptr) return in.damaged();
    fact.value = claim->value;
    fact.confidence = claim->confidence;
    fact.rule = claim->rule;
    fact.rule_release = claim->rule_release;
    fact.evidence = claim->evidence;
    fact.run = claim->run;
  }
  facts.emplace_hint(facts.end(), std::move(packed.field), std::move(fact));
}

}  // namespace

Bytes pack_claims(Words& words, std::span<const Claim> claims) {
  Packer out(words);
  const Claim none;
  const Claim& head = claims.empty() ? none : claims.front();
  out.byte(kFormat);
  out.word(head.source);
  out.signed_number(head.run.value);
  out.signed_number(head.asserted_at.value);
  out.number(claims.size());
  for (const auto& claim : claims) pack_claim(out, claim, head);
  return out.take();
}

void unpack_claims(Words& words, BytesView bytes, std::vector<Claim>& claims) {
  Unpacker in(words, bytes);
  in.check_format();
  Claim head;
  head.source = in.word();
  head.run = {in.signed_number()};
  head.asserted_at = {in.signed_number()};
  const auto count = in.number();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) claims.push_back(unpack_claim(in, head));
  in.finish("claims");
}

Bytes pack_facts(Words& words, const model::Facts& facts, std::span<const Claim> claims) {
  Packer out(words);
  out.byte(kFormat);
  out.number(facts.size());
  Claimed claimed(claims);
  for (const auto& [field, fact] : facts) pack_fact(out, field, fact, claimed);
  return out.take();
}

bool packs_alike(const model::Facts& a, std::span<const Claim> claims_of_a, const model::Facts& b,
                 std::span<const Claim> claims_of_b) {
  Claimed claimed_a(claims_of_a);
  Claimed claimed_b(claims_of_b);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const auto& x, const auto& y) {
    const auto& [field, fact] = x;
    const auto& other = y.second;
    if (field != y.first || fact.state != other.state || fact.source != other.source ||
        fact.other != other.other) {
      return false;
    }
    const bool held = claimed_a.holds(field, fact);
    return held == claimed_b.holds(field, other) && (held || fact == other);
  });
}

model::Facts unpack_facts(Words& words, BytesView bytes, std::span<const Claim> claims) {
  Unpacker in(words, bytes);
  in.check_format();
  model::Facts facts;
  Claimed claimed(claims);
  const auto count = in.number();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) unpack_fact(in, claimed, facts);
  in.finish("facts");
  return facts;
}

std::vector<std::string> unpack_doubts(Words& words, BytesView bytes) {
  std::vector<std::string> fields;
  if (bytes.empty()) return fields;
  Unpacker in(words, bytes);
  in.check_format();
  const auto count = in.number();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    auto packed = unpack_fact(in);
    const auto state = packed.fact.state;
    if (state == model::FactState::conflict || state == model::FactState::review)
      fields.push_back(std::move(packed.field));
  }
  in.finish("facts");
  return fields;
}

}  // namespace qingdan::registry
