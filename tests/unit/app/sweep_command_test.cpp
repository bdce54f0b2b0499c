#include <fmt/format.h>

#include "app/census.h"
#include "unit/app/loopback.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::BoundPort;
using app::test::Greeter;
using app::test::has;
using app::test::kLoopbackHost;
using app::test::lines;
using app::test::Stage;

namespace {

// One host of this machine, and a document that allows it.
struct Place {
  Place() {
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
unit = "u"
)",
                                                            kLoopbackHost));
    sweep.scope = stage.file("s.toml");
    sweep.ports = fmt::format("{},{}", open.port(), closed.number());
  }
  Stage stage;
  Greeter open{"hello\r\n"};
  BoundPort closed;
  Sweep sweep;
};

}  // namespace

TEST_CASE("a sweep writes a line for every verdict", "[app][sweep_command]") {
  Place place;
  place.sweep.method = "connect";
  const auto said = place.stage.run(place.sweep);
  CHECK(said.status == 0);
  CHECK(lines(said.out) == 2);
  CHECK(has(said.out,
            fmt::format(R"("port":{},"transport":"tcp","verdict":"open")", place.open.port())));
  CHECK(has(said.out, fmt::format(R"("port":{},"transport":"tcp","verdict":"closed")",
                                  place.closed.number())));
  CHECK(has(said.err, "2 of 2 probes answered, 1 open"));
  CHECK_FALSE(std::filesystem::exists(place.stage.path()));  // no register
}

TEST_CASE("a sweep writes into a file, and quietly", "[app][sweep_command]") {
  Place place;
  place.sweep.output = place.stage.file("out.jsonl");
  auto invocation = place.stage.invocation(place.sweep);
  invocation.quiet = true;
  const auto said = place.stage.run(invocation);
  CHECK(said.status == 0);
  CHECK(said.out.empty());
  CHECK(said.err.empty());
  CHECK(lines(app::test::slurp(place.sweep.output)) == 2);
}

TEST_CASE("a sweep whose results cannot be written could not be done", "[app][sweep_command]") {
  Place place;
  place.sweep.output = "/dev/full";
  auto said = place.stage.run(place.sweep);
  CHECK(said.status == 3);
  CHECK(has(said.err, "/dev/full: could not write all results"));
  place.sweep.output = place.stage.file("no/such/out.jsonl");
  said = place.stage.run(place.sweep);
  CHECK(said.status == 3);
  CHECK(has(said.err, "no/such/out.jsonl: cannot write"));
}
