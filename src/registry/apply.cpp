// apply — a judged run into the register: the difference between the World that was judged and the
// one that came of it, in one transaction (store.h, R2).
//
// Both are in memory, so that only rows that differ are touched: an incremental run over one
// percent of the register writes about one percent of it. What keeps this honest is the generation:
// nothing may have written between load_world and apply.
#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "qingdan/registry/store.h"
#include "registry/further_certificates.h"
#include "registry/lines.h"
#include "registry/merges.h"
#include "registry/rows.h"
#include "registry/run_state.h"
#include "registry/said.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

using model::AssetRecord;
using model::ServiceRecord;

// ULID (github.com/ulid/spec): 48 bits of milliseconds, 80 of chance, Crockford's base 32.
std::string make_ulid(UnixMillis now, Rng& rng) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string text(26, '0');
  auto time = static_cast<std::uint64_t>(now.value);
  for (std::size_t i = 10; i-- > 0; time >>= 5) text[i] = kAlphabet[time & 31];
  for (std::size_t i = 10; i < text.size(); ++i) text[i] = kAlphabet[rng.below(32)];
  return text;
}

auto key_of(const ServiceRecord& service) { return std::tie(service.at, service.vhost); }
auto key_of(const model::Claim& claim) { return std::tie(claim.field, claim.source); }
auto key_of(const model::Binding& binding) {
  return std::tie(binding.zone, binding.ip, binding.from);
}

template <class Part>
std::vector<const Part*> sorted(const std::vector<Part>& parts) {
  std::vector<const Part*> pointers;
  pointers.reserve(parts.size());
  for (const auto& part : parts) pointers.push_back(&part);
  const auto less = [](const auto* a, const auto* b) { return key_of(*a) < key_of(*b); };
  if (!std::is_sorted(pointers.begin(), pointers.end(), less))
    std::sort(pointers.begin(), pointers.end(), less);
  return pointers;
}

// The columns that lists print are the same: of the facts, only whose run and evidence it was, or
// what lost, may differ.
bool same_lines(const model::Facts& before, const model::Facts& after) {
  return std::equal(
      before.begin(), before.end(), after.begin(), after.end(), [](const auto& a, const auto& b) {
        return a.first == b.first && a.second.value == b.second.value &&
               a.second.confidence == b.second.confidence && a.second.rule == b.second.rule;
      });
}

template <class Part>
bool has_twins(const std::vector<const Part*>& parts) {
  return std::adjacent_find(parts.begin(), parts.end(), [](const auto* a, const auto* b) {
           return key_of(*a) == key_of(*b);
         }) != parts.end();
}

// Walks both sides in order of their keys; a side that lacks the key is nullptr.
template <class Part, class Visit>
void walk(const std::vector<const Part*>& before, const std::vector<const Part*>& after,
          const Visit& visit) {
  auto b = before.begin();
  auto a = after.begin();
  while (b != before.end() || a != after.end()) {
    if (a == after.end() || (b != before.end() && key_of(**b) < key_of(**a))) {
      visit(*b++, static_cast<const Part*>(nullptr));
    } else if (b == before.end() || key_of(**a) < key_of(**b)) {
      visit(static_cast<const Part*>(nullptr), *a++);
    } else {
      visit(*b++, *a++);
    }
  }
}

const AssetRecord kNoAsset{};
const ServiceRecord kNoService{};

class Writer {
 public:
  Writer(Store::Held& held, const model::World& before, const model::Reconciled& reconciled);
  void write();
  Applied applied;

 private:
  void refuse(const std::string& why) {
    database_.fail({ErrorCode::internal, "the result of this run cannot be applied: " + why, {}});
  }
  bool check();
  bool check_services();
  void let_go(const AssetRecord& before, const AssetRecord& after);
  void write_asset(const AssetRecord& before, const AssetRecord& after, std::size_t index);
  void write_head(const AssetRecord& after, model::AssetId id);
  void write_times(const AssetRecord& before, const AssetRecord& after);
  model::AssetId insert_asset(const AssetRecord& asset);
  void write_bindings(const AssetRecord& before, const AssetRecord& after, model::AssetId id);
  void write_identifiers(const AssetRecord& before, const AssetRecord& after, model::AssetId id);
  void write_said(Owner owner, std::int64_t id, const Said& before, const Said& after);
  void write_service(const ServiceRecord& before, const ServiceRecord& after, model::AssetId asset,
                     bool stays);
  void write_times(const ServiceRecord& before, const ServiceRecord& after);
  void update_service(const ServiceRecord& after, model::AssetId asset);
  void write_certificate(const ServiceRecord& before, const ServiceRecord& after, std::int64_t id);
  std::int64_t adopt_or_insert(const ServiceRecord& service, model::AssetId asset);
  void write_changes();

  Store::Held& held_;
  Database& database_;
  const model::World& before_;
  const model::Reconciled& reconciled_;
  Zones zones_;
  Words words_;
  Lines lines_;
  UnixMillis now_;
  std::unordered_map<std::int64_t, const AssetRecord*> old_assets_;
  struct OldService {
    const ServiceRecord* record;
    model::AssetId asset;
    bool kept;  // `after` names it by its id
  };
  std::unordered_map<std::int64_t, OldService> old_services_;
  bool touched_{false};  // anything written of this asset
};

Writer::Writer(Store::Held& held, const model::World& before, const model::Reconciled& reconciled)
    : held_(held),
      database_(*held.database),
      before_(before),
      reconciled_(reconciled),
      zones_(database_),
      words_(database_),
      lines_(database_),
      now_(held.clock.now()) {
  for (const auto& asset : before.assets) {
    old_assets_.emplace(asset.id.value, &asset);
    for (const auto& service : asset.services) {
      old_services_.emplace(service.id.value, OldService{&service, asset.id, false});
    }
  }
}

bool Writer::check() {
  std::size_t known = 0;
  std::unordered_set<std::int64_t> ids;
  for (const auto& asset : reconciled_.after.assets) {
    if (!asset.id) continue;
    if (!old_assets_.contains(asset.id.value) || !ids.insert(asset.id.value).second) {
      refuse("asset " + asset_number(asset.id.value) + " was not loaded, or comes twice");
      return false;
    }
    ++known;
  }
  if (known != before_.assets.size()) {
    refuse("assets that were loaded are missing in it");
    return false;
  }
  return check_services();
}

bool Writer::check_services() {
  for (const auto& asset : reconciled_.after.assets) {
    if (has_twins(sorted(asset.services)) || has_twins(sorted(asset.claims))) {
      refuse(asset_number(asset.id.value) + " has a service or claim twice");
      return false;
    }
    for (const auto& service : asset.services) {
      if (!service.id) continue;
      const auto found = old_services_.find(service.id.value);
      if (found == old_services_.end() || key_of(*found->second.record) != key_of(service) ||
          std::exchange(found->second.kept, true)) {
        refuse("service " + std::to_string(service.id.value) +
               " was not loaded as such, or comes twice");
        return false;
      }
    }
  }
  return true;
}

// First of all what ends, so that an address or a service may go to another asset in the same run.
void Writer::let_go(const AssetRecord& before, const AssetRecord& after) {
  walk(sorted(before.bindings), sorted(after.bindings), [&](const auto* old, const auto* now) {
    if (old == nullptr || (now != nullptr && old->until == now->until)) return;
    if (now == nullptr)
      return refuse(before.number + " lost a binding; bindings are closed, never dropped");
    database_.run(
        "UPDATE addr_binding SET until = ? WHERE asset_id = ? AND zone_id = ? AND ip = ? AND since "
        "= ?",
        now->until, before.id, zones_.id(old->zone), old->ip, old->from);
  });
  for (const auto& service : before.services) {
    if (old_services_.at(service.id.value).kept) continue;
    // Its address is no longer this asset's: whoever answers there is judged by what is seen there.
    database_.run("UPDATE service SET state = 'closed' WHERE id = ?", service.id);
    touched_ = true;
  }
}

void Writer::write() {
  if (!check()) return;
  for (const auto& asset : reconciled_.after.assets) {
    if (asset.id) let_go(*old_assets_.at(asset.id.value), asset);
  }
  for (std::size_t i = 0; i < reconciled_.after.assets.size() && database_.ok(); ++i) {
    const auto& after = reconciled_.after.assets[i];
    write_asset(after.id ? *old_assets_.at(after.id.value) : kNoAsset, after, i);
  }
  write_changes();
}

void Writer::write_asset(const AssetRecord& before, const AssetRecord& after, std::size_t index) {
  touched_ = false;
  const bool fresh = !after.id;
  const auto id = fresh ? insert_asset(after) : after.id;
  applied.ids.push_back(id);
  QD_ENSURES(applied.ids.size() == index + 1);
  const auto head = [](const AssetRecord& a) {
    return std::tie(a.presence, a.misses, a.first_missed, a.first_seen, a.last_seen, a.last_covered,
                    a.identity_rule);
  };
  if (fresh || !same_lines(before.facts, after.facts)) {
    write_head(after, id);
  } else if (head(before) != head(after)) {
    write_times(before, after);
  }
  write_bindings(before, after, id);
  write_identifiers(before, after, id);
  write_said(Owner::asset, id.value, {before.claims, before.facts}, {after.claims, after.facts});
  for (const auto& service : after.services) {
    const auto old = service.id ? old_services_.find(service.id.value) : old_services_.end();
    const bool known = old != old_services_.end();
    write_service(known ? *old->second.record : kNoService, service, id,
                  known && old->second.asset == id);
  }
  if (fresh) {
    ++applied.new_assets;
  } else if (touched_) {
    ++applied.changed_assets;
  }
}

model::AssetId Writer::insert_asset(const AssetRecord& asset) {
  database_.run(
      "INSERT INTO asset (ulid, presence, misses, first_missed, first_seen, last_seen, "
      "last_covered, "
      "identity_rule) VALUES (?, ?, 0, 0, 0, 0, 0, 0)",
      make_ulid(now_, held_.rng), to_string(asset.presence));
  return {database_.last_id()};
}

void Writer::write_head(const AssetRecord& after, model::AssetId id) {
  const AssetLine line = lines_.of_asset(after.facts);
  database_.run(
      "UPDATE asset SET presence = ?, misses = ?, first_missed = ?, first_seen = ?, last_seen = ?, "
      "last_covered = ?, identity_rule = ?, name = ?, host = ?, os = ?, device_class = ?, unit = "
      "?, "
      "system = ?, registration = ?, lifecycle = ? WHERE id = ?",
      to_string(after.presence), after.misses, after.first_missed, after.first_seen,
      after.last_seen, after.last_covered, after.identity_rule, line.name, line.host, line.os,
      line.device_class, line.unit, line.system, line.registration, line.lifecycle, id);
  touched_ = true;
}

// Of an asset whose columns of facts stay. A word that stays is not written: see service in
// 0003_assets.sql.
void Writer::write_times(const AssetRecord& before, const AssetRecord& after) {
  if (before.presence != after.presence) {
    database_.run("UPDATE asset SET presence = ? WHERE id = ?", to_string(after.presence),
                  after.id);
  }
  database_.run(
      "UPDATE asset SET misses = ?, first_missed = ?, first_seen = ?, last_seen = ?, "
      "last_covered = ?, identity_rule = ? WHERE id = ?",
      after.misses, after.first_missed, after.first_seen, after.last_seen, after.last_covered,
      after.identity_rule, after.id);
  touched_ = true;
}

void Writer::write_bindings(const AssetRecord& before, const AssetRecord& after,
                            model::AssetId id) {
  walk(sorted(before.bindings), sorted(after.bindings), [&](const auto* old, const auto* now) {
    if (old != nullptr) {
      touched_ = touched_ || now == nullptr || old->until != now->until;
      return;
    }
    database_.run(
        "INSERT INTO addr_binding (asset_id, zone_id, ip, since, until) VALUES (?, ?, ?, ?, ?)", id,
        zones_.id(now->zone), now->ip, now->from, now->until);
    touched_ = true;
  });
}

void Writer::write_identifiers(const AssetRecord& before, const AssetRecord& after,
                               model::AssetId id) {
  if (before.identifiers == after.identifiers) return;
  touched_ = true;
  const std::set<model::Identifier> old(before.identifiers.begin(), before.identifiers.end());
  const std::set<model::Identifier> now(after.identifiers.begin(), after.identifiers.end());
  for (const auto& identifier : old) {
    if (now.contains(identifier)) continue;
    database_.run("DELETE FROM identifier WHERE asset_id = ? AND type = ? AND value = ?", id,
                  to_string(identifier.type), identifier.value);
  }
  for (const auto& identifier : now) {
    if (old.contains(identifier)) continue;
    database_.run("INSERT INTO identifier (asset_id, type, value) VALUES (?, ?, ?)", id,
                  to_string(identifier.type), identifier.value);
  }
}

void Writer::write_said(Owner owner, std::int64_t id, const Said& before, const Said& after) {
  const bool claims = before.claims != after.claims;
  if (!claims && before.facts == after.facts) return;
  if (claims) write_claims(words_, owner, id, before.claims, after.claims);
  write_facts(words_, owner, id, before, after);
  touched_ = true;
}

// `stays`: it was of this asset before.
void Writer::write_service(const ServiceRecord& before, const ServiceRecord& after,
                           model::AssetId asset, bool stays) {
  if (stays && before == after) return;
  touched_ = true;
  ++applied.services;
  auto id = after.id.value;
  if (!after.id) {
    id = adopt_or_insert(after, asset);
  } else if (!stays || !same_lines(before.facts, after.facts)) {
    update_service(after, asset);
  } else {
    write_times(before, after);
  }
  write_said(Owner::service, id, {before.claims, before.facts}, {after.claims, after.facts});
  write_certificate(before, after, id);
  write_further_certificates(database_, before, after, id);
}

// Only what begins and what ends: until when the present one was shown is service.last_seen.
void Writer::write_certificate(const ServiceRecord& before, const ServiceRecord& after,
                               std::int64_t id) {
  const auto was = text_of(database_, before.facts, model::field::kCertificate);
  const auto is = text_of(database_, after.facts, model::field::kCertificate);
  if (was != is && !was.empty()) {
    database_.run(
        "UPDATE certificate_use SET last_seen = max(last_seen, ?) WHERE service_id = ? AND sha256 "
        "= ?",
        before.last_seen, id, was);
  }
  const bool shown = !is.empty() && after.state == model::PortState::open;
  if (!shown || (was == is && before.state == model::PortState::open)) return;
  database_.run(
      "INSERT INTO certificate_use (service_id, sha256, first_seen, last_seen) VALUES (?1, ?2, ?3, "
      "?3) ON CONFLICT DO NOTHING",
      id, is, after.last_seen);
}

// Of a service whose columns of facts stay. None of these is in an index.
void Writer::write_times(const ServiceRecord& before, const ServiceRecord& after) {
  if (before.state != after.state || before.verdict != after.verdict) {
    database_.run("UPDATE service SET state = ?, verdict = ? WHERE id = ?", to_string(after.state),
                  to_string(after.verdict), after.id);
  }
  database_.run(
      "UPDATE service SET misses = ?, first_missed = ?, first_seen = ?, last_seen = ? WHERE id = ?",
      after.misses, after.first_missed, after.first_seen, after.last_seen, after.id);
}

void Writer::update_service(const ServiceRecord& after, model::AssetId asset) {
  const ServiceLine line = lines_.of_service(after.facts);
  database_.run(
      "UPDATE service SET asset_id = ?, state = ?, verdict = ?, misses = ?, first_missed = ?, "
      "first_seen = ?, last_seen = ?, protocol = ?, tls = ?, product_id = ?, confidence = ?, rule "
      "= ?, "
      "also = ?, title = ?, certificate = ? WHERE id = ?",
      asset, to_string(after.state), to_string(after.verdict), after.misses, after.first_missed,
      after.first_seen, after.last_seen, line.protocol, line.tls, line.product_id, line.confidence,
      line.rule, line.also, line.title, line.certificate, after.id);
}

// The key may be there from an earlier holder of the address: the row is this service's from now
// on, without a word of what was claimed of the former.
std::int64_t Writer::adopt_or_insert(const ServiceRecord& service, model::AssetId asset) {
  const auto zone = zones_.id(service.at.zone);
  const auto transport = net::to_string(service.at.transport);
  const auto held = database_.number(
      "SELECT id FROM service WHERE zone_id = ? AND ip = ? AND transport = ? AND port = ? AND "
      "vhost = ?",
      zone, service.at.ip, transport, service.at.port, service.vhost);
  if (held != 0) {
    forget(database_, Owner::service, held);
    auto adopted = service;
    adopted.id = {held};
    update_service(adopted, asset);
    return held;
  }
  const ServiceLine line = lines_.of_service(service.facts);
  database_.run(
      "INSERT INTO service (asset_id, zone_id, ip, transport, port, vhost, state, verdict, misses, "
      "first_missed, first_seen, last_seen, protocol, tls, product_id, confidence, rule, also, "
      "title, certificate) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      asset, zone, service.at.ip, transport, service.at.port, service.vhost,
      to_string(service.state), to_string(service.verdict), service.misses, service.first_missed,
      service.first_seen, service.last_seen, line.protocol, line.tls, line.product_id,
      line.confidence, line.rule, line.also, line.title, line.certificate);
  return database_.last_id();
}

void Writer::write_changes() {
  for (const auto& change : reconciled_.changes) {
    if (!database_.ok()) return;
    auto asset = reference(change.asset);
    if (!asset && change.asset_index >= 0) {
      const auto index = static_cast<std::size_t>(change.asset_index);
      if (index >= applied.ids.size()) return refuse("a change names an asset that is not in it");
      asset = applied.ids[index];
    }
    if (asset) asset = root_of(database_, *asset);  // M3
    write_change(database_, change, asset);
    applied.last_seq = database_.last_id();
    if (applied.first_seq == 0) applied.first_seq = applied.last_seq;
  }
}

// Reads what apply() must know before it begins; false where the run is in the register already.
bool begin(Store::Held& held, model::RunId run) {
  auto& database = *held.database;
  auto row = database.ask("SELECT applied FROM run WHERE id = ?", run);
  if (row.next()) return row.integer(0) == 0;
  database.fail({ErrorCode::input, "there is no run " + std::to_string(run.value), {}});
  return false;
}

void close_run(Store::Held& held, model::RunId run, UnixMillis now) {
  auto& database = *held.database;
  database.run(
      "INSERT INTO address (zone_id, ip, first_answered, last_answered) "
      "SELECT zone_id, ip, first_at, last_at FROM host_seen WHERE run_id = ? "
      "ON CONFLICT DO UPDATE SET first_answered = min(first_answered, excluded.first_answered), "
      "last_answered = max(last_answered, excluded.last_answered)",
      run);
  database.run("UPDATE run SET applied = ? WHERE id = ?", now, run);
  drop_checkpoint(database, run);
}

}  // namespace

Result<Applied> Store::apply(const model::World& before, const model::Reconciled& reconciled,
                             std::optional<model::RunId> run) {
  auto& database = *held_->database;
  Transaction transaction(database);
  if (run && !begin(*held_, *run)) {
    auto outcome = database.outcome();
    if (!outcome) return outcome.error();
    Applied already;
    already.already = true;
    return already;
  }
  if (held_->loaded != held_->generation) {
    return Error{ErrorCode::conflict, "the register changed after it was judged; judge again", {}};
  }
  Writer writer(*held_, before, reconciled);
  writer.write();
  if (run) close_run(*held_, *run, held_->clock.now());
  auto done = transaction.commit();
  if (!done) return done.error();
  ++held_->generation;
  return std::move(writer.applied);
}

Result<Applied> Store::apply(const model::World& before, const model::Reconciled& reconciled,
                             model::RunId run) {
  return apply(before, reconciled, std::optional(run));
}

Result<Applied> Store::apply(const model::World& before, const model::Reconciled& reconciled) {
  return apply(before, reconciled, std::nullopt);
}

}  // namespace qingdan::registry
