// devices — which hosts must be handled with care, from the register and from what this run saw.
//
// What is known of a device outranks what its port is: a printer prints what arrives on its raw
// ports, port 9999 among them, and an industrial controller has a handful of connection slots, some
// of them for good (lesson 28). Cameras and door controls have little memory and no spare processor.
// All are fragile: one connection at a time, their own pace, and no request that nothing hints at.
//   C1  a host with a raw printing port open is a printer, one with an industrial port open is
//       industrial, unless the register knows better
//   C2  no more than kIndustrialConnections connections in a run to an industrial host by anything
//       but the sweep, and never two in all to one industrial port
//   C3  what this run identified speaks where it calls for more care than the register does, from then
//       on; never for less
// Pure. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>

#include "qingdan/net/address.h"
#include "qingdan/net/port_set.h"
#include "qingdan/probe/table.h"

namespace qingdan::probe {

enum class DeviceKind : std::uint8_t {
  unknown,
  sturdy,    // the register knows that it is none of the following
  delicate,  // a camera and the like: no port of it is special
  printer,
  industrial  // by care: the last one calls for most
};

[[nodiscard]] constexpr bool is_fragile(DeviceKind kind) { return kind >= DeviceKind::delicate; }

class Devices {
 public:
  static constexpr int kIndustrialConnections = 6;

  explicit Devices(const std::map<net::Address, DeviceKind>& known = {})
      : known_(known.begin(), known.end()) {}

  [[nodiscard]] DeviceKind kind(const net::Address& ip) const;
  [[nodiscard]] bool fragile(const net::Address& ip) const {
    return is_fragile(kind(ip));
  }
  [[nodiscard]] PortClass class_of(const net::Address& ip, net::TransportPort port) const;

  void on_open(const net::Address& ip, net::TransportPort port);  // C1
  void on_identified(const net::Address& ip, DeviceKind kind);  // C3
  // It says "open" where nobody listens: its open ports tell nothing of what it is.
  void on_suspect(const net::Address& ip) { learnt_[ip] = DeviceKind::sturdy; }
  void on_connected(const net::Address& ip, std::uint16_t port);
  // C2: no further connection of an interview.
  [[nodiscard]] bool spent(const net::Address& ip) const;
  [[nodiscard]] bool connected_before(const net::Address& ip, std::uint16_t port) const {
    return !industrial_ports_.empty() && industrial_ports_.contains({ip, port});
  }

  // Held from before the handshake until the connection is closed.
  class Line {
   public:
    Line(Devices& devices, const net::Address& ip) : devices_(devices), ip_(ip) {
      ++devices_.held_[ip_];
    }
    ~Line() {
      if (--devices_.held_[ip_] == 0) devices_.held_.erase(ip_);
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

   private:
    Devices& devices_;  // outlives every connection
    net::Address ip_;
  };
  [[nodiscard]] std::unique_ptr<Line> hold_line(const net::Address& ip) {
    return std::make_unique<Line>(*this, ip);
  }
  [[nodiscard]] bool busy(const net::Address& ip) const { return held_.contains(ip); }

 private:
  // Asked for every probe that leaves.
  std::unordered_map<net::Address, DeviceKind> known_;  // of the register
  std::unordered_map<net::Address, DeviceKind> identified_;  // fragile ones
  std::unordered_map<net::Address, DeviceKind> learnt_;      // by open ports
  std::unordered_map<net::Address, int> held_;
  std::unordered_map<net::Address, int> connections_;
  std::set<std::pair<net::Address, std::uint16_t>> industrial_ports_;  // connected to in this run
};

}  // namespace qingdan::probe
