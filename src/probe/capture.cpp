// capture — libpcap in immediate mode: an answer is handed on when it comes, not when a buffer is
// full. The thread sleeps in poll() on pcap's descriptor and on one that says "stop".
#include "probe/capture.h"

#include <pcap.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "qingdan/base/handle.h"

namespace qingdan::probe {
namespace {

// Ethernet with two tags, the longest IPv4 and TCP headers, and what an ICMP error quotes of ours.
constexpr int kSnapLength = 160;
// The kernel's ring: some 60 000 frames of this length, a tenth of a second at 600 000 a second.
constexpr int kRingBytes = 16 << 20;
constexpr int kBatch = 256;  // frames between two looks at the stop descriptor
constexpr int kPollMillis = 200;
constexpr auto kStatsEvery = std::chrono::milliseconds(100);
// Answers that come thick and fast are taken some at a time: to wake this thread for each costs the
// kernel more than the answer does, and costs it the senders' time. Thick: so many at once, or so
// soon after those before.
constexpr int kThick = 4;
constexpr auto kSoon = std::chrono::microseconds(200);
constexpr timespec kRest{0, 300'000};
// An older frame than that has not lain in the ring so long: the wall clock was set meanwhile.
constexpr auto kOldest = std::chrono::seconds(1);

struct PcapCloser {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};
using PcapHandle = std::unique_ptr<pcap_t, PcapCloser>;

class Program {
 public:
  Program() = default;
  ~Program() { pcap_freecode(&code_); }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  bpf_program* get() { return &code_; }

 private:
  bpf_program code_{};
};

Error failure(const std::string& interface, const std::string& what,
              ErrorCode code = ErrorCode::io) {
  return {code, "capture on " + interface + ": " + what, "probe: capture"};
}

Result<PcapHandle> activate(const std::string& interface) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  PcapHandle handle(pcap_create(interface.c_str(), text.data()));
  if (!handle) return failure(interface, text.data());
  pcap_set_snaplen(handle.get(), kSnapLength);
  pcap_set_promisc(handle.get(), 0);
  pcap_set_immediate_mode(handle.get(), 1);
  pcap_set_buffer_size(handle.get(), kRingBytes);
  const int status = pcap_activate(handle.get());
  if (status == PCAP_ERROR_PERM_DENIED) {
    return failure(interface, "CAP_NET_RAW is needed", ErrorCode::privilege);
  }
  if (status < 0) return failure(interface, pcap_geterr(handle.get()));
  return handle;
}

Result<void> set_filter(pcap_t* handle, const CaptureSettings& settings) {
  Program program;
  const auto text = capture_filter(settings.ports);
  if (pcap_compile(handle, program.get(), text.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0 ||
      pcap_setfilter(handle, program.get()) != 0) {
    return failure(settings.interface, pcap_geterr(handle));
  }
  // Our own frames are none of our business; on lo this also keeps each packet from coming twice.
  if (pcap_setdirection(handle, PCAP_D_IN) != 0) {
    return failure(settings.interface, pcap_geterr(handle));
  }
  return {};
}

class LiveCapture final : public Capture {
 public:
  LiveCapture(PcapHandle handle, UniqueFd stop, const Clock& clock, FrameInbox& inbox)
      : handle_(std::move(handle)), stop_(std::move(stop)), clock_(clock), inbox_(inbox) {}
  ~LiveCapture() override {
    const std::uint64_t one = 1;
    // Writing 1 to an eventfd at 0 cannot fail.
    (void)!::write(stop_.get(), &one, sizeof one);
    if (thread_.joinable()) thread_.join();
  }

  // Bytes before IP that are not handed out.
  Result<void> prepare(const CaptureSettings& settings) {
    interface_ = settings.interface;
    const int link = pcap_datalink(handle_.get());
    if (link == DLT_EN10MB) {
      strip_ = settings.ethernet ? 0 : net::kEthernetSize;
      return {};
    }
    if (link == DLT_RAW && !settings.ethernet) return {};
    return failure(interface_, "its link type is not one we know");
  }
  void start(std::function<void()> on_put) {
    on_put_ = std::move(on_put);
    thread_ = std::thread([this] { run(); });
  }

  [[nodiscard]] std::uint64_t dropped() const override { return dropped_; }
  [[nodiscard]] Result<void> health() const override {
    const std::lock_guard lock(mutex_);
    if (failed_.empty()) return {};
    return failure(interface_, failed_);
  }

 private:
  static void on_packet(u_char* self, const pcap_pkthdr* head, const u_char* bytes) {
    auto& capture = *reinterpret_cast<LiveCapture*>(self);
    if (head->caplen <= capture.strip_) return;
    const auto frame = BytesView(bytes, head->caplen).subspan(capture.strip_);
    capture.inbox_.put(frame, capture.arrival(head->ts));
  }

  // The kernel says when a frame came, by the wall clock.
  [[nodiscard]] SteadyTime arrival(const timeval& at) const {
    const auto came = std::chrono::seconds(at.tv_sec) + std::chrono::microseconds(at.tv_usec);
    const auto age = looked_wall_ - came;
    const bool plausible = age > age.zero() && age < kOldest;
    return plausible ? looked_ - std::chrono::duration_cast<SteadyTime::duration>(age) : looked_;
  }

  // How many frames; negative: hearing is over.
  int hear() {
    auto* const self = reinterpret_cast<u_char*>(this);
    looked_ = clock_.steady();
    looked_wall_ = std::chrono::system_clock::now().time_since_epoch();
    const int heard = pcap_dispatch(handle_.get(), kBatch, on_packet, self);
    if (heard < 0) {
      const std::lock_guard lock(mutex_);
      failed_ = pcap_geterr(handle_.get());
      if (failed_.empty()) failed_ = "it ended";
    }
    if (heard != 0) on_put_();
    return heard;
  }

  void read_stats() {
    const auto now = clock_.steady();
    if (now - stats_at_ < kStatsEvery) return;
    stats_at_ = now;
    pcap_stat stats{};
    if (pcap_stats(handle_.get(), &stats) != 0) return;
    // Its counter has 32 bits and may come round.
    dropped_ += stats.ps_drop - last_drop_;
    last_drop_ = stats.ps_drop;
  }

  void run() {
    std::array<pollfd, 2> wait{pollfd{pcap_get_selectable_fd(handle_.get()), POLLIN, 0},
                               pollfd{stop_.get(), POLLIN, 0}};
    while (true) {
      const int ready = ::poll(wait.data(), wait.size(), kPollMillis);
      if (wait[1].revents != 0) return;
      const auto before = looked_;
      // Also where nothing is ready: pcap tells that the interface is gone only on the call after
      // the one that met the error, and nothing need ever become ready again.
      const int heard = ready >= 0 ? hear() : 0;
      if (heard < 0) return;
      read_stats();
      const bool thick = heard >= kThick || (heard > 0 && looked_ - before < kSoon);
      if (thick && ::ppoll(&wait[1], 1, &kRest, nullptr) > 0) return;
    }
  }

  PcapHandle handle_;
  UniqueFd stop_;
  const Clock& clock_;
  FrameInbox& inbox_;
  std::string interface_;
  std::size_t strip_{0};
  std::function<void()> on_put_;
  SteadyTime stats_at_{};
  // When frames were last looked for, by both clocks.
  SteadyTime looked_{};
  std::chrono::system_clock::duration looked_wall_{};
  unsigned last_drop_{0};
  std::atomic<std::uint64_t> dropped_{0};
  mutable std::mutex mutex_;
  std::string failed_;  // under the mutex
  std::thread thread_;  // last: begins when all else is there
};

}  // namespace

std::string capture_filter(const PortSpan& ports) {
  // pcap's tcp[…] reads IPv4 only, so the flags of IPv6 are found at 40 + 13, and its ICMP type
  // at 40.
  const auto range = std::to_string(ports.first) + "-" + std::to_string(ports.last);
  return "(ip and tcp dst portrange " + range + " and tcp[13] & 0x12 != 0x02)" +
         " or (ip6 and tcp dst portrange " + range + " and ip6[53] & 0x12 != 0x02)" +
         " or (icmp and (icmp[0] = 0 or icmp[0] = 3 or icmp[0] = 4 or icmp[0] = 11 or icmp[0] = "
         "12" +
         " or icmp[0] = 14))" +
         " or (icmp6 and (ip6[40] = 1 or ip6[40] = 2 or ip6[40] = 3 or ip6[40] = 4 or" +
         " ip6[40] = 129 or ip6[40] = 136))" + " or (arp and arp[6:2] = 2)";
}

Result<std::unique_ptr<Capture>> open_capture(const CaptureSettings& settings, const Clock& clock,
                                              FrameInbox& inbox, std::function<void()> on_put) {
  auto handle = activate(settings.interface);
  if (!handle) return handle.error();
  if (const auto set = set_filter(handle->get(), settings); !set) return set.error();
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  if (pcap_setnonblock(handle->get(), 1, text.data()) != 0) {
    return failure(settings.interface, text.data());
  }
  UniqueFd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!stop) return failure(settings.interface, "no descriptor is left", ErrorCode::exhausted);
  auto capture = std::make_unique<LiveCapture>(*std::move(handle), std::move(stop), clock, inbox);
  if (const auto ready = capture->prepare(settings); !ready) return ready.error();
  capture->start(std::move(on_put));
  return std::unique_ptr<Capture>(std::move(capture));
}

}  // namespace qingdan::probe
