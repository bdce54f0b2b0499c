// rule_diff — see rule_diff.h.
#include "app/rule_diff.h"

#include <algorithm>

#include "qingdan/model/json.h"

namespace qingdan::app {
namespace {

namespace field = model::field;
using Claims = std::vector<model::Claim>;

const model::Claim* find_claim(const Claims& claims, std::string_view name) {
  const auto found = std::find_if(claims.begin(), claims.end(),
                                  [&](const model::Claim& c) { return c.field == name; });
  return found == claims.end() ? nullptr : &*found;
}

// A label and the claim it stands in.
struct Label {
  std::string text;
  const model::Claim* claim{nullptr};
};

Label product_of(const Claims& claims, std::string_view name, bool version) {
  const auto* claim = find_claim(claims, name);
  if (claim == nullptr) return {};
  const auto statement = model::parse_product(claim->value);
  if (!statement) return {};
  if (version) return {statement->version, claim};
  auto text = statement->product.empty() ? statement->vendor : statement->product;
  if (!statement->model.empty()) text += (text.empty() ? "" : " ") + statement->model;
  return {std::move(text), claim};
}

Label text_of(const Claims& claims, std::string_view name) {
  const auto* claim = find_claim(claims, name);
  if (claim == nullptr) return {};
  auto text = model::parse_text(claim->value);
  return text ? Label{*text, claim} : Label{};
}

// Writes what differs between two labels of one place.
class Teller {
 public:
  Teller(const model::Endpoint& at, const std::string& vhost, std::vector<LabelChange>& out)
      : at_(at), vhost_(vhost), out_(out) {}

  void tell(const char* name, const Label& before, const Label& after) {
    if (before.text == after.text) return;
    LabelChange change{at_, vhost_, name, before.text, after.text, "", "", ""};
    if (before.claim != nullptr) {
      change.rule_before = before.claim->rule;
      change.evidence = before.claim->evidence;
    }
    if (after.claim != nullptr) {
      change.rule_after = after.claim->rule;
      if (!after.claim->evidence.empty()) change.evidence = after.claim->evidence;
    }
    out_.push_back(std::move(change));
  }
  void tell_product(const char* name, const char* version, std::string_view claim,
                    const Claims& before, const Claims& after) {
    tell(name, product_of(before, claim, false), product_of(after, claim, false));
    tell(version, product_of(before, claim, true), product_of(after, claim, true));
  }

 private:
  const model::Endpoint& at_;
  const std::string& vhost_;
  std::vector<LabelChange>& out_;
};

}  // namespace

RuleDiff::RuleDiff(std::shared_ptr<const identify::RuleBase> before,
                   std::shared_ptr<const identify::RuleBase> after)
    : before_(std::move(before)), after_(std::move(after)) {}

std::vector<LabelChange> RuleDiff::compare(
    const std::vector<std::vector<model::Observation>>& heard) {
  std::vector<LabelChange> changes;
  if (heard.empty()) return changes;
  std::vector<model::Finding> before, after;
  for (const auto& observations : heard) {
    const auto& old = before.emplace_back(before_.identify(observations));
    const auto& now = after.emplace_back(after_.identify(observations));
    Teller(old.at, old.vhost, changes)
        .tell_product("product", "version", field::kProduct, old.service_claims,
                      now.service_claims);
  }
  const auto old = before_.combine_host(before);
  const auto now = after_.combine_host(after);
  const model::Endpoint host{before.front().at.zone, before.front().at.ip, net::Transport::tcp, 0};
  const std::string no_name;
  Teller teller(host, no_name, changes);
  teller.tell_product("os", "os_version", field::kOs, old, now);
  teller.tell("hardware", product_of(old, field::kHardware, false),
              product_of(now, field::kHardware, false));
  teller.tell("device_class", text_of(old, field::kDeviceClass), text_of(now, field::kDeviceClass));
  return changes;
}

}  // namespace qingdan::app
