// writer_lock — one writing process at a time. SQLite alone would let two take turns transaction by
// transaction, and each would judge by a register the other has changed meanwhile.
//
// An advisory lock on <register>-lock, a file of its own: closing any descriptor of the register
// itself would drop SQLite's own locks (sqlite.org/howtocorrupt, §2.2).
#pragma once

#include <string>

#include "qingdan/base/handle.h"
#include "qingdan/base/result.h"

namespace qingdan::registry {

class WriterLock {
 public:
  // Error conflict names the process that holds it.
  [[nodiscard]] static Result<WriterLock> open(const std::string& register_path);
  WriterLock(WriterLock&&) noexcept = default;
  WriterLock& operator=(WriterLock&&) noexcept;
  ~WriterLock();

 private:
  WriterLock(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  void remove();
  UniqueFd fd_;
  std::string path_;
};

}  // namespace qingdan::registry
