// run — questions to the coverage of a run.
#include "qingdan/model/run.h"

#include <algorithm>
#include <tuple>

namespace qingdan::model {

std::optional<HostOutcome> Coverage::outcome(const std::string& zone,
                                             const net::Address& ip) const {
  const auto after = std::upper_bound(blocks.begin(), blocks.end(), std::tie(zone, ip),
                                      [](const auto& key, const CoverageBlock& block) {
                                        return key < std::tie(block.zone, block.first);
                                      });
  if (after == blocks.begin()) return std::nullopt;
  const auto& block = *std::prev(after);
  if (block.zone != zone || block.first.is_v6() != ip.is_v6()) return std::nullopt;
  const auto index = ip.number() - block.first.number();
  if (index >= block.outcomes.size()) return std::nullopt;
  return block.outcomes[static_cast<std::size_t>(index)];
}

bool Coverage::comparable(const Endpoint& at) const {
  if (!ports.contains({at.transport, at.port})) return false;
  const auto found = outcome(at.zone, at.ip);
  return found && *found != HostOutcome::skipped && *found != HostOutcome::error;
}

}  // namespace qingdan::model
