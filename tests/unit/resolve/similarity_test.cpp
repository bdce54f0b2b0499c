#include <catch2/catch.hpp>

#include "qingdan/resolve/identity.h"
#include "unit/resolve/build.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;

namespace {
const net::PortSet kPorts = *net::parse_ports("1-10000");
double alike(const HostSeen& before, const HostSeen& now) {
  const auto world = after({}, run(1, 0, {before})).world;
  return similarity(world.assets.at(0), ip(1), now, kPorts);
}
HostSeen web(const std::string& name, const std::string& version) {
  return host(ip(1), {{80, "http", name, version}});
}
HostSeen on(HostSeen seen, const std::string& os) {
  seen.claims.push_back(claim(field::kOs, json(os, "1")));
  return seen;
}
}  // namespace

TEST_CASE("similarity asks how much of the smaller side is found again", "[resolve][similarity]") {
  CHECK(alike(web("nginx", "1"), web("nginx", "2")) == 1);
  CHECK(alike(web("nginx", "1"), host(ip(1), {{80, "http", "nginx", "1"}, {22, "ssh", "", ""}})) ==
        1);
  CHECK(alike(web("nginx", "1"), web("", "")) == Approx(0.8));
  CHECK(alike(web("nginx", "1"), web("apache", "2.4")) == Approx(0.4));
  CHECK(alike(web("nginx", "1"), host(ip(1), {{80, "ssh", "", ""}})) == 0);
  CHECK(alike(web("nginx", "1"), host(ip(1), {{443, "http", "nginx", "1"}})) == Approx(0.7));
}

TEST_CASE("a title or certificate proves a page the same, whatever serves it",
          "[resolve][similarity]") {
  const auto titled = [](HostSeen seen) {
    model::WebsiteStatement website;
    website.title = "一网通办";
    seen.services[0].claims.push_back(claim(field::kWebsite, model::to_json(website)));
    return seen;
  };
  CHECK(alike(titled(web("nginx", "1")), titled(web("apache", "2.4"))) == 1);
}

TEST_CASE("the operating system tips the scale", "[resolve][similarity]") {
  CHECK(alike(on(web("nginx", "1"), "debian"), on(web("apache", "2"), "debian")) == Approx(0.6));
  CHECK(alike(on(web("nginx", "1"), "debian"), on(web("", ""), "windows")) == Approx(0.5));
  CHECK(alike(on(web("nginx", "1"), "debian"), on(web("apache", "2"), "windows")) == Approx(0.1));
}

TEST_CASE("what a person corrected is no part of how a machine is known", "[resolve][similarity]") {
  auto world = after({}, run(1, 0, {web("nginx", "1")})).world;
  world.assets[0].services[0].claims.insert(world.assets[0].services[0].claims.begin(),
                                            manual(field::kProduct, json("tengine", "2")));
  world = rejudge(world, day(1)).after;
  CHECK(similarity(world.assets[0], ip(1), web("nginx", "1"), kPorts) == 1);
}

TEST_CASE("where nothing can be compared nothing speaks against", "[resolve][similarity]") {
  CHECK(alike(web("nginx", "1"), host(ip(1), {})) == 1);
  const auto world = after({}, run(1, 0, {web("nginx", "1")})).world;
  CHECK(similarity(world.assets[0], ip(1), host(ip(1), {{22, "ssh", "", ""}}),
                   *net::parse_ports("22")) == 1);
}
