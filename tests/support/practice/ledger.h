// ledger — what each host of the practice network received: the proof of good manners.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "qingdan/base/bytes.h"

namespace qingdan::practice {

struct PortLog {
  std::uint64_t connections{0};
  std::uint64_t payload_bytes{0};  // as on the wire, TLS included
  std::uint64_t fins{0};           // the peer closed in good order
  std::uint64_t resets{0};         // the peer tore the connection down
  std::uint64_t datagrams{0};
  std::uint64_t open{0}, most_open{0};  // connections at a time
  std::vector<std::string> requests;    // first line of each, decrypted, escaped
};

struct HostLog {
  std::uint64_t open{0}, most_open{0};
  std::uint64_t busiest_second{0};       // most connections taken within one second
  std::map<std::string, PortLog> ports;  // "tcp/80"

  void on_accepted(PortLog& port, std::chrono::steady_clock::time_point when);
  void on_ended(PortLog& port);

 private:
  std::chrono::steady_clock::time_point second_began_{};
  std::uint64_t in_this_second_{0};
};

class Ledger {
 public:
  HostLog& host(const std::string& ip) { return hosts_[ip]; }  // stays where it is
  [[nodiscard]] nlohmann::json report() const;

 private:
  std::map<std::string, HostLog> hosts_;
};

// Keeps the first line of a request, printable, at most 160 bytes; 64 requests a port.
void note_request(PortLog& port, BytesView bytes);

}  // namespace qingdan::practice
