// comparable — what a run's silence means. Absence counts only where the run asked what had
// answered before, from a place that had heard it.
#pragma once

#include <vector>

#include "qingdan/model/world.h"

namespace qingdan::resolve {

// The moment a run's coverage counts for: its start, so that a run stopped, resumed and judged
// again is one run. 0 only where the run carries no time at all.
[[nodiscard]] UnixMillis time_of(const model::Run& run);

// The addresses bound now; of an asset that has lost its address, the last one it had.
[[nodiscard]] std::vector<model::Binding> places_of(const model::AssetRecord& asset);
[[nodiscard]] bool holds(const model::AssetRecord& asset, const std::string& zone,
                         const net::Address& ip);

enum class Sight {
  answered,
  silent,   // every port that was open there was asked as planned, and nothing came back
  unjudged  // not asked, not asked all of that, or from a vantage that never heard it
};
// What the run says of one address of `asset`.
[[nodiscard]] Sight sight_at(const model::AssetRecord& asset, const std::string& zone,
                             const net::Address& ip, const model::RunSeen& seen);
// True where `vantage` has heard the asset before, or nobody's probe has.
[[nodiscard]] bool heard_from(const model::AssetRecord& asset, const std::string& vantage);

// Every service of the asset at (zone, ip) that is not closed was asked.
[[nodiscard]] bool all_asked(const model::AssetRecord& asset, const std::string& zone,
                             const net::Address& ip, const net::PortSet& ports);

// Some earlier run asked this endpoint (or address), or nothing is known of earlier runs.
[[nodiscard]] bool asked_before(const std::vector<model::Coverage>& earlier,
                                const model::Endpoint& at);
[[nodiscard]] bool asked_before(const std::vector<model::Coverage>& earlier,
                                const std::string& zone, const net::Address& ip);

}  // namespace qingdan::resolve
