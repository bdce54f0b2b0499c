// known_devices — see known_devices.h.
#include "app/known_devices.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "qingdan/identify/rule.h"
#include "qingdan/model/json.h"
#include "qingdan/probe/fronts.h"

namespace qingdan::app {
namespace {

using probe::DeviceKind;

// More addresses than that are walked for IPv6 prefixes only, in which few are ever dark by proof.
constexpr std::uint64_t kMostAddresses = 1U << 20;

// An uninterruptible supply hangs on a Modbus or SNMP card with a handful of slots (ipscan#467).
// What stands for "something else" tells nothing.
DeviceKind kind_of_class(std::string_view device_class) {
  constexpr std::array<std::string_view, 2> kVague{"其他", "物联网设备"};
  if (device_class.empty()) return DeviceKind::unknown;
  if (device_class == "打印机") return DeviceKind::printer;
  if (device_class == "摄像机" || device_class == "门禁考勤") return DeviceKind::delicate;
  if (device_class == "工控设备" || device_class == "不间断电源") return DeviceKind::industrial;
  const bool vague = std::find(kVague.begin(), kVague.end(), device_class) != kVague.end();
  return vague ? DeviceKind::unknown : DeviceKind::sturdy;
}

DeviceKind kind_of_category(std::string_view category) {
  if (category == "打印") return DeviceKind::printer;
  return category == "工控" ? DeviceKind::industrial : DeviceKind::unknown;
}

DeviceKind kind_of_product(const model::Facts& facts, std::string_view field) {
  const auto fact = facts.find(std::string(field));
  if (fact == facts.end()) return DeviceKind::unknown;
  const auto product = model::parse_product(fact->second.value);
  return product ? kind_of_category(product->category) : DeviceKind::unknown;
}

// The class of the whole device is what resolution made of everything; where it made nothing, what
// its parts are.
DeviceKind kind_of(const model::AssetRecord& asset) {
  const auto fact = asset.facts.find(std::string(model::field::kDeviceClass));
  if (fact != asset.facts.end()) {
    const auto text = model::parse_text(fact->second.value);
    const auto kind = text ? kind_of_class(*text) : DeviceKind::unknown;
    if (kind != DeviceKind::unknown) return kind;
  }
  auto kind = kind_of_product(asset.facts, model::field::kHardware);
  for (const auto& service : asset.services) {
    if (kind != DeviceKind::unknown) break;
    kind = kind_of_product(service.facts, model::field::kProduct);
  }
  return kind;
}

}  // namespace

DeviceKind fragile_kind(const model::Finding& finding) {
  auto kind = DeviceKind::unknown;
  const auto hear = [&kind](const model::Claim& claim) {
    const auto take = [&](DeviceKind told) {
      if (!probe::is_fragile(told)) return;
      // The maker of a network card alone must not have the host read as incompletely as a
      // controller.
      const bool supports = claim.confidence < identify::kSupportTrust;
      kind = std::max(kind, supports ? DeviceKind::delicate : told);
    };
    if (claim.field == model::field::kDeviceClass) {
      if (const auto text = model::parse_text(claim.value)) take(kind_of_class(*text));
    } else if (claim.field == model::field::kHardware || claim.field == model::field::kProduct) {
      const auto product = model::parse_product(claim.value);
      if (product) take(kind_of_category(product->category));
    }
  };
  for (const auto& claim : finding.service_claims) hear(claim);
  for (const auto& claim : finding.host_claims) hear(claim);
  return kind;
}

std::map<net::Address, DeviceKind> known_devices(const model::World& world,
                                                 const targets::Scope& scope) {
  std::map<net::Address, DeviceKind> known;
  for (const auto& asset : world.assets) {
    const auto kind = kind_of(asset);
    if (kind == DeviceKind::unknown) continue;
    for (const auto& binding : asset.bindings) {
      const bool ours = binding.until.value == 0 && scope.contains(binding.ip) &&
                        scope.area_of(binding.ip).zone == binding.zone;
      if (ours) known[binding.ip] = kind;
    }
  }
  return known;
}

std::map<model::Endpoint, probe::Remembered> known_protocols(const model::World& world,
                                                             const targets::Scope& scope) {
  std::map<model::Endpoint, probe::Remembered> known;
  for (const auto& asset : world.assets) {
    for (const auto& service : asset.services) {
      const auto& at = service.at;
      const bool ours = service.state != model::PortState::closed && service.vhost.empty() &&
                        at.transport == net::Transport::tcp && scope.contains(at.ip) &&
                        scope.area_of(at.ip).zone == at.zone;
      const auto fact = service.facts.find(std::string(model::field::kProtocol));
      if (!ours || fact == service.facts.end()) continue;
      const auto protocol = model::parse_text(fact->second.value);
      const bool tls = service.facts.contains(std::string(model::field::kTls));
      if (protocol && !protocol->empty()) known[at] = {*protocol, tls};
    }
  }
  return known;
}

std::set<net::Address> dark_addresses(const model::World& world, const targets::Scope& scope,
                                      std::uint64_t salt) {
  if (scope.address_count() > kMostAddresses) return {};
  std::set<net::Address> held;
  for (const auto& asset : world.assets) {
    for (const auto& binding : asset.bindings) held.insert(binding.ip);
  }
  std::vector<net::Address> unknown;
  for (std::uint64_t i = 0; i < scope.address_count(); ++i) {
    const auto ip = scope.address_at(i);
    if (held.contains(ip)) continue;
    const auto& zone = scope.area_of(ip).zone;
    const auto silent = [&](const model::Coverage& coverage) {
      return coverage.outcome(zone, ip) == model::HostOutcome::silent;
    };
    if (std::any_of(world.earlier.begin(), world.earlier.end(), silent)) unknown.push_back(ip);
  }
  return probe::choose_dark(unknown, salt);
}

}  // namespace qingdan::app
