// incidents — what a run did besides asking: hosts it stopped probing, machines it found in front
// of a prefix. Rows of one run are replaced as a whole.
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
