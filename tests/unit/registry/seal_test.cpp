// Sealed snapshots: the same content is the same snapshot, a past list stays as it was.
// covers: registry/reverse_names registry/listing registry/snapshot_diff
#include "qingdan/registry/seal.h"

#include "fixture.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/query.h"

namespace qingdan::registry {
namespace {
using namespace test;

constexpr UnixMillis kNow{1'780'000'900'000};

// Everything a list is printed from, as one text.
std::string printed(const std::string& path, model::SnapshotId id) {
  const auto listing = take(open_listing(path, id));
  const auto meta = listing->meta();
  std::string text = meta.version + " " + meta.sha256 + " " + std::to_string(meta.cutoff.value) +
                     " " + std::to_string(meta.period_from.value) + " " + meta.authorisation + "\n";
  done(listing->for_each_run([&](const model::ListedRun& listed) {
    text += model::to_json(listed.run) + model::to_json(listed.counts) +
            std::to_string(listed.coverage.blocks.size()) + "\n";
  }));
  done(listing->for_each_asset(
      [&](const model::AssetRecord& asset) { text += model::to_json(asset) + "\n"; }));
  done(listing->for_each_address([&](const model::ListedAddress& listed) {
    text += listed.zone + " " + listed.ip.to_string() + " " + listed.asset_number + " " +
            listed.unit + " " + (listed.outcome ? std::string(to_string(*listed.outcome)) : "-") +
            " " + std::to_string(listed.first_answered.value) + " " +
            std::to_string(listed.bindings) + listed.anomaly + "\n";
  }));
  done(listing->for_each_certificate([&](const model::ListedCertificate& listed) {
    text += listed.certificate.sha256 + " " + std::to_string(listed.uses.size()) +
            listed.uses[0].asset_number + "\n";
  }));
  done(listing->for_each_change(
      [&](const model::Change& change) { text += model::to_json(change) + "\n"; }));
  return text;
}

TEST_CASE("sealing what did not change gives the same snapshot", "[registry][seal]") {
  Filled filled;
  const auto first = take(seal(filled.store, kNow, "张三"));
  CHECK_FALSE(first.reused);
  CHECK(first.assets == 2);
  CHECK(first.services == 4);
  CHECK(first.run == filled.run);
  CHECK(first.name == format_date(kNow) + "/1");
  CHECK(first.sha256.size() == 64);
  const auto again = take(seal(filled.store, kNow + std::chrono::hours(48), "李四"));
  CHECK(again.reused);
  CHECK(again.id == first.id);
  CHECK(again.sealed == kNow);
  CHECK(take(snapshots(filled.path)).size() == 1);
  CHECK(filled.store.database().number("SELECT count(*) FROM snapshot_asset") == 2);
}

TEST_CASE("a past list stays as it was", "[registry][seal]") {
  Filled filled;
  const auto first = take(seal(filled.store, kNow, "张三"));
  const auto before = printed(filled.path, first.id);
  CHECK_THAT(before, Catch::Contains("ZC-000001") && Catch::Contains("新增资产") &&
                         Catch::Contains("192.0.2.7"));
  filled.census({"192.0.2.9"});
  const auto second = take(seal(filled.store, kNow, "张三"));
  CHECK_FALSE(second.reused);
  CHECK(second.sha256 != first.sha256);
  CHECK(second.name == format_date(kNow) + "/2");
  CHECK(second.assets == 3);
  CHECK(printed(filled.path, first.id) == before);
  // The changes of the second list are those since the first.
  std::vector<std::int64_t> seqs;
  done(take(open_listing(filled.path, second.id))->for_each_change([&](const model::Change& c) {
    seqs.push_back(c.seq);
  }));
  CHECK(seqs == std::vector<std::int64_t>{3});
  // Assets that did not change are kept once.
  CHECK(filled.store.database().number("SELECT count(*) FROM sealed_row") == 3);
}

TEST_CASE("a copy of the register prints the same bytes", "[registry][seal]") {
  Filled filled;
  const auto sealed = take(seal(filled.store, kNow, "张三"));
  done(backup(filled.path, filled.dir.file("copy.db")));
  CHECK(printed(filled.dir.file("copy.db"), sealed.id) == printed(filled.path, sealed.id));
}

TEST_CASE("addresses are listed with their holders and what came of them", "[registry][seal]") {
  Filled filled;
  const auto run = take(filled.store.begin_run(sample_run()));
  auto coverage = sample_coverage();
  coverage.blocks[0].outcomes[50] = model::HostOutcome::answered;
  done(filled.store.record(run, coverage));
  const std::vector<model::PortResult> results{
      {at("192.0.2.7", 22), model::Verdict::open_verified, 0.4, 1, {1'780'000'700'000}},
      {at("192.0.2.50", 22), model::Verdict::open, 0.4, 1, {1'780'000'700'000}}};
  done(filled.store.add(run, results));
  done(filled.store.finish_run(run, model::RunState::finished));
  const auto before = take(filled.store.load_world());
  take(filled.store.apply(before, {before, {}}, run));
  const auto sealed = take(seal(filled.store, kNow, "张三"));
  std::vector<model::ListedAddress> listed;
  done(take(open_listing(filled.path, sealed.id))->for_each_address([&](const auto& one) {
    listed.push_back(one);
  }));
  REQUIRE(listed.size() == 3);
  CHECK(listed[0].ip == ip("192.0.2.7"));
  CHECK(listed[0].asset_number == "ZC-000001");
  CHECK(listed[0].outcome == model::HostOutcome::answered);
  CHECK(listed[0].first_answered == UnixMillis{1'780'000'700'000});
  CHECK(listed[0].bindings == 1);
  CHECK(listed[0].anomaly.empty());
  CHECK(listed[2].ip == ip("192.0.2.50"));
  CHECK(listed[2].asset_number.empty());
  CHECK(listed[2].anomaly == "伪存活");
}

TEST_CASE("the newest name that an applied run was told stands beside the address",
          "[registry][seal]") {
  Filled filled;
  const auto told = [&](std::string_view name, model::RunState state) {
    const auto run = take(filled.store.begin_run(sample_run()));
    done(filled.store.record(run, sample_coverage()));
    Batch batch;
    batch.reverse_names = {
        {"公用网络区", ip("192.0.2.7"), std::string(name), ip("192.0.2.53"), kNow}};
    done(filled.store.add(run, batch));
    done(filled.store.finish_run(run, state));
    if (state != model::RunState::finished) return;
    const auto before = take(filled.store.load_world());
    take(filled.store.apply(before, {before, {}}, run));
  };
  const auto listed_name = [&](model::SnapshotId snapshot) {
    std::string name;
    done(take(open_listing(filled.path, snapshot))->for_each_address([&](const auto& one) {
      if (one.ip == ip("192.0.2.7")) name = one.reverse_name;
      if (one.ip != ip("192.0.2.7")) CHECK(one.reverse_name.empty());
    }));
    return name;
  };
  const auto nameless = take(seal(filled.store, kNow, "张三"));
  CHECK(listed_name(nameless.id).empty());
  told("old.example.test", model::RunState::finished);
  const auto old = take(seal(filled.store, kNow, "张三"));
  CHECK(listed_name(old.id) == "old.example.test");
  CHECK(old.sha256 != nameless.sha256);
  told("paused.example.test", model::RunState::paused);
  told("new.example.test", model::RunState::finished);
  const auto sealed = take(seal(filled.store, kNow, "张三"));
  CHECK(listed_name(sealed.id) == "new.example.test");
  CHECK(listed_name(old.id) == "old.example.test");
  const auto query = take(Query::open(filled.path));
  const auto now = take(query.reverse_name("公用网络区", ip("192.0.2.7")));
  REQUIRE(now);
  CHECK(now->told.name == "new.example.test");
  CHECK(now->told.resolver == ip("192.0.2.53"));
  CHECK_FALSE(take(query.reverse_name("公用网络区", ip("192.0.2.8"))));
  told("", model::RunState::finished);  // that there is none any more is a statement too
  CHECK(listed_name(take(seal(filled.store, kNow, "张三")).id).empty());
}

TEST_CASE("what people claimed is sealed, what probes claimed is not", "[registry][seal]") {
  Filled filled;
  ManualClaim manual{"ZC-000001", {}, "", claim(model::field::kName, "\"门户\"", {})};
  manual.claim.reason = "核实";
  take(filled.store.set_manual(manual));
  const auto sealed = take(seal(filled.store, kNow, "张三"));
  std::vector<model::AssetRecord> assets;
  done(take(open_listing(filled.path, sealed.id))->for_each_asset([&](const auto& one) {
    assets.push_back(one);
  }));
  REQUIRE(assets.size() == 2);
  REQUIRE(assets[0].claims.size() == 1);
  CHECK(assets[0].claims[0].source == "manual");
  CHECK(assets[1].claims.empty());
  CHECK(assets[0].facts == take(filled.store.load_world()).assets[0].facts);
}

TEST_CASE("a sealed row that was altered is not printed", "[registry][seal]") {
  Filled filled;
  const auto sealed = take(seal(filled.store, kNow, "张三"));
  auto& database = filled.store.database();
  CHECK_FALSE(database.run("UPDATE sealed_row SET content = '{}'"));
  const auto refused = database.outcome();
  CHECK_THAT(refused.error().text, Catch::Contains("a sealed snapshot is never changed"));
  database.execute("DROP TRIGGER sealed_row_is_never_changed");
  database.run("UPDATE sealed_row SET content = replace(content, '192.0.2.7', '192.0.2.6')");
  const auto read = take(open_listing(filled.path, sealed.id))->for_each_asset([](const auto&) {});
  REQUIRE_FALSE(read);
  CHECK_THAT(read.error().text,
             Catch::Contains("the sealed row of ZC-000001 does not fit its digest"));
}

TEST_CASE("snapshots are found by number and by name", "[registry][seal]") {
  Filled filled;
  const auto sealed = take(seal(filled.store, kNow, "张三"));
  CHECK(take(find_snapshot(filled.path, "1"))->id == sealed.id);
  CHECK(take(find_snapshot(filled.path, sealed.name))->id == sealed.id);
  CHECK_FALSE(take(find_snapshot(filled.path, "2")).has_value());
  const auto none = open_listing(filled.path, {2});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::input);
}

TEST_CASE("two lists differ in what changed, in order", "[registry][seal]") {
  Filled filled;
  const auto first = take(seal(filled.store, kNow, "张三"));
  const auto run = take(filled.store.begin_run(sample_run()));
  done(filled.store.record(run, sample_coverage()));
  const auto before = take(filled.store.load_world());
  auto after = before;
  after.assets[0].presence = model::Presence::suspect;
  after.assets[0].services[1].facts[std::string(model::field::kProduct)].value =
      product("nginx", "1.24.0", "F5");
  after.assets[0].services[0].state = model::PortState::closed;
  after.assets.push_back(asset("192.0.2.9", run));
  take(filled.store.apply(before, {after, {}}, run));
  const auto second = take(seal(filled.store, kNow, "张三"));

  std::vector<std::string> lines;
  done(diff_snapshots(filled.path, first.id, second.id, [&](const SnapshotDifference& d) {
    lines.push_back(d.asset + " " + d.kind + " " + d.object + " " + d.ip + ":" +
                    std::to_string(d.port) + " " + d.field + " " + d.before + " -> " + d.after);
    return true;
  }));
  CHECK(lines ==
        std::vector<std::string>{
            "ZC-000001 changed asset :0 presence 在线 -> 疑似离线",
            "ZC-000001 changed service 192.0.2.7:22 state open -> closed",
            "ZC-000001 changed service 192.0.2.7:80 service.product nginx 1.22.1 -> nginx 1.24.0",
            "ZC-000003 added asset :0   -> 192.0.2.9",
        });
  std::size_t same = 0;
  done(diff_snapshots(filled.path, second.id, second.id, [&](const auto&) { return ++same > 0; }));
  CHECK(same == 0);
  CHECK_FALSE(diff_snapshots(filled.path, first.id, {9}, [](const auto&) { return true; }));
}

}  // namespace
}  // namespace qingdan::registry
