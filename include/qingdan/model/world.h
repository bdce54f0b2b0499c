// world — the register as pure judgement sees it: what was held before a run, and what the run saw.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "qingdan/model/change.h"
#include "qingdan/model/claim.h"
#include "qingdan/model/ids.h"
#include "qingdan/model/run.h"

namespace qingdan::model {

// One service of one address, by (zone, ip, transport, port, vhost).
struct ServiceRecord {
  ServiceId id;                 // 0 = not stored yet
  Endpoint at;
  std::string vhost;
  PortState state{PortState::open};
  Verdict verdict{Verdict::open};
  int misses{0};                // covered runs in which it kept silent, in a row
  UnixMillis first_missed;
  UnixMillis first_seen, last_seen;
  std::vector<Claim> claims;
  Facts facts;                  // = resolve(claims)
  bool operator==(const ServiceRecord&) const = default;
};

struct Binding {                // an interval; `until` 0 = holds now
  std::string zone;
  net::Address ip;
  UnixMillis from, until;
  bool operator==(const Binding&) const = default;
};

struct AssetRecord {
  AssetId id;                   // 0 = not stored yet
  std::string number;           // 资产编号, never reused; "" = not stored yet
  Presence presence{Presence::online};
  int misses{0};                // covered, silent, in a row
  UnixMillis first_missed;
  UnixMillis first_seen, last_seen;   // last_seen: last time something answered
  UnixMillis last_covered;
  int identity_rule{0};         // number of the rule that last matched it (register.md, Identity)
  std::vector<Binding> bindings;
  std::vector<Identifier> identifiers;
  std::vector<Claim> claims;    // of the host
  Facts facts;
  std::vector<ServiceRecord> services;  // of all addresses bound now
  bool operator==(const AssetRecord&) const = default;
};

// What a person said, heard before any rule of resolve/identity. With `other`: the two records are
// (`same`: merged, `asset` is the survivor) or never are one machine. Without: what answers at
// (zone, ip) is or is not this asset.
struct IdentityAssertion {
  bool same{true};
  AssetId asset;
  std::string zone;
  net::Address ip;
  std::string reason;
  AssetId other;                // 0 = it is about an address
  bool operator==(const IdentityAssertion&) const = default;
};

struct World {
  std::vector<AssetRecord> assets;
  std::vector<IdentityAssertion> assertions;
  // What the applied runs covered. A port or address none of them asked is new to us, not new: its
  // event has the cause policy. Empty = not known, everything counts as asked before.
  std::vector<Coverage> earlier;
  // Seen by applied runs. Reading only: apply() takes them from the runs.
  std::vector<Middlebox> middleboxes;
};

// One port of one address as this run saw it. state closed = refused twice.
struct ServiceSeen {
  Endpoint at;
  std::string vhost;
  Verdict verdict{Verdict::open};
  std::vector<Claim> claims;    // of this run
  // Held claims that the rules of this run do not make of the bytes they were made of. Not loaded:
  // who has those bytes (app/rereading) sets them.
  std::vector<Claim> taken_back{};
};

struct HostSeen {
  std::string zone;
  net::Address ip;
  HostOutcome outcome{HostOutcome::answered};
  UnixMillis time;
  std::vector<Identifier> identifiers;
  std::vector<Claim> claims;
  std::vector<Claim> taken_back{};            // of the host, as those of ServiceSeen
  std::vector<ServiceSeen> services;          // open ones
  std::vector<Endpoint> closed;               // ports that refused, confirmed by two probes
};

struct RunSeen {
  Run run;
  Coverage coverage;
  std::vector<HostSeen> hosts;                // those that answered
  std::vector<Middlebox> middleboxes;         // by (zone, block)
};

// What a run does to the register. `after` holds every asset of `before` plus new ones (id 0).
struct Reconciled {
  World after;
  std::vector<Change> changes;  // new assets are named by their index in after, see Change::asset_index
};

}  // namespace qingdan::model
