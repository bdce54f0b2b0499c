// rule_diff — what another rule base makes of what services have said, before anybody lets it into
// the register. Only the rules differ: both sides judge the same bytes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "qingdan/identify/identifier.h"
#include "qingdan/model/observation.h"

namespace qingdan::app {

// One label that the other rules would change.
struct LabelChange {
  model::Endpoint at;  // port 0: it is the host's
  std::string vhost;
  std::string field;                    // product version os os_version hardware device_class
  std::string before, after;            // "" = none
  std::string rule_before, rule_after;  // that say so
  std::string evidence;  // SHA-256 of the bytes that the new label, or else the old one, rests on
};

class RuleDiff {
 public:
  RuleDiff(std::shared_ptr<const identify::RuleBase> before,
           std::shared_ptr<const identify::RuleBase> after);

  // `heard`: of one host, the observations of each place (endpoint and name) apart; none of them is
  // empty. Changes of services in that order, then those of the host.
  [[nodiscard]] std::vector<LabelChange> compare(
      const std::vector<std::vector<model::Observation>>& heard);

 private:
  identify::Identifier before_, after_;
};

}  // namespace qingdan::app
