// build_fields — compiles all fields, in as many threads as the processor has, up to four: of
// thousands of rules that is half of what `rules check` takes. Nothing else here makes a thread.
#include <algorithm>
#include <atomic>
#include <thread>

#include "identify/field_plan.h"

namespace qingdan::identify {
namespace {

constexpr unsigned kThreadsMost = 4;

}  // namespace

// Fields have nothing to do with each other, and vectorscan compiles in any number of threads. The
// largest first, or the last thread works alone.
Result<void> build_fields(Fields& fields, const std::vector<Rule>& rules) {
  std::vector<Field*> all;
  for (auto& [name, field] : fields) all.push_back(&field);
  std::stable_sort(all.begin(), all.end(), [](const Field* a, const Field* b) {
    return a->atoms.size() > b->atoms.size();
  });
  std::vector<Result<void>> built(all.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < all.size(); i = next++) built[i] = build_field(*all[i], rules);
  };
  {
    std::vector<std::jthread> others;
    for (unsigned n = 1; n < std::min(std::thread::hardware_concurrency(), kThreadsMost); ++n)
      others.emplace_back(work);
    work();
  }
  const auto failed = std::find_if(built.begin(), built.end(), [](const auto& b) { return !b; });
  return failed == built.end() ? Result<void>() : *failed;
}

}  // namespace qingdan::identify
