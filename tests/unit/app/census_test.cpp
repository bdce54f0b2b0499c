// census — a run from its beginning to the register.
// covers: app/census_run
#include "app/census.h"

#include <fmt/format.h>

#include <memory>

#include "unit/app/loopback.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Greeter;
using app::test::has;
using app::test::kLoopbackHost;
using app::test::lines;
using app::test::Said;
using app::test::Stage;

namespace {

struct Place {
  explicit Place(const std::string& valid_to = "2100-01-01") {
    app::test::write_file(stage.file("s.toml"), fmt::format(R"([authorisation]
number = "T-1"
issued_by = "tests"
valid_from = 2000-01-01
valid_to = {}
[pace]
global_pps = 0
prefix_pps = 0
host_pps = 0
[[allow]]
addresses = ["{}"]
zone = "z"
unit = "市卫健委"
)",
                                                            valid_to, kLoopbackHost));
  }
  [[nodiscard]] Said census(const std::string& ports) const {
    Census command;
    command.scope = stage.file("s.toml");
    command.ports = ports;
    return stage.run(command);
  }
  Stage stage;
};

}  // namespace

TEST_CASE("a census brings what answers into the register, with product and unit",
          "[app][census]") {
  const Place place;
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  const auto said = place.census(std::to_string(ssh.port()));
  INFO(said.out << said.err);
  CHECK(said.status == 0);
  CHECK(said.out.find(R"({"run":1,"assets":1,"services":1,"changes":)") == 0);
  CHECK(has(said.err, "register: 1 assets, 1 services"));
  const auto services = place.stage.run(ServicesList{"product=OpenSSH version=9.2p1"});
  CHECK(lines(services.out) == 1);
  CHECK(has(services.out, fmt::format(R"("port":{})", ssh.port())));
  CHECK(place.stage.run(RegisterVerify{}).status == 0);
}

TEST_CASE("a second census of the same network tells no change", "[app][census]") {
  const Place place;
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  REQUIRE(place.census(std::to_string(ssh.port())).status == 0);
  const auto again = place.census(std::to_string(ssh.port()));
  CHECK(again.out == "{\"run\":2,\"assets\":1,\"services\":1,\"changes\":0}\n");
  CHECK(has(again.err, "changes: none"));
}

TEST_CASE("what a census found is printed in the format asked for", "[app][census]") {
  const Place place;
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  Census command;
  command.scope = place.stage.file("s.toml");
  command.ports = std::to_string(ssh.port());
  auto invocation = place.stage.invocation(command);
  invocation.format = Format::csv;
  CHECK(place.stage.run(invocation).out == "run,assets,services,changes\r\n1,1,1,1\r\n");
}

TEST_CASE("a port that was open and refuses is closed in the register", "[app][census]") {
  const Place place;
  const Greeter stays("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  auto goes = std::make_unique<Greeter>("SSH-2.0-OpenSSH_9.6p1 Debian-2\r\n");
  const auto ports = fmt::format("{},{}", stays.port(), goes->port());
  const auto port = goes->port();
  REQUIRE(place.census(ports).status == 0);
  goes.reset();
  const auto said = place.census(ports);
  CHECK(has(said.out, R"("services":1,"changes":1)"));
  const auto changes = place.stage.run(ChangesList{0, 2, 0});
  CHECK(has(changes.out, fmt::format(R"("port":{})", port)));
}

TEST_CASE("what is refused before the first packet leaves no run", "[app][census]") {
  const Place expired("2001-01-01");
  CHECK(expired.census("22").status == 3);
  CHECK_FALSE(std::filesystem::exists(expired.stage.path()));
  const Place place;
  CHECK(place.census("0").status == 2);
  app::test::write_file(place.stage.file("fingerprints/ssh/rules.toml"), "nonsense");
  const auto said = place.census("22");
  CHECK(said.status != 0);
  CHECK(has(said.err, "rules.toml:1"));
  CHECK_FALSE(std::filesystem::exists(place.stage.path()));
}

TEST_CASE("runs that were killed before judgement are taken in first", "[app][census]") {
  Place place;
  {
    auto store = place.stage.open();
    (void)place.stage.observe(store, {{"192.0.2.7"}});
  }
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  CHECK(has(place.census(std::to_string(ssh.port())).out, R"({"run":2,"assets":2,"services":2)"));
}

TEST_CASE("a census says how many names of web servers it left to later runs", "[app][census]") {
  const Place place;
  const std::string end = "Content-Length: 4\r\nConnection: close\r\n\r\nhere";
  const Greeter usual("HTTP/1.1 200 OK\r\n" + end);
  std::vector<std::unique_ptr<Greeter>> senders;
  std::string ports = std::to_string(usual.port());
  for (int i = 0; i < 9; ++i) {
    senders.push_back(std::make_unique<Greeter>(fmt::format(
        "HTTP/1.1 302 Found\r\nLocation: http://www{}.example:{}/\r\n{}", i, usual.port(), end)));
    ports += "," + std::to_string(senders.back()->port());
  }
  const auto said = place.census(ports);
  INFO(said.err);
  CHECK(said.status == 0);
  CHECK(has(said.err, "run 1: 1 name of a web server is left to later runs"));
}
