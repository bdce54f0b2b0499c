// proposal_trial — proposed rules tried before anybody keeps one: on what all other services of the
// register said, and by the self-test together with the rules in use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/stored_evidence.h"
#include "qingdan/app/settings.h"
#include "qingdan/identify/learn.h"

namespace qingdan::app {

// Of each proposal an open service outside the cluster on whose stored bytes its condition holds:
// "http_header.server: 192.0.2.7:80 says so too"; nullopt where there is none. Services that are
// `product` (its id) already are no others.
[[nodiscard]] Result<std::vector<std::optional<std::string>>> find_others(
    const registry::Query& query, const UnknownCluster& cluster,
    const std::vector<identify::Proposal>& proposals, const std::string& product);

// Why the rules in use and those of `directory` ("" = none, need not be there) would not be sound
// with it, or what it would take from them; nullopt where all is well.
[[nodiscard]] Result<std::optional<std::string>> find_fault(const Settings& settings,
                                                            const std::string& directory,
                                                            const identify::Proposal& proposal);

}  // namespace qingdan::app
