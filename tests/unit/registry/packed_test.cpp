// Claims and facts as bytes: what goes in comes out, to the last member, and damage is noticed.
// covers: registry/words
#include "registry/packed.h"

#include "fixture.h"

namespace qingdan::registry {
namespace {
using namespace test;
using model::Claim;
using model::Fact;
using model::Facts;

// An empty register to keep words in.
struct Held {
  TempDir dir;
  VirtualClock clock;
  Rng rng{5};
  Store store = take(Store::open(dir.file("r.db"), clock, rng));
  Words words{store.database()};
};

std::string pick(Rng& rng, const std::vector<std::string>& from) {
  return from[rng.below(from.size())];
}

std::int64_t some_number(Rng& rng) {
  static const std::vector<std::int64_t> kEdges{
      0, 1, -1, 127, 128, 1'780'000'001'000, INT64_MAX, INT64_MIN};
  return kEdges[rng.below(kEdges.size())];
}

Claim random_claim(Rng& rng) {
  Claim made;
  made.field = pick(rng, {"service.product", "service.banner", "asset.name", "host.os", "x"});
  made.value = pick(rng, {"", "\"清单 𠮷\"", "\"a\"", std::string("\0\xff", 2), "{\"b\":[1,2]}"});
  made.source = pick(rng, {"probe:v1", "probe:v2", "manual", "import:7", ""});
  made.confidence = static_cast<int>(rng.below(101));
  made.rule = pick(rng, {"", "ssh.openssh"});
  made.rule_release = pick(rng, {"", "r1"});
  made.evidence = pick(rng, {"", std::string(64, 'e'), std::string(64, 'E'), std::string(63, 'e'),
                             std::string(64, 'g'), "run:7"});
  made.run = {some_number(rng)};
  made.asserted_at = {some_number(rng)};
  made.valid_until = {some_number(rng)};
  if (rng.below(3) == 0) made.actor = "张三";
  if (rng.below(3) == 0) made.reason = "核实";
  if (rng.below(3) == 0) made.basis_value = "\"b\"";
  made.unconfirmed = static_cast<int>(rng.below(4));
  return made;
}

std::vector<Claim> random_claims(Rng& rng) {
  std::vector<Claim> claims(rng.below(6));
  for (auto& claim : claims) claim = random_claim(rng);
  return claims;
}

// Some are a claim, some differ from it in one member, some are of nobody.
Facts random_facts(Rng& rng, const std::vector<Claim>& claims) {
  Facts facts;
  for (const auto& claim : claims) {
    auto fact = fact_of(claim);
    fact.state = static_cast<model::FactState>(rng.below(4));
    if (rng.below(4) == 0) fact.other = "\"lost\"";
    if (rng.below(4) == 0) fact.confidence = 1;
    if (rng.below(4) == 0) fact.run = {77};
    facts[claim.field] = fact;
  }
  if (rng.below(3) == 0) facts["service.tls"].value = "{}";
  return facts;
}

TEST_CASE("packed claims come back to the last member", "[registry][packed]") {
  Held held;
  for (int round = 0; round < 2000; ++round) {
    const auto claims = random_claims(held.rng);
    std::vector<Claim> back;
    unpack_claims(held.words, pack_claims(held.words, claims), back);
    CHECK(back == claims);
  }
  done(held.store.database().outcome());
}

TEST_CASE("packed facts come back beside the claims they were packed with", "[registry][packed]") {
  Held held;
  for (int round = 0; round < 2000; ++round) {
    const auto claims = random_claims(held.rng);
    const auto facts = random_facts(held.rng, claims);
    CHECK(unpack_facts(held.words, pack_facts(held.words, facts, claims), claims) == facts);
  }
  done(held.store.database().outcome());
}

TEST_CASE("facts pack alike where and only where their bytes are the same", "[registry][packed]") {
  Held held;
  int alike = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto claims = random_claims(held.rng);
    const auto facts = random_facts(held.rng, claims);
    auto later = claims;
    auto after = facts;
    for (auto& claim : later) {
      if (held.rng.below(4) == 0) continue;
      claim.run = {9};
      if (const auto found = after.find(claim.field); found != after.end() && held.rng.below(8) > 0)
        found->second.run = {9};
    }
    const bool same = pack_facts(held.words, facts, claims) == pack_facts(held.words, after, later);
    CHECK(packs_alike(facts, claims, after, later) == same);
    alike += same ? 1 : 0;
  }
  CHECK(alike > 300);
  CHECK(alike < 2700);
}

TEST_CASE("a confirmed fact of a probe packs as it did", "[registry][packed]") {
  Held held;
  const std::vector<Claim> before{claim(model::field::kProtocol, "\"ssh\"", {1})};
  auto after = before;
  after[0].run = {2};
  after[0].asserted_at = {1'790'000'000'000};
  after[0].evidence = std::string(64, 'd');
  const Facts old{{before[0].field, fact_of(before[0])}};
  const Facts now{{after[0].field, fact_of(after[0])}};
  CHECK(pack_facts(held.words, old, before) == pack_facts(held.words, now, after));
  // A person's claim may change before it is judged: the fact must not change with it.
  auto manual = before;
  manual[0].source = "manual";
  const Facts said{{manual[0].field, fact_of(manual[0])}};
  const auto packed = pack_facts(held.words, said, manual);
  manual[0].value = "\"telnet\"";
  CHECK(unpack_facts(held.words, packed, manual) == said);
  CHECK(unpack_facts(held.words, packed, {}) == said);
}

TEST_CASE("a confidence that is no percentage is not kept", "[registry][packed]") {
  Held held;
  auto wrong = claim(model::field::kProtocol, "\"ssh\"", {1});
  wrong.confidence = GENERATE(-1, 101, 256);
  (void)pack_claims(held.words, std::vector{wrong});
  const auto outcome = held.store.database().outcome();
  REQUIRE_FALSE(outcome);
  CHECK_THAT(outcome.error().text, Catch::Contains("is no percentage"));
}

TEST_CASE("bytes that are cut, longer or changed are never read as something else unnoticed",
          "[registry][packed]") {
  Held held;
  auto& database = held.store.database();
  const std::vector<Claim> claims{claim(model::field::kProtocol, "\"ssh\"", {1}),
                                  claim(model::field::kBanner, "\"b\"", {1})};
  const auto whole = pack_claims(held.words, claims);
  const auto damaged = [&](const Bytes& bytes) {
    std::vector<Claim> back;
    unpack_claims(held.words, bytes, back);
    const auto outcome = database.outcome();
    return !outcome && outcome.error().text.find("is damaged") != std::string::npos;
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(damaged(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))));
  }
  auto longer = whole;
  longer.push_back(0);
  CHECK(damaged(longer));
  auto other = whole;
  other[0] = 2;  // a format of another program
  CHECK(damaged(other));
  // Any bytes at all: an answer or an error, never a fall.
  for (int round = 0; round < 3000; ++round) {
    auto bytes = whole;
    for (int i = 0; i < 3; ++i)
      bytes[held.rng.below(bytes.size())] = static_cast<std::uint8_t>(held.rng.below(256));
    std::vector<Claim> back;
    unpack_claims(held.words, bytes, back);
    (void)database.outcome();
    (void)unpack_facts(held.words, bytes, claims);
    (void)database.outcome();
  }
  // A fact that is a claim which is not there.
  const auto fact = pack_facts(held.words, {{claims[0].field, fact_of(claims[0])}}, claims);
  (void)unpack_facts(held.words, fact, {});
  CHECK_FALSE(database.outcome());
}

TEST_CASE("words are given once and found again", "[registry][packed]") {
  Held held;
  auto& database = held.store.database();
  const auto one = held.words.id("一");
  CHECK(held.words.id("") == 0);
  CHECK(held.words.id("一") == one);
  CHECK(held.words.id("二") != one);
  Words fresh(database);
  CHECK(fresh.id("一") == one);
  CHECK(fresh.text(one) == "一");
  CHECK(fresh.text(0).empty());
  CHECK(fresh.source_id("manual") == held.words.source_id("manual"));
  done(database.outcome());
  for (const std::int64_t none : {std::int64_t{-1}, std::int64_t{99}, INT64_MAX}) {
    CHECK(fresh.text(none).empty());
    CHECK_FALSE(database.outcome());
  }
  fresh.check_json("service.banner", "{");
  CHECK_FALSE(database.outcome());
}

}  // namespace
}  // namespace qingdan::registry
