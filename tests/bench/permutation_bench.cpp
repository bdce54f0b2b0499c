// permutation_bench — cost of one position, both ways, and of one grant of the budget.
#include <benchmark/benchmark.h>

#include "qingdan/base/rng.h"
#include "qingdan/targets/budget.h"
#include "qingdan/targets/permutation.h"

using namespace qingdan;

namespace {

constexpr Key128 kKey{0x0123456789abcdefULL, 0xfedcba9876543210ULL};

void permutation_at(benchmark::State& state) {
  const targets::Permutation order(kKey, static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t position = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(order.at(position));
    position = (position + 1) % order.size();
  }
}
BENCHMARK(permutation_at)->Arg(65'536)->Arg(65'536'000)->Arg(1LL << 40)->ArgName("n");

// As the sweep walks: sixteen positions at once; the figure is of one.
void permutation_read(benchmark::State& state) {
  const targets::Permutation order(kKey, static_cast<std::uint64_t>(state.range(0)));
  std::array<std::uint64_t, 16> read{};
  std::uint64_t position = 0;
  while (state.KeepRunningBatch(read.size())) {
    order.read(position, read);
    benchmark::DoNotOptimize(read);
    position = (position + read.size()) % (order.size() - read.size());
  }
}
BENCHMARK(permutation_read)->Arg(65'536)->Arg(65'536'000)->ArgName("n");

void permutation_inverse(benchmark::State& state) {
  const targets::Permutation order(kKey, static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t element = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(order.inverse(element));
    element = (element + 1) % order.size();
  }
}
BENCHMARK(permutation_inverse)->Arg(65'536'000)->ArgName("n");

void budget_take(benchmark::State& state) {
  targets::Budget budget({1'000'000, 100'000, 10'000});
  SteadyTime now{};
  std::uint32_t host = 0;
  for (auto _ : state) {
    now += std::chrono::microseconds(2);
    benchmark::DoNotOptimize(
        budget.try_take(net::Address::v4(0x0A620000U + (host++ & 0xFFFU)), now));
  }
}
BENCHMARK(budget_take);

}  // namespace
