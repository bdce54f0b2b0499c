// incidents — stopped hosts and machines in front of a prefix, in and out again.
#include "registry/incidents.h"

#include "qingdan/base/clock.h"
#include "qingdan/registry/query.h"
#include "unit/registry/fixture.h"

using namespace qingdan;
using namespace qingdan::registry;
using namespace qingdan::registry::test;

namespace {

struct Bench {
  Bench() : store(take(Store::open(path, clock, rng))) {}
  model::RunId run() { return take(store.begin_run(sample_run())); }
  TempDir dir;
  std::string path{dir.file("r.db")};
  VirtualClock clock;
  Rng rng{1};
  Store store;
};

model::GuardTrip trip(const std::string& address, std::int64_t at) {
  model::GuardTrip one;
  one.zone = kZone;
  one.ip = ip(address);
  one.at = {at};
  one.last_heard = {at - 20'000};
  one.first_silent = {at - 12'000};
  one.sentinel = 443;
  one.stopped = "block";
  one.probes = {{{at - 21'000}, {net::Transport::tcp, 80}, "http"},
                {{at - 20'500}, {net::Transport::udp, 161}, "datagram"}};
  return one;
}

model::Middlebox box(const std::string& base, const std::string& ports) {
  model::Middlebox one;
  one.zone = kZone;
  one.block = {ip(base), 24};
  one.ports = *net::parse_ports(ports);
  one.asked = 254;
  one.answering = 250;
  one.dark = true;
  return one;
}

}  // namespace

TEST_CASE("incidents are kept with the results they belong to, by one process after the other",
          "[registry][incidents]") {
  Bench bench;
  const auto run = bench.run();
  registry::Batch first;
  first.trips = {trip("192.0.2.9", 2'000'000)};
  first.middleboxes = {box("192.0.2.0", "80")};
  first.results = {{at("192.0.2.7", 80), model::Verdict::suspect_proxy, 0, 1, {1'780'000'001'000}}};
  done(bench.store.add(run, first));
  registry::Batch second;
  second.trips = {trip("192.0.2.1", 3'000'000)};
  second.middleboxes = {box("192.0.2.0", "80,443"), box("198.51.100.0", "22")};
  done(bench.store.add(run, second));

  const auto trips = take(bench.store.load_trips(run));
  REQUIRE(trips.size() == 2);
  CHECK(trips[0] == first.trips[0]);
  CHECK(trips[1] == second.trips[0]);
  auto query = take(Query::open(bench.path));
  const auto boxes = take(query.middleboxes(run));
  REQUIRE(boxes.size() == 2);
  CHECK(boxes[0].ports.to_string() == "80,443");
  CHECK(boxes[1].ports.to_string() == "22");
  CHECK(take(bench.store.load_results(run)).size() == 1);
  // All of a batch or nothing of it.
  registry::Batch broken;
  broken.trips = {trip("192.0.2.2", 4'000'000)};
  broken.trips[0].stopped = "something";
  broken.results = {{at("192.0.2.8", 80), model::Verdict::open, 0, 1, {1'780'000'001'000}}};
  CHECK_FALSE(bench.store.add(run, broken));
}

TEST_CASE("what was recorded of a run is read back, and recorded again it is replaced",
          "[registry][incidents]") {
  Bench bench;
  const auto run = bench.run();
  const std::vector<model::GuardTrip> trips{trip("192.0.2.9", 2'000'000),
                                            trip("192.0.2.1", 1'000'000)};
  done(bench.store.record(run, std::span(trips)));
  done(bench.store.record(run, std::span(trips)));
  const std::vector<model::Middlebox> boxes{box("192.0.2.0", "80,443")};
  done(bench.store.record(run, std::span(boxes)));

  auto query = take(Query::open(bench.path));
  const auto read = take(query.trips(run));
  REQUIRE(read.size() == 2);
  CHECK(read[0] == trips[1]);  // by time
  CHECK(read[1] == trips[0]);
  const auto seen = take(query.middleboxes(run));
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].ports.to_string() == "80,443");
  CHECK(seen[0].block.to_string() == "192.0.2.0/24");
  CHECK(seen[0].dark);
  CHECK(seen[0].first_run == run);
  CHECK(take(bench.store.load_seen(run)).middleboxes == seen);
  CHECK(take(query.trips({99})).empty());
}

TEST_CASE("the register knows a middlebox from the first applied run to the last",
          "[registry][incidents]") {
  Bench bench;
  std::vector<model::RunId> runs;
  for (const auto* ports : {"80", "80,443", "80"}) {
    runs.push_back(bench.run());
    const std::vector<model::Middlebox> boxes{box("192.0.2.0", ports)};
    done(bench.store.record(runs.back(), std::span(boxes)));
    done(bench.store.record(runs.back(), sample_coverage()));
    done(bench.store.finish_run(runs.back(), model::RunState::finished));
    if (runs.size() == 3) break;  // the last one is not applied
    const auto world = take(bench.store.load_world());
    take(bench.store.apply(world, {world, {}}, runs.back()));
  }
  auto query = take(Query::open(bench.path));
  const auto known = take(query.middleboxes(std::nullopt));
  REQUIRE(known.size() == 1);
  CHECK(known[0].ports.to_string() == "80,443");
  CHECK(known[0].first_run == runs[0]);
  CHECK(known[0].last_run == runs[1]);
  CHECK(take(bench.store.load_world()).middleboxes == known);
}

TEST_CASE("what a suspect port says is not said of the host", "[registry][incidents]") {
  Bench bench;
  const auto run = bench.run();
  done(bench.store.record(run, sample_coverage()));
  for (const auto port : {std::uint16_t{443}, std::uint16_t{22}}) {
    model::PortResult result;
    result.at = at("192.0.2.7", port);
    result.verdict = port == 443 ? model::Verdict::suspect_proxy : model::Verdict::open_verified;
    result.time = {1'780'000'001'000};
    done(bench.store.add(run, std::span(&result, 1)));
    model::Finding finding;
    finding.at = result.at;
    finding.host_claims.resize(1);
    finding.host_claims[0].field = model::field::kDeviceClass;
    finding.host_claims[0].value = port == 443 ? "\"安全设备\"" : "\"服务器\"";
    finding.identifiers.push_back(
        {model::IdentifierType::tls_spki, "key of port " + std::to_string(port)});
    done(bench.store.add(run, std::span(&finding, 1)));
  }
  const auto seen = take(bench.store.load_seen(run));
  REQUIRE(seen.hosts.size() == 1);
  REQUIRE(seen.hosts[0].claims.size() == 1);
  CHECK(seen.hosts[0].claims[0].value == "\"服务器\"");
  REQUIRE(seen.hosts[0].identifiers.size() == 1);
  CHECK(seen.hosts[0].identifiers[0].value == "key of port 22");
}
