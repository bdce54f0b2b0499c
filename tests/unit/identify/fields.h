// fields — looks up what a dissection found.
#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "qingdan/identify/dissect.h"

namespace qingdan::identify::test {

// All values of one field, joined by " | "; "" where there is none.
inline std::string field(const Dissection& dissection, std::string_view name) {
  std::string out;
  for (const auto& value : dissection.fields) {
    if (value.name == name) out += (out.empty() ? "" : " | ") + value.value;
  }
  return out;
}

}  // namespace qingdan::identify::test
