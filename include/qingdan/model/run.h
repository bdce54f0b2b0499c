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
  std::uint64_t names_left_out{0};  // of web servers with more names than one run asks for
};

// What a run says of one block (/24 or /64): how much was asked, and how much may have been missed.
struct PrefixReport {
  std::string zone;
  net::Address block;  // its first address
  std::uint64_t addresses{0};  // in scope
  std::uint64_t planned{0};    // probes = addresses x ports
  std::uint64_t asked{0};      // probes with a verdict
  std::uint64_t answered{0};   // probes with an answer, be it a refusal
  std::uint64_t answered_late{0};  // of them: not to the first try
  // Open ports, by the pass that found them. A sweep that asks again only what was silent knows no
  // `both`.
  std::uint64_t found_first_pass_only{0}, found_second_only{0}, found_both{0};
  double missed_estimate{-1};  // open ports not found; -1 = cannot be told
  double loss_estimate{-1};    // share of probes or answers lost on the way; -1 = cannot be told
  std::uint64_t deferred{0};   // waiting for a window
  std::uint64_t not_probed{0};
  std::string note;  // why not probed, for people

  bool operator==(const PrefixReport&) const = default;
};

// Outcomes of consecutive addresses from `first` of one zone.
struct CoverageBlock {
  std::string zone;
  net::Address first;
  std::vector<HostOutcome> outcomes;
};

// What the owner's name server said of an address in a run (反向DNS).
struct ReverseName {
  std::string zone;
  net::Address ip;
  std::string name;       // lower case, no dot at the end; "" = it has none
  net::Address resolver;  // that said so
  UnixMillis at;
  bool operator==(const ReverseName&) const = default;
};

struct Exclusion {
  std::string what;     // CIDR or range as written
  std::string reason, owner, until;
};

// One thing that was sent to a host shortly before it fell silent.
struct SentBefore {
  UnixMillis at;
  net::TransportPort port;
  std::string what;  // "handshake", "datagram", or the name of a conversation
  bool operator==(const SentBefore&) const = default;
};

// A host that the run stopped probing because it fell silent after our probes.
struct GuardTrip {
  std::string zone;
  net::Address ip;
  UnixMillis at, last_heard, first_silent;
  std::uint16_t sentinel{0};  // the TCP port that no longer answered
  std::string stopped;        // "host", or with it "block" or "run"
  bool path{false};           // not this host alone: nobody answered any more
  std::vector<SentBefore> probes;  // oldest first
  bool operator==(const GuardTrip&) const = default;
};

// Something in front of a whole block that answers for its hosts. Not an asset: it has no address of
// its own that we know.
struct Middlebox {
  std::string zone;
  net::Prefix block;
  net::PortSet ports;          // it answers on
  std::uint64_t asked{0};      // addresses of the block
  std::uint64_t answering{0};  // alike, on the port with the most
  bool dark{false};            // known by addresses at which nobody ever was
  RunId first_run, last_run;   // that saw it, of those in the register
  bool operator==(const Middlebox&) const = default;
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
