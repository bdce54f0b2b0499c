// commands_scope — scope check: what would be probed, when, and how long it takes.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/output.h"
#include "app/preparation.h"
#include "qingdan/targets/calendar.h"
#include "qingdan/targets/plan.h"

namespace qingdan::app {
namespace {

std::string duration_text(std::chrono::milliseconds duration) {
  const auto seconds = (duration.count() + 999) / 1000;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", (seconds + 59) / 60);
  return fmt::format("{}.{} h", seconds / 3600, seconds % 3600 / 360);
}

std::string pace_text(std::uint32_t pps) {
  return pps == 0 ? "no cap" : fmt::format("{} pps", pps);
}

void say(const std::string& line) { std::fputs((line + "\n").c_str(), stderr); }

void print_head(const targets::Scope& scope, const targets::ScopeSummary& plan) {
  const auto& authorisation = scope.authorisation();
  say(fmt::format(
      "{}: authorisation {} by {}, valid {} to {}{}", scope.name(), authorisation.number,
      authorisation.issued_by, targets::to_string(authorisation.valid_from),
      targets::to_string(authorisation.valid_to), plan.valid ? "" : " — NOT VALID TODAY"));
  say(fmt::format("{} addresses in {} ranges x {} ports = {} probes", plan.addresses, plan.ranges,
                  plan.ports, plan.probes));
  say(fmt::format("pace: global {}, /24 or /64 {}, host {}", pace_text(scope.pace().global_pps),
                  pace_text(scope.pace().prefix_pps), pace_text(scope.pace().host_pps)));
  say(fmt::format("sending takes {} where everything answers, {} where everything is silent",
                  duration_text(plan.sending), duration_text(plan.sending_twice)));
  const auto& pace = scope.pace();
  if (pace.global_pps != 0 || pace.prefix_pps != 0 || pace.host_pps != 0) {
    say("(at nine tenths of each cap: the rest is kept free for packets that leave unasked; "
        "interviews of what is open come on top)");
  }
}

void print_classes(const targets::Scope& scope, const targets::ScopeSummary& plan) {
  say(fmt::format("printers and industrial devices: {} pps and one connection at a time",
                  scope.pace().fragile_pps));
  for (const auto& area : plan.areas) {
    if (!area.area.ot_readonly) continue;
    say(fmt::format("industrial devices may be asked who they are: zone {}, unit {} ({} addresses)",
                    area.area.zone, area.area.unit, area.addresses));
  }
}

void print_resolvers(const targets::Scope& scope) {
  for (const auto& resolver : scope.resolvers()) {
    say(fmt::format("names of addresses that answer are asked of {}{}", resolver.ip.to_string(),
                    resolver.zone.empty() ? "" : ": zone " + resolver.zone));
  }
}

void print_times(const targets::ScopeSummary& plan) {
  if (plan.open) {
    say("windows: open now");
  } else if (plan.next_opening) {
    say("windows: closed now, next opening " + format_local(*plan.next_opening));
  } else {
    say("windows: closed, and no opening within the validity");
  }
  say(plan.finished_by
          ? "finished by " + format_local(*plan.finished_by) + " at the latest, if started then"
          : std::string("does not fit into the windows before the validity ends"));
}

void print_blackouts(const targets::Scope& scope) {
  for (const auto& dark : scope.blackouts()) {
    say(fmt::format("blackout: nothing is sent from {} to {} ({})", targets::to_string(dark.from),
                    targets::to_string(dark.to), dark.reason));
  }
}

void print_exclusions(const targets::Scope& scope) {
  for (const auto& exclusion : scope.exclusions()) {
    say(fmt::format("excluded: {} ({}{}{})", exclusion.what, exclusion.reason,
                    exclusion.owner.empty() ? "" : ", " + exclusion.owner,
                    exclusion.until.empty() ? "" : ", until " + exclusion.until));
  }
  for (const auto& exclusion : scope.lapsed_exclusions()) {
    say(fmt::format("no longer excluded since {}: {} ({})", exclusion.until, exclusion.what,
                    exclusion.reason));
  }
  for (const auto& exclusion : scope.idle_exclusions()) {
    say(fmt::format("excludes nothing that is allowed: {} ({})", exclusion.what, exclusion.reason));
  }
}

}  // namespace

Result<int> carry_out(const Call& call, const ScopeCheck& command) {
  const SystemClock clock;
  const UnixMillis now = clock.now();
  auto ports = net::parse_ports(command.ports);
  if (!ports) return ports.error();
  auto scope = targets::open_scope(command.file, now);
  if (!scope) return scope.error();
  const auto plan = targets::plan_scope(*scope, askable_in(*scope, *ports), now);
  if (!call.invocation.quiet) {
    print_head(*scope, plan);
    print_classes(*scope, plan);
    print_resolvers(*scope);
    print_times(plan);
    print_blackouts(*scope);
    print_exclusions(*scope);
  }
  Output output(call.invocation, {"zone", "unit", "addresses", "ranges"});
  for (const auto& area : plan.areas) {
    output.row({text_cell(area.area.zone), text_cell(area.area.unit), number_cell(area.addresses),
                number_cell(area.ranges)});
  }
  if (auto done = output.done(); !done) return done.error();
  const bool sound = plan.valid && plan.finished_by && scope->idle_exclusions().empty();
  return sound ? 0 : 1;
}

}  // namespace qingdan::app
