// netlink — request and answer in one call. A dump comes in many parts and ends with NLMSG_DONE.
#include "probe/netlink.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace qingdan::probe {
namespace {

// The kernel answers within the call of send; a second means that it never will.
constexpr timeval kPatience{1, 0};
// netlink(7): parts of a dump are at most 32 KiB.
constexpr std::size_t kPartMost = 64 * 1024;
// A full Internet table is some 60 MiB; this many parts is far beyond it.
constexpr int kPartsMost = 100'000;

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

Error failure(const std::string& what, int error) {
  return {ErrorCode::io, "the kernel's routes: " + what + ": " + std::strerror(error),
          "probe: netlink"};
}

}  // namespace

Result<Netlink> Netlink::open() {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return failure("open", errno);
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience) != 0) {
    return failure("set a deadline", errno);
  }
  return Netlink(std::move(socket));
}

Netlink::Part Netlink::read_part(BytesView part, const OnMessage& on_message) {
  while (part.size() >= sizeof(nlmsghdr)) {
    nlmsghdr head{};
    std::memcpy(&head, part.data(), sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > part.size()) return Part::failed;
    const auto body = part.subspan(sizeof head, head.nlmsg_len - sizeof head);
    part = part.subspan(std::min(padded(head.nlmsg_len), part.size()));
    if (head.nlmsg_seq != sequence_) continue;  // the rest of an answer given up before
    if (head.nlmsg_type == NLMSG_DONE) return Part::end;
    if (head.nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error{};
      if (body.size() >= sizeof error) std::memcpy(&error, body.data(), sizeof error);
      kernel_error_ = error.error == 0 ? 0 : -error.error;
      return error.error == 0 ? Part::end : Part::failed;
    }
    on_message(head.nlmsg_type, body);
    if (!is_dump_) return Part::end;
  }
  return Part::more;
}

Result<void> Netlink::ask(const Question& question, const OnMessage& on_message) {
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + question.body.size());
  head.nlmsg_type = question.type;
  head.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | (question.dump ? NLM_F_DUMP : 0));
  head.nlmsg_seq = ++sequence_;
  kernel_error_ = 0;
  is_dump_ = question.dump;
  Bytes request(sizeof head);
  std::memcpy(request.data(), &head, sizeof head);
  request.insert(request.end(), question.body.begin(), question.body.end());
  if (::send(socket_.get(), request.data(), request.size(), 0) < 0) return failure("ask", errno);

  Bytes part(kPartMost);
  for (int i = 0; i < kPartsMost; ++i) {
    const auto size = ::recv(socket_.get(), part.data(), part.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failure("no answer", size < 0 ? errno : EPIPE);
    switch (read_part(BytesView(part).first(static_cast<std::size_t>(size)), on_message)) {
      case Part::end:
        return {};
      case Part::failed:
        return failure("refused", kernel_error_ == 0 ? EBADMSG : kernel_error_);
      case Part::more:
        break;
    }
  }
  return failure("an answer without end", EMSGSIZE);
}

void for_each_attribute(
    BytesView bytes, const std::function<void(std::uint16_t type, BytesView value)>& on_attribute) {
  while (bytes.size() >= sizeof(rtattr)) {
    rtattr head{};
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > bytes.size()) return;
    on_attribute(head.rta_type & NLA_TYPE_MASK,
                 bytes.subspan(sizeof head, head.rta_len - sizeof head));
    bytes = bytes.subspan(std::min(padded(head.rta_len), bytes.size()));
  }
}

void add_attribute(Bytes& body, std::uint16_t type, BytesView value) {
  rtattr head{};
  head.rta_len = static_cast<std::uint16_t>(sizeof head + value.size());
  head.rta_type = type;
  const auto at = body.size();
  body.resize(at + padded(head.rta_len));
  std::memcpy(&body[at], &head, sizeof head);
  std::copy(value.begin(), value.end(),
            body.begin() + static_cast<std::ptrdiff_t>(at + sizeof head));
}

}  // namespace qingdan::probe
