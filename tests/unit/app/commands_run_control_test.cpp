// runs resume, stop, finish and touched, with a census of a port of this machine.
// covers: app/commands_touched
#include <fmt/format.h>

#include "app/stop_file.h"
#include "qingdan/targets/scope.h"
#include "unit/app/loopback.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::BoundPort;
using app::test::Greeter;
using app::test::has;
using app::test::kLoopbackHost;
using app::test::lines;
using app::test::Said;
using app::test::Stage;
using app::test::take;

namespace {

struct Place {
  Place() { write_scope(""); }
  void write_scope(const std::string& more) const {
    app::test::write_file(stage.file("s.toml"), fmt::format(R"([authorisation]
number = "T-1"
issued_by = "tests"
valid_from = 2000-01-01
valid_to = 2100-01-01
[pace]
global_pps = 0
prefix_pps = 0
host_pps = 0
[[allow]]
addresses = ["{}"]
zone = "z"
unit = "市卫健委"
{})",
                                                            kLoopbackHost, more));
  }
  // A census that found a port open and then died: its last checkpoint came before the interview.
  void interrupted(std::uint16_t port) {
    auto store = stage.open();
    const auto scope = take(targets::open_scope(stage.file("s.toml"), {}));
    const auto ports = take(net::parse_ports(std::to_string(port)));
    auto run = registry::test::sample_run();
    run.ports = ports.to_string();
    run.scope_hash = scope.hash(ports);
    const auto id = take(store.begin_run(run));
    registry::Batch batch;
    batch.results = {{{"z", *net::parse_address(kLoopbackHost), net::Transport::tcp, port},
                      model::Verdict::open,
                      0.1,
                      1,
                      stage.clock().now()}};
    batch.checkpoint.emplace();
    batch.checkpoint->positions = 1;
    batch.checkpoint->pass = 1;
    batch.checkpoint->position = 1;
    batch.checkpoint->pages = {{0, Bytes(model::kMarkPageBytes)}};
    batch.checkpoint->pages[0].marks[0] = 2;  // has a verdict
    batch.checkpoint->hosts = {{*net::parse_address(kLoopbackHost), true, false, 1}};
    batch.checkpoint->counts = {1, 1, 1, 0, 1, 1, 0, 0};
    model::Coverage coverage;
    coverage.ports = ports;
    coverage.blocks = {{"z", *net::parse_address(kLoopbackHost), {model::HostOutcome::answered}}};
    batch.checkpoint->coverage = coverage;
    registry::test::done(store.add(id, batch));
  }
  [[nodiscard]] Said resume(std::int64_t run) const {
    return stage.run(RunsResume{run, stage.file("s.toml"), {}});
  }
  Stage stage;
};

}  // namespace

TEST_CASE("a run that died goes on and ends as one that did not", "[app][run_control]") {
  Place place;
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  place.interrupted(ssh.port());
  const auto said = place.resume(1);
  INFO(said.out << said.err);
  CHECK(said.status == 0);
  CHECK(has(said.err, "run 1 goes on in pass 1: 1 of 1 probes were done"));
  CHECK(has(said.out, R"({"run":1,"assets":1,"services":1,)"));
  CHECK(lines(place.stage.run(ServicesList{"product=OpenSSH version=9.2p1"}).out) == 1);
  CHECK(place.stage.run(RegisterVerify{}).status == 0);
  const auto again = place.resume(1);
  CHECK(again.status == 3);
  CHECK(has(again.err, "run 1 is in the register already"));
}

TEST_CASE("a changed scope is refused in one sentence, and so is a run that never was",
          "[app][run_control]") {
  Place place;
  const BoundPort port;
  place.interrupted(port.number());
  place.write_scope("[[blackout]]\nfrom = 2099-01-01\nto = 2099-01-02\nreason = \"x\"\n");
  const auto said = place.resume(1);
  CHECK(said.status == 3);
  CHECK(has(said.err, "run 1 was begun under another scope"));
  CHECK(lines(said.err) == 1);
  CHECK(place.resume(7).status == 2);
}

TEST_CASE("finish takes in what a paused run found, as far as it came", "[app][run_control]") {
  Place place;
  const BoundPort port;
  place.interrupted(port.number());
  const auto said = place.stage.run(RunsFinish{1});
  INFO(said.out << said.err);
  CHECK(said.status == 1);
  CHECK(has(said.out, R"({"run":1,"assets":1)"));
  CHECK(has(place.stage.run(RunsList{}).out, R"("state":"stopped")"));
  CHECK(place.stage.run(RunsFinish{1}).status == 3);
}

TEST_CASE("a run that died between its end and its judgement is judged by resume and by finish",
          "[app][run_control]") {
  for (const bool resumed : {true, false}) {
    Place place;
    {
      auto store = place.stage.open();
      (void)place.stage.observe(store, {{"192.0.2.7"}});
    }
    const auto said = resumed ? place.resume(1) : place.stage.run(RunsFinish{1});
    INFO(said.out << said.err);
    CHECK(said.status == 0);
    CHECK(has(said.out, R"({"run":1,"assets":1,"services":1,)"));
  }
}

TEST_CASE("stop writes the stop file of a running run only", "[app][run_control]") {
  Place place;
  const StopFile file(place.stage.path());
  {
    auto store = place.stage.open();
    (void)take(store.begin_run(registry::test::sample_run()));
    CHECK(place.stage.run(RunsStop{1}).status == 0);
    CHECK(file.stops({1}));
    file.obeyed({1});
  }
  const auto dead = place.stage.run(RunsStop{1});
  CHECK(dead.status == 3);
  CHECK(has(dead.err, "run 1 was not running any more"));
  CHECK_FALSE(file.stops({1}));
  const auto said = place.stage.run(RunsStop{1});
  CHECK(said.status == 3);
  CHECK(has(said.err, "run 1 is paused, not running"));
  CHECK(place.stage.run(RunsStop{9}).status == 2);
}

TEST_CASE("touched says what was sent there, and nothing of other networks", "[app][run_control]") {
  Place place;
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  Census census;
  census.scope = place.stage.file("s.toml");
  census.ports = std::to_string(ssh.port());
  census.method = "connect";
  REQUIRE(place.stage.run(census).status == 0);
  const auto said = place.stage.run(RunsTouched{kLoopbackHost, "", ""});
  INFO(said.out << said.err);
  CHECK(said.status == 0);
  CHECK(lines(said.out) == 2);
  CHECK(has(said.out, R"("authorisation":"T-1","from_address":"127.)"));
  CHECK(has(said.out, R"("block":"127.66.240.0/24","kind":"tcp-connect","packets":1})"));
  CHECK(has(said.out, R"("kind":"conversation")"));
  const auto other = place.stage.run(RunsTouched{"127.66.241.0/24", "", ""});
  CHECK(other.out.empty());
  CHECK(has(other.err, "nothing was sent there"));
  CHECK(place.stage.run(RunsTouched{"127.66.240.0/24", "2001-01-01", "2001-01-02"}).out.empty());
  CHECK(place.stage.run(RunsTouched{"127.66.240.1/24", "", ""}).status == 2);
  CHECK(place.stage.run(RunsTouched{"127.66.240.1", "then", ""}).status == 2);
}

TEST_CASE("the report by prefix says what was asked and what came of it", "[app][run_control]") {
  Place place;
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  Census census;
  census.scope = place.stage.file("s.toml");
  census.ports = std::to_string(ssh.port());
  REQUIRE(place.stage.run(census).status == 0);
  const auto said = place.stage.run(RunsShow{1, true});
  INFO(said.out << said.err);
  CHECK(said.status == 0);
  CHECK(has(said.out, R"("prefix":"127.66.240.0/24","addresses":1,"probes":1,"asked":1)"));
}
