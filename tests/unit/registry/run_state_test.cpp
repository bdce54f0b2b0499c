// run_state — a checkpoint comes back as it was told, and goes when the run is applied.
#include "registry/run_state.h"

#include "fixture.h"
#include "qingdan/registry/query.h"

namespace qingdan::registry {
namespace {
using namespace test;

struct Kept {
  TempDir dir;
  std::string path = dir.file("r.db");
  VirtualClock clock;
  Rng rng{1};
  Store store = take(Store::open(path, clock, rng));
  model::RunId run = take(store.begin_run(sample_run()));
};

model::Checkpoint sample_checkpoint() {
  model::Checkpoint made;
  made.key = {0x0123456789ABCDEFULL, 42};
  made.positions = 768;
  made.pass = 2;
  made.position = 100;
  made.pps = 2000;
  made.pages = {{0, Bytes(model::kMarkPageBytes, 0x55)}};
  made.hosts = {{ip("192.0.2.7"), true, false, 2}};
  model::PrefixReport report;
  report.zone = kZone;
  report.block = ip("192.0.2.0");
  report.addresses = 256;
  report.planned = 768;
  report.asked = 500;
  report.answered = 6;
  report.missed_estimate = 0.5;
  report.loss_estimate = 0.25;
  report.note = "stopped";
  made.report = {report};
  made.counts = {256, 768, 900, 130, 6, 2, 3, 268};
  made.coverage = sample_coverage();
  return made;
}

TEST_CASE("a checkpoint is kept with what it covers, and comes back", "[registry][run_state]") {
  Kept kept;
  CHECK_FALSE(take(kept.store.load_checkpoint(kept.run)));
  Batch batch;
  batch.results = {{at("192.0.2.7", 22), model::Verdict::open, 0.5, 1, {1'780'000'001'000}, "4:64+0:0:"}};
  batch.checkpoint = sample_checkpoint();
  done(kept.store.add(kept.run, batch));
  const auto back = take(kept.store.load_checkpoint(kept.run));
  REQUIRE(back);
  CHECK(back->key == batch.checkpoint->key);
  CHECK(back->positions == 768);
  CHECK(back->pass == 2);
  CHECK(back->position == 100);
  CHECK(back->pages == batch.checkpoint->pages);
  CHECK(back->hosts == batch.checkpoint->hosts);
  CHECK(back->report == batch.checkpoint->report);
  CHECK(back->counts.sent == 900);
  const auto results = take(kept.store.load_results(kept.run));
  REQUIRE(results.size() == 1);
  CHECK(results[0].at == at("192.0.2.7", 22));
  CHECK(results[0].verdict == model::Verdict::open);
  CHECK(results[0].look == "4:64+0:0:");
}

TEST_CASE("a later checkpoint brings only what changed", "[registry][run_state]") {
  Kept kept;
  Batch batch;
  batch.checkpoint = sample_checkpoint();
  done(kept.store.add(kept.run, batch));
  Batch later;
  later.checkpoint = sample_checkpoint();
  later.checkpoint->pass = 3;
  later.checkpoint->pages = {{1, Bytes(model::kMarkPageBytes, 0xAA)}};
  later.checkpoint->hosts.clear();
  later.checkpoint->report.clear();
  later.checkpoint->coverage.reset();
  done(kept.store.add(kept.run, later));
  const auto back = take(kept.store.load_checkpoint(kept.run));
  REQUIRE(back);
  CHECK(back->pass == 3);
  CHECK(back->pages.size() == 2);
  CHECK(back->hosts.size() == 1);
  CHECK(back->report.size() == 1);
}

TEST_CASE("a batch that cannot be written leaves its checkpoint out too", "[registry][run_state]") {
  Kept kept;
  Batch batch;
  batch.results = {{at("192.0.2.7", 22), model::Verdict::open, 0.5, 1, {1}}};
  batch.checkpoint = sample_checkpoint();
  batch.checkpoint->pages[0].marks.pop_back();  // no page has such a size
  CHECK_FALSE(kept.store.add(kept.run, batch));
  CHECK_FALSE(take(kept.store.load_checkpoint(kept.run)));
  CHECK(take(kept.store.load_results(kept.run)).empty());
}

TEST_CASE("only a paused run is reopened; one that died is paused by who opens the register",
          "[registry][run_state]") {
  Kept kept;
  Batch batch;
  batch.checkpoint = sample_checkpoint();
  done(kept.store.add(kept.run, batch));
  const auto running = kept.store.reopen_run(kept.run);
  REQUIRE_FALSE(running);
  CHECK(running.error().code == ErrorCode::refused);
  CHECK(take(kept.store.resumable()).empty());
  done(kept.store.finish_run(kept.run, model::RunState::paused, "stopped"));
  CHECK(take(kept.store.resumable()) == std::vector{kept.run});
  const auto run = take(kept.store.reopen_run(kept.run));
  CHECK(run.state == model::RunState::running);
  CHECK(run.failure.empty());
}

TEST_CASE("what was observed is recalled by endpoint, in the order it was heard",
          "[registry][run_state]") {
  Kept kept;
  std::vector<model::Observation> heard(3);
  heard[0].at = at("192.0.2.7", 80);
  heard[1].at = at("192.0.2.7", 22);
  heard[2].at = at("192.0.2.7", 80);
  for (std::size_t i = 0; i < heard.size(); ++i) {
    heard[i].probe = "http";
    heard[i].channel = "http.response";
    heard[i].exchange = static_cast<std::uint32_t>(i);
    heard[i].raw = to_bytes(std::string(1, static_cast<char>('z' - i)));
    heard[i].time = {static_cast<std::int64_t>(i) + 1};
  }
  done(kept.store.add(kept.run, heard));
  std::vector<std::vector<model::Observation>> all;
  done(kept.store.recall(kept.run, [&](auto of_one) { all.push_back(std::move(of_one)); }));
  REQUIRE(all.size() == 2);
  CHECK(all[0].size() == 1);
  REQUIRE(all[1].size() == 2);
  CHECK(as_text(all[1][0].raw) == "z");
  CHECK(as_text(all[1][1].raw) == "x");
  CHECK(all[1][1].exchange == 2);
}

TEST_CASE("the report of a run is there for people, with its sums", "[registry][run_state]") {
  Kept kept;
  Batch batch;
  batch.checkpoint = sample_checkpoint();
  done(kept.store.add(kept.run, batch));
  const auto query = take(Query::open(kept.path));
  CHECK(take(query.reports(kept.run)) == batch.checkpoint->report);
  const auto row = take(query.find_run(kept.run));
  REQUIRE(row);
  CHECK(row->missed_estimate == Approx(0.5));
  CHECK(row->lost_estimate == Approx(1.5));
}

}  // namespace
}  // namespace qingdan::registry
