// census_run — what a new census and a resumed one share: field and bookkeeper side by side until
// all is asked or somebody stops it, then judgement, then what came of it.
#pragma once

#include <map>
#include <set>

#include "app/fieldwork.h"
#include "app/judgement.h"
#include "app/preparation.h"
#include "qingdan/app/invocation.h"
#include "qingdan/app/settings.h"
#include "qingdan/base/result.h"
#include "qingdan/identify/rule_base.h"
#include "qingdan/registry/store.h"

namespace qingdan::app {

// A run that stands in the register as `running`.
struct Begun {
  registry::Store store;
  model::RunId run;
  std::set<model::Endpoint> known_open;  // by the register
  Key128 key{};
  std::optional<Resumption> resumed{};
  std::map<net::Address, probe::DeviceKind> devices{};       // by the register
  std::set<net::Address> dark{};                             // where nobody ever answered
  KnownNames names{};                                        // by the register
  std::map<model::Endpoint, probe::Remembered> protocols{};  // by the register
};

[[nodiscard]] std::set<model::Endpoint> open_endpoints(const model::World& world);

struct Equipment {
  const Invocation& invocation;
  const Settings& settings;
  const Clock& clock;
  std::shared_ptr<const identify::RuleBase> rules;
};

// The exit status: 0, or 1 where something in scope could not be asked or the run was stopped; a
// stopped run is paused, not judged.
[[nodiscard]] Result<int> carry_on(const Equipment& equipment, const Prepared& prepared,
                                   Begun begun);

// What came of a judged run, on standard error and as data.
[[nodiscard]] Result<void> tell(const Invocation& invocation, const Settings& settings,
                                const Judged& judged);
// Judges the run as it is and tells it.
[[nodiscard]] Result<void> conclude(const Invocation& invocation, const Settings& settings,
                                    registry::Store& store, model::RunId run);

}  // namespace qingdan::app
