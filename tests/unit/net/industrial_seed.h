// industrial_seed — the recorded replies that unit tests and fuzz targets share.
#pragma once

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net::test {

inline Bytes seed(const std::string& name) {
  std::ifstream file(std::string(QINGDAN_SOURCE_DIR) + "/tests/fuzz/corpus/" + name,
                     std::ios::binary);
  REQUIRE(file.is_open());
  return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

}  // namespace qingdan::net::test
