// rereading — after a rule update: did the thing change, or only our reading of it?
//
// Where two releases of the rules stand behind the two sides of a change, resolve can only say
// 指纹库更新. Here the bytes of the run before are read by the rules of today: where these already
// say what the run says, the change is the rules'; where they do not, the thing has changed.
#pragma once

#include <memory>
#include <vector>

#include "qingdan/identify/identifier.h"
#include "qingdan/model/world.h"
#include "qingdan/registry/query.h"

namespace qingdan::app {

class Rereading {
 public:
  // `rules`: those that read the run. Evidence older than `run` is read from `query`.
  Rereading(registry::Query query, std::shared_ptr<const identify::RuleBase> rules,
            model::RunId run);

  // True where one of the changes is laid at the rules' door, so that there is something to settle.
  [[nodiscard]] static bool is_due(const std::vector<model::Change>& changes);
  // Sets the cause of those. One whose older bytes are not kept, or that another release of the
  // rules has read, keeps the cause it has.
  [[nodiscard]] Result<void> settle(model::Reconciled& reconciled);

 private:
  [[nodiscard]] Result<std::optional<model::Finding>> read_again(
      const model::ServiceRecord& service);
  [[nodiscard]] Result<std::vector<model::Claim>> claims_of(const model::AssetRecord& asset,
                                                            const model::Change& change);

  registry::Query query_;
  std::shared_ptr<const identify::RuleBase> rules_;
  identify::Identifier identifier_;
  model::RunId run_;
};

}  // namespace qingdan::app
