// network — a made-up network that is what it is, and runs that look at part of it. The laws are
// tried on what reconcile makes of such looks, against what is true.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "qingdan/base/rng.h"
#include "unit/resolve/build.h"

namespace qingdan::resolve::build {

struct TrueService {
  std::string protocol, product;
  int version{1};
  int certificate{0};  // 0 = none
};
struct TrueHost {
  std::uint32_t block{0}, last{0};
  bool alive{true};
  bool refuses{false};  // sends a refusal from closed ports; otherwise drops
  std::string key;      // SSH host key, "" = not known
  std::map<std::uint16_t, TrueService> services;
};

struct Network {
  std::vector<TrueHost> hosts;
  std::uint32_t blocks{1};
};

inline const std::vector<std::uint16_t>& port_pool() {
  static const std::vector<std::uint16_t> kPool{22, 80, 443, 445, 3306, 3389, 6379, 8080, 9200};
  return kPool;
}

inline TrueService make_service(Rng& rng, std::uint16_t port) {
  static const std::map<std::uint16_t, std::vector<std::string>> kProducts{
      {22, {"openssh", "dropbear"}},
      {80, {"nginx", "apache", "iis"}},
      {443, {"nginx", "apache"}},
      {445, {"samba", "windows-smb"}},
      {3306, {"mysql", "mariadb"}},
      {3389, {"windows-rdp"}},
      {6379, {"redis"}},
      {8080, {"tomcat", "jetty"}},
      {9200, {"elasticsearch"}}};
  static const std::map<std::uint16_t, std::string> kProtocols{
      {22, "ssh"},           {80, "http"},    {443, "http"},
      {445, "microsoft-ds"}, {3306, "mysql"}, {3389, "ms-wbt-server"},
      {6379, "redis"},       {8080, "http"},  {9200, "http"}};
  const auto& products = kProducts.at(port);
  TrueService made{kProtocols.at(port), products[rng.below(products.size())],
                   static_cast<int>(rng.below(20)) + 1, 0};
  if (port == 443) made.certificate = static_cast<int>(rng.below(1'000'000)) + 1;
  return made;
}

inline Network make_network(Rng& rng, std::uint32_t count, std::uint32_t blocks) {
  Network network;
  network.blocks = blocks;
  for (std::uint32_t n = 0; n < count; ++n) {
    TrueHost made;
    made.block = n % blocks;
    made.last = 1 + n / blocks;
    made.refuses = rng.below(2) == 0;
    if (rng.below(2) == 0) made.key = "host-key-" + std::to_string(rng.next());
    const auto services = 1 + rng.below(5);
    for (std::uint64_t s = 0; s < services; ++s) {
      const auto port = port_pool()[rng.below(port_pool().size())];
      made.services.emplace(port, make_service(rng, port));
    }
    if (!made.services.contains(22)) made.key.clear();
    network.hosts.push_back(std::move(made));
  }
  return network;
}

inline HostSeen look_at(const TrueHost& truth, const net::PortSet& ports) {
  const auto address = ip(truth.last, truth.block);
  HostSeen seen;
  seen.zone = kZone;
  seen.ip = address;
  for (const auto& [port, service] : truth.services) {
    if (!ports.contains({net::Transport::tcp, port})) continue;
    auto said = build::service(
        address, {port, service.protocol, service.product, "1." + std::to_string(service.version)});
    said.claims.push_back(claim(field::kBanner, text("banner of today")));
    if (service.certificate != 0) {
      const auto number = std::to_string(service.certificate);
      said.claims.push_back(claim(field::kCertificate, text("cert-" + number)));
      seen.identifiers.push_back({model::IdentifierType::tls_spki, "spki-" + number});
    }
    if (port == 22 && !truth.key.empty()) {
      seen.identifiers.push_back({model::IdentifierType::ssh_host_key, truth.key});
    }
    seen.services.push_back(std::move(said));
  }
  if (truth.refuses) {
    for (const auto port : port_pool()) {
      if (ports.contains({net::Transport::tcp, port}) && !truth.services.contains(port)) {
        seen.closed.push_back(at(address, port));
      }
    }
  }
  return seen;
}

// A look at all addresses for which `asked` is true.
template <class Asked>
model::RunSeen look(const Network& network, int number, int n, const std::string& spec,
                    Asked asked) {
  const auto ports = *net::parse_ports(spec);
  std::vector<HostSeen> heard;
  for (const auto& truth : network.hosts) {
    if (!truth.alive || !asked(truth.block, truth.last)) continue;
    auto seen = look_at(truth, ports);
    if (!seen.services.empty() || !seen.closed.empty()) heard.push_back(std::move(seen));
  }
  auto seen = run(number, n, std::move(heard), spec, network.blocks);
  auto& outcomes = seen.coverage.blocks.front().outcomes;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!asked(static_cast<std::uint32_t>(i / 256), static_cast<std::uint32_t>(i % 256))) {
      outcomes[i] = HostOutcome::skipped;
    }
  }
  return seen;
}
inline const std::string kAllPorts = "22,80,443,445,3306,3389,6379,8080,9200";
inline model::RunSeen look(const Network& network, int number, int n) {
  return look(network, number, n, kAllPorts, [](auto, auto) { return true; });
}

// Some of the ports, at least one.
inline std::string some_ports(Rng& rng) {
  std::string spec;
  for (const auto port : port_pool()) {
    if (rng.below(2) == 0) spec += (spec.empty() ? "" : ",") + std::to_string(port);
  }
  return spec.empty() ? "22" : spec;
}

template <class T>
void shuffle(std::vector<T>& list, Rng& rng) {
  for (std::size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[rng.below(i)]);
}

}  // namespace qingdan::resolve::build
