// people — what a person says of an asset: claims under the source "manual", each with its entry in
// the ledger. Facts are not touched here; resolve judges, apply writes.
#include <algorithm>

#include "qingdan/model/json.h"
#include "qingdan/registry/store.h"
#include "registry/rows.h"
#include "registry/said.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

constexpr std::string_view kManual = "manual";

// Whose claim it is: the asset, or one service of it. nullopt with an error kept in the database.
struct Subject {
  Owner owner;
  std::int64_t id;
  model::AssetId asset;
};

std::optional<Subject> find_subject(Database& database, const ManualClaim& claim) {
  const auto asset = parse_asset_number(claim.asset);
  if (!asset || database.number("SELECT count(*) FROM asset WHERE id = ?", *asset) == 0) {
    database.fail({ErrorCode::input, "there is no asset " + claim.asset, {}});
    return std::nullopt;
  }
  if (!claim.service) return Subject{Owner::asset, asset->value, *asset};
  const auto& at = *claim.service;
  const auto id = database.number(
      "SELECT s.id FROM service s JOIN zone z ON z.id = s.zone_id WHERE s.asset_id = ? AND z.name "
      "= ? "
      "AND s.ip = ? AND s.transport = ? AND s.port = ? AND s.vhost = ?",
      *asset, at.zone, at.ip, net::to_string(at.transport), at.port, claim.vhost);
  if (id != 0) return Subject{Owner::service, id, *asset};
  database.fail(
      {ErrorCode::input,
       claim.asset + " has no service at " + at.ip.to_string() + " port " + std::to_string(at.port),
       {}});
  return std::nullopt;
}

std::string detail_of(const ManualClaim& claim, const std::string& before) {
  std::vector<std::pair<std::string, model::Cell>> members{
      {"field", claim.claim.field},
      {"value", claim.claim.value.empty() ? model::Cell{} : model::RawJson{claim.claim.value}},
      {"before", before.empty() ? model::Cell{} : model::RawJson{before}},
      {"reason", claim.claim.reason}};
  if (claim.service) {
    members.emplace_back("ip", claim.service->ip.to_string());
    members.emplace_back("port", std::int64_t{claim.service->port});
    members.emplace_back("transport", std::string(net::to_string(claim.service->transport)));
    members.emplace_back("vhost", claim.vhost);
  }
  return model::to_json_object(members);
}

// What people claim of the subject; the claim of `field` among it, or end().
std::vector<model::Claim> manual_claims(Words& words, const Subject& subject) {
  auto claims = read_claims(words, subject.owner, subject.id);
  std::erase_if(claims, [](const auto& claim) { return claim.source != kManual; });
  return claims;
}
std::vector<model::Claim>::iterator find_field(std::vector<model::Claim>& claims,
                                               const std::string& field) {
  return std::find_if(claims.begin(), claims.end(),
                      [&](const auto& claim) { return claim.field == field; });
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<model::AssetId> Store::set_manual(const ManualClaim& claim) {
  if (is_blank(claim.claim.reason)) {
    return Error{ErrorCode::input, "a correction needs a reason", {}};
  }
  auto& database = *held_->database;
  Transaction transaction(database);
  const auto subject = find_subject(database, claim);
  if (subject) {
    auto written = claim.claim;
    written.source = kManual;
    written.run = {};
    if (written.asserted_at.value == 0) written.asserted_at = held_->clock.now();
    Words words(database);
    words.check_json(written.field, written.value);
    auto held = manual_claims(words, *subject);
    const bool spoke = !held.empty();
    auto place = find_field(held, written.field);
    const auto before = place == held.end() ? std::string() : place->value;
    if (place == held.end()) place = held.emplace(held.end());
    *place = written;
    sort_claims(held);
    write_source(words, subject->owner, subject->id, kManual, held, spoke);
    append_audit(database, held_->clock.now(), written.actor, "correct", claim.asset,
                 detail_of(claim, before));
  }
  auto done = transaction.commit();
  if (!done) return done.error();
  ++held_->generation;
  return subject->asset;
}

Result<model::AssetId> Store::withdraw_manual(const ManualClaim& claim) {
  if (is_blank(claim.claim.reason)) {
    return Error{ErrorCode::input, "withdrawing a correction needs a reason", {}};
  }
  auto& database = *held_->database;
  Transaction transaction(database);
  const auto subject = find_subject(database, claim);
  if (subject) {
    Words words(database);
    auto held = manual_claims(words, *subject);
    const auto place = find_field(held, claim.claim.field);
    auto removed = claim.claim;
    removed.source = kManual;
    std::string before;
    if (place == held.end()) {
      database.fail(
          {ErrorCode::input, claim.asset + " has no correction of " + claim.claim.field, {}});
    } else {
      before = place->value;
      held.erase(place);
      write_source(words, subject->owner, subject->id, kManual, held, true);
    }
    removed.value.clear();
    append_audit(database, held_->clock.now(), claim.claim.actor, "withdraw", claim.asset,
                 detail_of({claim.asset, claim.service, claim.vhost, removed}, before));
  }
  auto done = transaction.commit();
  if (!done) return done.error();
  ++held_->generation;
  return subject->asset;
}

}  // namespace qingdan::registry
