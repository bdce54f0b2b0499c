// desk — takes every connection and datagram of the city and seats a player for it.
//
// One IP_TRANSPARENT socket gets the SYNs of all open ports by an nftables tproxy rule;
// getsockname() of the accepted connection then is the address that was asked. Datagrams need no
// tproxy: addresses routed `local` reach a socket bound to all of them, and IP_PKTINFO names the
// one that was asked.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "plan.h"
#include "practice/certificates.h"
#include "practice/connection.h"
#include "practice/ledger.h"
#include "practice/loop.h"

namespace qingdan::city {

class Desk final : public practice::Loop::Handler {
 public:
  // All outlive the desk. Throws practice::BadDescription where the kernel refuses a socket.
  Desk(practice::Loop& loop, const Plan& plan, practice::Ledger& ledger, std::uint16_t port);
  ~Desk() override;
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void on_ready(std::uint32_t events) override;

 private:
  class Counter;  // of one UDP port
  class SixDoor;  // the listener for IPv6
  void take_guests(const UniqueFd& door);

  practice::ListenerSetting* seat_of(std::uint32_t ip, std::uint16_t port);
  SSL_CTX* tls_of(const Kind& kind);
  void welcome(UniqueFd accepted, const practice::ListenerSetting& setting);

  practice::Loop& loop_;
  const Plan& plan_;
  practice::Ledger& ledger_;
  UniqueFd socket_;
  practice::Loop::Id watch_ = 0;
  // Kept for good: connections hold a reference to their seat.
  std::unordered_map<std::uint64_t, std::unique_ptr<practice::ListenerSetting>> seats_;
  // One certificate for all servers of a kind: making a key for each of 3 000 takes too long.
  std::unordered_map<const Kind*, practice::TlsContext> contexts_;
  std::vector<std::unique_ptr<Counter>> counters_;
  std::unique_ptr<SixDoor> six_door_;  // none where the machine has no IPv6
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<practice::Connection>> connections_;
};

}  // namespace qingdan::city
