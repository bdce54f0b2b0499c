// digest — hashes over OpenSSL's EVP, and MurmurHash3 of our own.
// OpenSSL's digests of bytes in memory fail only where the library is broken or out of memory;
// that is a broken contract, not an Error.
#include "qingdan/net/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <bit>

#include "qingdan/base/contract.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string digest_hex(const EVP_MD* algorithm, BytesView bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr);
  QD_ENSURES(done == 1);
  return to_hex(BytesView(out.data(), size));
}

}  // namespace

std::string sha256_hex(BytesView bytes) { return digest_hex(EVP_sha256(), bytes); }

std::array<std::uint8_t, 32> hmac_sha256(BytesView key, BytesView bytes) {
  std::array<std::uint8_t, 32> out{};
  unsigned size = out.size();
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(),
                          bytes.size(), out.data(), &size);
  QD_ENSURES(done != nullptr && size == out.size());
  return out;
}

std::string md5_hex(BytesView bytes) { return digest_hex(EVP_md5(), bytes); }

std::int32_t murmur3_x86_32(BytesView bytes, std::uint32_t seed) {
  constexpr std::uint32_t kC1 = 0xcc9e2d51;
  constexpr std::uint32_t kC2 = 0x1b873593;
  std::uint32_t hash = seed;
  std::size_t at = 0;
  for (; bytes.size() - at >= 4; at += 4) {
    std::uint32_t k = 0;
    for (std::size_t i = 4; i-- > 0;) k = k << 8 | bytes[at + i];
    hash ^= std::rotl(k * kC1, 15) * kC2;
    hash = std::rotl(hash, 13) * 5 + 0xe6546b64;
  }
  std::uint32_t tail = 0;
  for (std::size_t i = bytes.size(); i-- > at;) tail = tail << 8 | bytes[i];
  if (at < bytes.size()) hash ^= std::rotl(tail * kC1, 15) * kC2;
  hash ^= static_cast<std::uint32_t>(bytes.size());
  hash = (hash ^ hash >> 16) * 0x85ebca6b;
  hash = (hash ^ hash >> 13) * 0xc2b2ae35;
  return static_cast<std::int32_t>(hash ^ hash >> 16);
}

std::int32_t favicon_mmh3(BytesView icon) {
  constexpr std::size_t kLine = 76;
  const auto base64 = to_base64(icon);
  std::string text;
  text.reserve(base64.size() + base64.size() / kLine + 1);
  for (std::size_t at = 0; at < base64.size(); at += kLine) {
    text.append(base64, at, kLine);
    text += '\n';
  }
  return murmur3_x86_32(as_bytes(text));
}

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  QD_ENSURES(state_->context != nullptr);
  const int started = EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr);
  QD_ENSURES(started == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(BytesView bytes) {
  QD_EXPECTS(state_ != nullptr);
  const int done = EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
  QD_ENSURES(done == 1);
  return *this;
}

std::string Sha256::hex() {
  QD_EXPECTS(state_ != nullptr);
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  const int done = EVP_DigestFinal_ex(state_->context.get(), out.data(), &size);
  QD_ENSURES(done == 1);
  state_.reset();
  return to_hex(BytesView(out.data(), size));
}

}  // namespace qingdan::net
