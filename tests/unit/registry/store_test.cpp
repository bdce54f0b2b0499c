// The writer: ingest, judge, apply, correct.
// covers: registry/apply registry/ingest registry/world registry/writer_lock
// covers: registry/said
// registry/lines
#include "qingdan/registry/store.h"

#include <unistd.h>

#include "fixture.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/query.h"

namespace qingdan::registry {
namespace {
using namespace test;
using model::Verdict;

// Ids and numbers of `stored` put into `given`, in the order of the assets, so that the rest
// compares.
model::World with_ids(model::World given, const model::World& stored) {
  REQUIRE(given.assets.size() == stored.assets.size());
  for (std::size_t i = 0; i < given.assets.size(); ++i) {
    given.assets[i].id = stored.assets[i].id;
    given.assets[i].number = stored.assets[i].number;
    REQUIRE(given.assets[i].services.size() == stored.assets[i].services.size());
    for (std::size_t s = 0; s < given.assets[i].services.size(); ++s) {
      given.assets[i].services[s].id = stored.assets[i].services[s].id;
    }
  }
  return given;
}

TEST_CASE("what was applied is what is loaded", "[registry][store]") {
  Filled filled;
  const auto world = take(filled.store.load_world());
  REQUIRE(world.assets.size() == 2);
  CHECK(world.assets[0].number == "ZC-000001");
  CHECK(world.assets[1].number == "ZC-000002");
  model::World meant;
  meant.assets = {asset("192.0.2.7", filled.run), asset("192.0.2.8", filled.run)};
  CHECK(with_ids(meant, world).assets == world.assets);
}

TEST_CASE("a run is applied once", "[registry][store]") {
  Filled filled;
  const auto before = take(filled.store.load_world());
  model::Reconciled again{before, {new_asset_change(0, "192.0.2.7", filled.run)}};
  again.after.assets.push_back(asset("192.0.2.9", filled.run));
  const auto applied = take(filled.store.apply(before, again, filled.run));
  CHECK(applied.already);
  CHECK(take(filled.store.load_world()).assets == before.assets);
  CHECK(filled.store.database().number("SELECT count(*) FROM change_event") == 2);
}

TEST_CASE("applying no difference writes no row", "[registry][store]") {
  Filled filled;
  const auto run = take(filled.store.begin_run(sample_run()));
  done(filled.store.record(run, sample_coverage()));
  const auto before = take(filled.store.load_world());
  const auto applied = take(filled.store.apply(before, {before, {}}, run));
  CHECK(applied.changed_assets == 0);
  CHECK(applied.services == 0);
  CHECK(applied.new_assets == 0);
  CHECK(applied.first_seq == 0);
}

TEST_CASE("every kind of difference arrives", "[registry][store]") {
  Filled filled;
  const auto run = take(filled.store.begin_run(sample_run()));
  done(filled.store.record(run, sample_coverage()));
  const auto before = take(filled.store.load_world());
  auto after = before;
  auto& first = after.assets[0];
  first.presence = model::Presence::suspect;
  first.misses = 2;
  first.first_missed = {1'780'000'100'000};
  first.identifiers = {{model::IdentifierType::mac, "00:00:5e:00:53:01"}};
  first.claims.push_back(claim(model::field::kHostName, "\"db1\"", run));
  std::sort(first.claims.begin(), first.claims.end(),
            [](const auto& a, const auto& b) { return a.field < b.field; });
  first.facts.clear();
  first.services[0].state = model::PortState::unseen;
  first.services[0].misses = 1;
  first.claims[0].unconfirmed = 1;
  first.services[0].claims[0].unconfirmed = 2;
  first.services[1].claims.clear();
  first.services[1].facts.begin()->second.state = model::FactState::conflict;
  first.services[1].facts.begin()->second.other = "\"x\"";
  auto fresh = service("192.0.2.7", 443, run, "http", product("nginx", "1.24.0", "F5"));
  fresh.vhost = "www.example.gov.cn";
  first.services.push_back(fresh);
  const auto applied = take(filled.store.apply(before, {after, {}}, run));
  CHECK(applied.changed_assets == 1);
  CHECK(applied.services == 3);
  const auto world = take(filled.store.load_world());
  CHECK(with_ids(after, world).assets == world.assets);
}

// The first service of the first asset shows this certificate at `time`.
void show_certificate(Filled& filled, char letter, std::int64_t time) {
  const auto run = take(filled.store.begin_run(sample_run()));
  done(filled.store.record(run, sample_coverage()));
  model::Finding finding;
  finding.at = at("192.0.2.7", 22);
  model::CertificateStatement certificate;
  certificate.sha256 = std::string(64, letter);
  certificate.der = {0x30};
  finding.certificates = {certificate};
  done(filled.store.add(run, std::vector{finding}));
  const auto before = take(filled.store.load_world());
  auto after = before;
  auto& service = after.assets[0].services[0];
  service.last_seen = {time};
  const auto said = claim(model::field::kCertificate, model::to_json(certificate.sha256), run);
  std::erase_if(service.claims,
                [](const auto& c) { return c.field == model::field::kCertificate; });
  service.claims.insert(service.claims.begin(), said);
  service.facts[said.field] = fact_of(said);
  take(filled.store.apply(before, {after, {}}, run));
}

TEST_CASE("a certificate was shown from when it came until it was last heard",
          "[registry][store]") {
  Filled filled;
  const std::int64_t day = 1'780'100'000'000;
  show_certificate(filled, 'a', day);
  show_certificate(filled, 'a', day + 1);
  const auto shown = [&] {
    std::vector<CertificateRow> rows;
    done(take(Query::open(filled.path)).certificates([&](const CertificateRow& row) {
      rows.push_back(row);
      return true;
    }));
    REQUIRE(rows.size() == 1);
    return rows[0];
  };
  CHECK(shown().first_seen == UnixMillis{day});
  CHECK(shown().last_seen == UnixMillis{day + 1});
  show_certificate(filled, 'b', day + 2);
  CHECK(shown().certificate.sha256 == std::string(64, 'b'));
  CHECK(shown().first_seen == UnixMillis{day + 2});
  CHECK(filled.store.database().number("SELECT last_seen FROM certificate_use WHERE sha256 = ?",
                                       std::string(64, 'a')) == day + 1);
  show_certificate(filled, 'a', day + 3);  // an older one again
  CHECK(shown().first_seen == UnixMillis{day});
  CHECK(shown().last_seen == UnixMillis{day + 3});
}

TEST_CASE("an address may pass to another asset in one run", "[registry][store]") {
  Filled filled;
  const auto run = take(filled.store.begin_run(sample_run()));
  done(filled.store.record(run, sample_coverage()));
  const auto before = take(filled.store.load_world());
  auto after = before;
  const UnixMillis then{1'780'000'500'000};

  SECTION("two hosts swap, their services go with the addresses") {
    std::swap(after.assets[0].services, after.assets[1].services);
    after.assets[0].bindings[0].until = then;
    after.assets[1].bindings[0].until = then;
    after.assets[0].bindings.push_back({kZone, ip("192.0.2.8"), then, {}});
    after.assets[1].bindings.push_back({kZone, ip("192.0.2.7"), then, {}});
    take(filled.store.apply(before, {after, {}}, run));
    CHECK(take(filled.store.load_world()).assets == after.assets);
  }
  SECTION("a new host takes it; nothing that was claimed of the former is said of the new") {
    after.assets[0].bindings[0].until = then;
    after.assets[0].services.clear();
    auto fresh = asset("192.0.2.7", run);
    fresh.bindings[0].from = then;
    fresh.services.pop_back();
    fresh.services[0].claims.pop_back();
    fresh.services[0].facts.clear();
    after.assets.push_back(fresh);
    take(filled.store.apply(before, {after, {}}, run));
    const auto world = take(filled.store.load_world());
    CHECK(with_ids(after, world).assets == world.assets);
    CHECK(world.assets[2].number == "ZC-000003");
    // The former's other service does not stay open at an address it no longer has.
    CHECK(filled.store.database().number(
              "SELECT count(*) FROM service WHERE asset_id = 1 AND state <> 'closed'") == 0);
  }
  const auto verification = take(verify(filled.path));
  CHECK(verification.faults == std::vector<std::string>{});
}

TEST_CASE("a judgement of something else is refused whole", "[registry][store]") {
  Filled filled;
  const auto run = take(filled.store.begin_run(sample_run()));
  const auto before = take(filled.store.load_world());
  auto after = before;
  std::string expected;
  SECTION("an asset is missing") {
    after.assets.pop_back();
    expected = "missing";
  }
  SECTION("an asset was never loaded") {
    after.assets[0].id = {99};
    expected = "ZC-000099";
  }
  SECTION("a binding vanished") {
    after.assets[0].bindings.clear();
    expected = "lost a binding";
  }
  SECTION("a claim comes twice") {
    after.assets[0].claims.push_back(after.assets[0].claims[0]);
    expected = "twice";
  }
  SECTION("two assets hold one address") {
    after.assets.push_back(asset("192.0.2.7", run));
    expected = "addr_binding";
  }
  SECTION("a value is not JSON") {
    after.assets[0].claims[0].value = "{";
    expected = "not JSON";
  }
  const auto applied = filled.store.apply(before, {after, {}}, run);
  REQUIRE_FALSE(applied);
  CHECK_THAT(applied.error().text, Catch::Contains(expected));
  CHECK(take(filled.store.load_world()).assets == before.assets);
  CHECK(filled.store.database().number("SELECT applied FROM run WHERE id = ?", run) == 0);
}

TEST_CASE("a judgement of an older world is refused", "[registry][store]") {
  Filled filled;
  const auto before = take(filled.store.load_world());
  ManualClaim manual{"ZC-000001", {}, "", claim(model::field::kName, "\"门户\"", {})};
  manual.claim.reason = "核实";
  take(filled.store.set_manual(manual));
  const auto run = take(filled.store.begin_run(sample_run()));
  const auto applied = filled.store.apply(before, {before, {}}, run);
  REQUIRE_FALSE(applied);
  CHECK(applied.error().code == ErrorCode::conflict);
}

model::Observation observation(std::uint16_t port, std::string_view text) {
  model::Observation seen;
  seen.at = at("192.0.2.7", port);
  seen.probe = "ssh";
  seen.channel = model::channel::kSsh;
  seen.raw = to_bytes(text);
  seen.time = {1'780'000'001'500};
  return seen;
}

TEST_CASE("ingesting twice is ingesting once", "[registry][store]") {
  Filled filled;
  auto& store = filled.store;
  const auto run = take(store.begin_run(sample_run()));
  const std::vector<model::PortResult> results{
      {at("192.0.2.7", 22), Verdict::open_verified, 0.4, 1, {1'780'000'001'000}},
      {at("192.0.2.7", 80), Verdict::closed, 0.4, 2, {1'780'000'001'000}},
      {at("192.0.2.7", 443), Verdict::closed, 0.4, 2, {1'780'000'001'000}},
      {at("192.0.2.9", 22), Verdict::filtered, -1, 2, {1'780'000'001'000}}};
  const std::vector<model::Observation> observations{observation(22, "SSH-2.0-x\r\n"),
                                                     observation(22, "SSH-2.0-x\r\n"),
                                                     observation(80, "SSH-2.0-x\r\n")};
  model::Finding finding;
  finding.at = at("192.0.2.7", 22);
  finding.service_claims = {claim(model::field::kProtocol, "\"ssh\"", {})};
  finding.host_claims = {claim(model::field::kOs, product("Debian", "12"), {}, 70)};
  finding.identifiers = {{model::IdentifierType::ssh_host_key, "k"}};
  model::CertificateStatement certificate;
  certificate.sha256 = std::string(64, 'c');
  certificate.san = {"a", "b"};
  certificate.der = {1, 2, 3};
  finding.certificates = {certificate};
  const std::vector<model::Finding> findings{finding};

  const auto count = [&] {
    auto& database = store.database();
    std::vector<std::int64_t> rows;
    for (const char* table : {"port_result", "host_seen", "observation", "blob", "seen_finding",
                              "seen_identifier", "seen_certificate", "certificate"}) {
      rows.push_back(database.number("SELECT count(*) FROM " + std::string(table)));
    }
    return rows;
  };
  const auto ingest = [&] {
    done(store.add(run, results));
    done(store.add(run, observations));
    done(store.add(run, findings));
  };
  ingest();
  const auto once = count();
  // 443 was never a service here: its refusal is no row. Silence is none either. One blob, two
  // places.
  CHECK(once == std::vector<std::int64_t>{2, 1, 2, 1, 1, 1, 1, 1});
  const auto seen_once = take(store.load_seen(run));
  ingest();
  CHECK(count() == once);
  const auto seen = take(store.load_seen(run));
  REQUIRE(seen.hosts.size() == 1);
  CHECK(seen.hosts[0].claims == seen_once.hosts[0].claims);
  CHECK(seen.hosts[0].services[0].claims == seen_once.hosts[0].services[0].claims);
  CHECK(take(store.load_world()).assets.size() == 2);  // R1: nothing of it is in the register
}

TEST_CASE("a run comes back as it was seen", "[registry][store]") {
  Filled filled;
  auto& store = filled.store;
  auto begun = sample_run();
  begun.started = {1'780'000'000'000};
  const auto run = take(store.begin_run(begun));
  done(store.record(run, sample_coverage()));
  const std::vector<model::PortResult> results{
      {at("192.0.2.8", 443), Verdict::tarpit, 0.4, 1, {1'780'000'009'000}},
      {at("192.0.2.7", 22), Verdict::open, 0.4, 1, {1'780'000'001'000}},
      {at("192.0.2.7", 22), Verdict::open_verified, 0.4, 1, {1'780'000'003'000}},
      {at("192.0.2.8", 22), Verdict::closed, 0.4, 1, {1'780'000'001'000}},
      {at("192.0.2.8", 80), Verdict::closed, 0.4, 2, {1'780'000'001'000}}};
  done(store.add(run, results));
  model::Finding ssh;
  ssh.at = at("192.0.2.7", 22);
  ssh.service_claims = {claim(model::field::kProtocol, "\"ssh\"", {})};
  ssh.service_claims[0].source.clear();
  ssh.service_claims[0].asserted_at = {};
  ssh.host_claims = {claim(model::field::kOs, product("Debian", "11"), {}, 60)};
  ssh.identifiers = {{model::IdentifierType::host_name, "a"},
                     {model::IdentifierType::ssh_host_key, "k"}};
  model::Finding web;
  web.at = at("192.0.2.7", 80);
  web.vhost = "www.example.gov.cn";
  web.service_claims = {claim(model::field::kProtocol, "\"http\"", {})};
  web.host_claims = {claim(model::field::kOs, product("Debian", "12"), {}, 80)};
  web.identifiers = {{model::IdentifierType::host_name, "a"}};
  const std::vector<model::Finding> findings{ssh, web};
  done(store.add(run, findings));

  const auto seen = take(store.load_seen(run));
  CHECK(seen.run.id == run);
  CHECK(seen.run.authorisation == "〔2026〕18号");
  CHECK(seen.coverage.ports == sample_coverage().ports);
  REQUIRE(seen.coverage.blocks.size() == 1);
  CHECK(seen.coverage.blocks[0].outcomes == sample_coverage().blocks[0].outcomes);
  REQUIRE(seen.coverage.exclusions.size() == 1);
  CHECK(seen.coverage.exclusions[0].owner == "市卫健委");

  REQUIRE(seen.hosts.size() == 2);
  const auto& seven = seen.hosts[0];
  CHECK(seven.ip == ip("192.0.2.7"));
  CHECK(seven.time == UnixMillis{1'780'000'003'000});
  CHECK(seven.identifiers.size() == 2);
  REQUIRE(seven.claims.size() == 2);
  CHECK(seven.claims[0].confidence == 80);  // the surest first
  REQUIRE(seven.services.size() == 2);
  CHECK(seven.services[0].verdict == Verdict::open_verified);
  REQUIRE(seven.services[0].claims.size() == 1);
  CHECK(seven.services[0].claims[0].source == "probe:v1");
  CHECK(seven.services[0].claims[0].run == run);
  CHECK(seven.services[0].claims[0].asserted_at == begun.started);
  CHECK(seven.services[1].vhost == "www.example.gov.cn");
  const auto& eight = seen.hosts[1];
  CHECK(eight.services.size() == 1);
  CHECK(eight.closed ==
        std::vector<model::Endpoint>{at("192.0.2.8", 80)});  // one refusal is not two
}

TEST_CASE("a later finding of a place speaks instead of the former", "[registry][store]") {
  Filled filled;
  const auto run = take(filled.store.begin_run(sample_run()));
  const std::vector<model::PortResult> results{{at("192.0.2.7", 22), Verdict::open, 0.4, 1, {5}}};
  done(filled.store.add(run, results));
  model::Finding finding;
  finding.at = at("192.0.2.7", 22);
  finding.service_claims = {claim(model::field::kProtocol, "\"ssh\"", {}),
                            claim(model::field::kBanner, "\"b\"", {})};
  done(filled.store.add(run, std::vector{finding}));
  finding.service_claims = {claim(model::field::kProtocol, "\"telnet\"", {}, 10)};
  done(filled.store.add(run, std::vector{finding}));
  const auto seen = take(filled.store.load_seen(run));
  REQUIRE(seen.hosts[0].services[0].claims.size() == 1);
  CHECK(seen.hosts[0].services[0].claims[0].value == "\"telnet\"");
}

TEST_CASE("only assets at covered addresses are loaded for a narrow run", "[registry][store]") {
  Filled filled;
  model::Coverage coverage;
  coverage.ports = *net::parse_ports("22");
  coverage.blocks = {{kZone, ip("192.0.2.8"), {model::HostOutcome::silent}}};
  const auto world = take(filled.store.load_world(coverage));
  REQUIRE(world.assets.size() == 1);
  CHECK(world.assets[0].number == "ZC-000002");
}

TEST_CASE("a run left running by a dead process is found and not applied", "[registry][store]") {
  TempDir dir;
  VirtualClock clock;
  Rng rng(1);
  model::RunId run, ended;
  {
    auto store = take(Store::open(dir.file("r.db"), clock, rng));
    ended = take(store.begin_run(sample_run()));
    done(store.record(ended, sample_coverage()));
    done(store.finish_run(ended, model::RunState::finished));
    run = take(store.begin_run(sample_run()));
    done(store.record(run, sample_coverage()));
  }
  auto store = take(Store::open(dir.file("r.db"), clock, rng));
  CHECK(store.interrupted() == std::vector<model::RunId>{run});
  CHECK(take(store.unapplied()) == std::vector<model::RunId>{ended});
  const auto query = take(Query::open(dir.file("r.db")));
  const auto found = take(query.find_run(run));
  REQUIRE(found);
  CHECK(found->run.state == model::RunState::paused);
  CHECK_THAT(found->run.failure, Catch::StartsWith("interrupted"));
  CHECK(take(query.last_applied()) == std::nullopt);
}

TEST_CASE("a second writer is refused with a sentence, readers are not", "[registry][store]") {
  Filled filled;
  const auto second = Store::open(filled.path, filled.clock, filled.rng);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::conflict);
  CHECK_THAT(second.error().text, Catch::Contains("is being written by another process"));
  CHECK_THAT(second.error().text, Catch::Contains("(process " + std::to_string(getpid()) + ")"));
  CHECK_THAT(second.error().text, Catch::Contains("census") && Catch::Contains("exporting"));
  CHECK(second.error().text.find('\n') == std::string::npos);
  Transaction writing(filled.store.database());
  filled.store.database().run("UPDATE asset SET name = 'x'");
  const auto query = take(Query::open(filled.path));
  std::vector<std::string> names;
  done(query.assets({}, [&](const AssetRow& row) {
    names.push_back(row.name);
    return true;
  }));
  CHECK(names == std::vector<std::string>{"", ""});
}

TEST_CASE("the lock goes with the writer", "[registry][store]") {
  TempDir dir;
  VirtualClock clock;
  Rng rng(1);
  for (int i = 0; i < 2; ++i) take(Store::open(dir.file("r.db"), clock, rng));
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("the closed words of the model fit the columns", "[registry][store]") {
  Filled filled;
  auto& database = filled.store.database();
  const auto fits = [&](std::string_view sql, std::string_view word) {
    INFO(sql << " with " << word);
    Transaction transaction(database);
    CHECK(database.run(sql, word));
  };
  using namespace model;
  for (int i = 0; i < 9; ++i)
    fits("UPDATE service SET verdict = ?", to_string(static_cast<Verdict>(i)));
  for (int i = 0; i < 3; ++i)
    fits("UPDATE service SET state = ?", to_string(static_cast<PortState>(i)));
  for (int i = 0; i < 4; ++i)
    fits("UPDATE asset SET presence = ?", to_string(static_cast<Presence>(i)));
  for (int i = 0; i < 2; ++i) fits("UPDATE run SET kind = ?", to_string(static_cast<RunKind>(i)));
  for (int i = 0; i < 5; ++i) fits("UPDATE run SET state = ?", to_string(static_cast<RunState>(i)));
  for (int i = 0; i < 6; ++i)
    fits("UPDATE change_event SET cause = ?", to_string(static_cast<Cause>(i)));
  for (int i = 0; i <= static_cast<int>(ChangeType::field_changed); ++i) {
    fits("UPDATE change_event SET type = ?", to_string(static_cast<ChangeType>(i)));
  }
  for (int i = 0; i <= static_cast<int>(IdentifierType::smb_guid); ++i) {
    fits("INSERT INTO identifier VALUES (1, ?, 'v')", to_string(static_cast<IdentifierType>(i)));
  }
}

}  // namespace
}  // namespace qingdan::registry
