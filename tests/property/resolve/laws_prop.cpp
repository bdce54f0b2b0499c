// The laws of the register on random networks, random looks at them and random events. Seeds are
// fixed: a failure names the seed it came with.
#include <catch2/catch.hpp>

#include <set>

#include "property/resolve/big_world.h"
#include "property/resolve/network.h"
#include "qingdan/resolve/facts.h"
#include "qingdan/resolve/laws.h"

using namespace qingdan;
using namespace qingdan::resolve;
using namespace qingdan::resolve::build;
using model::ChangeType;
using Lines = std::vector<std::string>;

namespace {

Lines texts(const std::vector<Violation>& violations) {
  Lines lines;
  for (const auto& v : violations)
    lines.push_back(std::to_string(v.law) + " " + v.asset + ": " + v.what);
  return lines;
}

// Something happens to the network: machines die, come back, move, swap, change what they serve.
void happen(Network& network, Rng& rng) {
  for (auto& host : network.hosts) {
    const auto dice = rng.below(30);
    if (dice == 0) host.alive = !host.alive;
    if (dice == 1) host.last = 100 + static_cast<std::uint32_t>(rng.below(100));
    if (dice == 2 && !host.services.empty()) host.services.begin()->second.version += 1;
    if (dice == 3 && host.services.size() > 1) host.services.erase(host.services.begin());
    if (dice >= 4 && dice < 7) {
      const auto port = port_pool()[rng.below(port_pool().size())];
      host.services.insert_or_assign(port, build::make_service(rng, port));
    }
    if (dice == 7)
      host.key = host.services.contains(22) ? "new-key-" + std::to_string(rng.next()) : "";
  }
  auto& a = network.hosts[rng.below(network.hosts.size())];
  auto& b = network.hosts[rng.below(network.hosts.size())];
  if (rng.below(3) == 0) std::swap(a.last, b.last), std::swap(a.block, b.block);
  std::set<std::pair<std::uint32_t, std::uint32_t>> used;
  for (auto& host : network.hosts) {
    while (!used.insert({host.block, host.last}).second) host.last = (host.last + 1) % 250;
    if (!host.services.contains(22)) host.key.clear();
  }
}

model::RunSeen random_look(const Network& network, Rng& rng, int number, int n) {
  if (rng.below(2) == 0) return look(network, number, n);
  const auto salt = rng.next();
  const auto share = 1 + rng.below(4);
  return look(network, number, n, rng.below(2) == 0 ? kAllPorts : some_ports(rng),
              [=](std::uint32_t block, std::uint32_t last) {
                return (block * 977 + last * 31 + salt) % 4 < share;
              });
}

}  // namespace

TEST_CASE("whatever happens and however one looks, the laws hold", "[resolve][laws]") {
  std::size_t steps = 0, changes = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed);
    auto network = make_network(rng, 6 + static_cast<std::uint32_t>(rng.below(30)), 3);
    model::World world;
    int n = 0;
    for (int number = 1; number <= 10; ++number) {
      n += static_cast<int>(rng.below(6));
      const auto seen = random_look(network, rng, number, n);
      const auto result = reconcile(world, seen);
      INFO("seed " << seed << ", run " << number);
      REQUIRE(texts(check_step(world, seen, result)) == Lines{});
      REQUIRE(texts(check_world(result.after, day(n))) == Lines{});
      auto mixed = seen;
      shuffle(mixed.hosts, rng);
      for (auto& host : mixed.hosts) shuffle(host.services, rng), shuffle(host.claims, rng);
      const auto again = reconcile(world, mixed);
      REQUIRE(again.after.assets == result.after.assets);
      REQUIRE(again.changes == result.changes);
      world = stored(result.after);
      happen(network, rng);
      ++steps, changes += result.changes.size();
      ++n;
    }
  }
  CHECK(steps == 400);
  CHECK(changes > 2000);  // the random events are not idle
}

TEST_CASE("law 4: an unchanged network gives no event however narrow the look", "[resolve][laws]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Rng rng(seed);
    const auto network = make_network(rng, 5 + static_cast<std::uint32_t>(rng.below(25)), 2);
    auto world = stored(reconcile({}, look(network, 1, 0)).after);
    for (int number = 2; number <= 12; ++number) {
      const auto result = reconcile(world, random_look(network, rng, number, number * 4));
      INFO("seed " << seed << ", run " << number);
      REQUIRE(words(result.changes) == Lines{});
      world = stored(result.after);
    }
  }
}

TEST_CASE("law 4: what a narrow look calls gone, the whole look finds gone", "[resolve][laws]") {
  std::size_t told = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    Rng rng(seed);
    auto network = make_network(rng, 5 + static_cast<std::uint32_t>(rng.below(25)), 2);
    auto world = stored(reconcile({}, look(network, 1, 0)).after);
    for (auto& host : network.hosts) {
      if (rng.below(8) == 0) host.alive = false;
      if (rng.below(8) == 0 && host.services.size() > 1) host.services.erase(host.services.begin());
    }
    for (int number = 2; number <= 8; ++number) {
      const auto result = reconcile(world, random_look(network, rng, number, number * 4));
      for (const auto& change : result.changes) {
        if (!change.ip || change.object == "prefix") continue;
        const auto truth =
            std::find_if(network.hosts.begin(), network.hosts.end(),
                         [&](const auto& h) { return ip(h.last, h.block) == *change.ip; });
        REQUIRE(truth != network.hosts.end());
        INFO("seed " << seed << ", run " << number << ": " << words({change})[0]);
        const bool gone =
            change.type == ChangeType::asset_suspect || change.type == ChangeType::asset_missing;
        if (gone) REQUIRE_FALSE(truth->alive);
        if (change.type == ChangeType::port_closed) {
          REQUIRE(truth->alive);
          REQUIRE_FALSE(truth->services.contains(change.port->port));
        }
        told += gone || change.type == ChangeType::port_closed ? 1 : 0;
      }
      world = stored(result.after);
    }
  }
  CHECK(told > 100);
}

TEST_CASE("law 5: a deaf run is one event and nothing else, at any time", "[resolve][laws]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng(seed);
    auto network = make_network(rng, 3 + static_cast<std::uint32_t>(rng.below(40)), 2);
    const auto world = stored(reconcile({}, look(network, 1, 0)).after);
    for (auto& host : network.hosts) host.alive = false;
    const auto seen = look(network, 2, 1);
    const auto result = reconcile(world, seen);
    INFO("seed " << seed);
    REQUIRE(result.changes.size() == 1);
    REQUIRE(result.changes[0].type == ChangeType::coverage_gap);
    REQUIRE(result.after.assets == world.assets);
  }
}

TEST_CASE("D1: the changes of an epoch are exactly what happened", "[resolve][laws]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Rng rng(seed);
    auto network = make_network(rng, 20 + static_cast<std::uint32_t>(rng.below(40)), 4);
    const auto world = stored(reconcile({}, look(network, 1, 0)).after);
    std::multiset<std::string> truth;
    const auto note = [&](const TrueHost& host, ChangeType type, int port) {
      truth.insert(std::string(model::to_string(type)) + " " +
                   ip(host.last, host.block).to_string() + " " + std::to_string(port));
    };
    for (auto& host : network.hosts) {
      auto& [port, service] = *host.services.begin();
      const auto dice = rng.below(12);
      if (dice == 0) service.version += 1, note(host, ChangeType::component_changed, port);
      if (dice == 1 && service.certificate != 0) {
        service.certificate += 1, note(host, ChangeType::certificate_replaced, port);
      }
      const auto fresh = port_pool()[rng.below(port_pool().size())];
      if (dice == 2 && !host.services.contains(fresh)) {
        host.services.emplace(fresh, build::make_service(rng, fresh));
        note(host, ChangeType::port_opened, fresh);
      }
      if (dice == 3 && host.refuses && host.services.size() > 1) {
        note(host, ChangeType::port_closed, port);
        host.services.erase(host.services.begin());
      }
    }
    TrueHost added;
    added.last = 200;
    added.services.emplace(std::uint16_t{80}, build::make_service(rng, 80));
    network.hosts.push_back(added);
    note(added, ChangeType::asset_new, 0);
    network.hosts[1].alive = false;  // one of at least five of its block: no anomaly
    std::erase_if(truth, [&](const auto& line) {
      const auto own = " " + ip(network.hosts[1].last, network.hosts[1].block).to_string() + " ";
      return line.find(own) != std::string::npos;
    });
    note(network.hosts[1], ChangeType::asset_suspect, 0);

    std::multiset<std::string> told;
    for (const auto& change : reconcile(world, look(network, 2, 7)).changes) {
      told.insert(std::string(model::to_string(change.type)) + " " + change.ip->to_string() + " " +
                  std::to_string(change.port ? change.port->port : 0));
    }
    INFO("seed " << seed);
    REQUIRE(Lines(told.begin(), told.end()) == Lines(truth.begin(), truth.end()));
  }
}

TEST_CASE("law 6: a hundred rescans leave a correction alone, one moved basis is one event",
          "[resolve][laws]") {
  Rng rng(6);
  auto network = make_network(rng, 10, 1);
  auto world = stored(reconcile({}, look(network, 1, 0)).after);
  auto& asset = world.assets[0];
  auto& service = asset.services[0];
  auto said = manual(field::kProduct, json("tengine", "2.3"),
                     observed_value(service.claims, field::kProduct, day(0)));
  said.valid_until = day(1000);
  service.claims = upsert_claims(service.claims, std::vector{said}, {.source = "manual"});
  asset.claims = upsert_claims(asset.claims, std::vector{manual(field::kUnit, text("市教育局"))},
                               {.source = "manual"});
  world = rejudge(world, day(0)).after;
  for (int number = 2; number <= 101; ++number) {
    const auto result = reconcile(world, random_look(network, rng, number, number));
    REQUIRE(words(result.changes) == Lines{});
    world = stored(result.after);
  }
  CHECK(world.assets[0].services[0].facts.at("service.product").value == said.value);
  const auto where = world.assets[0].services[0].at;
  for (auto& host : network.hosts) {
    if (ip(host.last, host.block) == where.ip) host.services.at(where.port).version += 100;
  }
  std::size_t reviews = 0;
  for (int number = 102; number <= 130; ++number) {
    const auto result = reconcile(world, random_look(network, rng, number, number));
    reviews += count(result.changes, ChangeType::correction_review);
    REQUIRE(result.changes.size() == count(result.changes, ChangeType::correction_review));
    world = stored(result.after);
  }
  CHECK(reviews == 1);
  const auto& fact = world.assets[0].services[0].facts.at("service.product");
  CHECK(fact.value == said.value);
  CHECK(fact.state == model::FactState::review);
}

TEST_CASE("law 8: any two machines with keys may swap addresses", "[resolve][laws]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    auto network = make_network(rng, 12, 2);
    for (std::size_t n = 0; n < 2; ++n) {
      network.hosts[n].key = "swapped-key-" + std::to_string(n) + std::to_string(seed);
      network.hosts[n].services.insert_or_assign(22, TrueService{"ssh", "openssh", 9, 0});
    }
    auto world = stored(reconcile({}, look(network, 1, 0)).after);
    for (auto& asset : world.assets) {
      asset.claims = {manual(field::kName, text("机器 " + asset.number))};
    }
    world = rejudge(world, day(0)).after;
    std::swap(network.hosts[0].last, network.hosts[1].last);
    std::swap(network.hosts[0].block, network.hosts[1].block);
    const auto seen = look(network, 2, 1);
    const auto result = reconcile(world, seen);
    INFO("seed " << seed);
    REQUIRE(count(result.changes, ChangeType::address_changed) == 2);
    REQUIRE(result.changes.size() == 2);
    REQUIRE(result.after.assets.size() == world.assets.size());
    for (const auto& asset : result.after.assets) {
      REQUIRE(asset.facts.at("asset.name").value == text("机器 " + asset.number));
    }
    REQUIRE(texts(check_world(stored(result.after), day(1))) == Lines{});
    REQUIRE(texts(check_step(world, seen, result)) == Lines{});
  }
}

TEST_CASE("law 3: facts do not depend on the order of claims", "[resolve][laws]") {
  const std::vector<std::string> fields{"asset.unit", "host.os", "host.mac", "service.product",
                                        "host.name"};
  const std::vector<std::string> sources{"manual",   "probe:a", "probe:b",   "import:1",
                                         "import:2", "scope",   "traffic:x", "snmp:a"};
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Rng rng(seed);
    std::vector<Claim> claims;
    for (const auto& source : sources) {
      for (const auto& name : fields) {
        if (rng.below(3) == 0) continue;
        const bool statement = name == "host.os" || name == "service.product";
        const auto value = "v" + std::to_string(rng.below(3));
        auto made =
            claim(name, statement ? json(value, rng.below(2) == 0 ? "" : "1.0") : text(value),
                  source, static_cast<int>(rng.below(101)));
        made.asserted_at = day(static_cast<int>(rng.below(3)));
        made.valid_until = rng.below(4) == 0 ? day(static_cast<int>(rng.below(4))) : UnixMillis{};
        made.unconfirmed = static_cast<int>(rng.below(4));
        if (source == "manual") made.basis_value = statement ? json("v0", "1.0") : text("v0");
        claims.push_back(std::move(made));
      }
    }
    const auto facts = resolve_claims(claims, day(2));
    const auto held = upsert_claims({}, claims, {.source = "probe:a"});
    shuffle(claims, rng);
    INFO("seed " << seed);
    REQUIRE(resolve_claims(claims, day(2)) == facts);
    REQUIRE(upsert_claims({}, claims, {.source = "probe:a"}) == held);
    REQUIRE(resolve_claims(held, day(2)) == facts);
  }
}

TEST_CASE("a city of 3000 hosts: one percent changed is one percent told", "[resolve][laws]") {
  const auto world = make_big_world(3000, 3);
  REQUIRE(world.assets.size() == 3000);
  const auto result = reconcile(world, make_big_run(3000, 3, 2, 100));
  CHECK(result.changes.size() == 30);
  CHECK(count(result.changes, ChangeType::component_changed) == 30);
}
