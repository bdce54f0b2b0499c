// judgement — see judgement.h.
#include "app/judgement.h"

#include "app/rereading.h"
#include "app/rules.h"
#include "qingdan/resolve/reconcile.h"

namespace qingdan::app {
namespace {

bool in_list(const model::ServiceRecord& service) {
  return service.state != model::PortState::closed && model::is_listed(service.verdict);
}

void count(const model::World& world, Judged& judged) {
  for (const auto& asset : world.assets) {
    ++judged.assets;
    for (const auto& service : asset.services) judged.services += in_list(service) ? 1 : 0;
  }
}

Result<Rereading> open_rereading(const Settings& settings, model::RunId run) {
  auto query = registry::Query::open(settings.register_path);
  if (!query) return query.error();
  auto rules = open_rules(settings);
  if (!rules) return rules.error();
  return Rereading(std::move(*query), std::move(*rules), run);
}

Result<void> take_back(const Settings& settings, const model::World& before, model::RunSeen& seen) {
  if (!Rereading::is_due(before, seen)) return {};
  auto rereading = open_rereading(settings, seen.run.id);
  if (!rereading) return rereading.error();
  return rereading->take_back(before, seen);
}

Result<void> tell_rules_from_change(const Settings& settings, model::RunId run,
                                    model::Reconciled& reconciled) {
  if (!Rereading::is_due(reconciled.changes)) return {};
  auto rereading = open_rereading(settings, run);
  if (!rereading) return rereading.error();
  return rereading->settle(reconciled);
}

}  // namespace

Result<Judged> judge_run(const Settings& settings, registry::Store& store, model::RunId run) {
  auto seen = store.load_seen(run);
  if (!seen) return seen.error().in("judgement");
  auto before = store.load_world();
  if (!before) return before.error().in("judgement");
  if (auto done = take_back(settings, *before, *seen); !done) {
    return done.error().in("judgement");
  }
  auto reconciled = resolve::reconcile(*before, *seen);
  if (auto told = tell_rules_from_change(settings, run, reconciled); !told) {
    return told.error().in("judgement");
  }
  auto applied = store.apply(*before, reconciled, run);
  if (!applied) return applied.error().in("judgement");
  Judged judged;
  judged.run = run;
  count(reconciled.after, judged);
  judged.changes = std::move(reconciled.changes);
  return judged;
}

Result<std::vector<Judged>> judge_left_over(const Settings& settings, registry::Store& store) {
  auto runs = store.unapplied();
  if (!runs) return runs.error();
  std::vector<Judged> all;
  for (const auto run : *runs) {
    auto judged = judge_run(settings, store, run);
    if (!judged) return judged.error();
    all.push_back(std::move(*judged));
  }
  return all;
}

Result<registry::Applied> rejudge_register(registry::Store& store, UnixMillis now) {
  auto before = store.load_world();
  if (!before) return before.error();
  const auto reconciled = resolve::rejudge(*before, now);
  return store.apply(*before, reconciled);
}

}  // namespace qingdan::app
