// devices — see the header.
#include "qingdan/probe/devices.h"

#include <algorithm>

namespace qingdan::probe {
namespace {

// 631 is IPP (RFC 8010 §3.3): servers that print speak it too, and are treated with care for it.
constexpr std::uint16_t kIpp = 631;
// A raw port of some printers, an ordinary one elsewhere.
constexpr std::uint16_t kRawOnPrinters = 9999;

}  // namespace

DeviceKind Devices::kind(const net::Address& ip) const {
  const auto of = [&ip](const auto& kinds) {
    const auto found = kinds.find(ip);
    return found == kinds.end() ? DeviceKind::unknown : found->second;
  };
  const auto settled = std::max(of(known_), of(identified_));
  return settled == DeviceKind::unknown ? of(learnt_) : settled;
}

void Devices::on_identified(const net::Address& ip, DeviceKind kind) {
  if (!is_fragile(kind)) return;
  auto& held = identified_[ip];
  held = std::max(held, kind);
}

PortClass Devices::class_of(const net::Address& ip, net::TransportPort port) const {
  const bool raw = port.transport == net::Transport::tcp && port.port == kRawOnPrinters;
  if (raw && kind(ip) == DeviceKind::printer) return PortClass::never_payload;
  return probe::class_of(port);
}

void Devices::on_open(const net::Address& ip, net::TransportPort port) {
  const auto port_class = probe::class_of(port);
  const bool prints = port_class == PortClass::never_payload ||
                      (port.transport == net::Transport::tcp && port.port == kIpp);
  const bool industrial = port_class == PortClass::ot_readonly;
  if (!prints && !industrial) return;
  auto& kind = learnt_[ip];
  if (kind == DeviceKind::sturdy) return;
  // Industrial is the more careful of the two.
  if (industrial || kind == DeviceKind::unknown) {
    kind = industrial ? DeviceKind::industrial : DeviceKind::printer;
  }
}

void Devices::on_connected(const net::Address& ip, std::uint16_t port) {
  ++connections_[ip];
  if (probe::class_of({net::Transport::tcp, port}) == PortClass::ot_readonly) {
    industrial_ports_.insert({ip, port});
  }
}

bool Devices::spent(const net::Address& ip) const {
  if (kind(ip) != DeviceKind::industrial) return false;
  const auto made = connections_.find(ip);
  return made != connections_.end() && made->second >= kIndustrialConnections;
}

}  // namespace qingdan::probe
