// digest — hashes by which foreign bytes are named and compared. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "qingdan/base/bytes.h"

namespace qingdan::net {

// Lower-case hexadecimal.
[[nodiscard]] std::string sha256_hex(BytesView bytes);
// HMAC-SHA-256 (RFC 2104).
[[nodiscard]] std::array<std::uint8_t, 32> hmac_sha256(BytesView key, BytesView bytes);
// Only where others' collections name things by MD5 (favicons); never for integrity.
[[nodiscard]] std::string md5_hex(BytesView bytes);

// MurmurHash3_x86_32 (Austin Appleby, public domain), as the signed number others print.
[[nodiscard]] std::int32_t murmur3_x86_32(BytesView bytes, std::uint32_t seed = 0);

// The favicon hash as it is commonly published: murmur3_x86_32 over the base64 text, broken by
// "\n" after every 76 characters and at its end (RFC 2045 §6.8 lines, but bare LF).
[[nodiscard]] std::int32_t favicon_mmh3(BytesView icon);

// SHA-256 over pieces. One use: update()* then hex() once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(BytesView bytes);
  // Ends the digest; EXPECTS that it was not ended before.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace qingdan::net
