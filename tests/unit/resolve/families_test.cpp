// covers: resolve/families
// Records that a person says are, or never are, one machine, through runs (register.md, law 7).
#include <catch2/catch.hpp>

#include "qingdan/resolve/laws.h"
#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;
using model::ChangeType;
using model::IdentifierType;

namespace {
const Port kSsh{22, "ssh", "openssh", "9.2p1"};
const Port kHttp{80, "http", "nginx", "1.18.0"};

HostSeen keyed(const net::Address& address, const std::string& key) {
  return with(host(address, {kSsh, kHttp}), IdentifierType::ssh_host_key, key);
}
// Assets 1 at .1 with key-a and 2 at .2 with key-b, of which a person said `same`.
model::World pair_of(bool same) {
  auto world = after({}, run(1, 0, {keyed(ip(1), "key-a"), keyed(ip(2), "key-b")})).world;
  model::IdentityAssertion said;
  said.same = same;
  said.asset = world.assets[0].id;
  said.other = world.assets[1].id;
  said.reason = "现场核实";
  world.assertions = {said};
  return world;
}
}  // namespace

TEST_CASE("one record of a machine falls silent: the machine is there", "[resolve][families]") {
  const auto told = after(pair_of(true), run(2, 1, {keyed(ip(1), "key-a")}));
  CHECK(count(told.changes, ChangeType::asset_suspect) == 0);
  CHECK(told.world.assets[1].presence == model::Presence::suspect);  // counted for itself
  CHECK(check_world(told.world, day(1)).empty());

  SECTION("all of them: it is told once") {
    const auto gone = after(told.world, run(3, 2, {}, "1-10000"));
    CHECK(count(gone.changes, ChangeType::asset_suspect) +
              count(gone.changes, ChangeType::coverage_gap) ==
          1);
  }
  SECTION("the other record falls silent too, while a third host answers") {
    auto world = told.world;
    const auto third =
        after(world, run(3, 2, {keyed(ip(1), "key-a"), keyed(ip(7), "key-c")})).world;
    const auto gone = after(third, run(4, 3, {keyed(ip(7), "key-c")}));
    CHECK(count(gone.changes, ChangeType::asset_suspect) == 1);
    const auto back =
        after(gone.world,
              run(5, 4, {keyed(ip(1), "key-a"), keyed(ip(2), "key-b"), keyed(ip(7), "key-c")}));
    CHECK(count(back.changes, ChangeType::asset_back) == 1);
  }
}

TEST_CASE("a machine may show at one address what it was known by at the other",
          "[resolve][families]") {
  const std::vector<HostSeen> hosts{keyed(ip(1), "key-a"), keyed(ip(2), "key-a")};
  const auto merged = after(pair_of(true), run(2, 1, hosts));
  CHECK(merged.world.assets.size() == 2);
  CHECK(count(merged.changes, ChangeType::duplicate_suspected) == 0);
  CHECK(merged.world.assets[1].identity_rule == 1);

  auto apart = pair_of(true);
  apart.assertions.clear();
  CHECK(after(apart, run(2, 1, hosts)).world.assets.size() == 3);
}

TEST_CASE("what a person holds apart never meets by a rule", "[resolve][families]") {
  // The serial number of 1, copied to 2: by itself proof that they are one.
  auto world = pair_of(false);
  world.assets[0].identifiers.push_back({IdentifierType::serial, "S-1"});
  const auto two = with(keyed(ip(2), "key-b"), IdentifierType::serial, "S-1");
  const auto one = with(keyed(ip(1), "key-a"), IdentifierType::serial, "S-1");
  for (int n = 1; n <= 4; ++n) {
    const auto told = after(world, run(n + 1, n, {one, two}));
    REQUIRE(told.world.assets.size() == 2);
    CHECK(told.world.assets[0].bindings.size() == 1);
    CHECK(told.world.assets[1].bindings.size() == 1);
    CHECK(told.changes.empty());
    world = told.world;
  }
}

TEST_CASE("held apart, they still may trade addresses", "[resolve][families]") {
  const auto told =
      after(pair_of(false), run(2, 1, {keyed(ip(1), "key-b"), keyed(ip(2), "key-a")}));
  CHECK(told.world.assets.size() == 2);
  CHECK(count(told.changes, ChangeType::address_changed) == 2);
}
