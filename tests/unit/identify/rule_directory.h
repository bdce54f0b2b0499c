// rule_directory — a temporary directory of rule files that goes away with the test.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace qingdan::identify::test {

class RuleDirectory {
 public:
  RuleDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "qingdan-rules-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  RuleDirectory(const RuleDirectory&) = delete;
  RuleDirectory& operator=(const RuleDirectory&) = delete;
  ~RuleDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace qingdan::identify::test
