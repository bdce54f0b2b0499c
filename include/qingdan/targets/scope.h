// scope — what we are allowed to touch: allow minus exclude, under one authorisation.
//
// The ranges are sorted and disjoint with prefix sums, so that the i-th address and the index of an
// address cost one binary search. A Scope never changes after parsing.
//   S1  approve() is the only mint of ApprovedTarget: inside allow, outside exclude, a real port
//   S2  exclude wins over allow, whatever the order in the document
//   S3  address_at and index_of are inverse to each other
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/model/run.h"
#include "qingdan/targets/approved_target.h"

namespace qingdan::targets {

using Day = std::chrono::year_month_day;

struct Authorisation {
  std::string number;  // 常数网安〔2026〕18号
  std::string issued_by;
  Day valid_from, valid_to;  // both days belong to it, in the machine's zone
};

// Packets per second; 0 = no cap of that kind.
struct Pace {
  std::uint32_t global_pps{2000};
  std::uint32_t prefix_pps{400};  // per /24 or /64
  std::uint32_t host_pps{40};
  std::uint32_t fragile_pps{4};  // per host that is a printer or an industrial device; 1 to 20
};

// A time span that begins on certain days; what crosses midnight belongs to the day it began.
struct Window {
  std::string zone;                // "" = every zone
  std::array<bool, 7> days{};      // Sunday first, as std::chrono::weekday::c_encoding()
  std::chrono::seconds from{0};    // since local midnight
  std::chrono::seconds to{86400};  // 86400 = the end of the day; <= from: of the next day
};

// Days on which nothing may be sent, whatever the windows say (重保时期).
struct Blackout {
  Day from, to;  // both belong to it, in the machine's zone
  std::string reason;
};

// The owner's name server, asked which names addresses have (反向DNS). It gets packets, so it is in
// scope like everything that does.
struct Resolver {
  std::string zone;  // whose addresses it is asked about; "" = of zones that have none of their own
  net::Address ip;
};

struct ScopeRange {
  net::AddressRange addresses;
  std::shared_ptr<const Area> area;
};

class Scope {
 public:
  // nullopt: outside allow, inside exclude, or port 0.
  [[nodiscard]] std::optional<ApprovedTarget> approve(const net::Address& ip,
                                                      net::Transport transport,
                                                      std::uint16_t port) const;

  [[nodiscard]] std::uint64_t address_count() const { return ends_.empty() ? 0 : ends_.back(); }
  [[nodiscard]] net::Address address_at(std::uint64_t index) const;  // EXPECTS < address_count()
  [[nodiscard]] std::optional<std::uint64_t> index_of(const net::Address& ip) const;
  [[nodiscard]] bool contains(const net::Address& ip) const { return index_of(ip).has_value(); }
  [[nodiscard]] const Area& area_of(const net::Address& ip) const;  // EXPECTS contains(ip)

  [[nodiscard]] const Authorisation& authorisation() const { return authorisation_; }
  [[nodiscard]] const Pace& pace() const { return pace_; }
  [[nodiscard]] const std::vector<Window>& windows() const { return windows_; }
  [[nodiscard]] const std::vector<Blackout>& blackouts() const { return blackouts_; }
  [[nodiscard]] const std::vector<Resolver>& resolvers() const { return resolvers_; }
  // Whom to ask about addresses of this zone; nullptr: nobody.
  [[nodiscard]] const Resolver* resolver_of(const std::string& zone) const;
  // In force at the time of parsing, as written; and those whose `until` had passed.
  [[nodiscard]] const std::vector<model::Exclusion>& exclusions() const { return exclusions_; }
  [[nodiscard]] const std::vector<model::Exclusion>& lapsed_exclusions() const { return lapsed_; }
  // Exclusions in force that took nothing away: often a slip of the pen.
  [[nodiscard]] const std::vector<model::Exclusion>& idle_exclusions() const { return idle_; }
  // Sorted, disjoint, allow minus exclude.
  [[nodiscard]] const std::vector<ScopeRange>& ranges() const { return ranges_; }
  [[nodiscard]] std::vector<std::string> zones() const;  // distinct, in order of first address
  [[nodiscard]] const std::string& name() const { return name_; }  // of the document, for messages

  // Refused before valid_from and after valid_to; the sentence names the day.
  [[nodiscard]] Result<void> check_valid(UnixMillis now) const;
  // SHA-256 (hex) of authorisation number, ranges with their areas, ports, pace, windows and
  // blackouts: what a checkpoint is bound to. Order and comments of the document do not matter.
  [[nodiscard]] std::string hash(const net::PortSet& ports) const;

 private:
  friend Result<Scope> parse_scope(std::string_view toml, std::string_view name, UnixMillis now);
  Scope() = default;
  [[nodiscard]] const ScopeRange* find_range(const net::Address& ip) const;

  std::string name_;
  Authorisation authorisation_;
  Pace pace_;
  std::vector<Window> windows_;
  std::vector<Blackout> blackouts_;
  std::vector<Resolver> resolvers_;
  std::vector<model::Exclusion> exclusions_, lapsed_, idle_;
  std::vector<ScopeRange> ranges_;
  std::vector<std::uint64_t> ends_;  // ends_[k] = addresses in ranges_[0..k]
};

// `name` stands before the line in every error. An exclude whose `until` day ended before `now` no
// longer holds; with the default every exclude holds. An expired document parses: see check_valid.
[[nodiscard]] Result<Scope> parse_scope(std::string_view toml, std::string_view name,
                                        UnixMillis now = {});
// Reads the file; ErrorCode::io where it cannot be read.
[[nodiscard]] Result<Scope> open_scope(const std::string& path, UnixMillis now = {});

}  // namespace qingdan::targets
