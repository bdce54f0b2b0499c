// build — short ways to write hosts, claims and runs in tests of resolve. Header only.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "qingdan/model/json.h"
#include "qingdan/model/world.h"
#include "qingdan/resolve/reconcile.h"

namespace qingdan::resolve::build {

using namespace std::chrono_literals;
using model::Claim;
using model::HostOutcome;
using model::HostSeen;
using model::Verdict;
namespace field = model::field;

inline const std::string kZone = "公用网络区";
inline constexpr UnixMillis kStart{1'780'000'000'000};
inline UnixMillis day(int n) { return kStart + 24h * n; }

inline net::Address ip(std::uint32_t last, std::uint32_t third = 0) {
  return net::Address::v4(0x0A620000u + third * 256 + last);  // 10.98.<third>.<last>
}
inline model::Endpoint at(const net::Address& address, std::uint16_t port) {
  return {kZone, address, net::Transport::tcp, port};
}
inline std::string text(const std::string& value) { return model::to_json(value); }
inline model::ProductStatement product(const std::string& name, const std::string& version = "") {
  model::ProductStatement made;
  made.id = name;
  made.product = name;
  made.version = version;
  made.precision = version.empty() ? model::Precision::unknown : model::Precision::exact;
  made.confidence = 90;
  return made;
}
inline std::string json(const std::string& name, const std::string& version = "") {
  return model::to_json(product(name, version));
}
inline Claim claim(std::string_view name, std::string value, std::string source = "",
                   int confidence = 90) {
  Claim made;
  made.field = name;
  made.value = std::move(value);
  made.source = std::move(source);
  made.confidence = confidence;
  return made;
}
inline Claim manual(std::string_view name, std::string value, std::string basis = "") {
  auto made = claim(name, std::move(value), "manual", 100);
  made.basis_value = std::move(basis);
  made.asserted_at = kStart;
  made.actor = "张三";
  made.reason = "现场核实";
  return made;
}

struct Port {
  std::uint16_t number;
  std::string protocol, name, version;
};

inline model::ServiceSeen service(const net::Address& address, const Port& port) {
  model::ServiceSeen seen;
  seen.at = at(address, port.number);
  seen.verdict = Verdict::open_verified;
  if (!port.protocol.empty()) seen.claims.push_back(claim(field::kProtocol, text(port.protocol)));
  if (!port.name.empty())
    seen.claims.push_back(claim(field::kProduct, json(port.name, port.version)));
  return seen;
}
inline HostSeen host(const net::Address& address, const std::vector<Port>& ports) {
  HostSeen seen;
  seen.zone = kZone;
  seen.ip = address;
  for (const auto& port : ports) seen.services.push_back(service(address, port));
  return seen;
}
inline HostSeen with(HostSeen seen, model::IdentifierType type, const std::string& value) {
  seen.identifiers.push_back({type, value});
  return seen;
}

// A run over 10.98.<0..blocks-1>.0/24 on day `n`: what is not in `hosts` was silent.
inline model::RunSeen run(int number, int n, std::vector<HostSeen> hosts,
                          const std::string& ports = "1-10000", std::uint32_t blocks = 1) {
  model::RunSeen seen;
  seen.run.id = model::RunId{number};
  seen.run.started = day(n);
  seen.run.ended = day(n) + 1h;
  seen.run.vantage = "a";
  seen.coverage.ports = *net::parse_ports(ports);
  model::CoverageBlock block{kZone, ip(0),
                             std::vector<HostOutcome>(256 * blocks, HostOutcome::silent)};
  for (auto& one : hosts) {
    one.time = day(n) + 10min;
    const auto index = static_cast<std::size_t>(one.ip.number() - block.first.number());
    if (index < block.outcomes.size()) block.outcomes[index] = HostOutcome::answered;
  }
  seen.coverage.blocks.push_back(std::move(block));
  seen.hosts = std::move(hosts);
  return seen;
}
// Says of one address what came of it.
inline model::RunSeen outcome(model::RunSeen seen, const net::Address& address, HostOutcome what) {
  auto& block = seen.coverage.blocks.front();
  block.outcomes.at(static_cast<std::size_t>(address.number() - block.first.number())) = what;
  return seen;
}

// As the register does on writing: ids and numbers for what has none.
inline model::World stored(model::World world) {
  std::int64_t next_service = 1;
  for (const auto& asset : world.assets) {
    for (const auto& s : asset.services) next_service = std::max(next_service, s.id.value + 1);
  }
  for (std::size_t a = 0; a < world.assets.size(); ++a) {
    auto& asset = world.assets[a];
    if (!asset.id) asset.id.value = static_cast<std::int64_t>(a) + 1;
    if (asset.number.empty()) asset.number = "ZC-" + std::to_string(a + 1);
    for (auto& s : asset.services) {
      if (!s.id) s.id.value = next_service++;
    }
  }
  return world;
}

struct Told {
  model::World world;
  std::vector<model::Change> changes;
};
inline Told after(model::World before, const model::RunSeen& seen) {
  auto result = reconcile(std::move(before), seen);
  return {stored(std::move(result.after)), std::move(result.changes)};
}
// "新增端口 10.98.0.1 80: → nginx 1.18.0", for CHECKs that show all at once.
inline std::vector<std::string> words(const std::vector<model::Change>& changes) {
  std::vector<std::string> lines;
  for (const auto& change : changes) {
    std::string line(model::to_string(change.type));
    if (change.ip) line += " " + change.ip->to_string();
    if (change.port) line += " " + std::to_string(change.port->port);
    line += ": " + change.before + " → " + change.after;
    lines.push_back(line);
  }
  return lines;
}
inline std::size_t count(const std::vector<model::Change>& changes, model::ChangeType type) {
  return static_cast<std::size_t>(std::count_if(
      changes.begin(), changes.end(), [&](const auto& change) { return change.type == type; }));
}

}  // namespace qingdan::resolve::build
