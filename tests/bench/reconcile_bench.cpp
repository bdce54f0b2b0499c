// reconcile_bench — what a census costs after the last packet: resolve, match, compare.
#include <benchmark/benchmark.h>

#include <string>

#include "qingdan/model/json.h"
#include "qingdan/resolve/facts.h"
#include "qingdan/resolve/reconcile.h"

using namespace qingdan;
using namespace qingdan::model;

namespace {

constexpr int kServices = 5;

Claim claim(std::string_view name, std::string value, RunId run) {
  Claim made;
  made.field = name;
  made.value = std::move(value);
  made.source = "probe:bench";
  made.confidence = 90;
  made.run = run;
  made.asserted_at = {1'780'000'000'000 + run.value * 86'400'000};
  return made;
}

std::string product(const std::string& version) {
  ProductStatement s;
  s.product = "nginx";
  s.vendor = "F5";
  s.version = version;
  s.precision = Precision::exact;
  s.confidence = 90;
  return to_json(s);
}

// Host i answers on kServices ports; every `changed`-th shows another version.
RunSeen census(std::int64_t number, std::uint32_t hosts, std::uint32_t changed) {
  RunSeen seen;
  seen.run.id = {number};
  seen.run.vantage = "bench";
  seen.run.started = {1'780'000'000'000 + number * 86'400'000};
  for (std::uint16_t p = 0; p < kServices; ++p)
    seen.coverage.ports.insert({net::Transport::tcp, static_cast<std::uint16_t>(80 + p)});
  const auto first = net::Address::v4(0x0A620000U);
  seen.coverage.blocks.push_back(
      {"区", first, std::vector<HostOutcome>(hosts, HostOutcome::answered)});
  for (std::uint32_t i = 0; i < hosts; ++i) {
    HostSeen host;
    host.zone = "区";
    host.ip = net::Address::v4(0x0A620000U + i);
    host.time = seen.run.started;
    host.identifiers = {{IdentifierType::ssh_host_key, std::to_string(i)}};
    for (std::uint16_t p = 0; p < kServices; ++p) {
      ServiceSeen service;
      service.at = {"区", host.ip, net::Transport::tcp, static_cast<std::uint16_t>(80 + p)};
      service.verdict = Verdict::open_verified;
      const bool other = changed != 0 && i % changed == 0;
      service.claims = {claim(field::kProtocol, "\"http\"", {number}),
                        claim(field::kProduct, product(other ? "1.22.1" : "1.18.0"), {number})};
      host.services.push_back(std::move(service));
    }
    seen.hosts.push_back(std::move(host));
  }
  return seen;
}

World stored(World world) {
  std::int64_t asset = 0;
  std::int64_t service = 0;
  for (auto& a : world.assets) {
    a.id = {++asset};
    a.number = std::to_string(asset);
    for (auto& s : a.services) s.id = {++service};
  }
  return world;
}

void resolve_claims(benchmark::State& state) {
  std::vector<Claim> claims;
  for (const auto name : {field::kProtocol, field::kProduct, field::kBanner, field::kTls}) {
    claims.push_back(claim(name, "\"x\"", {1}));
    claims.push_back(claim(name, "\"x\"", {2}));
    claims.back().source = "import:1";
  }
  for (auto _ : state)
    benchmark::DoNotOptimize(resolve::resolve_claims(claims, {1'780'000'000'000}));
}
BENCHMARK(resolve_claims);

void first_census(benchmark::State& state) {
  const auto seen = census(1, static_cast<std::uint32_t>(state.range(0)), 0);
  for (auto _ : state) benchmark::DoNotOptimize(resolve::reconcile({}, seen));
}
BENCHMARK(first_census)->Arg(3'000)->Arg(65'536)->ArgName("hosts")->Unit(benchmark::kMillisecond);

// One host in a hundred changed: match, resolve and diff of the whole register.
void second_census(benchmark::State& state) {
  const auto hosts = static_cast<std::uint32_t>(state.range(0));
  const World before = stored(resolve::reconcile({}, census(1, hosts, 0)).after);
  const auto seen = census(2, hosts, 100);
  std::size_t changes = 0;
  for (auto _ : state) changes = resolve::reconcile(before, seen).changes.size();
  state.counters["changes"] = static_cast<double>(changes);
}
BENCHMARK(second_census)->Arg(3'000)->Arg(65'536)->ArgName("hosts")->Unit(benchmark::kMillisecond);

}  // namespace
