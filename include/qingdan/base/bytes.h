// bytes — checked reading and writing of foreign byte strings. Nothing here throws or reads past
// the end: a reader that runs out turns false and stays false, its getters then give zero.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qingdan {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(std::string_view text) {
  const auto view = as_bytes(text);
  return Bytes(view.begin(), view.end());
}

class ByteReader {
 public:
  explicit ByteReader(BytesView bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return ok_ ? bytes_.size() - position_ : 0; }
  [[nodiscard]] bool at_end() const { return remaining() == 0; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
  std::uint16_t u16be() { return static_cast<std::uint16_t>(big(2)); }
  std::uint32_t u24be() { return static_cast<std::uint32_t>(big(3)); }
  std::uint32_t u32be() { return static_cast<std::uint32_t>(big(4)); }
  std::uint64_t u64be() { return big(8); }
  std::uint16_t u16le() { return static_cast<std::uint16_t>(little(2)); }
  std::uint32_t u24le() { return static_cast<std::uint32_t>(little(3)); }
  std::uint32_t u32le() { return static_cast<std::uint32_t>(little(4)); }
  std::uint64_t u64le() { return little(8); }

  // The next `count` bytes; empty and false where fewer are left.
  BytesView take(std::size_t count) {
    if (!ok_ || count > bytes_.size() - position_) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }
  void skip(std::size_t count) { take(count); }
  // All that is left.
  BytesView rest() { return take(remaining()); }
  // Bytes up to (not including) `stop`, which is consumed; false where `stop` does not come.
  BytesView until(std::uint8_t stop) {
    for (std::size_t i = position_; ok_ && i < bytes_.size(); ++i) {
      if (bytes_[i] == stop) {
        const auto taken = bytes_.subspan(position_, i - position_);
        position_ = i + 1;
        return taken;
      }
    }
    ok_ = false;
    return {};
  }

 private:
  std::uint64_t big(std::size_t count) {
    std::uint64_t value = 0;
    for (const auto byte : take(count)) value = value << 8 | byte;
    return value;
  }
  std::uint64_t little(std::size_t count) {
    std::uint64_t value = 0;
    const auto taken = take(count);
    for (std::size_t i = taken.size(); i-- > 0;) value = value << 8 | taken[i];
    return value;
  }

  BytesView bytes_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t value) { return big(value, 1); }
  ByteWriter& u16be(std::uint16_t value) { return big(value, 2); }
  ByteWriter& u24be(std::uint32_t value) { return big(value, 3); }
  ByteWriter& u32be(std::uint32_t value) { return big(value, 4); }
  ByteWriter& u64be(std::uint64_t value) { return big(value, 8); }
  ByteWriter& u16le(std::uint16_t value) { return little(value, 2); }
  ByteWriter& u24le(std::uint32_t value) { return little(value, 3); }
  ByteWriter& u32le(std::uint32_t value) { return little(value, 4); }
  ByteWriter& u64le(std::uint64_t value) { return little(value, 8); }
  ByteWriter& bytes(BytesView value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    return *this;
  }
  ByteWriter& text(std::string_view value) { return bytes(as_bytes(value)); }
  ByteWriter& fill(std::size_t count, std::uint8_t value = 0) {
    bytes_.insert(bytes_.end(), count, value);
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] BytesView view() const { return bytes_; }
  // Writes `value` big-endian over bytes already there (a length known only later).
  void patch_u16be(std::size_t at, std::uint16_t value) {
    bytes_.at(at) = static_cast<std::uint8_t>(value >> 8);
    bytes_.at(at + 1) = static_cast<std::uint8_t>(value);
  }
  [[nodiscard]] Bytes take() && { return std::move(bytes_); }

 private:
  ByteWriter& big(std::uint64_t value, std::size_t count) {
    for (std::size_t i = count; i-- > 0;) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  ByteWriter& little(std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  Bytes bytes_;
};

}  // namespace qingdan
