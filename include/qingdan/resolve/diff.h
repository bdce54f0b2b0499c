// diff — the typed differences between what was held of an asset and what is held now.
//
// Pure: the same two records give the same Changes in the same order (endpoint, type, field).
// States and facts move only where both sides were covered (comparable.h, presence.h), so whatever
// differs here may be told. Law D1: no difference, no Change; and every service that entered or
// left the list, every product and certificate that became another, has exactly one.
//   unknown is not a value: what a probe comes to know is no event, unless the rules now read what
//   they did not read before (指纹库更新; product, system, device, class of device). What a probe's
//   source no longer holds is one: 组件变化 or 属性变化 to nothing
//   banners, digests, confidences, ciphers, rule ids are no events
#pragma once

#include <map>
#include <vector>

#include "qingdan/model/world.h"

namespace qingdan::resolve {

struct DiffContext {
  model::RunId run;
  UnixMillis time;
  std::int64_t index{-1};  // of the asset in Reconciled::after
  bool displaced{false};   // another machine holds its address: told by IP复用, not 疑似离线
  bool just_found{false};  // the asset is new in this run: its ports are told with it
  std::map<net::Address, net::Address> moved;  // new address → the old one it stands for
  const std::vector<model::Coverage>* earlier{nullptr};  // not null
  std::vector<model::Claim> taken_back;  // by the rules (ServiceSeen), of all ports and the host
};

[[nodiscard]] std::vector<model::Change> diff_asset(const model::AssetRecord& before,
                                                    const model::AssetRecord& after,
                                                    const DiffContext& context);

// 新增资产; `after` says address and main product.
[[nodiscard]] model::Change make_new_asset(const model::AssetRecord& asset,
                                           const DiffContext& context);
// IP复用: `asset` now holds an address of what describe_holder() named before.
[[nodiscard]] model::Change make_reused(const model::AssetRecord& asset, std::string old_holder,
                                        const DiffContext& context);
[[nodiscard]] std::string describe_holder(const model::AssetRecord& asset);
// 疑似重复: `asset` may be the same machine as what `other` describes.
[[nodiscard]] model::Change make_duplicate(const model::AssetRecord& asset, std::string other,
                                           const DiffContext& context);

// "10.0.0.5 nginx 1.22.1": the first address held and what the machine mainly is.
[[nodiscard]] std::string describe_asset(const model::AssetRecord& asset);

}  // namespace qingdan::resolve
