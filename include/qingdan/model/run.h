// run, coverage — what was asked of whom, and what came of it.
//
// Silence is not a row: coverage is one outcome per address for the whole port set of the run. An
// address not asked on every port of the set is `skipped`, so that nothing of it can be compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/model/ids.h"
#include "qingdan/model/observation.h"
#include "qingdan/model/vocabulary.h"

namespace qingdan::model {

struct Run {
  RunId id;
  RunKind kind{RunKind::census};
  RunState state{RunState::running};
  UnixMillis started, ended;
  std::string vantage;         // 观测点
  std::string scope_hash;      // SHA-256 of ranges, ports and policy
  std::string authorisation;   // number of the document
  std::string issued_by;
  std::string method;          // "connect"
  std::string ports;           // canonical text
  std::string rule_release;
  std::string program_version;
  std::string failure;         // one line, where state is failed
};

struct RunCounts {
  std::uint64_t addresses{0};   // in scope
  std::uint64_t planned{0};     // probes = addresses x ports
  std::uint64_t sent{0};        // handshakes and datagrams begun, retries included
  std::uint64_t retried{0};
  std::uint64_t answered{0};    // probes with an answer
  std::uint64_t open{0};
  std::uint64_t conversations{0};
  std::uint64_t not_probed{0};
};

// Outcomes of consecutive addresses from `first` of one zone.
struct CoverageBlock {
  std::string zone;
  net::Address first;
  std::vector<HostOutcome> outcomes;
};

struct Exclusion {
  std::string what;     // CIDR or range as written
  std::string reason, owner, until;
};

struct Coverage {
  net::PortSet ports;
  std::vector<CoverageBlock> blocks;   // disjoint, sorted by (zone, first)
  std::vector<Exclusion> exclusions;

  // nullopt: the run did not look at this address at all.
  [[nodiscard]] std::optional<HostOutcome> outcome(const std::string& zone, const net::Address& ip) const;
  // Asked on this port with a meaningful outcome, so that absence means something.
  [[nodiscard]] bool comparable(const Endpoint& at) const;
};

}  // namespace qingdan::model
