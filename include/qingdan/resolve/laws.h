// laws — the invariants of the register, each with a number (1-6 as in src/resolve/README.md).
// Used by `register verify` and by the property tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/model/world.h"

namespace qingdan::resolve {

struct Violation {
  int law{0};         // number, see laws()
  std::string asset;  // 资产编号, or "#<index>" of one without
  std::string what;   // one line
  bool operator==(const Violation&) const = default;
};

struct Law {
  int number;
  std::string_view text;
};
// Of a world: 1, 20-27. Of a reconciliation: 2, 4, 5, 6, 28.
[[nodiscard]] const std::vector<Law>& laws();

// Facts may be as old as the last expiry of a claim: what was right at any moment since then up to
// `now` is no violation.
[[nodiscard]] std::vector<Violation> check_world(const model::World& world, UnixMillis now);

// `result` = reconcile(before, seen).
[[nodiscard]] std::vector<Violation> check_step(const model::World& before,
                                                const model::RunSeen& seen,
                                                const model::Reconciled& result);

}  // namespace qingdan::resolve
