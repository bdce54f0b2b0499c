// netlink — asks the kernel about its routes, neighbours and interfaces (rtnetlink(7)). A plain
// socket; needs no privilege; sends nothing to any network.
#pragma once

#include <cstdint>
#include <functional>

#include "qingdan/base/bytes.h"
#include "qingdan/base/handle.h"
#include "qingdan/base/result.h"

namespace qingdan::probe {

class Netlink {
 public:
  // `body` is what follows the nlmsghdr.
  using OnMessage = std::function<void(std::uint16_t type, BytesView body)>;

  [[nodiscard]] static Result<Netlink> open();
  // One request (`dump`: for all there is); calls back for each message of the answer. An Error
  // carries the kernel's errno in `kernel_error`, or says that the answer did not come.
  struct Question {
    std::uint16_t type{0};
    bool dump{false};
    Bytes body;
  };
  [[nodiscard]] Result<void> ask(const Question& question, const OnMessage& on_message);
  // Of the last ask(); 0 where it was answered.
  [[nodiscard]] int kernel_error() const { return kernel_error_; }

 private:
  explicit Netlink(UniqueFd socket) : socket_(std::move(socket)) {}
  enum class Part { more, end, failed };
  [[nodiscard]] Part read_part(BytesView part, const OnMessage& on_message);

  UniqueFd socket_;
  std::uint32_t sequence_{0};
  int kernel_error_{0};
  bool is_dump_{false};
};

// Calls back for each attribute (rtattr) of a message; stops at the first that is not whole.
void for_each_attribute(
    BytesView bytes, const std::function<void(std::uint16_t type, BytesView value)>& on_attribute);
// Appends an attribute, padded to 4 bytes.
void add_attribute(Bytes& body, std::uint16_t type, BytesView value);

}  // namespace qingdan::probe
