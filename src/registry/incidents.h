// incidents — what a run did besides asking: hosts it stopped probing, machines it found in front
// of a prefix. Told while the run goes on, by one process or several: a host stands once, a block once,
// with what was said of it last.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "qingdan/model/run.h"
#include "registry/sqlite.h"

namespace qingdan::registry {

void write_trips(Database& database, model::RunId run, std::span<const model::GuardTrip> trips);
void write_middleboxes(Database& database, model::RunId run,
                       std::span<const model::Middlebox> boxes);

// By time.
[[nodiscard]] std::vector<model::GuardTrip> read_trips(Database& database, model::RunId run);
// Of one run, or of all that are in the register, each as the newest saw it; by (zone, block).
[[nodiscard]] std::vector<model::Middlebox> read_middleboxes(Database& database,
                                                             std::optional<model::RunId> run);

}  // namespace qingdan::registry
