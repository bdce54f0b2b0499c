// diff — addresses, presence and ports of two records; fact_diff.cpp compares their facts.
#include "qingdan/resolve/diff.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "qingdan/resolve/comparable.h"
#include "resolve/fact_diff.h"
#include "resolve/statements.h"

namespace qingdan::resolve {

namespace field = model::field;
using model::AssetRecord;
using model::Change;
using model::ChangeType;
using model::PortState;
using model::Presence;
using model::ServiceRecord;

namespace {

bool is_in_list(const ServiceRecord& service) {
  return service.state != PortState::closed && model::is_listed(service.verdict);
}

std::string describe_service(const ServiceRecord& service) {
  auto text = text_of(service.facts, field::kProtocol);
  const auto product = describe(product_of(service.facts, field::kProduct));
  if (!product.empty()) text += (text.empty() ? "" : " ") + product;
  return text.empty() ? std::string(model::to_string(service.verdict)) : text;
}

// What a reader would call the machine: its model, else the first thing it serves that is not
// merely the way in for its administrator, else its system.
std::string main_product(const AssetRecord& asset) {
  const auto hardware = describe(product_of(asset.facts, field::kHardware));
  if (!hardware.empty()) return hardware;
  std::string ssh;
  for (const auto& service : asset.services) {
    if (!is_in_list(service)) continue;
    const auto product = describe(product_of(service.facts, field::kProduct));
    if (product.empty()) continue;
    if (text_of(service.facts, field::kProtocol) != "ssh") return product;
    if (ssh.empty()) ssh = product;
  }
  return ssh.empty() ? describe(product_of(asset.facts, field::kOs)) : ssh;
}

std::string addresses_of(const AssetRecord& asset) {
  std::vector<net::Address> held;
  for (const auto& binding : asset.bindings) {
    if (binding.until.value == 0) held.push_back(binding.ip);
  }
  std::sort(held.begin(), held.end());
  std::string text;
  for (const auto& ip : held) text += (text.empty() ? "" : "; ") + ip.to_string();
  return text;
}

Change make_change(const AssetRecord& asset, const DiffContext& context, ChangeType type) {
  Change change;
  change.time = context.time;
  change.run = context.run;
  change.type = type;
  change.object = "asset";
  change.asset = asset.id;
  change.asset_index = context.index;
  if (const auto places = places_of(asset); !places.empty()) {
    change.zone = places.front().zone;
    change.ip = places.front().ip;
  }
  if (context.run) change.evidence = "run:" + std::to_string(context.run.value);
  return change;
}

class Comparison {
 public:
  Comparison(const AssetRecord& before, const AssetRecord& after, const DiffContext& context)
      : before_(before), after_(after), context_(context) {
    for (const auto& [now, old] : context.moved) left_.insert(old);
  }

  std::vector<Change> run() {
    compare_presence();
    compare_addresses();
    compare_host_facts();
    compare_services();
    // Virtual hosts of one port repeat what happened to the port.
    const auto key = [](const Change& c) {
      return std::tie(c.ip, c.port, c.type, c.field, c.before, c.after);
    };
    std::stable_sort(changes_.begin(), changes_.end(),
                     [&](const Change& a, const Change& b) { return key(a) < key(b); });
    changes_.erase(std::unique(changes_.begin(), changes_.end(),
                               [&](const Change& a, const Change& b) { return key(a) == key(b); }),
                   changes_.end());
    return std::move(changes_);
  }

 private:
  void compare_presence();
  void compare_addresses();
  void compare_host_facts();
  void compare_services();
  void compare_service(const ServiceRecord* old, const ServiceRecord& now);
  [[nodiscard]] const ServiceRecord* find_before(const ServiceRecord& now) const;
  [[nodiscard]] bool newly_bound(const net::Address& ip) const;
  [[nodiscard]] Change of_service(const ServiceRecord& service, ChangeType type) const;

  const AssetRecord& before_;
  const AssetRecord& after_;
  const DiffContext& context_;
  std::set<net::Address> left_;  // addresses the asset has moved away from
  std::set<model::Endpoint> listed_before_, listed_after_;
  std::vector<Change> changes_;
};

void Comparison::compare_presence() {
  if (before_.presence == after_.presence) return;
  auto type = ChangeType::asset_suspect;
  if (after_.presence == Presence::missing) type = ChangeType::asset_missing;
  if (after_.presence == Presence::online) type = ChangeType::asset_back;
  if (context_.displaced && type == ChangeType::asset_suspect) return;
  auto change = make_change(after_, context_, type);
  change.before = model::to_string(before_.presence);
  change.after = model::to_string(after_.presence);
  changes_.push_back(std::move(change));
}

void Comparison::compare_addresses() {
  if (before_.bindings == after_.bindings) return;
  const auto old = addresses_of(before_), now = addresses_of(after_);
  if (old == now || now.empty()) return;  // no address left: IP复用 tells it
  auto change = make_change(after_, context_, ChangeType::address_changed);
  change.before =
      old.empty() && !before_.bindings.empty() ? places_of(before_).front().ip.to_string() : old;
  change.after = now;
  if (change.before != change.after) changes_.push_back(std::move(change));
}

void Comparison::compare_host_facts() {
  if (before_.facts == after_.facts) return;
  auto read_by = releases_of(before_.facts);
  for (const auto& service : before_.services) read_by.merge(releases_of(service.facts));
  const auto base = make_change(after_, context_, {});
  compare_facts(before_.facts, after_.facts, {base, read_by, context_.taken_back}, changes_);
}

Change Comparison::of_service(const ServiceRecord& service, ChangeType type) const {
  auto change = make_change(after_, context_, type);
  change.object = "service";
  change.zone = service.at.zone;
  change.ip = service.at.ip;
  change.port = net::TransportPort{service.at.transport, service.at.port};
  return change;
}

// The record of the same port before the asset moved.
const ServiceRecord* Comparison::find_before(const ServiceRecord& now) const {
  auto at = now.at;
  if (const auto moved = context_.moved.find(at.ip); moved != context_.moved.end()) {
    at.ip = moved->second;
  }
  const auto found = std::lower_bound(
      before_.services.begin(), before_.services.end(), std::tie(at, now.vhost),
      [](const ServiceRecord& s, const auto& key) { return std::tie(s.at, s.vhost) < key; });
  const bool same = found != before_.services.end() && found->at == at && found->vhost == now.vhost;
  return same ? &*found : nullptr;
}

bool Comparison::newly_bound(const net::Address& ip) const {
  return std::none_of(before_.bindings.begin(), before_.bindings.end(), [&](const auto& binding) {
    return binding.until.value == 0 && binding.ip == ip;
  });
}

void Comparison::compare_services() {
  for (const auto& service : before_.services) {
    if (is_in_list(service)) listed_before_.insert(service.at);
  }
  for (const auto& service : after_.services) {
    if (is_in_list(service)) listed_after_.insert(service.at);
  }
  for (const auto& service : after_.services) {
    const bool left_behind =
        left_.contains(service.at.ip) && !context_.moved.contains(service.at.ip);
    if (!left_behind) compare_service(find_before(service), service);
  }
}

void Comparison::compare_service(const ServiceRecord* old, const ServiceRecord& now) {
  if (old != nullptr && old->state == now.state && old->verdict == now.verdict &&
      old->facts == now.facts) {
    return;
  }
  auto place = old != nullptr ? old->at : now.at;
  if (const auto moved = context_.moved.find(now.at.ip); moved != context_.moved.end()) {
    place.ip = moved->second;
  }
  const bool was = listed_before_.contains(place), is = listed_after_.contains(now.at);
  // Ports open and close, not the names that are served there.
  if (was != is && !now.vhost.empty()) return;
  if (!was && is) {
    const bool extra_address = newly_bound(now.at.ip) && !context_.moved.contains(now.at.ip);
    if (extra_address || context_.just_found || !is_in_list(now)) return;
    auto change = of_service(now, ChangeType::port_opened);
    change.after = describe_service(now);
    if (old == nullptr && !asked_before(*context_.earlier, place))
      change.cause = model::Cause::policy;
    changes_.push_back(std::move(change));
    return;
  }
  if (was && !is) {
    const bool told = old == nullptr || !is_in_list(*old) || now.state != PortState::closed;
    // Ports of an address that was lost are told with the address.
    if (told || !holds(after_, now.at.zone, now.at.ip)) return;
    auto change = of_service(now, ChangeType::port_closed);
    change.before = describe_service(*old);
    changes_.push_back(std::move(change));
    return;
  }
  if (old == nullptr || !is) return;
  const auto base = of_service(now, {});
  const auto read_by = releases_of(old->facts);
  compare_facts(old->facts, now.facts, {base, read_by, context_.taken_back}, changes_);
}

}  // namespace

std::string describe_asset(const AssetRecord& asset) {
  const auto places = places_of(asset);
  auto text = places.empty() ? std::string() : places.front().ip.to_string();
  const auto product = main_product(asset);
  if (!product.empty()) text += (text.empty() ? "" : " ") + product;
  return text;
}

std::vector<Change> diff_asset(const AssetRecord& before, const AssetRecord& after,
                               const DiffContext& context) {
  return Comparison(before, after, context).run();
}

Change make_new_asset(const AssetRecord& asset, const DiffContext& context) {
  auto change = make_change(asset, context, ChangeType::asset_new);
  change.after = describe_asset(asset);
  const bool asked = std::any_of(asset.bindings.begin(), asset.bindings.end(), [&](const auto& b) {
    return asked_before(*context.earlier, b.zone, b.ip);
  });
  if (!asked) change.cause = model::Cause::policy;
  return change;
}

std::string describe_holder(const AssetRecord& asset) {
  const auto product = main_product(asset);
  return asset.number + (asset.number.empty() || product.empty() ? "" : " ") + product;
}

Change make_reused(const AssetRecord& asset, std::string old_holder, const DiffContext& context) {
  auto change = make_change(asset, context, ChangeType::address_reused);
  change.before = std::move(old_holder);
  change.after = main_product(asset);
  return change;
}

Change make_duplicate(const AssetRecord& asset, std::string other, const DiffContext& context) {
  auto change = make_change(asset, context, ChangeType::duplicate_suspected);
  change.before = std::move(other);
  change.after = describe_asset(asset);
  return change;
}

}  // namespace qingdan::resolve
