// send_ledger — what was sent is on record, in a chain that shows every change.
#include "registry/send_ledger.h"

#include "fixture.h"
#include "qingdan/registry/audit.h"
#include "qingdan/registry/query.h"

namespace qingdan::registry {
namespace {
using namespace test;
using model::SendKind;
using model::SentBlock;

struct Kept {
  Kept() { add({block("198.51.100.0", 5, 1000, 1900), block("192.0.2.0", 7, 1200, 1500)}); }
  static SentBlock block(const std::string& base, std::uint64_t packets, std::int64_t first,
                         std::int64_t last, SendKind kind = SendKind::tcp_connect) {
    return {ip(base), kind, ip("203.0.113.9"), packets, {first}, {last}};
  }
  void add(std::vector<SentBlock> sent) {
    Batch batch;
    batch.sent = std::move(sent);
    done(store.add(run, batch));
  }
  std::vector<TouchRow> touched(const std::string& first, const std::string& last,
                                std::int64_t from = 0, std::int64_t to = 1'000'000) {
    const auto query = take(Query::open(path));
    return take(query.touched({{ip(first), ip(last)}, {from}, {to}}));
  }
  std::vector<std::string> faults() { return take(verify(path)).faults; }

  TempDir dir;
  std::string path = dir.file("r.db");
  VirtualClock clock;
  Rng rng{1};
  Store store = take(Store::open(path, clock, rng));
  model::RunId run = take(store.begin_run(sample_run()));
};

TEST_CASE("blocks come back as they were packed", "[registry][send_ledger]") {
  const std::vector<SentBlock> blocks{
      Kept::block("192.0.2.0", 300, 1000, 2000),
      {ip("2001:db8::"), SendKind::arp, ip("2001:db8::1"), 1, {1500}, {1500}},
      {ip("198.51.100.0"), SendKind::udp, {}, 1ULL << 40, {1000}, {1001}}};
  const auto bytes = pack_sent(blocks, {1000});
  const auto back = unpack_sent(bytes, {1000});
  REQUIRE(back);
  CHECK(*back == blocks);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(unpack_sent(BytesView(bytes).first(size), {1000}));
  }
}

TEST_CASE("a network was touched or not, by run, authorisation and time",
          "[registry][send_ledger]") {
  Kept kept;
  kept.add({Kept::block("192.0.2.0", 3, 2200, 2300),
            Kept::block("192.0.2.0", 1, 2200, 2200, SendKind::udp)});
  const auto rows = kept.touched("192.0.2.9", "192.0.2.9");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].packets == 10);
  CHECK(rows[0].sent.first == UnixMillis{1200});
  CHECK(rows[0].sent.last == UnixMillis{2300});
  CHECK(rows[0].sent.from == ip("203.0.113.9"));
  CHECK(rows[0].run.authorisation == "〔2026〕18号");
  CHECK(rows[1].sent.kind == SendKind::udp);
  CHECK(kept.touched("192.0.3.0", "192.0.3.255").empty());
  CHECK(kept.touched("192.0.2.0", "192.0.2.255", 1600, 2100).empty());
  CHECK(kept.touched("192.0.2.0", "192.0.2.255", 1500, 2100).size() == 1);
}

TEST_CASE("the ledger cannot be altered, shortened or put to another authorisation",
          "[registry][send_ledger]") {
  Kept kept;
  kept.add({Kept::block("192.0.2.0", 3, 2200, 2300)});
  CHECK(kept.faults().empty());
  auto& database = kept.store.database();
  CHECK_FALSE(database.execute("UPDATE probe_ledger SET packets = 0"));
  CHECK_FALSE(database.outcome());
  CHECK_FALSE(database.execute("DELETE FROM probe_ledger"));
  CHECK_FALSE(database.outcome());
  database.execute("DROP TRIGGER probe_ledger_is_never_changed");
  database.execute("DROP TRIGGER probe_ledger_is_never_shortened");
  SECTION("a figure") { database.execute("UPDATE probe_ledger SET packets = 1 WHERE seq = 1"); }
  SECTION("the last row") { database.execute("DELETE FROM probe_ledger WHERE seq = 2"); }
  SECTION("the first row") { database.execute("DELETE FROM probe_ledger WHERE seq = 1"); }
  SECTION("the authorisation") { database.execute("UPDATE run SET authorisation = 'other'"); }
  REQUIRE(database.outcome());
  const auto faults = kept.faults();
  CHECK(std::any_of(faults.begin(), faults.end(), [](const auto& fault) {
    return fault.find("probe ledger") != std::string::npos;
  }));
}

TEST_CASE("who opens the register of a program that died writes down the gap",
          "[registry][send_ledger]") {
  TempDir dir;
  const auto path = dir.file("r.db");
  VirtualClock clock;
  Rng rng{1};
  const auto start = clock.now();
  {
    auto store = take(Store::open(path, clock, rng));
    const auto run = take(store.begin_run(sample_run()));
    Batch batch;
    batch.checkpoint.emplace();
    batch.checkpoint->pps = 100;
    batch.sent = {{ip("192.0.2.0"), SendKind::tcp_connect, {}, 1, start, start}};
    done(store.add(run, batch));
  }
  clock.advance(std::chrono::seconds(10));
  auto store = take(Store::open(path, clock, rng));
  CHECK(store.interrupted().size() == 1);
  const auto query = take(Query::open(path));
  const auto rows = take(query.touched({{ip("192.0.2.0"), ip("192.0.2.255")}, {}, clock.now()}));
  REQUIRE(rows.size() == 2);
  CHECK_FALSE(rows[0].gap);
  CHECK(rows[1].gap);
  CHECK(rows[1].packets == 1200);
  CHECK(rows[1].sent.first == start);
  CHECK(rows[1].sent.last == clock.now());
  const auto verified = take(verify(path));
  CHECK(verified.faults.empty());
  // A gap is no fault, but whoever verifies is told of it, with its bound.
  CHECK(std::any_of(verified.checked.begin(), verified.checked.end(), [](const auto& line) {
    return line.find("1 times a program died") != std::string::npos &&
           line.find("at most 1200 packets") != std::string::npos;
  }));
}

}  // namespace
}  // namespace qingdan::registry
