// truth — what a perfect census of the network would say, and the scope document that allows it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "description.h"

namespace qingdan::practice {

class Truth {
 public:
  // Checks every line of every epoch on the way: a misspelt key, an unknown player or product
  // throws BadDescription.
  explicit Truth(const Network& network);

  // Hosts, services, hostile hosts and the changes since the epoch before.
  [[nodiscard]] const nlohmann::json& of(int epoch) const {
    return epochs_.at(static_cast<std::size_t>(epoch - 1));
  }

 private:
  std::vector<nlohmann::json> epochs_;
};

// Valid from a month ago for a year ahead; exact addresses by zone and unit.
[[nodiscard]] std::string scope_document(const Network& network);

}  // namespace qingdan::practice
