// What nearly every unit test includes, parsed once for all test programs (tests/CMakeLists.txt).
// Only headers that seldom change: each change here compiles every test anew. A test still names
// what it uses, so that it compiles without this file.
#pragma once

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>
