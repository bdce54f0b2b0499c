// syn_looks — what the half-open sweep saw of each open port, until its interview speaks of it.
//   L1  handed over only beside words of the peer: a port that says nothing stays such a one
//   L2  and never of a host that accepts everything, which is a machine in front of others
// Memory: what waits for interviews. Not thread-safe.
#pragma once

#include <map>
#include <string>

#include "qingdan/model/observation.h"
#include "qingdan/probe/interview.h"

namespace qingdan::app {

class SynLooks {
 public:
  void keep(const model::PortResult& result);
  // Of the port that the final report is of. `plain`: L2 does not hold of its host.
  void hand_over(probe::InterviewReport& report, bool plain);

 private:
  struct Look {
    std::string text;
    UnixMillis time;
  };
  std::map<model::Endpoint, Look> looks_;
};

}  // namespace qingdan::app
