// snapshot_diff — what differs between two sealed lists. Rows that both snapshots share are skipped
// unread, so the price is that of the differences.
#include <set>
#include <tuple>

#include "qingdan/model/json.h"
#include "qingdan/registry/seal.h"
#include "registry/migrate.h"
#include "registry/rows.h"
#include "registry/sealed.h"

namespace qingdan::registry {
namespace {

using OnRow = std::function<bool(const SnapshotDifference&)>;

// For people: the text of a string, "product version" of a product, the JSON of anything else.
std::string readable(const std::string& field, const std::string& value) {
  if (value.starts_with('"')) {
    auto text = model::parse_text(value);
    return text ? *text : value;
  }
  const bool product = field == model::field::kProduct || field == model::field::kOs ||
                       field == model::field::kHardware;
  if (!product) return value;
  const auto statement = model::parse_product(value);
  if (!statement) return value;
  return statement->version.empty() ? statement->product
                                    : statement->product + " " + statement->version;
}

class Comparison {
 public:
  explicit Comparison(const OnRow& on_row) : on_row_(on_row) {}

  // Either may be null: the asset is in one of the lists only. False = the reader has enough.
  bool asset(const model::AssetRecord* before, const model::AssetRecord* after) {
    const auto& named = before != nullptr ? *before : *after;
    place_ = {};
    place_.asset = named.number;
    place_.object = "asset";
    if (before == nullptr || after == nullptr) {
      place_.kind = before == nullptr ? "added" : "removed";
      return put("", before == nullptr ? "" : addresses(*before),
                 after == nullptr ? "" : addresses(*after));
    }
    place_.kind = "changed";
    return changed("address", addresses(*before), addresses(*after)) &&
           changed("presence", std::string(to_string(before->presence)),
                   std::string(to_string(after->presence))) &&
           facts(before->facts, after->facts) && services(*before, *after);
  }

 private:
  static std::string addresses(const model::AssetRecord& asset) {
    std::set<std::pair<net::Address, std::string>> held;
    for (const auto& binding : asset.bindings) {
      if (binding.until.value == 0) held.emplace(binding.ip, binding.zone);
    }
    std::string text;
    for (const auto& [ip, zone] : held) text += (text.empty() ? "" : ";") + ip.to_string();
    return text;
  }

  bool put(const std::string& field, const std::string& before, const std::string& after) {
    place_.field = field;
    place_.before = before;
    place_.after = after;
    return on_row_(place_);
  }

  bool changed(const std::string& field, const std::string& before, const std::string& after) {
    return before == after || put(field, before, after);
  }

  bool facts(const model::Facts& before, const model::Facts& after) {
    std::set<std::string> fields;
    for (const auto& [field, fact] : before) fields.insert(field);
    for (const auto& [field, fact] : after) fields.insert(field);
    for (const auto& field : fields) {
      const auto b = before.find(field);
      const auto a = after.find(field);
      const auto was = b == before.end() ? std::string() : readable(field, b->second.value);
      const auto is = a == after.end() ? std::string() : readable(field, a->second.value);
      if (!changed(field, was, is)) return false;
    }
    return true;
  }

  bool services(const model::AssetRecord& before, const model::AssetRecord& after) {
    auto b = before.services.begin();
    auto a = after.services.begin();
    while (b != before.services.end() || a != after.services.end()) {
      const bool only_before =
          a == after.services.end() ||
          (b != before.services.end() && std::tie(b->at, b->vhost) < std::tie(a->at, a->vhost));
      const bool only_after =
          !only_before &&
          (b == before.services.end() || std::tie(a->at, a->vhost) < std::tie(b->at, b->vhost));
      const bool more = service(only_after ? nullptr : &*b, only_before ? nullptr : &*a);
      if (!more) return false;
      if (!only_after) ++b;
      if (!only_before) ++a;
    }
    return true;
  }

  static std::string line_of(const model::ServiceRecord* service) {
    if (service == nullptr) return {};
    const auto found = service->facts.find(std::string(model::field::kProduct));
    return found == service->facts.end() ? std::string(to_string(service->state))
                                         : readable(found->first, found->second.value);
  }

  bool service(const model::ServiceRecord* before, const model::ServiceRecord* after) {
    const auto& named = before != nullptr ? *before : *after;
    place_.object = "service";
    place_.ip = named.at.ip.to_string();
    place_.port = named.at.port;
    place_.transport = std::string(net::to_string(named.at.transport));
    place_.vhost = named.vhost;
    if (before == nullptr || after == nullptr) {
      place_.kind = before == nullptr ? "added" : "removed";
      return put("", line_of(before), line_of(after));
    }
    place_.kind = "changed";
    return changed("state", std::string(to_string(before->state)),
                   std::string(to_string(after->state))) &&
           changed("verdict", std::string(to_string(before->verdict)),
                   std::string(to_string(after->verdict))) &&
           facts(before->facts, after->facts);
  }

  const OnRow& on_row_;
  SnapshotDifference place_;
};

void compare(Database& database, model::SnapshotId before, model::SnapshotId after,
             const OnRow& on_row) {
  Comparison comparison(on_row);
  auto b = database.ask(kSealedAssets, before);
  auto a = database.ask(kSealedAssets, after);
  bool b_there = b.next();
  bool a_there = a.next();
  while (b_there || a_there) {
    const bool only_before = !a_there || (b_there && b.integer(0) < a.integer(0));
    const bool only_after = !only_before && (!b_there || a.integer(0) < b.integer(0));
    const bool same = !only_before && !only_after && a.integer(1) == b.integer(1);
    if (!same) {
      const auto was = only_after ? model::AssetRecord{} : read_sealed_asset(database, b);
      const auto is = only_before ? model::AssetRecord{} : read_sealed_asset(database, a);
      if (!database.ok()) return;
      if (!comparison.asset(only_after ? nullptr : &was, only_before ? nullptr : &is)) return;
    }
    if (!only_after) b_there = b.next();
    if (!only_before) a_there = a.next();
  }
}

}  // namespace

Result<void> diff_snapshots(const std::string& path, model::SnapshotId before,
                            model::SnapshotId after, const OnRow& on_row) {
  auto database = open_for_reading(path);
  if (!database) return database.error();
  Reading reading(**database);
  for (const auto id : {before, after}) {
    if ((*database)->number("SELECT count(*) FROM snapshot WHERE id = ?", id) == 0) {
      (*database)->fail({ErrorCode::input, "there is no snapshot " + std::to_string(id.value), {}});
    }
  }
  compare(**database, before, after, on_row);
  return reading.finish();
}

}  // namespace qingdan::registry
