// port_set — which TCP and UDP ports are meant: "22,80,8000-8100,U:53,U:161", or a name. Pure.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/result.h"

namespace qingdan::net {

enum class Transport : std::uint8_t { tcp, udp };
[[nodiscard]] std::string_view to_string(Transport transport);  // "tcp", "udp"

struct TransportPort {
  Transport transport{Transport::tcp};
  std::uint16_t port{0};
  auto operator<=>(const TransportPort&) const = default;
};

// A set; its order() is by expected yield for named sets and numeric otherwise, TCP before UDP.
class PortSet {
 public:
  void insert(TransportPort port);
  [[nodiscard]] bool contains(TransportPort port) const;
  [[nodiscard]] bool empty() const { return order_.empty(); }
  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] const std::vector<TransportPort>& order() const { return order_; }
  [[nodiscard]] PortSet only(Transport transport) const;
  // Canonical text: numeric, ranges folded, UDP as U:… — equal sets give equal text.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool operator==(const PortSet& other) const { return bits_ == other.bits_; }

 private:
  std::vector<TransportPort> order_;
  std::bitset<131072> bits_;  // index = transport << 16 | port
};

// SPEC = item { "," item }; item = [T:|U:] port [- port] | default | top100 | top1000 | all.
// A prefix T: or U: holds for its own item. Port 0, reversed ranges and unknown names are refused
// with the offending item in the message.
[[nodiscard]] Result<PortSet> parse_ports(std::string_view spec);

}  // namespace qingdan::net
