#include "app/side_by_side.h"

#include "support/lib/scopes.h"
#include "unit/app/loopback.h"
#include "unit/app/stage.h"
#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Greeter;
using app::test::kLoopbackHost;
using app::test::Stage;
using app::test::take;

namespace {

// A whole run on one port of this machine.
struct Run {
  explicit Run(bool begun)
      : id(begun ? take(store.begin_run(registry::test::sample_run())) : model::RunId{999}) {}

  Greeter ssh{"SSH-2.0-OpenSSH_9.2p1\r\n"};
  Stage stage;
  registry::Store store = stage.open();
  model::RunId id;
  SystemClock clock;
  std::atomic<bool> stop{false};
  targets::Scope scope = qingdan::test::make_scope(std::string(kLoopbackHost) + "/32");
  identify::Identifier identifier{identify::test::make_base("")};
  Bookkeeper bookkeeper{store, id, identifier, stop};
  Fieldwork field{
      {scope, take(net::parse_ports(std::to_string(ssh.port()))), scope.pace(), Method::connect, {}, true, {1, 2}},
      clock,
      stop,
      bookkeeper};
  ProgressLine line{clock, true};
};

}  // namespace

TEST_CASE("when both have ended everything heard is in the register", "[app][side_by_side]") {
  Run run(true);
  registry::test::done(run_side_by_side(run.field, run.bookkeeper, run.line));
  registry::test::done(run.store.record(run.id, run.field.coverage()));
  registry::test::done(run.store.finish_run(run.id, model::RunState::finished));
  const auto seen = take(run.store.load_seen(run.id));
  REQUIRE(seen.hosts.size() == 1);
  REQUIRE(seen.hosts[0].services.size() == 1);
  CHECK(seen.hosts[0].services[0].at.port == run.ssh.port());
}

TEST_CASE("a register that fails ends the field and is the result", "[app][side_by_side]") {
  Run run(false);
  CHECK_FALSE(run_side_by_side(run.field, run.bookkeeper, run.line));
  CHECK(run.stop.load());
}

TEST_CASE("a field alone runs to its end", "[app][side_by_side]") {
  struct Nobody final : FieldSink {
    void on_port(const model::PortResult&) override { ++results; }
    void on_observations(std::vector<model::Observation>) override {}
    int results = 0;
  } nobody;
  const app::test::BoundPort closed;
  const SystemClock clock;
  std::atomic<bool> stop{false};
  const auto scope = qingdan::test::make_scope(std::string(kLoopbackHost) + "/32");
  Fieldwork field(
      {scope, take(net::parse_ports(std::to_string(closed.number()))), scope.pace(), Method::connect, {}, false, {1, 2}},
      clock, stop, nobody);
  ProgressLine line(clock, true);
  registry::test::done(run_alone(field, line));
  CHECK(nobody.results == 1);
}
