// handle — closing descriptors.
#include "qingdan/base/handle.h"

#include <unistd.h>

namespace qingdan {

void UniqueFd::reset() {
  // close() must not be repeated on EINTR on Linux: the descriptor is gone either way (close(2)).
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace qingdan
