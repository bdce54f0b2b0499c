// xdp_sender — see the header. Each sender has a TX ring and a region of chunks, slot i of the ring
// for chunk i; all share one completion ring, in which the kernel says which chunks are free again.
#include "probe/xdp_sender.h"

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "qingdan/base/contract.h"

namespace qingdan::probe {
namespace {

constexpr std::uint32_t kChunkBytes = 2048;  // the least the kernel accepts
constexpr std::uint32_t kSlots = 256;        // of each sender: four batches; a power of two
constexpr std::uint32_t kQueue = 0;          // every interface has this one

Error failure(const std::string& interface, const std::string& what) {
  return {errno == EPERM || errno == EACCES ? ErrorCode::privilege : ErrorCode::io,
          "AF_XDP on " + interface + ": " + what + ": " + std::strerror(errno),
          "probe: xdp sender"};
}

// Memory of mmap(2), given back at the end.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int socket, std::size_t size, off_t at)
      : size_(size),
        start_(::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      socket < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED | MAP_POPULATE, socket,
                      at)) {}
  ~Mapping() {
    if (*this) ::munmap(start_, size_);
  }
  Mapping(Mapping&& other) noexcept
      : size_(other.size_), start_(std::exchange(other.start_, MAP_FAILED)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(size_, other.size_);
    std::swap(start_, other.start_);
    return *this;
  }
  explicit operator bool() const { return start_ != MAP_FAILED; }
  [[nodiscard]] std::uint8_t* at(std::uint64_t offset) const {
    return static_cast<std::uint8_t*>(start_) + offset;
  }
  // Places are the kernel's: aligned for what lies there.
  template <class T>
  [[nodiscard]] T* as(std::uint64_t offset) const {
    return reinterpret_cast<T*>(at(offset));
  }

 private:
  std::size_t size_{0};
  void* start_{MAP_FAILED};
};

std::uint32_t read_index(std::uint32_t* index) {
  return std::atomic_ref(*index).load(std::memory_order_acquire);
}
void write_index(std::uint32_t* index, std::uint32_t value) {
  std::atomic_ref(*index).store(value, std::memory_order_release);
}

// The chunks of all senders of one interface.
class Memory {
 public:
  explicit Memory(std::size_t senders)
      : chunks_(senders * kSlots), memory_(-1, chunks_ * kChunkBytes, 0), busy_(chunks_) {}

  // `socket` is the first of the senders; it owns the memory's rings in the kernel.
  [[nodiscard]] bool give_to(int socket) {
    if (!memory_) return false;
    xdp_umem_reg region{};
    region.addr = reinterpret_cast<std::uintptr_t>(memory_.at(0));
    region.len = chunks_ * kChunkBytes;
    region.chunk_size = kChunkBytes;
    // A fill ring must be there though nothing is received; a completion for every chunk has room.
    const std::uint32_t fill = 2;
    mask_ = round_up(chunks_) - 1;
    const std::uint32_t completions = mask_ + 1;
    return ::setsockopt(socket, SOL_XDP, XDP_UMEM_REG, &region, sizeof region) == 0 &&
           ::setsockopt(socket, SOL_XDP, XDP_UMEM_FILL_RING, &fill, sizeof fill) == 0 &&
           ::setsockopt(socket, SOL_XDP, XDP_UMEM_COMPLETION_RING, &completions,
                        sizeof completions) == 0;
  }
  [[nodiscard]] bool map_completions(int socket, const xdp_ring_offset& offsets) {
    const auto size = offsets.desc + (mask_ + 1) * sizeof(std::uint64_t);
    ring_ = Mapping(socket, size, static_cast<off_t>(XDP_UMEM_PGOFF_COMPLETION_RING));
    if (!ring_) return false;
    producer_ = ring_.as<std::uint32_t>(offsets.producer);
    consumer_ = ring_.as<std::uint32_t>(offsets.consumer);
    freed_ = ring_.as<std::uint64_t>(offsets.desc);
    return true;
  }

  [[nodiscard]] std::uint8_t* at(std::uint64_t chunk) const {
    return memory_.at(chunk * kChunkBytes);
  }
  [[nodiscard]] std::uint64_t end() const { return chunks_ * kChunkBytes; }

  // Takes up to `most` slots of the sender whose chunks begin at `base`, from slot `first` on, in
  // order; returns how many.
  [[nodiscard]] std::uint32_t take(std::uint64_t base, std::uint32_t first, std::uint32_t most) {
    const std::lock_guard lock(mutex_);
    collect();
    std::uint32_t taken = 0;
    for (; taken < most; ++taken) {
      auto& busy = busy_[base + (first + taken) % kSlots];
      if (busy != 0) break;
      busy = 1;
    }
    return taken;
  }
  // Of a slot that take() gave and the kernel has not taken.
  void mark(std::uint64_t chunk, bool busy) {
    const std::lock_guard lock(mutex_);
    busy_[chunk] = busy ? 1 : 0;
  }

 private:
  static std::uint32_t round_up(std::size_t count) {
    std::uint32_t power = 1;
    while (power < count) power *= 2;
    return power;
  }
  void collect() {
    auto at = *consumer_;
    const auto end = read_index(producer_);
    for (; at != end; ++at) {
      // Linux 6.18 completes a slot that was made unsendable too, by the address it found there.
      const auto chunk = freed_[at & mask_] / kChunkBytes;
      if (chunk < chunks_) busy_[chunk] = 0;
    }
    write_index(consumer_, at);
  }

  std::size_t chunks_;
  Mapping memory_;
  Mapping ring_;
  std::uint32_t *producer_{nullptr}, *consumer_{nullptr};
  std::uint64_t* freed_{nullptr};
  std::uint32_t mask_{0};
  std::mutex mutex_;
  std::vector<std::uint8_t> busy_;  // under the mutex: given to the kernel and not yet back
};

FrameSender::Outcome outcome_of(int error) {
  switch (error) {
    case ENETDOWN:
    case ENXIO:
    case ENODEV:
      return FrameSender::Outcome::no_link;
    case EMSGSIZE:
    case EPERM:
      return FrameSender::Outcome::never;
    default:
      return FrameSender::Outcome::later;
  }
}

class XdpSender final : public FrameSender {
 public:
  XdpSender(UniqueFd socket, std::shared_ptr<Memory> memory, std::uint64_t base)
      : socket_(std::move(socket)), memory_(std::move(memory)), base_(base) {}

  [[nodiscard]] bool map_ring(const xdp_ring_offset& offsets) {
    const auto size = offsets.desc + kSlots * sizeof(xdp_desc);
    ring_ = Mapping(socket_.get(), size, XDP_PGOFF_TX_RING);
    if (!ring_) return false;
    producer_ = ring_.as<std::uint32_t>(offsets.producer);
    consumer_ = ring_.as<std::uint32_t>(offsets.consumer);
    slots_ = ring_.as<xdp_desc>(offsets.desc);
    return true;
  }
  [[nodiscard]] int socket() const { return socket_.get(); }

  Batch send(std::span<const Outgoing> frames) override {
    QD_EXPECTS(frames.size() <= kBatchMost);
    if (frames.empty()) return {};
    const auto first = read_index(consumer_);
    const auto count = make_room(first, static_cast<std::uint32_t>(frames.size()));
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto bytes = frames[i].bytes;
      QD_EXPECTS(bytes.size() <= kChunkBytes);
      const auto chunk = base_ + (first + i) % kSlots;
      std::memcpy(memory_->at(chunk), bytes.data(), bytes.size());
      slots_[(first + i) % kSlots] = {chunk * kChunkBytes, static_cast<std::uint32_t>(bytes.size()),
                                      0};
    }
    write_index(producer_, written_);
    if (count == 0) return {0, Outcome::later};
    return push(first, count);
  }

 private:
  // Slots first … first + the result are ours to write. Those of the call before that the kernel
  // did not take come first; what of them is too many is made unsendable (V1).
  [[nodiscard]] std::uint32_t make_room(std::uint32_t first, std::uint32_t wanted) {
    const auto left_over = written_ - first;
    for (std::uint32_t i = 0; i < left_over; ++i) {
      const auto slot = (first + i) % kSlots;
      memory_->mark(base_ + slot, i < wanted);
      if (i >= wanted) slots_[slot] = {memory_->end(), 1, 0};  // no such chunk: passed over
    }
    if (wanted <= left_over) return wanted;
    const auto more = memory_->take(base_, written_, wanted - left_over);
    written_ += more;
    return left_over + more;
  }

  // One call takes some thirty frames.
  [[nodiscard]] Batch push(std::uint32_t first, std::uint32_t count) {
    std::uint32_t left = 0;
    while (true) {
      const auto before = left;
      const bool well = ::sendto(socket_.get(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) >= 0;
      const int error = well ? 0 : errno;
      left = std::min(read_index(consumer_) - first, count);
      // The driver threw the last one away: it is to be sent again.
      if (error == EBUSY && left > before) return {left - 1, Outcome::later};
      if (left == count) return {left, Outcome::sent};
      if (left == before && error != EINTR) return {left, outcome_of(error)};
    }
  }

  UniqueFd socket_;
  std::shared_ptr<Memory> memory_;
  std::uint64_t base_;  // the first of our chunks
  Mapping ring_;
  std::uint32_t *producer_{nullptr}, *consumer_{nullptr};
  xdp_desc* slots_{nullptr};
  std::uint32_t written_{0};  // the slot after the last one written, as `producer_` says
};

bool bind_to(int socket, int interface_index, int shared_with) {
  sockaddr_xdp here{};
  here.sxdp_family = AF_XDP;
  here.sxdp_ifindex = static_cast<std::uint32_t>(interface_index);
  here.sxdp_queue_id = kQueue;
  // Copy mode leaves the interface as it is; the other would take the queue away from the kernel.
  here.sxdp_flags = shared_with < 0 ? XDP_COPY : XDP_SHARED_UMEM;
  if (shared_with >= 0) here.sxdp_shared_umem_fd = static_cast<std::uint32_t>(shared_with);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
}

}  // namespace

Result<std::vector<std::unique_ptr<FrameSender>>> open_xdp_senders(const Way& way,
                                                                   std::size_t count) {
  QD_EXPECTS(way.ethernet && count > 0);
  const auto memory = std::make_shared<Memory>(count);
  std::vector<std::unique_ptr<FrameSender>> senders;
  int first = -1;
  for (std::size_t i = 0; i < count; ++i) {
    UniqueFd socket(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!socket) return failure(way.interface, "no such socket");
    if (i == 0 && !memory->give_to(socket.get())) return failure(way.interface, "no memory");
    const std::uint32_t slots = kSlots;
    xdp_mmap_offsets offsets{};
    socklen_t size = sizeof offsets;
    if (::setsockopt(socket.get(), SOL_XDP, XDP_TX_RING, &slots, sizeof slots) != 0 ||
        ::getsockopt(socket.get(), SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &size) != 0 ||
        size != sizeof offsets || (i == 0 && !memory->map_completions(socket.get(), offsets.cr))) {
      return failure(way.interface, "no rings");
    }
    auto sender = std::make_unique<XdpSender>(std::move(socket), memory, i * kSlots);
    if (!sender->map_ring(offsets.tx)) return failure(way.interface, "no rings");
    if (!bind_to(sender->socket(), way.interface_index, first)) {
      return failure(way.interface, "not to be had");
    }
    if (i == 0) first = sender->socket();
    senders.push_back(std::move(sender));
  }
  return senders;
}

}  // namespace qingdan::probe
