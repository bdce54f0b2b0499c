// change — one typed difference with its cause and evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "qingdan/model/ids.h"
#include "qingdan/model/observation.h"
#include "qingdan/model/vocabulary.h"

namespace qingdan::model {

struct Change {
  std::int64_t seq{0};          // given by the register; monotonic
  UnixMillis time;
  RunId run;
  ChangeType type{};
  std::string object;           // "asset" "service" "certificate" "run" "prefix"
  AssetId asset;                // 0 with asset_index: an asset that the register will number
  std::int64_t asset_index{-1}; // index in Reconciled::after.assets
  std::string asset_number;     // 资产编号, filled by the register on reading
  std::string zone;
  std::optional<net::Address> ip;
  std::optional<net::TransportPort> port;
  std::string field;            // a name of model/claim.h, "" where the type says all
  std::string before, after;    // text for people, "" = none
  Cause cause{Cause::observed};
  std::string evidence;         // SHA-256 of raw bytes, or "run:<id>"
  bool operator==(const Change&) const = default;
};

}  // namespace qingdan::model
