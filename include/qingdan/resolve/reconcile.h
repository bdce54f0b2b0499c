// reconcile — what a run does to the register: match, hear, resolve, judge presence, compare.
//
// Pure and deterministic: neither the order of `seen.hosts` nor that of their parts matters, and a
// run that was heard before changes nothing (law 2). The run's time is `run.started`.
//
// What the writer may rely on:
//   - after.assets[i] is before.assets[i] for every old i; new assets (id 0) follow by (zone, ip)
//   - no service of `before` is missing in `after`. A service record belongs to its endpoint: when
//     an address changes hands the record keeps its id and moves to the asset that now holds the
//     address, with the claims of the new holder only. Endpoints of an address an asset has left
//     stay with it, closed.
//   - claims, bindings, identifiers, services in `after` are the complete set, in the order of
//     registry/store.h: claims by (field, source), services by (zone, ip, transport, port, vhost),
//     bindings by (from, ip), identifiers by (type, value)
//   - changes: run and prefix events first, then by asset (order of after.assets), then by endpoint
//     and type. Change::asset_index is set for every change of an asset
#pragma once

#include "qingdan/model/world.h"

namespace qingdan::resolve {

// `before` by value: move it in where memory counts.
[[nodiscard]] model::Reconciled reconcile(model::World before, const model::RunSeen& seen);

// The facts of every asset resolved anew at `now`, and what that changes; for a person's claim, an
// import, a new rule release. `after` holds the same assets in the same order.
[[nodiscard]] model::Reconciled rejudge(model::World before, UnixMillis now);

}  // namespace qingdan::resolve
