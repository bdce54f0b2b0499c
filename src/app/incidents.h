// incidents — what a run learns besides ports: hosts it stopped probing, and machines in front of a
// prefix. Told bit by bit while the run goes on, so that a process that dies loses none of it.
//   I1  a stopped host is told once, at once; a resumed run leaves it alone (guard.h, G4)
//   I2  a machine in front is told together with the verdicts it takes back from the hosts behind
//   it,
//       as soon as it is recognised and whenever it grows
//   I3  an open port is evidence once its interview is over, in whichever process that was
// Belongs to the field's thread.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/model/run.h"
#include "qingdan/probe/fronts.h"
#include "qingdan/probe/guard.h"
#include "qingdan/targets/scope.h"

namespace qingdan::app {

// To be kept in one step.
struct TellOfIncidents {
  std::vector<model::GuardTrip> trips;    // since the last one
  std::vector<model::Middlebox> boxes;    // new or changed since then, each as it is now
  std::vector<model::PortResult> masked;  // taken back from hosts behind them since then
  [[nodiscard]] bool empty() const { return trips.empty() && boxes.empty() && masked.empty(); }
};

class Incidents {
 public:
  // All outlive it. `dark`: addresses at which nobody ever answered.
  Incidents(const targets::Scope& scope, const Clock& clock, const std::set<net::Address>& dark)
      : scope_(scope), clock_(clock), dark_(dark) {}

  void on_trip(const probe::Trip& trip);
  // An open port has had its say; `shape` as probe::shape_of.
  void on_open(const model::Endpoint& at, std::uint64_t shape) {
    fronts_.on_open(at.ip, {at.transport, at.port}, shape);
  }
  // Something answers for nobody in this block (probe::Fronts, M3).
  void on_dark(const net::Prefix& block, std::uint64_t shape) { fronts_.on_dark(block, shape); }
  // Of an earlier process of this run, and told by it.
  void restore(std::vector<model::GuardTrip> trips) {
    trips_ = std::move(trips);
    told_ = trips_.size();
  }

  // What has not been told; judges the fronts that have new evidence.
  [[nodiscard]] TellOfIncidents take();

  // All of the run so far.
  [[nodiscard]] const std::vector<model::GuardTrip>& trips() const { return trips_; }
  [[nodiscard]] std::vector<model::Middlebox> middleboxes() const;
  // In scope.
  [[nodiscard]] std::uint64_t addresses_of(const net::Prefix& block) const;

 private:
  void settle(const probe::Front& front, TellOfIncidents& told);

  const targets::Scope& scope_;
  const Clock& clock_;
  const std::set<net::Address>& dark_;
  probe::Fronts fronts_;
  std::vector<model::GuardTrip> trips_;
  std::size_t told_{0};  // of the trips
  std::map<net::Prefix, model::Middlebox> boxes_;
  std::set<std::pair<net::Address, net::TransportPort>> masked_;
};

}  // namespace qingdan::app
