// guard — the liveness circuit breaker: stops probing what falls silent after our probes (lesson
// 30).
//
// It is told what left for whom and what came back, and answers whether a host may be probed. A
// silence is suspicious where it surprises: a port known open that no longer answers, or more
// unanswered probes in a row than this host's habits explain. Then a known port (the sentinel) is
// asked again; nothing else goes to the host until it answers or is given up.
//   G1  a host is stopped only after `asks` sentinel questions, >= `ask_gap` apart, stayed
//   unanswered G2  an unanswered question counts only if another host answered meanwhile: a dead
//   path is no
//       dead host. Where only one host ever answered there is nobody to compare with, and it counts
//   G3  a host that fell silent while nothing was sent to it is gone, not stopped
//   G4  what is stopped stays stopped for the run
// Pure: no clock, no I/O. Memory is a constant per host that ever answered. Not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/net/address.h"
#include "qingdan/net/port_set.h"

namespace qingdan::probe {

struct GuardSettings {
  std::chrono::milliseconds attribution{30'000};  // G3: of lesson 30
  std::chrono::milliseconds check_gap{10'000};    // between two checks of one host that lives
  std::chrono::milliseconds ask_gap{1000};
  int asks{3};
  std::size_t block_hosts{2};  // of a /24 or /64: the block is stopped
  std::size_t run_hosts{5};    // of the run: the run is stopped
  std::chrono::milliseconds path_patience{
      300'000};  // nobody answers for so long: the run is stopped
};

enum class Ruling : std::uint8_t {
  free,
  hold,  // its sentinel is being asked: later
  host,  // the host, its block or the whole run is stopped
  block,
  run
};

struct SentProbe {
  SteadyTime at;
  net::TransportPort port;
  std::string_view what;  // "" = handshake (TCP), datagram (UDP); else name of a conversation
};

// A host that was stopped, with the evidence.
struct Trip {
  net::Address ip;
  SteadyTime at, last_heard, first_silent;
  net::TransportPort sentinel;
  std::vector<SentProbe> probes;  // the last ones, oldest first
  bool stops_block{false};        // with this host its block was stopped
  bool stops_run{false};
  bool path{false};  // not the host: nobody answered any more
};

struct SentinelCheck {
  net::Address ip;
  net::TransportPort port;
  bool control{false};  // of another host, for G2; its answer is all that matters
};

class Guard {
 public:
  static constexpr std::size_t kKept = 16;  // probes kept per host

  explicit Guard(GuardSettings settings = {}) : settings_(settings) {}

  // `what` is of static storage.
  // `half_open`: nobody will say that it got no answer; that shows in what was sent since the host
  // was heard last.
  void on_sent(const net::Address& ip, net::TransportPort port, std::string_view what,
               SteadyTime now, bool half_open = false);
  // Anything that proves the host alive.
  void on_heard(const net::Address& ip, SteadyTime now);
  // As on_heard; the port may serve as sentinel from now on.
  void on_answer(const net::Address& ip, net::TransportPort port, bool open, SteadyTime now);
  // A probe sent at `sent` got no answer.
  void on_silence(const net::Address& ip, SteadyTime sent);
  // As on_silence, where an answer was to be expected: a port known open took no connection.
  void on_surprise(const net::Address& ip, SteadyTime sent);
  // A conversation ended in silence: worth a question now and then, not at every port.
  void on_quiet(const net::Address& ip, SteadyTime sent);

  // G4 in a run that goes on after its process died: `ip` was stopped then. `counts`: towards
  // run_hosts; what came before a stop of the whole run does not, as a person looked at it and let the
  // run go on.
  void keep_stopped(const net::Address& ip, bool counts);

  [[nodiscard]] Ruling ruling(const net::Address& ip) const;
  // It, its block or the run was stopped.
  [[nodiscard]] bool stops(const net::Address& ip) const {
    const auto word = ruling(ip);
    return word != Ruling::free && word != Ruling::hold;
  }
  [[nodiscard]] bool run_stopped() const { return run_stopped_; }
  // Hosts whose sentinel is being asked.
  [[nodiscard]] std::size_t suspects() const { return suspects_.size(); }
  // Sentinels to ask now, each with a plain handshake; each check that is no control is answered by
  // on_check. An answer of the host itself is told by on_heard, before.
  [[nodiscard]] std::vector<SentinelCheck> take_checks(SteadyTime now);
  void on_check(const net::Address& ip, bool answered, SteadyTime asked, SteadyTime now);
  [[nodiscard]] std::vector<Trip> take_trips();

 private:
  enum class State : std::uint8_t { well, suspect, gone, stopped };
  struct Packed {  // SentProbe in 8 bytes
    std::uint32_t ms{0};
    std::uint16_t port{0};
    std::uint8_t what{0};
    bool udp{false};
  };
  struct Host {
    SteadyTime last_heard{}, silent_since{}, next_ask{}, suspected{};
    std::uint32_t heard{0}, silent{0}, streak{0};  // silent: without the present streak
    std::uint32_t sent{0};                         // probes ever kept; the ring's head
    std::uint32_t answers{0};
    // Half-open probes since it was heard last; as many of them had left by `turn`.
    SteadyTime unheard_from{}, turn{};
    std::uint32_t unheard{0}, turned{0};
    std::array<Packed, kKept> ring{};
    std::uint16_t open_port{0}, refused_port{0};  // 0 = none
    std::uint8_t unanswered{0};
    State state{State::well};
    bool asking{false};
  };
  struct Heard {
    net::Address ip;
    SteadyTime at;
  };

  void suspect(const net::Address& ip, Host& host, SteadyTime since);
  Host* silent_host(const net::Address& ip, SteadyTime sent);
  void settle_well(const net::Address& ip, Host& host);
  void look_for_overdue(const net::Address& ip, Host& host, SteadyTime now);
  [[nodiscard]] std::optional<net::TransportPort> sentinel_of(const Host& host) const;
  [[nodiscard]] bool others_heard(const net::Address& ip, SteadyTime since) const;
  void add_control(const net::Address& ip, std::vector<SentinelCheck>& checks) const;
  void give_up(const net::Address& ip, Host& host, SteadyTime now, bool path);
  void note_heard(const net::Address& ip, SteadyTime now);
  [[nodiscard]] std::vector<SentProbe> probes_of(const Host& host) const;
  [[nodiscard]] std::uint8_t index_of(std::string_view what);

  GuardSettings settings_;
  std::unordered_map<net::Address, Host> hosts_;
  std::set<net::Address> suspects_;
  std::vector<Heard> recent_;  // the last few different hosts that answered, newest last
  std::map<net::Address, std::size_t> stopped_in_;  // by block: hosts stopped
  std::size_t stopped_{0};
  bool run_stopped_{false};
  std::vector<Trip> trips_;
  std::vector<std::string_view> whats_;
  std::optional<SteadyTime> begun_;  // times in the ring count from here
};

}  // namespace qingdan::probe
