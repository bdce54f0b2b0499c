// registry_bench — what the register costs around a judgement: taking in what a run saw, loading
// the World, applying a census that changes nothing, everything or one host in a hundred.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "qingdan/base/rng.h"
#include "qingdan/model/json.h"
#include "qingdan/net/digest.h"
#include "qingdan/registry/store.h"
#include "qingdan/resolve/reconcile.h"

using namespace qingdan;
using namespace qingdan::model;

namespace {

constexpr std::uint16_t kServices = 5;
constexpr std::int64_t kDay = 86'400'000;
constexpr const char* kZone = "公用网络区";

template <class T>
T take(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().text.c_str());
  std::abort();
}
void done(const Result<void>& result) {
  if (result) return;
  std::fprintf(stderr, "%s\n", result.error().text.c_str());
  std::abort();
}

Claim claim(std::string_view name, std::string value, const std::string& evidence) {
  Claim made;
  made.field = name;
  made.value = std::move(value);
  made.confidence = 90;
  made.rule = "http.nginx.server";
  made.rule_release = "2026.11";
  made.evidence = evidence;
  return made;
}

std::string product(const std::string& name, const std::string& version) {
  ProductStatement s;
  s.id = "nginx";
  s.product = name;
  s.vendor = "F5";
  s.vendor_zh = "恩金克斯";
  s.version = version;
  s.cpe = "cpe:2.3:a:f5:" + name + ":" + version + ":*:*:*:*:*:*:*";
  s.category = "Web 服务器";
  s.role = "server";
  s.precision = Precision::exact;
  s.confidence = 90;
  s.rule = "http.nginx.server";
  return to_json(s);
}

// Host i, port p of census `number`, with evidence that differs every time (a Date header does).
Finding finding(std::int64_t number, std::uint32_t i, std::uint16_t p, bool other) {
  Finding made;
  made.at = {kZone, net::Address::v4(0x0A620000U + i), net::Transport::tcp,
             static_cast<std::uint16_t>(80 + p)};
  const auto name = std::to_string(i) + "." + std::to_string(p);
  const auto evidence = net::sha256_hex(as_bytes(name + "/" + std::to_string(number)));
  WebsiteStatement site;
  site.url = "https://" + made.at.ip.to_string() + ":" + std::to_string(made.at.port) + "/";
  site.status = 200;
  site.title = "政务服务 " + name;
  site.server = "nginx/1.18.0";
  made.service_claims = {
      claim(field::kProtocol, "\"http\"", evidence),
      claim(field::kProduct, product("nginx", other ? "1.22.1" : "1.18." + std::to_string(i % 9)),
            evidence),
      claim(field::kBanner, to_json("HTTP/1.1 200 OK Server: nginx X-Host: " + name), evidence),
      claim(field::kWebsite, to_json(site), evidence),
      claim(field::kTls, to_json(TlsStatement{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "h2"}),
            evidence),
      claim(field::kCertificate, to_json(net::sha256_hex(as_bytes(name))), evidence)};
  if (p == 0) {
    made.host_claims = {claim(field::kOs, product("Debian", "12"), evidence),
                        claim(field::kDeviceClass, "\"服务器\"", evidence)};
    made.identifiers = {{IdentifierType::ssh_host_key, net::sha256_hex(as_bytes(name))}};
  }
  return made;
}

// A register in a directory of its own.
struct Register {
  explicit Register(std::uint32_t count) : hosts(count) {
    std::string name = (std::filesystem::temp_directory_path() / "qingdan-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    directory = name;
    store.emplace(take(registry::Store::open((directory / "r.db").string(), clock, rng)));
  }
  Register(const Register&) = delete;
  Register& operator=(const Register&) = delete;
  ~Register() {
    store.reset();
    std::filesystem::remove_all(directory);
  }

  RunId begin(std::uint32_t asked) {
    Run run;
    run.vantage = "bench";
    run.ports = "80-84";
    run.started = {1'780'000'000'000 + ++number * kDay};
    const auto id = take(store->begin_run(run));
    Coverage coverage;
    coverage.ports = *net::parse_ports(run.ports);
    coverage.blocks.push_back({kZone, net::Address::v4(0x0A620000U),
                               std::vector<HostOutcome>(asked, HostOutcome::answered)});
    done(store->record(id, coverage));
    return id;
  }

  // The first `asked` hosts answer; every `changed`-th shows another version.
  std::vector<Finding> census(std::uint32_t asked, std::uint32_t changed) const {
    std::vector<Finding> found;
    for (std::uint32_t i = 0; i < asked; ++i) {
      const bool other = changed != 0 && i % changed == 0;
      for (std::uint16_t p = 0; p < kServices; ++p) found.push_back(finding(number, i, p, other));
    }
    return found;
  }

  void ingest(RunId run, const std::vector<Finding>& found) {
    constexpr std::size_t kBatch = 512;
    for (std::size_t from = 0; from < found.size(); from += kBatch) {
      const std::span batch(found.data() + from, std::min(kBatch, found.size() - from));
      std::vector<PortResult> results;
      for (const auto& one : batch)
        results.push_back({one.at, Verdict::open_verified, 0.5, 1, {1'780'000'000'000}});
      done(store->add(run, std::span<const PortResult>(results)));
      done(store->add(run, batch));
    }
  }

  RunId seen(std::uint32_t asked, std::uint32_t changed) {
    const auto run = begin(asked);
    ingest(run, census(asked, changed));
    done(store->finish_run(run, RunState::finished));
    return run;
  }

  // One census into the register, as the program does it.
  std::size_t judge(RunId run) {
    const auto seen = take(store->load_seen(run));
    const auto before = take(store->load_world(seen.coverage));
    const auto reconciled = resolve::reconcile(before, seen);
    take(store->apply(before, reconciled, run));
    return reconciled.changes.size();
  }

  std::uint32_t hosts;
  std::filesystem::path directory;
  VirtualClock clock;
  Rng rng{1};
  std::optional<registry::Store> store;
  std::int64_t number{0};
};

void count_services(benchmark::State& state, std::uint32_t hosts) {
  state.counters["services/s"] = benchmark::Counter(static_cast<double>(hosts) * kServices,
                                                    benchmark::Counter::kIsIterationInvariantRate);
}

std::uint32_t hosts_of(const benchmark::State& state) {
  return static_cast<std::uint32_t>(state.range(0));
}

void ingest(benchmark::State& state) {
  Register held(hosts_of(state));
  for (auto _ : state) {
    state.PauseTiming();
    const auto run = held.begin(held.hosts);
    const auto found = held.census(held.hosts, 0);
    state.ResumeTiming();
    held.ingest(run, found);
  }
  count_services(state, held.hosts);
}

void load_seen(benchmark::State& state) {
  Register held(hosts_of(state));
  const auto run = held.seen(held.hosts, 0);
  for (auto _ : state) benchmark::DoNotOptimize(take(held.store->load_seen(run)));
  count_services(state, held.hosts);
}

void load_world(benchmark::State& state) {
  Register held(hosts_of(state));
  held.judge(held.seen(held.hosts, 0));
  for (auto _ : state) benchmark::DoNotOptimize(take(held.store->load_world()));
  count_services(state, held.hosts);
}

void apply_first(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    {
      Register held(hosts_of(state));
      const auto run = held.seen(held.hosts, 0);
      const auto seen = take(held.store->load_seen(run));
      const auto before = take(held.store->load_world());
      const auto reconciled = resolve::reconcile(before, seen);
      state.ResumeTiming();
      take(held.store->apply(before, reconciled, run));
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  count_services(state, hosts_of(state));
}

// Everything answers as before: nothing is news, all is confirmed.
void apply_same(benchmark::State& state) {
  Register held(hosts_of(state));
  held.judge(held.seen(held.hosts, 0));
  for (auto _ : state) {
    state.PauseTiming();
    {
      const auto run = held.seen(held.hosts, 0);
      const auto seen = take(held.store->load_seen(run));
      const auto before = take(held.store->load_world());
      const auto reconciled = resolve::reconcile(before, seen);
      state.ResumeTiming();
      take(held.store->apply(before, reconciled, run));
      state.PauseTiming();
    }
    state.ResumeTiming();
  }
  count_services(state, held.hosts);
}

// From what a run saw to the register: load both, reconcile, apply.
void judge_census(benchmark::State& state) {
  Register held(hosts_of(state));
  held.judge(held.seen(held.hosts, 0));
  for (auto _ : state) {
    state.PauseTiming();
    const auto run = held.seen(held.hosts, 0);
    state.ResumeTiming();
    held.judge(run);
  }
  count_services(state, held.hosts);
}

// One percent of the hosts is asked again; half of those show something new.
void judge_one_percent(benchmark::State& state) {
  Register held(hosts_of(state));
  held.judge(held.seen(held.hosts, 0));
  std::size_t changes = 0;
  std::uint32_t turn = 2;
  for (auto _ : state) {
    state.PauseTiming();
    turn = 5 - turn;
    const auto run = held.seen(held.hosts / 100, turn);
    state.ResumeTiming();
    changes = held.judge(run);
  }
  state.counters["changes"] = static_cast<double>(changes);
}

void sizes(benchmark::internal::Benchmark* bench) {
  bench->Arg(3'000)->Arg(20'000)->ArgName("hosts")->Unit(benchmark::kMillisecond)->Iterations(1);
}
BENCHMARK(ingest)->Name("registry/ingest")->Apply(sizes);
BENCHMARK(load_seen)->Name("registry/load_seen")->Apply(sizes);
BENCHMARK(load_world)->Name("registry/load_world")->Apply(sizes);
BENCHMARK(apply_first)->Name("registry/apply_first")->Apply(sizes);
BENCHMARK(apply_same)->Name("registry/apply_same")->Apply(sizes);
BENCHMARK(judge_census)->Name("registry/judge_census")->Apply(sizes);
BENCHMARK(judge_one_percent)->Name("registry/judge_one_percent")->Apply(sizes);

}  // namespace
