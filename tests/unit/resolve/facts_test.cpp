#include "qingdan/resolve/facts.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;
using model::FactState;

namespace {
Claim probe(std::string_view name, std::string value, int confidence = 90, int minutes = 0) {
  auto made = claim(name, std::move(value), "probe:a", confidence);
  made.asserted_at = kStart + std::chrono::minutes(minutes);
  made.run = model::RunId{1};
  return made;
}
model::Fact fact(const std::vector<Claim>& claims, std::string_view name, UnixMillis now = kStart) {
  const auto facts = resolve_claims(claims, now);
  const auto found = facts.find(std::string(name));
  return found == facts.end() ? model::Fact{} : found->second;
}
}  // namespace

TEST_CASE("fields have classes", "[resolve][facts]") {
  CHECK(class_of(field::kUnit) == FieldClass::administrative);
  CHECK(class_of(field::kProduct) == FieldClass::observable);
  CHECK(class_of(field::kOs) == FieldClass::semi_observable);
  CHECK(class_of(field::kMac) == FieldClass::identity);
}

TEST_CASE("people know administrative fields best, hints least", "[resolve][facts]") {
  const auto scope = claim(field::kUnit, text("甲局"), "scope", 100);
  const auto sheet = claim(field::kUnit, text("乙局"), "import:7", 90);
  const auto person = manual(field::kUnit, text("丙局"), text("乙局"));
  CHECK(fact({scope}, field::kUnit).value == text("甲局"));
  CHECK(fact({scope, sheet}, field::kUnit).value == text("乙局"));
  CHECK(fact({scope, sheet}, field::kUnit).state == FactState::automatic);
  CHECK(fact({scope, sheet, person}, field::kUnit).value == text("丙局"));
  CHECK(fact({scope, sheet, person}, field::kUnit).state == FactState::manual);
}

TEST_CASE("of what can be observed a person may say otherwise for a time only",
          "[resolve][facts]") {
  const auto seen = probe(field::kProduct, json("nginx", "1.18.0"));
  auto person = manual(field::kProduct, json("tengine", "2.3"), json("nginx", "1.18.0"));
  SECTION("without an end the observation stands, the contradiction is shown") {
    const auto found = fact({seen, person}, field::kProduct);
    CHECK(found.source == "probe:a");
    CHECK(found.state == FactState::conflict);
    CHECK(found.other == person.value);
  }
  SECTION("with an end the person stands until then") {
    person.valid_until = day(3);
    CHECK(fact({seen, person}, field::kProduct, day(2)).state == FactState::manual);
    CHECK(fact({seen, person}, field::kProduct, day(3)).source == "probe:a");
    CHECK(fact({seen, person}, field::kProduct, day(3)).state == FactState::automatic);
  }
}

TEST_CASE("semi-observable fields: SNMP, person, sure probe, traffic, sheet, unsure probe",
          "[resolve][facts]") {
  const auto snmp = claim(field::kOs, json("vrp", "8"), "snmp:a", 50);
  const auto person = manual(field::kOs, json("debian", "12"));
  const auto sure = probe(field::kOs, json("ubuntu", "22.04"), 80);
  const auto traffic = claim(field::kOs, json("kylin", "10"), "traffic:x", 50);
  const auto sheet = claim(field::kOs, json("uos", "20"), "import:1", 50);
  const auto unsure = probe(field::kOs, json("centos", "7"), 79);
  const auto wins = [](std::vector<Claim> claims) { return fact(claims, field::kOs).source; };
  CHECK(wins({unsure, sheet, traffic, person, snmp}) == "snmp:a");
  CHECK(wins({unsure, sheet, traffic, person}) == "manual");
  CHECK(wins({sheet, traffic, sure}) == "probe:a");
  CHECK(wins({unsure, sheet, traffic}) == "traffic:x");
  CHECK(wins({unsure, sheet}) == "import:1");
  CHECK(wins({unsure}) == "probe:a");
}

TEST_CASE("nobody edits what identifies a machine", "[resolve][facts]") {
  const auto person = manual(field::kMac, text("00:11:22:33:44:55"));
  CHECK(resolve_claims(std::vector{person}, kStart).empty());
  const auto seen = probe(field::kMac, text("00:11:22:aa:bb:cc"));
  CHECK(fact({person, seen}, field::kMac).value == seen.value);
  CHECK(fact({person, seen}, field::kMac).state == FactState::automatic);
}

TEST_CASE("two values of one rank, or a loud lower rank, are a conflict", "[resolve][facts]") {
  const auto a = probe(field::kProduct, json("nginx", "1.18.0"), 90);
  auto b = claim(field::kProduct, json("apache", "2.4"), "probe:b", 60);
  CHECK(fact({a, b}, field::kProduct).state == FactState::conflict);
  CHECK(fact({a, b}, field::kProduct).other == b.value);
  b.source = "traffic:x";
  CHECK(fact({a, b}, field::kProduct).state == FactState::automatic);
  b.confidence = kSureConfidence;
  CHECK(fact({a, b}, field::kProduct).state == FactState::conflict);
  b.value = json("nginx");  // says less of the same
  CHECK(fact({a, b}, field::kProduct).state == FactState::automatic);
}

TEST_CASE("a correction whose basis has moved is in review, and still printed",
          "[resolve][facts]") {
  const auto person = manual(field::kOs, json("kylin", "10"), json("centos", "7"));
  CHECK(fact({person, probe(field::kOs, json("centos", "7"))}, field::kOs).state ==
        FactState::manual);
  CHECK(fact({person, probe(field::kOs, json("centos"))}, field::kOs).state == FactState::manual);
  const auto moved = fact({person, probe(field::kOs, json("debian", "12"))}, field::kOs);
  CHECK(moved.state == FactState::review);
  CHECK(moved.value == person.value);
  CHECK(moved.other == json("debian", "12"));
  CHECK(fact({person, probe(field::kOs, json("kylin", "10"))}, field::kOs).state ==
        FactState::manual);
}

TEST_CASE("an aged claim drops one rank instead of vanishing", "[resolve][facts]") {
  auto old = probe(field::kProduct, json("nginx", "1.18.0"));
  old.unconfirmed = kAgedRuns;
  CHECK(fact({old}, field::kProduct).source == "probe:a");
  const auto traffic = claim(field::kProduct, json("apache", "2.4"), "traffic:x", 50);
  const auto sheet = claim(field::kProduct, json("apache", "2.4"), "import:1", 50);
  CHECK(fact({old, traffic}, field::kProduct).source == "traffic:x");
  CHECK(fact({old, traffic}, field::kProduct).state == FactState::automatic);
  CHECK(fact({old, sheet}, field::kProduct).source == "probe:a");
}

TEST_CASE("what was not said again is in doubt, and less sure with every run", "[resolve][facts]") {
  auto held = probe(field::kProduct, json("nginx", "1.18.0"), 80);
  CHECK(fact({held}, field::kProduct).state == FactState::automatic);
  std::vector<int> confidence;
  for (int n = 1; n <= kAgedRuns; ++n) {
    held.unconfirmed = n;
    const auto shown = fact({held}, field::kProduct);
    CHECK(shown.value == held.value);
    CHECK(shown.state == FactState::conflict);
    CHECK(shown.other.empty());
    confidence.push_back(shown.confidence);
  }
  CHECK(confidence == std::vector{60, 40, 20});
}

TEST_CASE("what one place still says stands before what another no longer does",
          "[resolve][facts]") {
  auto doubted = probe(field::kProduct, json("nginx", "1.18.0"), 90);
  doubted.unconfirmed = 1;
  const auto fresh = claim(field::kProduct, json("apache", "2.4"), "probe:b", 80);
  CHECK(fact({doubted, fresh}, field::kProduct).value == fresh.value);
}

TEST_CASE("a service lets go of what three full hearings do not say", "[resolve][facts]") {
  const auto person = manual(field::kProduct, json("tengine"));
  const auto other = claim(field::kProduct, json("nginx"), "probe:b");
  const auto sheet = claim(field::kProduct, json("nginx"), "import:1");
  const auto said = probe(field::kProduct, json("nginx", "1.18.0"));
  std::vector<Claim> held{sheet, person, said, other};
  std::sort(held.begin(), held.end(),
            [](const Claim& a, const Claim& b) { return a.source < b.source; });
  const auto all = held;
  const std::vector<Claim> nothing;
  SECTION("and of nobody else's words") {
    for (int n = 1; n < kAgedRuns; ++n) {
      held = upsert_claims(held, nothing, {.source = "probe:a"});
      REQUIRE(held.size() == 4);
    }
    held = upsert_claims(held, nothing, {.source = "probe:a"});
    CHECK(held == std::vector{sheet, person, other});
  }
  SECTION("heard again in between it begins anew") {
    for (int n = 1; n <= 6; ++n) {
      const auto again = n % 3 == 0
                             ? std::vector{probe(field::kProduct, json("nginx", "1.18.0"), 90, n)}
                             : nothing;
      held = upsert_claims(held, again, {.source = "probe:a"});
      REQUIRE(held.size() == 4);
    }
  }
  SECTION("a hearing that is not full, or not later, takes nothing") {
    for (int n = 0; n < 6; ++n) {
      held = upsert_claims(held, nothing, {.whole = false, .source = "probe:a"});
      held = upsert_claims(held, nothing, {.newer = false, .source = "probe:a"});
    }
    CHECK(held == all);
  }
  SECTION("a host keeps it, in doubt") {
    for (int n = 0; n < 6; ++n)
      held = upsert_claims(held, nothing, {.host = true, .source = "probe:a"});
    REQUIRE(held.size() == 4);
    CHECK(held[2].unconfirmed == kAgedRuns);
  }
}

TEST_CASE("what the rules have taken back goes at once", "[resolve][facts]") {
  const auto old = probe(field::kProduct, json("nginx", "1.18.0"));
  const std::vector taken{old};
  const std::vector<Claim> nothing;
  const Hearing hearing{.whole = false, .source = "probe:a", .taken_back = taken};
  CHECK(upsert_claims({old}, nothing, hearing).empty());
  auto host = hearing;
  host.host = true;
  CHECK(upsert_claims({old}, nothing, host).empty());
  SECTION("less of the same need not wait then") {
    const std::vector less{probe(field::kProduct, json("nginx"), 90, 1)};
    CHECK(upsert_claims({old}, less, hearing)[0].value == json("nginx"));
  }
  SECTION("not what was said since, nor by a run that is not later") {
    const auto since = probe(field::kProduct, json("nginx", "1.20.0"), 90, 1);
    CHECK(upsert_claims({since}, nothing, hearing) == std::vector{since});
    auto late = hearing;
    late.newer = false;
    CHECK(upsert_claims({old}, nothing, late) == std::vector{old});
  }
}

TEST_CASE("what a manual claim is held against is what all others make of it", "[resolve][facts]") {
  const auto person = manual(field::kOs, json("kylin", "10"));
  const auto seen = probe(field::kOs, json("centos", "7"));
  CHECK(observed_value(std::vector{person, seen}, field::kOs, kStart) == seen.value);
  CHECK(observed_value(std::vector{person}, field::kOs, kStart).empty());
}

TEST_CASE("a source writes only its own claims", "[resolve][facts]") {
  const auto person = manual(field::kName, text("门户"));
  const auto seen = probe(field::kName, text("web"), 90, 5);
  const auto all = upsert_claims({person}, std::vector{seen}, {.source = "probe:a"});
  REQUIRE(all.size() == 2);
  CHECK(all[0] == person);
  CHECK(all[1] == seen);
}

TEST_CASE("what is no value never overwrites a value", "[resolve][facts]") {
  const auto held = probe(field::kHostName, text("web1"));
  for (const auto* nothing : {"", "\"\"", "null", "[]", "{}"}) {
    const auto all = upsert_claims({held}, std::vector{probe(field::kHostName, nothing, 99, 5)},
                                   {.source = "probe:a"});
    REQUIRE(all.size() == 1);
    CHECK(all[0].value == held.value);
  }
}

TEST_CASE("less of the same replaces more only after three covered runs", "[resolve][facts]") {
  std::vector<Claim> held{probe(field::kProduct, json("nginx", "1.18.0"))};
  for (int n = 1; n <= 2; ++n) {
    held = upsert_claims(held, std::vector{probe(field::kProduct, json("nginx"), 90, n)},
                         {.source = "probe:a"});
    CHECK(held[0].value == json("nginx", "1.18.0"));
    CHECK(held[0].unconfirmed == n);
  }
  SECTION("heard again in full it is fresh") {
    held = upsert_claims(held, std::vector{probe(field::kProduct, json("nginx", "1.18.0"), 90, 3)},
                         {.source = "probe:a"});
    CHECK(held[0].unconfirmed == 0);
  }
  SECTION("the third time the shorter stands") {
    held = upsert_claims(held, std::vector{probe(field::kProduct, json("nginx"), 90, 3)},
                         {.source = "probe:a"});
    CHECK(held[0].value == json("nginx"));
  }
  SECTION("runs that are not later do not count") {
    const auto again =
        upsert_claims(held, std::vector{probe(field::kProduct, json("nginx"), 90, 3)},
                      {.newer = false, .source = "probe:a"});
    CHECK(again == held);
  }
}

TEST_CASE("a less sure reading of the host waits until the surer has aged", "[resolve][facts]") {
  std::vector<Claim> held{probe(field::kOs, json("debian", "12"), 95)};
  const std::vector unsure{probe(field::kOs, json("windows"), 40, 1)};
  const Hearing host{.host = true, .source = "probe:a"};
  CHECK(upsert_claims(held, unsure, host)[0].value == json("debian", "12"));
  CHECK(upsert_claims(held, unsure, {.whole = false, .host = true, .source = "probe:a"})[0]
            .unconfirmed == 0);
  CHECK(upsert_claims(held, unsure, {.source = "probe:a"})[0].value == json("windows"));
}

TEST_CASE("of several claims of one key the most confident is heard", "[resolve][facts]") {
  std::vector<Claim> said{probe(field::kOs, json("linux"), 60),
                          probe(field::kOs, json("debian", "12"), 90),
                          probe(field::kOs, json("debian"), 90)};
  for (int n = 0; n < 6; ++n) {
    std::next_permutation(said.begin(), said.end(),
                          [](const Claim& a, const Claim& b) { return a.value < b.value; });
    const auto held = upsert_claims({}, said, {.source = "probe:a"});
    REQUIRE(held.size() == 1);
    CHECK(held[0].value == json("debian", "12"));
  }
}

TEST_CASE("a probe whose ports contradict each other makes a conflict of it", "[resolve][facts]") {
  auto torn = probe(field::kDeviceClass, text("服务器"), 49);
  torn.basis_value = text("打印机");
  const auto found = fact({torn}, field::kDeviceClass);
  CHECK(found.state == FactState::conflict);
  CHECK(found.value == text("服务器"));
  CHECK(found.other == text("打印机"));
  torn.basis_value = torn.value;
  CHECK(fact({torn}, field::kDeviceClass).state == FactState::automatic);
  // What a person has said settles it.
  torn.basis_value = text("打印机");
  const auto person = manual(field::kDeviceClass, text("打印机"), text("服务器"));
  CHECK(fact({torn, person}, field::kDeviceClass).state == FactState::manual);
}
