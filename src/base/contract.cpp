// contract — the last words before an abort.
#include "qingdan/base/contract.h"

#include <cstdio>
#include <cstdlib>

namespace qingdan {

void contract_broken(const char* kind, const char* text, const char* file, int line) {
  std::fprintf(stderr, "qingdan: contract broken (%s): %s at %s:%d\n", kind, text, file, line);
  std::abort();
}

}  // namespace qingdan
