// replay — runs a fuzz target without a fuzzer: every seed of a directory, each of its truncations,
// and a bounded number of seeded mutations. So what the fuzzer found once stays found, in any
// build. Each input gets a heap block of exactly its size: under ASan a read past the end is loud.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"
#include "qingdan/base/rng.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using qingdan::Bytes;
using qingdan::BytesView;
using qingdan::Rng;

constexpr std::size_t kMaxSeedBytes = 64 * 1024;
constexpr std::size_t kMaxTruncations = 2000;  // of one seed
constexpr int kMutations = 1000;               // of one seed
constexpr std::uint64_t kRngSeed = 20261122;

void run_exactly(BytesView input) {
  const auto block = std::make_unique<std::uint8_t[]>(input.size());
  std::copy(input.begin(), input.end(), block.get());
  LLVMFuzzerTestOneInput(block.get(), input.size());
}

void mutate_once(Bytes& bytes, Rng& rng) {
  const auto at = static_cast<std::size_t>(rng.below(bytes.size()));
  switch (rng.below(5)) {
    case 0:
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1U << rng.below(8));
      break;
    case 1:
      bytes[at] = static_cast<std::uint8_t>(rng.next());
      break;
    case 2:  // the values lengths and counts break on
      bytes[at] = rng.below(2) == 0 ? 0x00 : rng.below(2) == 0 ? 0xFF : 0x7F;
      break;
    case 3:
      bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    default: {  // a piece twice
      const auto length = static_cast<std::size_t>(1 + rng.below(bytes.size() - at));
      const Bytes piece(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                        bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
    }
  }
}

void run_around(const Bytes& seed, Rng& rng) {
  run_exactly(seed);
  const auto step = std::max<std::size_t>(1, seed.size() / kMaxTruncations);
  for (std::size_t size = 0; size < seed.size(); size += step) {
    run_exactly(BytesView(seed).first(size));
  }
  for (int i = 0; i < kMutations; ++i) {
    auto bytes = seed;
    for (auto n = 1 + rng.below(8); n > 0 && !bytes.empty(); --n) mutate_once(bytes, rng);
    run_exactly(bytes);
  }
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  bytes.resize(std::min(bytes.size(), kMaxSeedBytes));
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !std::filesystem::is_directory(argv[1])) {
    std::fprintf(stderr, "usage: %s CORPUS_DIRECTORY (it must exist and hold seeds)\n", argv[0]);
    return 2;
  }
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) {
    std::fprintf(stderr, "%s: no seeds\n", argv[1]);
    return 1;
  }
  Rng rng(kRngSeed);
  for (const auto& path : paths) {
    run_around(read_file(path), rng);
  }
  std::printf("%zu seeds replayed\n", paths.size());
  return 0;
}
