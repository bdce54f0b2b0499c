// ids — numbers of the register, one type each so that they cannot be mixed up. 0 = none yet.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace qingdan::model {

template <class Tag>
struct Id {
  std::int64_t value{0};
  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return value != 0; }
};

using RunId = Id<struct RunTag>;
using AssetId = Id<struct AssetTag>;
using ServiceId = Id<struct ServiceTag>;
using SnapshotId = Id<struct SnapshotTag>;

}  // namespace qingdan::model

template <class Tag>
struct std::hash<qingdan::model::Id<Tag>> {
  std::size_t operator()(const qingdan::model::Id<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
