// stored_evidence — what the register keeps of the bytes that services sent, for judging them
// again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/registry/query.h"

namespace qingdan::app {

// What the newest run that heard this endpoint heard of it under this name, in the order it came;
// empty where no bytes are kept (imported, or older than the register keeps them). `before`: of
// runs older than this one only.
[[nodiscard]] Result<std::vector<model::Observation>> newest_evidence(
    const registry::Query& query, const model::Endpoint& at, const std::string& vhost,
    std::optional<model::RunId> before = std::nullopt);

// Services of one look that no rule knows.
struct UnknownCluster {
  std::string digest;    // identify/unknown_digest, of all members
  std::string protocol;  // IANA's short name, "" where not known
  std::string banner;    // of the first member
  struct Member {
    std::string asset;
    model::Endpoint at;
    std::string vhost;
  };
  std::vector<Member> members;  // by 资产编号, then as the register orders services
  UnixMillis first_seen, last_seen;
};
// Open services with a digest and no product that meet the filter; largest cluster first, then by
// digest.
[[nodiscard]] Result<std::vector<UnknownCluster>> unknown_clusters(const registry::Query& query,
                                                                   const registry::Filter& filter);

}  // namespace qingdan::app
