// preparation — what sweep and census check before the first packet: document, validity, windows,
// ports, pace. Refusals are sentences with ErrorCode::refused.
#pragma once

#include <optional>
#include <string>

#include "app/sweeping.h"
#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/net/port_set.h"
#include "qingdan/targets/scope.h"

namespace qingdan::app {

// What of `ports` can be asked in this scope (probe::askable).
[[nodiscard]] net::PortSet askable_in(const targets::Scope& scope, const net::PortSet& ports);


struct Prepared {
  targets::Scope scope;
  net::PortSet ports;  // that can be asked
  targets::Pace pace;
  Method method{Method::connect};  // of TCP ports
  std::string note;  // for people: what the method does, UDP ports that cannot be asked
};

[[nodiscard]] Result<Prepared> prepare(const std::string& scope_file, const std::string& ports,
                                       const std::string& method, std::optional<std::uint32_t> pps,
                                       UnixMillis now);

}  // namespace qingdan::app
