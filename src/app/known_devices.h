// known_devices — what the register knows that a run must know before its first packet: which hosts
// are printers or industrial devices, what their ports spoke, and which addresses are dark; and
// what a finding tells of the same.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "qingdan/model/claim.h"
#include "qingdan/model/world.h"
#include "qingdan/probe/devices.h"
#include "qingdan/probe/interview.h"
#include "qingdan/targets/scope.h"

namespace qingdan::app {

// By address that an asset holds now, of those in scope and in the scope's zone. What is known
// and not fragile is sturdy; what is not known is left out.
[[nodiscard]] std::map<net::Address, probe::DeviceKind> known_devices(const model::World& world,
                                                                      const targets::Scope& scope);

// What open TCP ports spoke when they were last heard, asked by address; of those in scope and in
// the scope's zone.
[[nodiscard]] std::map<model::Endpoint, probe::Remembered> known_protocols(
    const model::World& world, const targets::Scope& scope);

// What a finding of this run says its host is, where that calls for care; unknown otherwise. A word
// of little trust calls for no more than a delicate one gets.
[[nodiscard]] probe::DeviceKind fragile_kind(const model::Finding& finding);

// Two addresses of each block that an applied run found silent and no asset ever held.
[[nodiscard]] std::set<net::Address> dark_addresses(const model::World& world,
                                                    const targets::Scope& scope,
                                                    std::uint64_t salt);

}  // namespace qingdan::app
