// merges — see merges.h; the way of a person, Store::merge and Store::unmerge, stands here too.
#include "registry/merges.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "qingdan/model/json.h"
#include "qingdan/registry/store.h"
#include "registry/rows.h"
#include "registry/store_held.h"

namespace qingdan::registry {

using model::AssetId;
using model::AssetRecord;
using model::ChangeType;

std::string root_sql(std::string_view column) {
  const std::string name(column);
  return "coalesce((SELECT root_id FROM asset_merge WHERE asset_merge.asset_id = " + name + "), " +
         name + ")";
}

AssetId root_of(Database& database, AssetId asset) {
  const auto root = database.number("SELECT root_id FROM asset_merge WHERE asset_id = ?", asset);
  return root == 0 ? asset : AssetId{root};
}

std::vector<AssetId> members_of(Database& database, AssetId root) {
  std::vector<AssetId> members;
  auto rows =
      database.ask("SELECT asset_id FROM asset_merge WHERE root_id = ? ORDER BY asset_id", root);
  while (rows.next()) members.push_back({rows.integer(0)});
  return members;
}

std::vector<AssetId> with_families(Database& database, const std::vector<AssetId>& ids) {
  std::set<AssetId> all(ids.begin(), ids.end());
  std::vector<std::pair<AssetId, AssetId>> pairs;
  auto rows = database.ask("SELECT root_id, asset_id FROM asset_merge");
  while (rows.next()) pairs.push_back({{rows.integer(0)}, {rows.integer(1)}});
  std::set<AssetId> roots;
  for (const auto& [root, member] : pairs) {
    if (all.contains(root) || all.contains(member)) roots.insert(root);
  }
  for (const auto& [root, member] : pairs) {
    if (!roots.contains(root)) continue;
    all.insert(root);
    all.insert(member);
  }
  return {all.begin(), all.end()};
}

std::vector<model::IdentityAssertion> read_assertions(Database& database) {
  std::vector<model::IdentityAssertion> said;
  const auto add = [&](bool same, const Use& row) {
    model::IdentityAssertion one;
    one.same = same;
    one.asset = {row.integer(0)};
    one.other = {row.integer(1)};
    one.reason = row.text(2);
    said.push_back(std::move(one));
  };
  auto merged = database.ask("SELECT root_id, asset_id, reason FROM asset_merge ORDER BY asset_id");
  while (merged.next()) add(true, merged);
  auto apart =
      database.ask("SELECT low_id, high_id, reason FROM asset_apart ORDER BY low_id, high_id");
  while (apart.next()) add(false, apart);
  return said;
}

namespace {

// 在线 before all else: a machine that answers at one of its addresses is there.
int rank(model::Presence presence) {
  switch (presence) {
    case model::Presence::online:
      return 0;
    case model::Presence::suspect:
      return 1;
    case model::Presence::missing:
      return 2;
    default:
      return 3;
  }
}

void fold_one(AssetRecord& into, const AssetRecord& member) {
  const bool better = rank(member.presence) < rank(into.presence);
  if (better) {
    into.presence = member.presence;
    into.misses = member.misses;
    into.first_missed = member.first_missed;
  }
  into.first_seen = std::min(into.first_seen, member.first_seen);
  into.last_seen = std::max(into.last_seen, member.last_seen);
  into.last_covered = std::max(into.last_covered, member.last_covered);
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(into.bindings, member.bindings);
  append(into.identifiers, member.identifiers);
  append(into.services, member.services);
  for (const auto& claim : member.claims) {
    const bool said = std::any_of(into.claims.begin(), into.claims.end(), [&](const auto& held) {
      return held.field == claim.field && held.source == claim.source;
    });
    if (!said) into.claims.push_back(claim);
  }
  into.facts.insert(member.facts.begin(), member.facts.end());  // where there is none yet
}

}  // namespace

AssetRecord fold(AssetRecord survivor, const std::vector<AssetRecord>& members) {
  if (members.empty()) return survivor;
  for (const auto& member : members) fold_one(survivor, member);
  std::sort(survivor.bindings.begin(), survivor.bindings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.from, a.ip, a.zone) < std::tie(b.from, b.ip, b.zone);
  });
  std::sort(survivor.identifiers.begin(), survivor.identifiers.end());
  survivor.identifiers.erase(std::unique(survivor.identifiers.begin(), survivor.identifiers.end()),
                             survivor.identifiers.end());
  std::sort(survivor.claims.begin(), survivor.claims.end(), [](const auto& a, const auto& b) {
    return std::tie(a.field, a.source) < std::tie(b.field, b.source);
  });
  std::sort(survivor.services.begin(), survivor.services.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at, a.vhost) < std::tie(b.at, b.vhost);
  });
  return survivor;
}

std::optional<AssetRecord> read_folded(Words& words, AssetId root) {
  auto survivor = read_asset(words, root);
  if (!survivor) return std::nullopt;
  std::vector<AssetRecord> members;
  for (const auto id : members_of(words.database(), root)) {
    if (auto member = read_asset(words, id)) members.push_back(std::move(*member));
  }
  return fold(std::move(*survivor), members);
}

// ---- people

namespace {

AssetId known_asset(Database& database, const std::string& number) {
  const auto asset = parse_asset_number(number);
  if (asset && database.number("SELECT count(*) FROM asset WHERE id = ?", *asset) != 0) {
    return *asset;
  }
  database.fail({ErrorCode::input, "there is no asset " + number, {}});
  return {};
}

// Those merged into `top` itself or into one that was, answer under `root` from now on.
void set_root(Database& database, AssetId top, AssetId root) {
  database.run(
      "WITH RECURSIVE below (id) AS (SELECT asset_id FROM asset_merge WHERE into_id = ?1 "
      "UNION SELECT m.asset_id FROM asset_merge m JOIN below ON m.into_id = below.id) "
      "UPDATE asset_merge SET root_id = ?2 WHERE asset_id IN (SELECT id FROM below)",
      top, root);
}

// One event of the member: under which number it answered, and answers now.
void tell(Database& database, UnixMillis now, AssetId asset, const std::string& before,
          const std::string& after, const MergeStatement& said) {
  model::Change change;
  change.time = now;
  change.type = ChangeType::field_changed;
  change.object = "asset";
  change.field = "asset.merged_into";
  change.before = before;
  change.after = after;
  change.cause = model::Cause::merge;
  change.evidence = said.reason;
  write_change(database, change, asset);
}

using Pair = std::pair<AssetId, AssetId>;  // the smaller id first

// Every one of the one family with every one of the other.
std::vector<Pair> pairs_of(Database& database, AssetId one, AssetId other) {
  auto ours = members_of(database, one);
  auto theirs = members_of(database, other);
  ours.push_back(one);
  theirs.push_back(other);
  std::vector<Pair> pairs;
  for (const auto a : ours) {
    for (const auto b : theirs) pairs.push_back(std::minmax(a, b));
  }
  return pairs;
}

std::string detail_of(const MergeStatement& said, const std::string& survivor) {
  return model::to_json_object({{"into", survivor}, {"reason", said.reason}});
}

std::optional<Error> refuse_without_reason(const MergeStatement& said) {
  const bool blank = said.reason.find_first_not_of(" \t\r\n") == std::string::npos;
  if (!blank) return std::nullopt;
  return Error{ErrorCode::input, "merging and taking it back need a reason", {}};
}

}  // namespace

Result<std::string> Store::merge(const std::string& survivor, const MergeStatement& said) {
  if (auto refused = refuse_without_reason(said)) return *refused;
  auto& database = *held_->database;
  const auto now = held_->clock.now();
  Transaction transaction(database);
  const auto into = known_asset(database, survivor);
  const auto member = known_asset(database, said.asset);
  const auto root = root_of(database, into);
  const auto answers = root_of(database, member);
  if (into && member && (member == root || answers == root)) {
    database.fail(
        {ErrorCode::input,
         said.asset + " and " + survivor + " are one asset already, " + asset_number(root.value),
         {}});
  } else if (answers != member) {
    database.fail({ErrorCode::input,
                   said.asset + " was merged into " + asset_number(answers.value) +
                       "; unmerge it first, or merge that",
                   {}});
  }
  if (database.ok()) {
    // Who says it anew takes back what was said before.
    for (const auto& [low, high] : pairs_of(database, root, member)) {
      database.run("DELETE FROM asset_apart WHERE low_id = ? AND high_id = ?", low, high);
    }
    database.run(
        "INSERT INTO asset_merge (asset_id, into_id, root_id, at, actor, reason) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        member, root, root, now, said.actor, said.reason);
    set_root(database, member, root);
    const auto name = asset_number(root.value);
    tell(database, now, member, asset_number(member.value), name, said);
    append_audit(database, now, said.actor, "merge", asset_number(member.value),
                 detail_of(said, name));
  }
  auto done = transaction.commit();
  if (!done) return done.error();
  ++held_->generation;
  return asset_number(root.value);
}

Result<std::string> Store::unmerge(const MergeStatement& said) {
  if (auto refused = refuse_without_reason(said)) return *refused;
  auto& database = *held_->database;
  const auto now = held_->clock.now();
  Transaction transaction(database);
  const auto member = known_asset(database, said.asset);
  const auto root = root_of(database, member);
  if (database.ok() && root == member) {
    database.fail({ErrorCode::input, said.asset + " was not merged into another asset", {}});
  }
  if (database.ok()) {
    database.run("DELETE FROM asset_merge WHERE asset_id = ?", member);
    set_root(database, member, member);
    for (const auto& [low, high] : pairs_of(database, root, member)) {
      database.run(
          "INSERT INTO asset_apart (low_id, high_id, at, actor, reason) VALUES (?, ?, ?, ?, ?) "
          "ON CONFLICT DO NOTHING",
          low, high, now, said.actor, said.reason);
    }
    const auto name = asset_number(root.value);
    tell(database, now, member, name, asset_number(member.value), said);
    append_audit(database, now, said.actor, "unmerge", asset_number(member.value),
                 detail_of(said, name));
  }
  auto done = transaction.commit();
  if (!done) return done.error();
  ++held_->generation;
  return asset_number(root.value);
}

}  // namespace qingdan::registry
