// rereading — after a rule update: did the thing change, or only our reading of it?
//
// Where two releases of the rules stand behind the two sides of a change, resolve can only say
// 指纹库更新. Here the bytes of the run before are read by the rules of today: where these already
// say what the run says, the change is the rules'; where they do not, the thing has changed. And
// what was held by rules that no longer make it of the same bytes is taken back, before a run that
// heard the same place without it is judged.
#pragma once

#include <memory>
#include <set>
#include <string>
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

  // True where the run heard a place again and does not say what other rules once made of it.
  [[nodiscard]] static bool is_due(const model::World& before, model::RunSeen& seen);
  // Sets taken_back of what `seen` heard. Where the bytes of a claim are not kept, it is taken back
  // if its rule is gone. Nothing of a run that other rules have read.
  [[nodiscard]] Result<void> take_back(const model::World& before, model::RunSeen& seen);

  // True where one of the changes is laid at the rules' door, so that there is something to settle.
  [[nodiscard]] static bool is_due(const std::vector<model::Change>& changes);
  // Sets the cause of those. One whose older bytes are not kept, or that another release of the
  // rules has read, keeps the cause it has. A first reading that the older bytes do not have is no
  // change: it is taken out.
  [[nodiscard]] Result<void> settle(model::Reconciled& reconciled);

 private:
  struct Older {  // what the rules of today make of older bytes
    std::vector<model::Claim> claims;
    std::set<std::string> bytes;  // their SHA-256; empty where none are kept
  };
  // Of runs older than `before`; adds a finding where there are bytes.
  [[nodiscard]] Result<void> read(const model::ServiceRecord& service, model::RunId before,
                                  std::vector<model::Finding>& findings,
                                  std::set<std::string>& bytes);
  [[nodiscard]] Result<Older> read_service(const model::ServiceRecord& service,
                                           model::RunId before);
  [[nodiscard]] Result<Older> read_host(const model::AssetRecord& asset, model::RunId before);
  [[nodiscard]] Result<Older> claims_of(const model::AssetRecord& asset,
                                        const model::Change& change);
  // `service` null: a claim of the host.
  [[nodiscard]] Result<bool> is_taken_back(const model::Claim& claim,
                                           const model::AssetRecord& asset,
                                           const model::ServiceRecord* service);

  registry::Query query_;
  std::shared_ptr<const identify::RuleBase> rules_;
  identify::Identifier identifier_;
  model::RunId run_;
  struct {  // the claims of one thing are asked about one after the other
    const void* subject{nullptr};
    model::RunId before;
    Older older;
  } last_;
};

}  // namespace qingdan::app
