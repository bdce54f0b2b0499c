// neighbours — who on the link has which MAC: whom we asked, when to ask again, who never answered.
// Pure: the caller sends the requests (build_arp_request, build_neighbour_solicitation) at its own
// pace and says what it heard.
//   B1  nobody is asked more than three times, nor twice within a second (RFC 4861 §10:
//       MAX_MULTICAST_SOLICIT, RETRANS_TIMER; the kernel's ARP does the same)
//   B2  an answer to what we never asked is not believed
//   B3  each wanted address is reported silent once, and only after its last second has passed
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/net/frame.h"

namespace qingdan::probe {

class Neighbours {
 public:
  static constexpr int kTries = 3;
  static constexpr auto kInterval = std::chrono::seconds(1);

  // From now on `ip` is to be asked for; nothing where it is already. One that was silent is tried
  // afresh.
  void want(const net::Address& ip);
  // At most `most` addresses whose request is due, oldest first; they count as asked at `now`.
  [[nodiscard]] std::vector<net::Address> due(SteadyTime now, std::size_t most);
  // Those whose three requests have gone unanswered since the last call.
  [[nodiscard]] std::vector<net::Address> take_silent(SteadyTime now);
  // True where this answers what we wanted to know. A later answer replaces the MAC: addresses move
  // between machines of a pair (RFC 5798).
  bool learn(const net::Address& ip, const net::Mac& mac);

  [[nodiscard]] std::optional<net::Mac> find(const net::Address& ip) const;
  // When due() or take_silent() will next have something; nullopt: nothing is open.
  [[nodiscard]] std::optional<SteadyTime> next() const;
  [[nodiscard]] std::size_t open() const { return open_; }  // wanted, neither known nor silent

 private:
  struct Entry {
    int asked{0};
    bool known{false}, silent{false};
    net::Mac mac;
  };
  struct Turn {
    net::Address ip;
    SteadyTime at;
  };
  [[nodiscard]] bool is_open(const net::Address& ip) const;

  std::unordered_map<net::Address, Entry> entries_;
  // All wait the same time, so each queue is in order of `at` by itself.
  std::deque<net::Address> fresh_;
  std::deque<Turn> again_, last_;  // to be asked again; asked for the last time
  std::size_t open_{0};
};

}  // namespace qingdan::probe
