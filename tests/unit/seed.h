// seed — recorded bytes that the fuzz targets begin with, for tests of parsers, dissectors and
// conversations.
#pragma once

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::test {

// `name`: below tests/fuzz/corpus.
inline Bytes seed(const std::string& name) {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace qingdan::test
