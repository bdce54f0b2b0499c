// approved_target — the right to send one probe. Only Scope can make one, so a function that takes
// an ApprovedTarget cannot be reached with an address that nobody authorised.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "qingdan/model/observation.h"
#include "qingdan/net/address.h"
#include "qingdan/net/port_set.h"

namespace qingdan::targets {

// What the scope document says of a range: its 网络区域, the 单位 it was assigned to, and whether
// industrial devices there may be asked who they are.
struct Area {
  std::string zone;
  std::string unit;
  bool ot_readonly{false};
  auto operator<=>(const Area&) const = default;
};

// Copyable; may outlive the Scope that made it.
class ApprovedTarget {
 public:
  [[nodiscard]] const net::Address& ip() const { return ip_; }
  [[nodiscard]] net::Transport transport() const { return transport_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& zone() const { return area_->zone; }
  [[nodiscard]] const std::string& unit() const { return area_->unit; }
  [[nodiscard]] bool ot_readonly() const { return area_->ot_readonly; }
  [[nodiscard]] model::Endpoint endpoint() const { return {zone(), ip_, transport_, port_}; }

 private:
  friend class Scope;
  ApprovedTarget(std::shared_ptr<const Area> area, const net::Address& ip, net::Transport transport,
                 std::uint16_t port)
      : area_(std::move(area)), ip_(ip), transport_(transport), port_(port) {}

  std::shared_ptr<const Area> area_;
  net::Address ip_;
  net::Transport transport_;
  std::uint16_t port_;
};

}  // namespace qingdan::targets
