// subject — a value as what picks and asks conditions reads it: beside itself in lower case, both
// followed by bytes that may be read too, so that a look at sixteen bytes needs no look at the end.
// Of one thread; its room is kept from value to value.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace qingdan::identify {

class Subject {
 public:
  static constexpr std::size_t kBehind = 16;  // bytes that may be read behind the end, all zero

  Subject() = default;
  explicit Subject(std::string_view value) { assign(value); }

  // A copy: the value itself is not needed afterwards.
  void assign(std::string_view value);
  [[nodiscard]] std::string_view value() const { return {value_.data(), size_}; }
  [[nodiscard]] std::string_view folded() const { return {folded_.data(), size_}; }  // ASCII
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::vector<char> value_ = std::vector<char>(kBehind);
  std::vector<char> folded_ = std::vector<char>(kBehind);
  std::size_t size_ = 0;
};

}  // namespace qingdan::identify
