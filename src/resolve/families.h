// families — records that a person says are one machine keep counting each for itself, so that the
// merge can be taken back; what they tell of presence is told once, of the machine.
#pragma once

#include <map>
#include <vector>

#include "qingdan/model/world.h"

namespace qingdan::resolve {

class Families {
 public:
  explicit Families(const model::World& before);

  // Drops 疑似离线, 失联 and 恢复 of a record where the machine is as present as it was before the
  // run, and all but the first where several records tell the same.
  void hush(model::Reconciled& result) const;

 private:
  struct Family {
    std::vector<std::size_t> assets;  // indices in World::assets
    model::Presence before{};
  };
  std::vector<Family> families_;
  std::map<std::size_t, std::size_t> family_of_;  // by index in World::assets
};

}  // namespace qingdan::resolve
