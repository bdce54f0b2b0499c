// earlier — see earlier.h.
#include "registry/earlier.h"

#include <algorithm>
#include <array>
#include <string>
#include <tuple>

#include "registry/rows.h"

namespace qingdan::registry {
namespace {

using model::CoverageBlock;
using model::HostOutcome;

// How much an outcome says of its address, in the order of model::HostOutcome.
int weight(HostOutcome outcome) {
  constexpr std::array kWeights{4, 3, 0, 2, 1};
  return kWeights.at(static_cast<std::size_t>(outcome));
}

bool was_asked(HostOutcome outcome) {
  return outcome != HostOutcome::skipped && outcome != HostOutcome::error;
}

// `block` begins within `span` or right after its end, so that no address between stays unsaid.
bool touches(const CoverageBlock& span, const CoverageBlock& block) {
  return span.zone == block.zone && span.first.is_v6() == block.first.is_v6() &&
         block.first.number() - span.first.number() <= span.outcomes.size();
}

void extend(CoverageBlock& span, const CoverageBlock& block) {
  const auto offset = static_cast<std::size_t>(block.first.number() - span.first.number());
  for (std::size_t i = 0; i < block.outcomes.size(); ++i) {
    if (offset + i == span.outcomes.size()) {
      span.outcomes.push_back(block.outcomes[i]);
    } else if (auto& held = span.outcomes[offset + i]; weight(held) < weight(block.outcomes[i])) {
      held = block.outcomes[i];
    }
  }
}

}  // namespace

void merge_coverage(model::Coverage& into, const model::Coverage& more) {
  std::vector<CoverageBlock> blocks = std::move(into.blocks);
  blocks.insert(blocks.end(), more.blocks.begin(), more.blocks.end());
  std::stable_sort(blocks.begin(), blocks.end(), [](const auto& a, const auto& b) {
    return std::tie(a.zone, a.first) < std::tie(b.zone, b.first);
  });
  into.blocks.clear();
  into.exclusions.clear();
  for (auto& block : blocks) {
    if (!into.blocks.empty() && touches(into.blocks.back(), block)) {
      extend(into.blocks.back(), block);
    } else {
      into.blocks.push_back(std::move(block));
    }
  }
}

bool asked_as_well(const model::Coverage& part, const model::Coverage& whole) {
  const auto& ports = part.ports.order();
  if (!std::all_of(ports.begin(), ports.end(),
                   [&](const auto& port) { return whole.ports.contains(port); })) {
    return false;
  }
  for (const auto& block : part.blocks) {
    for (std::size_t i = 0; i < block.outcomes.size(); ++i) {
      if (!was_asked(block.outcomes[i])) continue;
      const auto ip = net::Address::from_number(block.first.number() + i, block.first.is_v6());
      const auto found = whole.outcome(block.zone, ip);
      if (!found || !was_asked(*found)) return false;
    }
  }
  return true;
}

std::vector<model::Coverage> read_earlier(Database& database) {
  std::vector<model::Coverage> earlier;
  auto rows = database.ask("SELECT id FROM run WHERE applied <> 0 ORDER BY id");
  while (rows.next()) {
    auto coverage = read_coverage(database, {rows.integer(0)});
    const auto same = std::find_if(earlier.begin(), earlier.end(),
                                   [&](const auto& held) { return held.ports == coverage.ports; });
    if (same == earlier.end()) {
      earlier.emplace_back().ports = coverage.ports;
      merge_coverage(earlier.back(), coverage);
    } else {
      merge_coverage(*same, coverage);
    }
  }
  // From the back: of two that are equal in all but the order of ports the older one stays.
  for (std::size_t i = earlier.size(); i-- > 0;) {
    const bool told = std::any_of(earlier.begin(), earlier.end(), [&](const auto& other) {
      return &other != &earlier[i] && asked_as_well(earlier[i], other);
    });
    if (told) earlier.erase(earlier.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return earlier;
}

}  // namespace qingdan::registry
