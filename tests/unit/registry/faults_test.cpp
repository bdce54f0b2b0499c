// What goes wrong around the register: no room, no right, damage, death. It opens again, and holds
// either all of a step or nothing of it.
// covers: registry/writer_lock
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/query.h"

namespace qingdan::registry {
namespace {
using namespace test;

// Runs `act` in a child; true where it ended with 0. The child leaves no destructor of ours undone
// that would touch the parent's files.
template <class Act>
bool in_child(const Act& act) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(act());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<model::Observation> many_observations(int batch) {
  std::vector<model::Observation> many(50);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].at = at("192.0.2.7", static_cast<std::uint16_t>(i));
    many[i].raw =
        to_bytes(std::string(3000, 'x') + std::to_string(batch) + "/" + std::to_string(i));
    many[i].time = {batch};
  }
  return many;
}

TEST_CASE("a full disk is said in one line and costs only the step", "[registry][faults]") {
  Filled filled;
  auto& database = filled.store.database();
  const auto before = take(filled.store.load_world());
  database.execute("PRAGMA max_page_count = " +
                   std::to_string(database.number("PRAGMA page_count") + 20));
  const auto added = filled.store.add(filled.run, many_observations(1));
  REQUIRE_FALSE(added);
  CHECK(added.error().code == ErrorCode::io);
  CHECK_THAT(added.error().text, Catch::Contains("no space left on the disk"));
  CHECK(database.number("SELECT count(*) FROM observation") == 0);
  database.execute("PRAGMA max_page_count = 1000000");
  done(filled.store.add(filled.run, many_observations(1)));
  CHECK(take(filled.store.load_world()).assets == before.assets);
  CHECK(take(verify(filled.path)).faults == std::vector<std::string>{});
}

TEST_CASE("a write that the system cuts off costs only the step", "[registry][faults]") {
  TempDir dir;
  const auto path = dir.file("r.db");
  const bool said = in_child([&] {
    // Files of this child may not grow beyond 1 MiB: the journal meets that in the middle of a
    // batch.
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    VirtualClock clock;
    Rng rng(1);
    auto store = Store::open(path, clock, rng);
    if (!store) return 2;
    const auto run = store->begin_run(sample_run());
    if (!run) return 3;
    for (int batch = 0; batch < 20; ++batch) {
      const auto added = store->add(*run, many_observations(batch));
      if (added) continue;
      const bool clear =
          added.error().code == ErrorCode::io && added.error().text.find('\n') == std::string::npos;
      return clear ? 0 : 4;
    }
    return 5;
  });
  CHECK(said);
  CHECK(take(verify(path)).faults == std::vector<std::string>{});
  auto database = take(open_for_reading(path));
  CHECK(database->number("SELECT count(*) FROM observation") % 50 == 0);
}

TEST_CASE("a register that cannot be made leaves nothing behind", "[registry][faults]") {
  TempDir dir;
  CHECK(in_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{8192, 8192};
    setrlimit(RLIMIT_FSIZE, &limit);
    VirtualClock clock;
    Rng rng(1);
    return Store::open(dir.file("r.db"), clock, rng) ? 1 : 0;
  }));
  CHECK(std::filesystem::is_empty(dir.path()));
}

// As a user whom file rights bind, which root is not.
int as_nobody(const std::function<int()>& act) {
  if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) return 99;
  return act();
}

TEST_CASE("what may not be written is read all the same", "[registry][faults]") {
  Filled filled;
  TempDir dir;
  const auto path = dir.file("r.db");
  done(backup(filled.path, path));
  chmod(path.c_str(), 0444);
  chmod(dir.path().c_str(), 0555);
  const auto open_store = [&](const std::string& expected) {
    VirtualClock clock;
    Rng rng(1);
    const auto store = Store::open(path, clock, rng);
    return !store && store.error().text.find(expected) != std::string::npos ? 0 : 1;
  };
  CHECK(in_child(
      [&] { return as_nobody([&] { return open_store("cannot write beside the register"); }); }));
  CHECK(in_child([&] {
    return as_nobody([&] {
      const auto query = Query::open(path);
      if (!query) return 1;
      int rows = 0;
      const auto listed = query->services({}, [&](const ServiceRow&) { return ++rows > 0; });
      return listed && rows == 4 ? 0 : 2;
    });
  }));
  chmod(dir.path().c_str(), 0777);
  CHECK(in_child([&] { return as_nobody([&] { return open_store("is read-only"); }); }));
  chmod(dir.path().c_str(), 0755);
}

TEST_CASE("a damaged register is called damaged", "[registry][faults]") {
  std::string path;
  TempDir dir;
  {
    Filled filled;
    done(filled.store.add(filled.run, many_observations(1)));
    path = dir.file("r.db");
    done(backup(filled.path, path));
  }
  const auto size = static_cast<long>(std::filesystem::file_size(path));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (long at_page = 4096; at_page + 4096 <= size; at_page += 4096)
    file.seekp(at_page + 8) << std::string(2000, '\xAB');
  file.close();
  VirtualClock clock;
  Rng rng(1);
  const auto store = Store::open(path, clock, rng);
  REQUIRE_FALSE(store);
  CHECK_THAT(store.error().text,
             Catch::Contains("is damaged") && Catch::Contains("register restore"));
  const auto verification = verify(path);
  CHECK((!verification || !verification->faults.empty()));
}

// The child works and says each step through a pipe; the parent kills it right after it heard the
// n-th, which is somewhere inside step n + 1.
void kill_after(int steps, const std::string& path) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    const auto tell = [&] {
      const char one = 1;
      if (write(ends[1], &one, 1) != 1) _exit(9);
    };
    VirtualClock clock;
    Rng rng(1);
    tell();
    auto store = Store::open(path, clock, rng);
    if (!store) _exit(2);
    for (std::uint8_t round = 1; round < 200; ++round) {
      tell();
      const auto run = store->begin_run(sample_run());
      if (!run || !store->record(*run, sample_coverage())) _exit(3);
      tell();
      if (!store->add(*run, many_observations(round))) _exit(4);
      tell();
      if (!store->finish_run(*run, model::RunState::finished)) _exit(5);
      auto before = store->load_world();
      if (!before) _exit(6);
      model::Reconciled reconciled{*before, {}};
      for (int i = 0; i < 20; ++i) {
        const auto address = "10.1." + std::to_string(round) + "." + std::to_string(i);
        reconciled.after.assets.push_back(asset(address, *run));
        reconciled.changes.push_back(new_asset_change(
            static_cast<std::int64_t>(reconciled.after.assets.size()) - 1, address, *run));
      }
      tell();
      if (!store->apply(*before, reconciled, *run)) _exit(7);
    }
    _exit(0);
  }
  close(ends[1]);
  char byte = 0;
  for (int i = 0; i < steps; ++i) REQUIRE(read(ends[0], &byte, 1) == 1);
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  close(ends[0]);
  CHECK(WIFSIGNALED(status));
}

TEST_CASE("killed at any point, the register opens and holds whole steps", "[registry][faults]") {
  VirtualClock clock;
  Rng rng(1);
  for (int steps = 1; steps <= 24; ++steps) {
    INFO("killed after step " << steps);
    TempDir dir;
    const auto path = dir.file("r.db");
    kill_after(steps, path);
    auto store = take(Store::open(path, clock, rng));
    auto& database = store.database();
    CHECK(database.number("SELECT count(*) FROM asset") % 20 == 0);
    CHECK(database.number("SELECT count(*) FROM observation") % 50 == 0);
    CHECK(database.number("SELECT count(*) FROM run WHERE state = 'running'") == 0);
    // 20 assets, 40 services and 20 changes for each run that is in, none for any other.
    const auto applied = database.number("SELECT count(*) FROM run WHERE applied <> 0");
    CHECK(database.number("SELECT count(*) FROM asset") == 20 * applied);
    CHECK(database.number("SELECT count(*) FROM service") == 40 * applied);
    CHECK(database.number("SELECT count(*) FROM change_event") == 20 * applied);
    CHECK(take(verify(path)).faults == std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace qingdan::registry
