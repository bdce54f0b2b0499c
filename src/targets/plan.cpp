// plan — the arithmetic of a census before it is begun. How long it takes is played through: at any
// moment the open zones share the global pace, none faster than its blocks and hosts allow.
#include "qingdan/targets/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "qingdan/base/contract.h"
#include "qingdan/targets/budget.h"
#include "qingdan/targets/calendar.h"

namespace qingdan::targets {
namespace {

using std::chrono::milliseconds;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();
// Two window edges a day and a zone for some ten years; a plan longer than that is no plan.
constexpr int kMaxSteps = 20'000;

struct ZoneWork {
  std::string zone;
  double left{0};         // probes
  double rate{kNoLimit};  // probes per second that its blocks and hosts allow
};

// How many addresses of the scope lie in the fullest block of each zone.
std::map<std::string, std::uint64_t> fullest_blocks(const Scope& scope) {
  std::map<std::string, std::uint64_t> fullest;
  std::map<std::pair<std::string, net::Address>, std::uint64_t> partial;
  const auto add = [&](const std::string& zone, const net::AddressRange& part) {
    auto& count = partial[{zone, net::block_of(part.first).base}];
    count += part.size();
    fullest[zone] = std::max(fullest[zone], count);
  };
  for (const auto& [range, area] : scope.ranges()) {
    const auto head = net::block_of(range.first).range();
    const auto tail = net::block_of(range.last).range();
    if (head == tail) {
      add(area->zone, range);
      continue;
    }
    add(area->zone, {range.first, head.last});
    add(area->zone, {tail.first, range.last});
    const bool whole_between = tail.first.number() - head.last.number() > 1;
    if (whole_between) fullest[area->zone] = std::max(fullest[area->zone], head.size());
  }
  return fullest;
}

std::vector<ZoneWork> work_of(const Scope& scope, std::size_t ports, unsigned times) {
  std::map<std::string, std::uint64_t> addresses;
  for (const auto& range : scope.ranges()) {
    addresses[range.area->zone] += range.addresses.size();
  }
  const auto fullest = fullest_blocks(scope);
  std::vector<ZoneWork> work;
  for (const auto& [zone, count] : addresses) {
    const double per_host = static_cast<double>(ports) * times;
    double slowest = 0;  // seconds
    if (scope.pace().host_pps != 0) slowest = per_host / sustained(scope.pace().host_pps);
    if (scope.pace().prefix_pps != 0) {
      const double block = per_host * static_cast<double>(fullest.at(zone));
      slowest = std::max(slowest, block / sustained(scope.pace().prefix_pps));
    }
    const double probes = per_host * static_cast<double>(count);
    work.push_back({zone, probes, slowest > 0 ? probes / slowest : kNoLimit});
  }
  return work;
}

// Shares `global` (0 = no cap) among `open`: the slow ones keep what they need, the others divide
// the rest evenly.
std::vector<double> shared_rates(std::vector<ZoneWork*>& open, std::uint32_t global) {
  std::sort(open.begin(), open.end(),
            [](const ZoneWork* a, const ZoneWork* b) { return a->rate < b->rate; });
  double rest = global == 0 ? kNoLimit : global;
  std::vector<double> rates;
  for (std::size_t i = 0; i < open.size(); ++i) {
    const double even = rest / static_cast<double>(open.size() - i);
    rates.push_back(std::min(open[i]->rate, even));
    rest -= rates.back();
    if (std::isnan(rest)) rest = kNoLimit;
  }
  return rates;
}

class Rehearsal {
 public:
  // Without a scope no window holds anything up.
  Rehearsal(std::vector<ZoneWork> work, std::uint32_t global, const Scope* scope)
      : work_(std::move(work)), global_(global), scope_(scope) {}

  // When all is sent; nullopt: not before `limit`.
  std::optional<UnixMillis> run(UnixMillis start, UnixMillis limit) {
    double now = static_cast<double>(start.value);
    for (int step = 0; step < kMaxSteps; ++step) {
      if (now > static_cast<double>(limit.value)) return std::nullopt;
      if (done()) return UnixMillis{static_cast<std::int64_t>(std::ceil(now))};
      const double next = advance(now);
      if (next == kNoLimit) return std::nullopt;
      now = next;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool done() const {
    return std::all_of(work_.begin(), work_.end(), [](const auto& zone) { return zone.left <= 0; });
  }

  // Sends until the first window edge or the end of a zone's work; returns that moment.
  double advance(double now) {
    const UnixMillis at{static_cast<std::int64_t>(std::ceil(now))};
    std::vector<ZoneWork*> open;
    double until = kNoLimit;
    for (auto& zone : work_) {
      if (zone.left <= 0) continue;
      const bool is_open = scope_ == nullptr || window_open(*scope_, zone.zone, at);
      const auto edge = scope_ == nullptr ? std::nullopt
                        : is_open         ? next_closing(*scope_, zone.zone, at)
                                          : next_opening(*scope_, zone.zone, at);
      if (edge) until = std::min(until, static_cast<double>(edge->value));
      if (is_open) open.push_back(&zone);
    }
    const auto rates = shared_rates(open, global_);
    double span = until - static_cast<double>(at.value);
    for (std::size_t i = 0; i < open.size(); ++i) {
      span = std::min(span, rates[i] == kNoLimit ? 0 : open[i]->left / rates[i] * 1000);
    }
    if (span == kNoLimit) return kNoLimit;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const double sent = rates[i] == kNoLimit ? open[i]->left : rates[i] * span / 1000;
      open[i]->left = sent >= open[i]->left * (1 - 1e-12) ? 0 : open[i]->left - sent;
    }
    return static_cast<double>(at.value) + span;
  }

  std::vector<ZoneWork> work_;
  std::uint32_t global_;
  const Scope* scope_;
};

milliseconds sending_time(const Scope& scope, std::size_t ports, unsigned times) {
  constexpr UnixMillis kFarOff{std::numeric_limits<std::int64_t>::max() / 2};
  Rehearsal rehearsal(work_of(scope, ports, times), sustained(scope.pace().global_pps), nullptr);
  const auto end = rehearsal.run({0}, kFarOff);
  return milliseconds(end ? end->value : kFarOff.value);
}

void add_areas(const Scope& scope, ScopeSummary& into) {
  std::map<Area, AreaSummary> areas;
  for (const auto& range : scope.ranges()) {
    auto& summary = areas[*range.area];
    summary.area = *range.area;
    summary.addresses += range.addresses.size();
    ++summary.ranges;
  }
  for (auto& [area, summary] : areas) into.areas.push_back(std::move(summary));
}

// Of any zone, while the authorisation holds.
std::optional<UnixMillis> first_opening(const Scope& scope, UnixMillis from) {
  std::optional<UnixMillis> soonest;
  for (const auto& zone : scope.zones()) {
    const auto opening = next_opening(scope, zone, from);
    if (opening && (!soonest || *opening < *soonest)) soonest = opening;
  }
  if (soonest && *soonest >= end_of(scope.authorisation().valid_to)) return std::nullopt;
  return soonest;
}

}  // namespace

ScopeSummary plan_scope(const Scope& scope, const net::PortSet& ports, UnixMillis now) {
  ScopeSummary summary;
  add_areas(scope, summary);
  summary.addresses = scope.address_count();
  summary.ranges = scope.ranges().size();
  summary.ports = ports.size();
  summary.probes = summary.addresses * summary.ports;
  summary.valid = scope.check_valid(now).has_value();
  summary.open = check_open(scope, now).has_value();
  const auto from = std::max(now, start_of(scope.authorisation().valid_from));
  summary.next_opening = first_opening(scope, from);
  summary.sending = sending_time(scope, ports.size(), 1);
  summary.sending_twice = sending_time(scope, ports.size(), 2);
  if (summary.next_opening) {
    const auto global = sustained(scope.pace().global_pps);
    Rehearsal rehearsal(work_of(scope, ports.size(), 2), global, &scope);
    summary.finished_by =
        rehearsal.run(*summary.next_opening, end_of(scope.authorisation().valid_to));
  }
  return summary;
}

}  // namespace qingdan::targets
