// presence — see the header; the table is in README.md of this directory.
#include "qingdan/resolve/presence.h"

#include <algorithm>
#include <map>

namespace qingdan::resolve {

using model::AssetRecord;
using model::PortState;
using model::Presence;
using model::ServiceRecord;

namespace {

struct Tally {
  std::size_t live{0}, silent{0};
};

bool heard_anybody(const model::RunSeen& seen) {
  if (!seen.hosts.empty()) return true;
  for (const auto& block : seen.coverage.blocks) {
    if (std::find(block.outcomes.begin(), block.outcomes.end(), model::HostOutcome::answered) !=
        block.outcomes.end()) {
      return true;
    }
  }
  return false;
}

model::Change make_event(const model::RunSeen& seen, model::ChangeType type) {
  model::Change change;
  change.time = seen.run.ended.value != 0 ? seen.run.ended : seen.run.started;
  change.run = seen.run.id;
  change.type = type;
  change.evidence = "run:" + std::to_string(seen.run.id.value);
  return change;
}

model::Change make_gap(const model::RunSeen& seen, const Tally& all) {
  auto change = make_event(seen, model::ChangeType::coverage_gap);
  change.object = "run";
  change.before = "在线 " + std::to_string(all.live);
  change.after = "静默 " + std::to_string(all.silent);
  return change;
}

model::Change make_anomaly(const model::RunSeen& seen, const std::string& zone,
                           const net::Prefix& prefix, const Tally& tally) {
  auto change = make_event(seen, model::ChangeType::prefix_anomaly);
  change.object = "prefix";
  change.zone = zone;
  change.ip = prefix.base;
  change.before = prefix.to_string() + " 在线 " + std::to_string(tally.live);
  change.after = prefix.to_string() + " 静默 " + std::to_string(tally.silent);
  return change;
}

}  // namespace

bool Guard::suspends(const std::string& zone, const net::Address& ip) const {
  return deaf || lossy || (!blocks.empty() && blocks.contains({zone, net::block_of(ip)}));
}

Guard judge_run(const model::World& before, const model::RunSeen& seen,
                const std::vector<Judged>& judged) {
  std::map<std::pair<std::string, net::Prefix>, Tally> tallies;
  Tally all;
  for (std::size_t a = 0; a < before.assets.size(); ++a) {
    const auto& asset = before.assets[a];
    const auto& verdict = judged[a];
    const bool was_live = asset.presence == Presence::online && asset.first_missed.value == 0;
    const bool counts =
        was_live && verdict.newer && !verdict.displaced && verdict.sight != Sight::unjudged;
    if (!counts) continue;
    const bool silent = verdict.sight == Sight::silent;
    all.live += 1;
    all.silent += silent ? 1 : 0;
    for (const auto& place : places_of(asset)) {
      auto& tally = tallies[{place.zone, net::block_of(place.ip)}];
      tally.live += 1;
      tally.silent += silent ? 1 : 0;
    }
  }
  Guard guard;
  guard.deaf = all.live >= kDeafHosts && all.silent == all.live && !heard_anybody(seen);
  guard.lossy = !guard.deaf && all.live >= kLossyHosts && all.silent * 2 > all.live;
  if (guard.deaf || guard.lossy) {
    guard.changes.push_back(make_gap(seen, all));
    return guard;
  }
  for (const auto& [key, tally] : tallies) {
    if (tally.live < kGuardHosts || tally.silent * kGuardShare <= tally.live) continue;
    guard.blocks.insert(key);
    guard.changes.push_back(make_anomaly(seen, key.first, key.second, tally));
  }
  return guard;
}

std::vector<model::Change> tell_middleboxes(const model::World& before,
                                            const model::RunSeen& seen) {
  std::vector<model::Change> changes;
  for (const auto& box : seen.middleboxes) {
    const auto known = [&](const model::Middlebox& other) {
      return other.zone == box.zone && other.block == box.block && other.ports == box.ports;
    };
    if (std::any_of(before.middleboxes.begin(), before.middleboxes.end(), known)) continue;
    auto change = make_event(seen, model::ChangeType::prefix_anomaly);
    change.object = "prefix";
    change.zone = box.zone;
    change.ip = box.block.base;
    change.after = box.block.to_string() + " 端口" + box.ports.to_string() + " 由前置设备应答：" +
                   std::to_string(box.asked) + " 个地址中 " + std::to_string(box.answering) +
                   " 个应答相同" + (box.dark ? "（含从未使用的地址）" : "") + "，不计资产";
    changes.push_back(std::move(change));
  }
  return changes;
}

void count_miss(AssetRecord& asset, UnixMillis at) {
  asset.misses += 1;
  if (asset.first_missed.value == 0) asset.first_missed = at;
  const bool gone = asset.misses >= kMissesToBeGone && at - asset.first_missed >= kDaysToBeGone;
  if (gone) {
    asset.presence = Presence::missing;
  } else if (asset.presence != Presence::missing) {
    asset.presence = Presence::suspect;
  }
}

void shield(AssetRecord& asset, UnixMillis at) {
  if (asset.first_missed.value == 0) asset.first_missed = at;
}

void count_answer(AssetRecord& asset) {
  asset.misses = 0;
  asset.first_missed = {};
  asset.presence = Presence::online;
}

void count_miss(ServiceRecord& service, UnixMillis at) {
  if (service.state == PortState::closed) return;
  service.misses += 1;
  if (service.first_missed.value == 0) service.first_missed = at;
  const bool gone = service.misses >= kMissesToBeGone && at - service.first_missed >= kDaysToBeGone;
  service.state = gone ? PortState::closed : PortState::unseen;
}

void close(ServiceRecord& service) {
  service.state = PortState::closed;
  service.misses = 0;
  service.first_missed = {};
}

void count_answer(ServiceRecord& service) {
  service.state = PortState::open;
  service.misses = 0;
  service.first_missed = {};
}

}  // namespace qingdan::resolve
