// reverse_names — which name has this address? Asked of the owner's name server (RFC 1035 §3.5,
// RFC 3596 §2.5), never of the address itself.
//
//   N1  whom to ask stands in the scope document and is in scope; no question leaves without a
//       permit of the Pacer, and at most kAskedAtOnce of one server are on their way
//   N2  only what a server states counts, a name or that there is none; silence, refusal, failure
//       and answers to other questions are neither
//   N3  a server that states nothing kGivenUpAfter times in a row is asked no more in this run
// Not thread-safe; one thread with the Pacer's coroutines.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/model/run.h"
#include "qingdan/probe/alarms.h"
#include "qingdan/probe/pacer.h"

namespace qingdan::probe {

inline constexpr std::size_t kAskedAtOnce = 8;
inline constexpr int kGivenUpAfter = 6;

class ReverseNames {
 public:
  // Outlived by `pacer`, whose scope says whom to ask.
  explicit ReverseNames(Pacer& pacer) : pacer_(pacer) {}

  // nullopt: nothing was stated, or nobody is to be asked about this zone. A stop ends every wait.
  [[nodiscard]] Awaitable<std::optional<model::ReverseName>> ask(std::string zone, net::Address ip);

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  // Servers that N3 gave up.
  [[nodiscard]] std::vector<net::Address> given_up() const;

 private:
  struct Server {
    std::size_t busy{0};
    std::deque<Event*> waiting;
    int failures{0};  // in a row
  };
  [[nodiscard]] Awaitable<bool> take_turn(Server& server);
  void pass_turn(Server& server);
  [[nodiscard]] Awaitable<std::optional<std::string>> question(targets::ApprovedTarget server,
                                                               net::Address ip, bool& left);

  Pacer& pacer_;
  std::map<net::Address, Server> servers_;
  std::uint64_t sent_{0};
};

}  // namespace qingdan::probe
