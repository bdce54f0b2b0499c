// ledger — see ledger.h.
#include "ledger.h"

#include <algorithm>

namespace qingdan::practice {
namespace {

constexpr std::size_t kMostRequests = 64;
constexpr std::size_t kMostLineBytes = 160;

nlohmann::json port_report(const PortLog& log) {
  return {{"connections", log.connections},
          {"payload_bytes", log.payload_bytes},
          {"fins", log.fins},
          {"resets", log.resets},
          {"datagrams", log.datagrams},
          {"most_open", log.most_open},
          {"requests", log.requests}};
}

}  // namespace

void HostLog::on_accepted(PortLog& port, std::chrono::steady_clock::time_point when) {
  ++port.connections;
  port.most_open = std::max(port.most_open, ++port.open);
  most_open = std::max(most_open, ++open);
  if (when - second_began_ >= std::chrono::seconds(1)) {
    second_began_ = when;
    in_this_second_ = 0;
  }
  busiest_second = std::max(busiest_second, ++in_this_second_);
}

void HostLog::on_ended(PortLog& port) {
  --port.open;
  --open;
}

void note_request(PortLog& port, BytesView bytes) {
  if (port.requests.size() >= kMostRequests) return;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string line;
  for (const auto byte : bytes.first(std::min(bytes.size(), kMostLineBytes))) {
    if (byte == '\r' || byte == '\n') break;
    if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
      line += static_cast<char>(byte);
    } else {
      line += "\\x";
      line += kDigits[byte >> 4];
      line += kDigits[byte & 15];
    }
  }
  port.requests.push_back(std::move(line));
}

nlohmann::json Ledger::report() const {
  nlohmann::json hosts = nlohmann::json::object();
  std::uint64_t connections = 0;
  std::uint64_t datagrams = 0;
  for (const auto& [ip, log] : hosts_) {
    auto& entry = hosts[ip] = {{"most_open", log.most_open},
                               {"busiest_second", log.busiest_second},
                               {"ports", nlohmann::json::object()}};
    for (const auto& [name, port] : log.ports) {
      connections += port.connections;
      datagrams += port.datagrams;
      entry["ports"][name] = port_report(port);
    }
  }
  return {{"connections", connections}, {"datagrams", datagrams}, {"hosts", hosts}};
}

}  // namespace qingdan::practice
