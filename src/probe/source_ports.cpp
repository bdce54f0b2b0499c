// source_ports — where raw probes may come from. The kernel owns no socket there, so it answers
// each SYN-ACK with a RST, which closes the half-open connection at the peer; what must not happen
// is that it gives one of these ports to a connection of its own.
#include <charconv>
#include <fstream>
#include <optional>
#include <string>

#include "qingdan/base/text.h"
#include "qingdan/probe/raw_link.h"

namespace qingdan::probe {
namespace {

constexpr unsigned kPorts = 1000;
constexpr unsigned kPreferred = 61'000;
constexpr unsigned kPortMost = 65'535;
constexpr unsigned kUnprivileged = 1024;

std::optional<unsigned> read_port(std::string_view text) {
  unsigned value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || value > kPortMost) return std::nullopt;
  return value;
}

PortSpan span_from(unsigned first) {
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(first + kPorts - 1)};
}

}  // namespace

PortSpan choose_source_ports(std::string_view ip_local_port_range) {
  const auto text = trim(ip_local_port_range);
  const auto gap = text.find_first_of(" \t");
  if (gap == std::string_view::npos) return span_from(kPreferred);
  const auto low = read_port(text.substr(0, gap));
  const auto high = read_port(trim(text.substr(gap)));
  if (!low || !high || *low > *high) return span_from(kPreferred);
  if (*high < kPreferred || *low >= kPreferred + kPorts) return span_from(kPreferred);
  if (*high + kPorts <= kPortMost) return span_from(kPortMost - kPorts + 1);
  if (*low >= kUnprivileged + kPorts) return span_from(*low - kPorts);
  return span_from(kPreferred);  // the kernel keeps them all to itself: a clash is rare, not worse
}

PortSpan read_source_ports() {
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::string line;
  std::getline(file, line);
  return choose_source_ports(line);
}

}  // namespace qingdan::probe
