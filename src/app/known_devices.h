// known_devices — what the register knows that a run must know before its first packet: which hosts
// are printers or industrial devices, and which addresses are dark.
#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "qingdan/model/world.h"
#include "qingdan/probe/devices.h"
#include "qingdan/targets/scope.h"

namespace qingdan::app {

// By address that an asset holds now, of those in scope and in the scope's zone. What is neither
// printer nor industrial but known is sturdy; what is not known is left out.
[[nodiscard]] std::map<net::Address, probe::DeviceKind> known_devices(const model::World& world,
                                                                      const targets::Scope& scope);

// Two addresses of each block that an applied run found silent and no asset ever held.
[[nodiscard]] std::set<net::Address> dark_addresses(const model::World& world,
                                                    const targets::Scope& scope,
                                                    std::uint64_t salt);

}  // namespace qingdan::app
