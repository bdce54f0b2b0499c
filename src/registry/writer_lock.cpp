// writer_lock — flock on a file beside the register, removed when the writer ends.
#include "registry/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace qingdan::registry {
namespace {

// The last holder removes the file, so we may have locked one that is no longer there. Each failed
// try means that another writer came and went in between; a few are plenty.
constexpr int kTries = 8;

bool still_there(int fd, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return fstat(fd, &held) == 0 && stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

std::string holder_of(int fd) {
  std::array<char, 32> text{};
  const auto size = pread(fd, text.data(), text.size() - 1, 0);
  return size > 0 ? " (process " + std::string(text.data(), static_cast<std::size_t>(size)) + ")"
                  : "";
}

}  // namespace

Result<WriterLock> WriterLock::open(const std::string& register_path) {
  const std::string path = register_path + "-lock";
  for (int i = 0; i < kTries; ++i) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd) {
      const auto code = errno == EACCES || errno == EPERM ? ErrorCode::privilege : ErrorCode::io;
      return Error{
          code, "cannot write beside the register: " + path + ": " + std::strerror(errno), {}};
    }
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      return Error{ErrorCode::conflict,
                   register_path + " is being written by another process" + holder_of(fd.get()) +
                       ", such as a census; wait for it to end or stop it (only commands that "
                       "read work meanwhile; sealing, exporting and correcting write)",
                   {}};
    }
    if (!still_there(fd.get(), path)) continue;
    // For the message above only; the lock holds whether or not this could be written.
    const std::string pid = std::to_string(getpid());
    if (ftruncate(fd.get(), 0) == 0) [[maybe_unused]]
      const auto written = pwrite(fd.get(), pid.data(), pid.size(), 0);
    return WriterLock(std::move(fd), path);
  }
  return Error{
      ErrorCode::conflict, register_path + ": other processes keep opening it for writing", {}};
}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  if (this != &other) {
    remove();
    fd_ = std::move(other.fd_);
    path_ = std::move(other.path_);
  }
  return *this;
}

WriterLock::~WriterLock() { remove(); }

// While still locked, so that nobody holds a name that is gone.
void WriterLock::remove() {
  if (fd_) unlink(path_.c_str());
  fd_.reset();
}

}  // namespace qingdan::registry
