// preparation — see preparation.h.
#include "app/preparation.h"

#include <algorithm>

#include <fmt/format.h>

#include "qingdan/probe/table.h"
#include "qingdan/targets/calendar.h"

namespace qingdan::app {
namespace {

std::string describe(const net::PortSet& asked, const net::PortSet& askable,
                     const std::string& asked_for, Method method) {
  std::string text = asked_for == "udp"       ? "method udp"
                     : method == Method::syn ? "method syn (half-open TCP) and udp"
                                              : "method connect (TCP handshakes) and udp";
  if (asked_for == "auto" && method == Method::connect) {
    text += "; half-open probing needs CAP_NET_RAW";
  }
  const std::size_t left_out = asked.size() - askable.size();
  if (left_out > 0) {
    text += fmt::format("; {} UDP port{} left out: no identify request for {}", left_out,
                        left_out == 1 ? "" : "s", left_out == 1 ? "it" : "them");
  }
  return text;
}

// `auto` takes half-open probing where the right is there.
Result<Method> choose_method(const std::string& asked_for) {
  const bool wanted = asked_for == "syn" || asked_for == "auto";
  if (wanted && probe::can_send_raw()) return Method::syn;
  if (asked_for != "syn") return Method::connect;
  return Error{ErrorCode::privilege,
               "--method syn needs CAP_NET_RAW: run as root, give the program the capability "
               "(setcap cap_net_raw+ep), or use --method connect",
               ""};
}

}  // namespace

net::PortSet askable_in(const targets::Scope& scope, const net::PortSet& ports) {
  const auto& ranges = scope.ranges();
  const bool industrial = std::all_of(ranges.begin(), ranges.end(), [](const auto& range) {
    return range.area->ot_readonly;
  });
  return probe::askable(ports, industrial);
}

Result<Prepared> prepare(const std::string& scope_file, const std::string& ports,
                         const std::string& method, std::optional<std::uint32_t> pps,
                         UnixMillis now) {
  auto asked = net::parse_ports(ports);
  if (!asked) return asked.error();
  auto scope = targets::open_scope(scope_file, now);
  if (!scope) return scope.error();
  if (auto valid = scope->check_valid(now); !valid) return valid.error();
  if (auto open = targets::check_open(*scope, now); !open) return open.error();
  if (method == "udp") *asked = asked->only(net::Transport::udp);
  auto askable = askable_in(*scope, *asked);
  if (askable.empty()) {
    return Error{ErrorCode::input,
                 fmt::format("--ports {}: no port that --method {} can ask", ports, method), ""};
  }
  targets::Pace pace = scope->pace();
  if (pps) pace.global_pps = *pps;
  auto chosen = choose_method(method);
  if (!chosen) return chosen.error();
  std::string note = describe(*asked, askable, method, *chosen);
  return Prepared{std::move(*scope), std::move(askable), pace, *chosen, std::move(note)};
}

}  // namespace qingdan::app
