// identity — which asset is the host that answered? Ordered rules; the first that speaks decides,
// and its number and reason are kept (README.md, Identity). Never across zones.
//   1  a person has said so
//   2  a strong identifier agrees, none contradicts
//   3  two medium identifiers agree, and the old address was asked and is silent
//   4  same address, nothing strong contradicts, services alike
//   5  otherwise a new asset; if somebody held the address, it has been reused
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/model/world.h"

namespace qingdan::resolve {

// A value held by more assets than this, or seen on more addresses of one run, identifies nobody:
// cloned keys, wildcard certificates, factory identities.
inline constexpr std::size_t kSharedBy = 3;
// Addresses one machine may have: a router shows one serial on many.
inline constexpr std::size_t kAddressesOfOne = 16;
inline constexpr double kAlike = 0.6;

// False for values that many machines have by their nature: zero, multicast and locally
// administered MACs, virtual router MACs (VRRP, HSRP, GLBP), "localhost".
[[nodiscard]] bool is_telling(const model::Identifier& identifier);

// How much of what `asset` offered at `ip` the host offers now, 0..1. Only ports in `ports` count;
// 1 where nothing can be compared. An upgraded version, a replaced certificate, a port more or less
// leave it above kAlike.
[[nodiscard]] double similarity(const model::AssetRecord& asset, const net::Address& ip,
                                const model::HostSeen& host, const net::PortSet& ports);

struct Match {
  int rule{0};                           // 0: nothing lives there, no asset
  std::optional<std::size_t> asset;      // index in World::assets
  std::optional<std::size_t> fresh;      // or the ordinal of a new asset
  std::optional<std::size_t> displaced;  // held this address until now, and is not this host
  std::optional<std::size_t> duplicate;  // an old asset that may be the same machine
  std::optional<std::size_t> twin;       // a host of this run that may be the same machine
  std::string reason;
};

// One per host. `seen.hosts` sorted by (zone, ip), each address once.
[[nodiscard]] std::vector<Match> match_hosts(const model::World& before,
                                             const model::RunSeen& seen);

}  // namespace qingdan::resolve
