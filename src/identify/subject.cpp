// subject — see the header.
#include "identify/subject.h"

#include <cstdint>
#include <cstring>

namespace qingdan::identify {

void Subject::assign(std::string_view value) {
  size_ = value.size();
  if (value_.size() < size_ + kBehind) {
    value_.resize(size_ + kBehind);
    folded_.resize(size_ + kBehind);
  }
  if (!value.empty()) std::memcpy(value_.data(), value.data(), size_);
  std::memset(value_.data() + size_, 0, kBehind);
  // Eight bytes at a time, the last of them behind the end. Added up in seven bits each, what is A
  // or more and what is beyond Z carries into the eighth; bytes that have it set themselves are no
  // letters.
  constexpr std::uint64_t kEach = 0x0101010101010101U;
  for (std::size_t at = 0; at < size_ + kBehind / 2; at += sizeof kEach) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, value_.data() + at, sizeof eight);
    const auto low = eight & (0x7F * kEach);
    const auto from_a = low + (0x80 - 'A') * kEach;
    const auto beyond_z = low + (0x7F - 'Z') * kEach;
    eight |= ((from_a ^ beyond_z) & ~eight & (0x80 * kEach)) >> 2;
    std::memcpy(folded_.data() + at, &eight, sizeof eight);
  }
  std::memset(folded_.data() + size_, 0, kBehind);
}

}  // namespace qingdan::identify
