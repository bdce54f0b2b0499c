// frame_sender — sendmmsg in both families of sockets.
#include "probe/frame_sender.h"

#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "probe/xdp_sender.h"
#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

// Room for frames the driver has not taken yet; 4 MiB is some thousand batches.
constexpr int kSendBuffer = 4 << 20;

Error failure(const std::string& what, int error) {
  const auto code = error == EPERM || error == EACCES    ? ErrorCode::privilege
                    : error == EMFILE || error == ENFILE ? ErrorCode::exhausted
                                                         : ErrorCode::io;
  const auto need = code == ErrorCode::privilege ? " (CAP_NET_RAW is needed)" : "";
  return {code, what + ": " + std::strerror(error) + need, "probe: frame sender"};
}

FrameSender::Outcome outcome_of(int error) {
  switch (error) {
    case EAGAIN:
    case ENOBUFS:
    case ENOMEM:
      return FrameSender::Outcome::later;
    case ENETDOWN:
    case ENXIO:
    case ENODEV:
      return FrameSender::Outcome::no_link;
    default:
      return FrameSender::Outcome::never;
  }
}

void ask_for_room(int socket) {
  // Beyond the system's limit with CAP_NET_ADMIN only; the smaller buffer works too.
  if (::setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &kSendBuffer, sizeof kSendBuffer) == 0)
    return;
  (void)::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
}

// The arrays of one sendmmsg call. Filled anew for each batch.
class Call {
 public:
  Call() {
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      heads_[i].msg_hdr.msg_iov = &pieces_[i];
      heads_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void put(std::size_t i, BytesView bytes) {
    // sendmsg(2) only reads, though iovec has no const.
    pieces_[i] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  }
  void put_name(std::size_t i, const sockaddr_storage& name, socklen_t size) {
    names_[i] = name;
    heads_[i].msg_hdr.msg_name = &names_[i];
    heads_[i].msg_hdr.msg_namelen = size;
  }
  FrameSender::Batch send(int socket, std::size_t count) {
    int sent = 0;
    do {
      sent = ::sendmmsg(socket, heads_.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return {static_cast<std::size_t>(sent), FrameSender::Outcome::sent};
    return {0, outcome_of(errno)};
  }

 private:
  std::array<mmsghdr, FrameSender::kBatchMost> heads_{};
  std::array<iovec, FrameSender::kBatchMost> pieces_{};
  std::array<sockaddr_storage, FrameSender::kBatchMost> names_{};
};

class EthernetSender final : public FrameSender {
 public:
  explicit EthernetSender(UniqueFd socket) : socket_(std::move(socket)) {}

  Batch send(std::span<const Outgoing> frames) override {
    QD_EXPECTS(frames.size() <= kBatchMost);
    for (std::size_t i = 0; i < frames.size(); ++i) call_.put(i, frames[i].bytes);
    return call_.send(socket_.get(), frames.size());
  }

 private:
  UniqueFd socket_;
  Call call_;
};

socklen_t fill_name(sockaddr_storage& name, const net::Address& ip, int interface_index) {
  if (ip.is_v4()) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(ip.v4_value());
    std::memcpy(&name, &four, sizeof four);
    return sizeof four;
  }
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  const auto bytes = ip.v6_bytes();
  std::copy(bytes.begin(), bytes.end(), six.sin6_addr.s6_addr);
  // RFC 4007 §6: only link-local addresses need to be told which link.
  if (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80) {
    six.sin6_scope_id = static_cast<std::uint32_t>(interface_index);
  }
  std::memcpy(&name, &six, sizeof six);
  return sizeof six;
}

class IpSender final : public FrameSender {
 public:
  IpSender(UniqueFd four, UniqueFd six, int interface_index)
      : four_(std::move(four)), six_(std::move(six)), interface_index_(interface_index) {}

  // One call is of one family; frames of the other wait for the next.
  Batch send(std::span<const Outgoing> frames) override {
    QD_EXPECTS(frames.size() <= kBatchMost);
    if (frames.empty()) return {};
    const bool six = frames.front().ip.is_v6();
    const auto& socket = six ? six_ : four_;
    if (!socket) return {0, Outcome::never};
    std::size_t count = 0;
    for (; count < frames.size() && frames[count].ip.is_v6() == six; ++count) {
      sockaddr_storage name{};
      const auto size = fill_name(name, frames[count].ip, interface_index_);
      call_.put(count, frames[count].bytes);
      call_.put_name(count, name, size);
    }
    return call_.send(socket.get(), count);
  }

 private:
  UniqueFd four_, six_;
  int interface_index_;
  Call call_;
};

Result<std::unique_ptr<FrameSender>> open_ethernet(const Way& way) {
  // Protocol 0: this socket hears nothing.
  UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket) return failure("raw frames on " + way.interface, errno);
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_ifindex = way.interface_index;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
    return failure("raw frames on " + way.interface, errno);
  }
  ask_for_room(socket.get());
  // Past the queueing discipline: our pacer is the one that shapes. Slower without, not wrong.
  const int on = 1;
  (void)::setsockopt(socket.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
  return std::unique_ptr<FrameSender>(std::make_unique<EthernetSender>(std::move(socket)));
}

Result<std::unique_ptr<FrameSender>> open_ip(const Way& way) {
  // raw(7): IPPROTO_RAW means that the IP header is ours, and that nothing is received.
  UniqueFd four(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
  if (!four) return failure("raw IP packets", errno);
  // A machine may have no IPv6 at all.
  UniqueFd six(::socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
  for (const auto* socket : {&four, &six}) {
    if (*socket) ask_for_room(socket->get());
  }
  return std::unique_ptr<FrameSender>(
      std::make_unique<IpSender>(std::move(four), std::move(six), way.interface_index));
}

}  // namespace

Result<std::unique_ptr<FrameSender>> open_frame_sender(const Way& way) {
  return way.ethernet ? open_ethernet(way) : open_ip(way);
}

Result<SenderPair> open_sender_pair(const Way& way) {
  if (way.ethernet) {
    if (auto two = open_xdp_senders(way, 2))
      return SenderPair{std::move((*two)[0]), std::move((*two)[1])};
  }
  auto owners = open_frame_sender(way);
  if (!owners) return owners.error();
  auto lanes = open_frame_sender(way);
  if (!lanes) return lanes.error();
  return SenderPair{*std::move(owners), *std::move(lanes)};
}

}  // namespace qingdan::probe
