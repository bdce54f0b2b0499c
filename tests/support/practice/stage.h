// stage — which port of which address does what in the present epoch, and the change to the next.
//
//   S1  a port whose lines did not change keeps its socket over a change of epoch
//   S2  a silent port is a bound socket whose kernel filter drops every packet: the peer's SYN is
//       never answered (without the socket, loopback would answer RST)
//   S3  nothing binds outside 127.66.0.0/16
#pragma once

#include <map>
#include <memory>
#include <string>

#include "description.h"
#include "ledger.h"
#include "loop.h"

namespace qingdan::practice {

class Stage {
 public:
  Stage(Loop& loop, const Network& network, Ledger& ledger);
  ~Stage();

  Result<void> play(int epoch);
  [[nodiscard]] int epoch() const { return epoch_; }
  [[nodiscard]] std::size_t open_ports() const { return openings_.size(); }

  struct Opening;

 private:
  struct Wanted {
    std::string key;  // equal keys = the same behaviour
    const Service* service{nullptr};
    bool silent{false};
  };
  std::map<Place, Wanted> wanted_in(const std::vector<Service>& services, int epoch) const;
  Result<std::unique_ptr<Opening>> open(const Place& place, const Wanted& wanted);

  Loop& loop_;
  const Network& network_;
  Ledger& ledger_;
  int epoch_ = 0;
  std::map<Place, std::unique_ptr<Opening>> openings_;
};

}  // namespace qingdan::practice
