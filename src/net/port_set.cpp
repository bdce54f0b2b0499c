// port_set — reading and printing of port specifications.
//   P1  parse_ports(s.to_string()) == s for every set that is not empty
//   P2  equal sets print equal text, whatever their order
//   P3  order() has every member once, TCP before UDP
#include "qingdan/net/port_set.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "net/port_names.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

constexpr std::uint32_t kMaxPort = 65535;

struct Span {
  Transport transport{Transport::tcp};
  std::uint32_t first{0};
  std::uint32_t last{0};
};

std::size_t index_of(TransportPort port) {
  return static_cast<std::size_t>(port.transport) << 16 | port.port;
}

Error bad(std::string_view item, std::string_view why) {
  return {
      ErrorCode::input, "ports: \"" + escape_untrusted(item, 60) + "\": " + std::string(why), {}};
}

std::optional<std::uint32_t> read_port(std::string_view text) {
  std::uint32_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return value;
}

Result<Span> parse_span(std::string_view item) {
  Span span;
  auto rest = item;
  if (rest.starts_with("U:") || rest.starts_with("T:")) {
    span.transport = rest[0] == 'U' ? Transport::udp : Transport::tcp;
    rest.remove_prefix(2);
  }
  const auto dash = rest.find('-');
  const auto first = read_port(trim(rest.substr(0, dash)));
  const auto last = dash == std::string_view::npos ? first : read_port(trim(rest.substr(dash + 1)));
  if (!first || !last) {
    return bad(item, "not a port, a range (8000-8100), U:port, default, top100, top1000 or all");
  }
  if (*first == 0 || *last == 0 || *first > kMaxPort || *last > kMaxPort) {
    return bad(item, "ports are 1 to 65535");
  }
  if (*last < *first) return bad(item, "the range is reversed");
  span.first = *first;
  span.last = *last;
  return span;
}

void insert_span(PortSet& set, const Span& span) {
  for (auto port = span.first; port <= span.last; ++port) {
    set.insert({span.transport, static_cast<std::uint16_t>(port)});
  }
}

// The tables are our own text in the same syntax, so one that cannot be read is our fault.
void insert_named(PortSet& set, std::string_view spec) {
  for (const auto item : split(spec, ',')) {
    const auto span = parse_span(item);
    QD_EXPECTS(span.has_value());
    insert_span(set, *span);
  }
}

}  // namespace

std::string_view to_string(Transport transport) {
  return transport == Transport::udp ? "udp" : "tcp";
}

void PortSet::insert(TransportPort port) {
  if (bits_.test(index_of(port))) return;
  bits_.set(index_of(port));
  const auto is_tcp = [](const TransportPort& p) { return p.transport == Transport::tcp; };
  const auto at = port.transport == Transport::tcp
                      ? std::partition_point(order_.begin(), order_.end(), is_tcp)
                      : order_.end();
  order_.insert(at, port);
}

bool PortSet::contains(TransportPort port) const { return bits_.test(index_of(port)); }

PortSet PortSet::only(Transport transport) const {
  PortSet chosen;
  for (const auto& port : order_) {
    if (port.transport == transport) chosen.insert(port);
  }
  return chosen;
}

std::string PortSet::to_string() const {
  std::string text;
  for (const auto transport : {Transport::tcp, Transport::udp}) {
    const auto has = [&](std::uint32_t port) {
      return port <= kMaxPort && contains({transport, static_cast<std::uint16_t>(port)});
    };
    for (std::uint32_t port = 0; port <= kMaxPort; ++port) {
      if (!has(port)) continue;
      const auto first = port;
      while (has(port + 1)) ++port;
      if (!text.empty()) text += ',';
      if (transport == Transport::udp) text += "U:";
      text += std::to_string(first);
      if (port != first) text += '-' + std::to_string(port);
    }
  }
  return text;
}

Result<PortSet> parse_ports(std::string_view spec) {
  if (trim(spec).empty()) {
    return bad(spec, "no ports; write for example 22,80,8000-8100,U:53, or default");
  }
  PortSet set;
  std::vector<Span> spans;
  for (const auto piece : split(spec, ',')) {
    const auto item = trim(piece);
    if (const auto named = find_named_ports(item)) {
      insert_named(set, *named);
      continue;
    }
    const auto span = parse_span(item);
    if (!span) return span.error();
    spans.push_back(*span);
  }
  // Numeric order for what was not named; a name's own order stands before it.
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return std::pair(a.transport, a.first) < std::pair(b.transport, b.first);
  });
  for (const auto& span : spans) insert_span(set, span);
  return set;
}

}  // namespace qingdan::net
