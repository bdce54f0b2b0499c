// qingdan-bare-send — how many SYN frames a second this machine can put on a link at all.
// (--via xdp: through the AF_XDP senders that the sweep itself uses, for comparison)
//
// Everything a scanner must do beside sending is left out: the frames of all targets are built
// before the clock starts, nothing is received, nothing is paced. What remains is AF_PACKET,
// sendmmsg in batches, and the responder that shares the processor: the limit a sweep is held
// against (tests/bench/sweep). The frames have the shape of a sweep's: MSS, NOP, window scale,
// NOP, NOP, SACK permitted, window 64240.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "probe/xdp_sender.h"
#include "qingdan/base/handle.h"

namespace {

using qingdan::UniqueFd;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kUsage =
    "usage: qingdan-bare-send --interface IF --to-mac MAC --from IP [--first IP] [--addresses N]\n"
    "                         [--port P] [--ports N] [--threads N] [--batch N] [--bypass 0|1]\n"
    "                         [--passes N] [--via packet|xdp]\n"
    "prints one line of JSON; sends at once and as fast as it can: only in a namespace of its "
    "own\n";

constexpr std::size_t kOptions = 12;
struct __attribute__((packed)) Frame {
  ether_header ethernet;
  iphdr ip;
  tcphdr tcp;
  std::array<std::uint8_t, kOptions> options;
};
static_assert(sizeof(Frame) == 66);

using Options = std::map<std::string, std::string>;

Options options_of(int argc, char** argv) {
  Options options{{"--interface", ""},      {"--to-mac", ""},         {"--from", ""},
                  {"--first", "10.98.0.0"}, {"--addresses", "65536"}, {"--port", "80"},
                  {"--ports", "1"},         {"--threads", "1"},       {"--batch", "64"},
                  {"--bypass", "0"},        {"--passes", "1"},        {"--via", "packet"}};
  for (int i = 1; i + 1 < argc; i += 2) {
    if (!options.contains(argv[i])) throw std::runtime_error(std::string("unknown ") + argv[i]);
    options[argv[i]] = argv[i + 1];
  }
  for (const char* needed : {"--interface", "--to-mac", "--from"})
    if (options[needed].empty()) throw std::runtime_error(std::string(needed) + " is needed");
  return options;
}

std::uint32_t address_of(const std::string& text) {
  in_addr parsed{};
  if (inet_pton(AF_INET, text.c_str(), &parsed) != 1) throw std::runtime_error("bad IP " + text);
  return ntohl(parsed.s_addr);
}

// One's complement sum of RFC 1071; `bytes` is even.
std::uint32_t sum_of(const void* from, std::size_t bytes, std::uint32_t sum = 0) {
  const auto* at = static_cast<const std::uint8_t*>(from);
  for (std::size_t i = 0; i < bytes; i += 2) sum += std::uint32_t{at[i]} << 8 | at[i + 1];
  return sum;
}
std::uint16_t checksum(std::uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return htons(static_cast<std::uint16_t>(~sum));
}

Frame first_frame(const Options& options, const std::array<std::uint8_t, 6>& own) {
  Frame frame{};
  std::array<unsigned, 6> to{};
  if (std::sscanf(options.at("--to-mac").c_str(), "%x:%x:%x:%x:%x:%x", &to[0], &to[1], &to[2],
                  &to[3], &to[4], &to[5]) != 6)
    throw std::runtime_error("bad --to-mac");
  for (std::size_t i = 0; i < 6; ++i) {
    frame.ethernet.ether_dhost[i] = static_cast<std::uint8_t>(to[i]);
    frame.ethernet.ether_shost[i] = own[i];
  }
  frame.ethernet.ether_type = htons(ETHERTYPE_IP);
  frame.ip.version = 4;
  frame.ip.ihl = 5;
  frame.ip.tot_len = htons(sizeof(Frame) - sizeof(ether_header));
  frame.ip.frag_off = htons(IP_DF);
  frame.ip.ttl = 64;
  frame.ip.protocol = IPPROTO_TCP;
  frame.ip.saddr = htonl(address_of(options.at("--from")));
  frame.tcp.source = htons(61000);
  frame.tcp.doff = (sizeof(tcphdr) + kOptions) / 4;
  frame.tcp.syn = 1;
  frame.tcp.window = htons(64240);
  frame.options = {2, 4, 0x05, 0xb4, 1, 3, 3, 7, 1, 1, 4, 2};
  return frame;
}

void address(Frame& frame, std::uint32_t to, std::uint16_t port, std::uint32_t sequence) {
  frame.ip.daddr = htonl(to);
  frame.ip.check = 0;
  frame.ip.check = checksum(sum_of(&frame.ip, sizeof frame.ip));
  frame.tcp.dest = htons(port);
  frame.tcp.seq = htonl(sequence);
  frame.tcp.check = 0;
  const std::uint32_t length = sizeof frame.tcp + kOptions;
  const auto pseudo = sum_of(&frame.ip.saddr, 8, IPPROTO_TCP + length);
  frame.tcp.check = checksum(sum_of(&frame.tcp, length, pseudo));
}

// An odd multiplier walks a power of two in no visible order, as a scanner's permutation would.
std::vector<Frame> all_frames(const Options& options, const std::array<std::uint8_t, 6>& own) {
  const auto addresses = std::stoul(options.at("--addresses"));
  const auto ports = std::stoul(options.at("--ports"));
  const auto first = address_of(options.at("--first"));
  const auto port = std::stoul(options.at("--port"));
  if (addresses == 0 || (addresses & (addresses - 1)) != 0)
    throw std::runtime_error("--addresses must be a power of two");
  std::vector<Frame> frames(addresses * ports, first_frame(options, own));
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto host = static_cast<std::uint32_t>(i * 40503 & (addresses - 1));
    address(frames[i], first + host, static_cast<std::uint16_t>(port + i / addresses),
            static_cast<std::uint32_t>(i * 2654435761U));
  }
  return frames;
}

class Sender {
 public:
  Sender(const Options& options, int interface)
      : batch_(std::stoul(options.at("--batch"))),
        socket_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {
    if (!socket_) throw std::runtime_error(std::string("AF_PACKET: ") + strerror(errno));
    const int bypass = options.at("--bypass") == "1" ? 1 : 0;
    if (setsockopt(socket_.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass) != 0)
      throw std::runtime_error(std::string("PACKET_QDISC_BYPASS: ") + strerror(errno));
    const int room = 16 << 20;
    setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = interface;
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error(std::string("bind: ") + strerror(errno));
  }

  // What the kernel refuses for want of room is sent again, and counted.
  void send(const Frame* from, std::size_t count) {
    std::vector<iovec> parts(batch_);
    std::vector<mmsghdr> messages(batch_);
    for (std::size_t i = 0; i < batch_; ++i) {
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t at = 0; at < count;) {
      const auto now = std::min(batch_, count - at);
      for (std::size_t i = 0; i < now; ++i)
        parts[i] = {const_cast<Frame*>(from + at + i), sizeof(Frame)};
      const int left = sendmmsg(socket_.get(), messages.data(), static_cast<unsigned>(now), 0);
      if (left > 0) {
        at += static_cast<std::size_t>(left);
        sent += static_cast<std::uint64_t>(left);
      } else if (errno == ENOBUFS || errno == EAGAIN || errno == EINTR) {
        ++refused;
      } else {
        throw std::runtime_error(std::string("sendmmsg: ") + strerror(errno));
      }
    }
  }

  std::uint64_t sent = 0, refused = 0;

 private:
  std::size_t batch_;
  UniqueFd socket_;
};

// The same through one of the sweep's own senders.
class XdpDoor {
 public:
  explicit XdpDoor(std::unique_ptr<qingdan::probe::FrameSender> sender)
      : sender_(std::move(sender)) {}
  void send(const Frame* from, std::size_t count) {
    using qingdan::probe::FrameSender;
    std::vector<qingdan::probe::Outgoing> batch;
    for (std::size_t at = 0; at < count;) {
      batch.clear();
      for (auto i = at; i < count && batch.size() < FrameSender::kBatchMost; ++i) {
        batch.push_back({{reinterpret_cast<const std::uint8_t*>(from + i), sizeof(Frame)}, {}});
      }
      const auto result = sender_->send(batch);
      at += result.sent;
      sent += result.sent;
      if (result.outcome == FrameSender::Outcome::later) ++refused;
      if (result.outcome == FrameSender::Outcome::no_link) throw std::runtime_error("no link");
    }
  }

  std::uint64_t sent = 0, refused = 0;

 private:
  std::unique_ptr<qingdan::probe::FrameSender> sender_;
};

std::vector<XdpDoor> xdp_doors(const std::string& name, int interface, std::size_t count) {
  qingdan::probe::Way way;
  way.interface = name;
  way.interface_index = interface;
  way.ethernet = true;
  auto senders = qingdan::probe::open_xdp_senders(way, count);
  if (!senders) throw std::runtime_error(senders.error().text);
  std::vector<XdpDoor> doors;
  for (auto& sender : *senders) doors.emplace_back(std::move(sender));
  return doors;
}

std::array<std::uint8_t, 6> own_address(const std::string& interface) {
  const UniqueFd any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(any.get(), SIOCGIFHWADDR, &request) != 0)
    throw std::runtime_error(interface + ": " + strerror(errno));
  std::array<std::uint8_t, 6> mac{};
  std::memcpy(mac.data(), request.ifr_hwaddr.sa_data, mac.size());
  return mac;
}

// Each sender a thread, each a share of the frames.
template <class Senders>
void race(Senders senders, const std::vector<Frame>& frames, std::size_t passes) {
  const auto threads = senders.size();
  const auto share = [&](std::size_t i) {
    const auto from = frames.size() * i / threads, to = frames.size() * (i + 1) / threads;
    for (std::size_t pass = 0; pass < passes; ++pass)
      senders[i].send(frames.data() + from, to - from);
  };
  const auto began = Clock::now();
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(share, i);
  share(0);
  for (auto& other : others) other.join();
  const std::chrono::duration<double> took = Clock::now() - began;
  std::uint64_t sent = 0, refused = 0;
  for (const auto& sender : senders) {
    sent += sender.sent;
    refused += sender.refused;
  }
  std::printf("{\"sent\": %llu, \"refused\": %llu, \"seconds\": %.6f, \"pps\": %.0f}\n",
              static_cast<unsigned long long>(sent), static_cast<unsigned long long>(refused),
              took.count(), static_cast<double>(sent) / took.count());
}

void run(const Options& options) {
  const auto& name = options.at("--interface");
  const auto frames = all_frames(options, own_address(name));
  const int interface = static_cast<int>(if_nametoindex(name.c_str()));
  const auto threads = std::stoul(options.at("--threads"));
  const auto passes = std::stoul(options.at("--passes"));
  if (options.at("--via") == "xdp") {
    return race(xdp_doors(name, interface, threads), frames, passes);
  }
  std::vector<Sender> senders;
  senders.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) senders.emplace_back(options, interface);
  race(std::move(senders), frames, passes);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 2 && std::string_view(argv[1]) == "--help") {
      std::fputs(kUsage.data(), stdout);
      return 0;
    }
    run(options_of(argc, argv));
    return 0;
  } catch (const std::exception& bad) {
    std::fprintf(stderr, "qingdan-bare-send: %s\n", bad.what());
    return 2;
  }
}
