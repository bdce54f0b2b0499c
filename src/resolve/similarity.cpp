// similarity — is it the same machine, judged only by what it offers? The measure asks how much of
// the smaller side is found again on the other: software is added to machines all the time, and a
// false "another machine" costs a number and every hand-made entry, a false "same" a few events.
#include <algorithm>
#include <map>
#include <tuple>

#include "qingdan/model/json.h"
#include "qingdan/resolve/identity.h"
#include "resolve/statements.h"

namespace qingdan::resolve {

namespace field = model::field;
using model::AssetRecord;
using model::HostSeen;

namespace {

// Weights of one service found on both sides.
constexpr double kSameProduct = 1.0;
constexpr double kUnknownProduct = 0.8;  // same protocol, and one side has no name for the product
constexpr double kOtherProduct = 0.4;    // nginx became Apache: a rebuilt machine, or another one
constexpr double kMovedService = 0.7;    // same product on another port: http became https
constexpr double kSameSystem = 0.2;
constexpr double kOtherSystem = -0.3;  // enough against a port whose product is not known
constexpr double kNameCounts = 0.3;

struct Offer {
  net::TransportPort port;
  std::string protocol, certificate, title, release;
  model::ProductStatement product;
};

bool counts(model::Verdict verdict) {
  using model::Verdict;
  return verdict == Verdict::open || verdict == Verdict::open_verified ||
         verdict == Verdict::open_acked || verdict == Verdict::open_synack;
}

std::string release_of(const model::Facts& facts) {
  const auto product = facts.find(std::string(field::kProduct));
  return product == facts.end() ? "" : product->second.rule_release;
}

Offer make_offer(const model::Endpoint& at, const model::Facts& facts) {
  return {.port = {at.transport, at.port},
          .protocol = text_of(facts, field::kProtocol),
          .certificate = text_of(facts, field::kCertificate),
          .title = website_of(facts).title,
          .release = release_of(facts),
          .product = product_of(facts, field::kProduct)};
}

// What was observed, at its best. A person's correction is no part of it: the machine goes on
// saying what it said, and must be known by that.
model::Facts heard_facts(const std::vector<model::Claim>& claims) {
  model::Facts facts;
  for (const auto& claim : claims) {
    if (!has_value(claim.value) || claim.source == "manual") continue;
    auto& fact = facts[claim.field];
    if (fact.value.empty() ||
        std::tie(claim.confidence, claim.value) > std::tie(fact.confidence, fact.value)) {
      fact.value = claim.value;
      fact.confidence = claim.confidence;
      fact.rule_release = claim.rule_release;
    }
  }
  return facts;
}

bool same_name(const model::ProductStatement& a, const model::ProductStatement& b) {
  return !name_of(a).empty() && name_of(a) == name_of(b);
}

double alike(const Offer& a, const Offer& b) {
  // Another rule release may have another name for the same thing; it must not rename every
  // machine.
  const bool releases_differ = !a.release.empty() && !b.release.empty() && a.release != b.release;
  const bool known = !releases_differ && !name_of(a.product).empty() && !name_of(b.product).empty();
  if (!a.certificate.empty() && a.certificate == b.certificate) return kSameProduct;
  if (!a.title.empty() && a.title == b.title) return kSameProduct;
  if (same_name(a.product, b.product)) return kSameProduct;
  if (!a.protocol.empty() && !b.protocol.empty() && a.protocol != b.protocol) return 0;
  return known ? kOtherProduct : kUnknownProduct;
}

using Offers = std::map<net::TransportPort, Offer>;

// The default page speaks for a port; named hosts on it come later in the order and are ignored.
Offers offers_of(const AssetRecord& asset, const net::Address& ip, const std::string& zone,
                 const net::PortSet& ports) {
  Offers offers;
  for (const auto& service : asset.services) {
    const bool here = service.at.ip == ip && service.at.zone == zone;
    const net::TransportPort port{service.at.transport, service.at.port};
    if (!here || service.state == model::PortState::closed || !counts(service.verdict) ||
        !ports.contains(port)) {
      continue;
    }
    offers.try_emplace(port, make_offer(service.at, heard_facts(service.claims)));
  }
  return offers;
}

Offers offers_of(const HostSeen& host) {
  Offers offers;
  for (const auto& service : host.services) {
    if (!counts(service.verdict)) continue;
    const net::TransportPort port{service.at.transport, service.at.port};
    offers.try_emplace(port, make_offer(service.at, heard_facts(service.claims)));
  }
  return offers;
}

// Takes what is found on both sides at the same port out of both, then what has moved.
double common(Offers& old, Offers& now) {
  double sum = 0;
  for (auto it = old.begin(); it != old.end();) {
    const auto found = now.find(it->first);
    if (found == now.end()) {
      ++it;
      continue;
    }
    sum += alike(it->second, found->second);
    now.erase(found);
    it = old.erase(it);
  }
  for (const auto& [port, offer] : old) {
    const auto moved = std::find_if(now.begin(), now.end(), [&offer = offer](const auto& other) {
      return same_name(offer.product, other.second.product);
    });
    if (moved == now.end()) continue;
    sum += kMovedService;
    now.erase(moved);
  }
  return sum;
}

double system_counts(const model::Facts& asset, const model::Facts& heard) {
  const auto before = product_of(asset, field::kOs), after = product_of(heard, field::kOs);
  if (name_of(before).empty() || name_of(after).empty()) return 0;
  // A newer release of a system is the same machine upgraded; another system is not.
  if (name_of(before) == name_of(after)) return kSameSystem;
  return compare(before, after) == Likeness::different ? kOtherSystem : 0;
}

double name_counts(const model::Facts& asset, const model::Facts& heard) {
  const auto before = text_of(asset, field::kHostName);
  return !before.empty() && before == text_of(heard, field::kHostName) ? kNameCounts : 0;
}

}  // namespace

double similarity(const AssetRecord& asset, const net::Address& ip, const HostSeen& host,
                  const net::PortSet& ports) {
  auto old = offers_of(asset, ip, host.zone, ports);
  auto now = offers_of(host);
  const auto smaller = std::min(old.size(), now.size());
  if (smaller == 0) return 1;
  const auto held = heard_facts(asset.claims), heard = heard_facts(host.claims);
  const double sum = common(old, now);
  const double score =
      sum / static_cast<double>(smaller) + system_counts(held, heard) + name_counts(held, heard);
  return std::clamp(score, 0.0, 1.0);
}

}  // namespace qingdan::resolve
