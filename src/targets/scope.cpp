// scope — turns the document into sorted disjoint ranges, and mints targets from them.
//
// Order of work: refuse what can never be a target, refuse contradictions (one address in two
// areas), take away the excludes in force, refuse an empty rest.
#include "qingdan/targets/scope.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "qingdan/base/contract.h"
#include "qingdan/net/digest.h"
#include "qingdan/targets/calendar.h"
#include "targets/scope_file.h"

namespace qingdan::targets {
namespace {

using Wide = unsigned __int128;

// Every address is an index times the number of ports; with 2^32 addresses that stays far below
// 2^64, and no census of more would ever end.
constexpr std::uint64_t kMaxAddresses = std::uint64_t{1} << 32;

net::Address beside(const net::Address& ip, int step) {
  const Wide number = step > 0 ? ip.number() + 1 : ip.number() - 1;
  return net::Address::from_number(number, ip.is_v6());
}

bool overlap(const net::AddressRange& a, const net::AddressRange& b) {
  return a.first <= b.last && b.first <= a.last;
}

struct Untargetable {
  const char* range;
  const char* why;
};
constexpr Untargetable kUntargetable[] = {
    {"0.0.0.0", "the unspecified address"},
    {"224.0.0.0-239.255.255.255", "multicast addresses (RFC 5771)"},
    {"255.255.255.255", "the broadcast address"},
    {"::", "the unspecified address"},
    // A socket for ::ffff:a.b.c.d talks IPv4 to a.b.c.d, past every IPv4 exclude.
    {"::ffff:0:0-::ffff:ffff:ffff", "IPv4-mapped addresses; write them as IPv4"},
    {"fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
     "link-local addresses, which mean nothing without an interface (RFC 4291 §2.5.6)"},
    {"ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast addresses (RFC 4291 §2.7)"},
};

std::string written(const net::AddressRange& range) {
  if (range.first == range.last) return range.first.to_string();
  return range.first.to_string() + "-" + range.last.to_string();
}

// One range of an allow entry on its way into the scope.
struct Piece {
  net::AddressRange addresses;
  std::shared_ptr<const Area> area;
  std::uint32_t line{0};
};

class Builder {
 public:
  Builder(ScopeDocument document, std::string_view name, UnixMillis now)
      : document_(std::move(document)), name_(name), now_(now) {}

  // Pieces sorted, disjoint, without the excludes.
  Result<std::vector<ScopeRange>> ranges();
  [[nodiscard]] const ScopeDocument& document() const { return document_; }
  std::vector<model::Exclusion> in_force, lapsed, idle;

 private:
  Result<std::vector<Piece>> allowed();
  Result<void> check_piece(const Piece& piece) const;
  Result<std::vector<Piece>> joined(std::vector<Piece> pieces) const;
  std::vector<net::AddressRange> excluded();
  void find_idle(const std::vector<Piece>& allowed);

  ScopeDocument document_;
  std::string name_;
  UnixMillis now_;
};

Result<void> Builder::check_piece(const Piece& piece) const {
  const auto& range = piece.addresses;
  for (const auto& [text, why] : kUntargetable) {
    const auto bad = net::parse_range(text);
    QD_EXPECTS(bad.has_value());
    if (overlap(range, *bad)) {
      return document_error(name_, piece.line,
                            written(range) + " holds " + why + "; they cannot be probed");
    }
  }
  if (range.size() > kMaxAddresses) {
    return document_error(name_, piece.line,
                          written(range) +
                              " has more than 2^32 addresses and cannot be asked one by one; list "
                              "the addresses that are in use");
  }
  return {};
}

Result<std::vector<Piece>> Builder::allowed() {
  std::vector<Piece> pieces;
  std::set<std::shared_ptr<const Area>,
           decltype([](const auto& a, const auto& b) { return *a < *b; })>
      areas;
  for (const auto& entry : document_.allow) {
    const auto area = *areas.insert(std::make_shared<const Area>(entry.area)).first;
    for (const auto& range : entry.ranges) {
      pieces.push_back({range, area, entry.line});
      if (auto fine = check_piece(pieces.back()); !fine) return fine.error();
    }
  }
  if (pieces.empty()) {
    return document_error(name_, 1, "the scope is empty: the document has no [[allow]]");
  }
  return joined(std::move(pieces));
}

Result<std::vector<Piece>> Builder::joined(std::vector<Piece> pieces) const {
  std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return a.addresses.first < b.addresses.first;
  });
  // Neighbours of one area become one range; overlaps must be of one area.
  const auto apart = [](const Piece& before, const Piece& piece) {
    if (piece.addresses.first <= before.addresses.last) return false;
    return piece.area != before.area ||
           piece.addresses.first.is_v6() != before.addresses.last.is_v6() ||
           beside(before.addresses.last, +1) != piece.addresses.first;
  };
  std::vector<Piece> result;
  for (auto& piece : pieces) {
    if (result.empty() || apart(result.back(), piece)) {
      result.push_back(std::move(piece));
      continue;
    }
    auto& before = result.back();
    if (piece.area != before.area) {
      return document_error(name_, std::max(before.line, piece.line),
                            "[[allow]] overlaps that of line " +
                                std::to_string(std::min(before.line, piece.line)) + " at " +
                                piece.addresses.first.to_string() +
                                ", but in another zone or unit or with other classes; an "
                                "address belongs to one");
    }
    if (piece.addresses.last > before.addresses.last) {
      before.addresses.last = piece.addresses.last;
      before.line = piece.line;
    }
  }
  return result;
}

std::vector<net::AddressRange> Builder::excluded() {
  std::vector<net::AddressRange> ranges;
  for (const auto& entry : document_.exclude) {
    if (entry.until && end_of(*entry.until) <= now_) {
      lapsed.push_back(entry.text);
      continue;
    }
    in_force.push_back(entry.text);
    ranges.insert(ranges.end(), entry.ranges.begin(), entry.ranges.end());
  }
  std::sort(ranges.begin(), ranges.end());
  std::vector<net::AddressRange> result;
  for (const auto& range : ranges) {
    if (result.empty() || range.first > result.back().last) {
      result.push_back(range);
    } else {
      result.back().last = std::max(result.back().last, range.last);
    }
  }
  return result;
}

void Builder::find_idle(const std::vector<Piece>& allowed) {
  const auto takes_away = [&](const net::AddressRange& excluded) {
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const Piece& piece) { return overlap(piece.addresses, excluded); });
  };
  for (const auto& entry : document_.exclude) {
    if (entry.until && end_of(*entry.until) <= now_) continue;
    if (std::none_of(entry.ranges.begin(), entry.ranges.end(), takes_away)) {
      idle.push_back(entry.text);
    }
  }
}

// `piece` minus the sorted disjoint `excluded`, in order.
void subtract(const Piece& piece, const std::vector<net::AddressRange>& excluded,
              std::vector<ScopeRange>& into) {
  net::Address from = piece.addresses.first;
  const net::Address last = piece.addresses.last;
  auto cut = std::lower_bound(excluded.begin(), excluded.end(), from,
                              [](const auto& range, const auto& ip) { return range.last < ip; });
  for (; cut != excluded.end() && cut->first <= last; ++cut) {
    if (cut->first > from) into.push_back({{from, beside(cut->first, -1)}, piece.area});
    if (cut->last >= last) return;
    from = beside(cut->last, +1);
  }
  into.push_back({{from, last}, piece.area});
}

Result<std::vector<ScopeRange>> Builder::ranges() {
  auto pieces = allowed();
  if (!pieces) return pieces.error();
  const auto cuts = excluded();
  find_idle(*pieces);
  std::vector<ScopeRange> result;
  for (const auto& piece : *pieces) subtract(piece, cuts, result);
  if (result.empty()) {
    return document_error(name_, document_.allow.front().line,
                          "the scope is empty: exclude takes away every allowed address");
  }
  return result;
}

Result<void> check_windows(const ScopeDocument& document, std::string_view name) {
  for (const auto& [window, line] : document.windows) {
    const auto names_it = [&](const AllowEntry& entry) { return entry.area.zone == window.zone; };
    if (window.zone.empty() ||
        std::any_of(document.allow.begin(), document.allow.end(), names_it)) {
      continue;
    }
    return document_error(name, line,
                          "[[window]] names the zone \"" + window.zone +
                              "\", but no [[allow]] does; is it spelt the same?");
  }
  return {};
}

// A zone's name server must get packets and know one answer: in scope, and one for each zone.
Result<void> check_resolvers(const ScopeDocument& document, const Scope& scope) {
  std::set<std::string> served;
  const auto zones = scope.zones();
  for (const auto& [resolver, line] : document.resolvers) {
    const auto refuse = [&](const std::string& why) {
      return document_error(scope.name(), line, "[[resolver]] " + why);
    };
    const auto& zone = resolver.zone;
    if (!zone.empty() && std::find(zones.begin(), zones.end(), zone) == zones.end()) {
      return refuse("names the zone \"" + zone +
                    "\", but no [[allow]] does; is it spelt the same?");
    }
    if (!served.insert(zone).second) {
      return refuse(
          "is the second one " +
          (zone.empty() ? std::string("for every zone") : "for the zone \"" + zone + "\"") +
          "; give one for each");
    }
    if (!scope.contains(resolver.ip)) {
      return refuse(resolver.ip.to_string() +
                    " is not in scope; it gets packets, so an [[allow]] must hold it and no "
                    "[[exclude]] may");
    }
  }
  return {};
}

}  // namespace

Result<Scope> parse_scope(std::string_view toml, std::string_view name, UnixMillis now) {
  auto document = parse_document(toml, name);
  if (!document) return document.error();
  if (auto fine = check_windows(*document, name); !fine) return fine.error();
  Builder builder(std::move(*document), name, now);
  auto ranges = builder.ranges();
  if (!ranges) return ranges.error();

  Scope scope;
  scope.name_ = name;
  scope.authorisation_ = builder.document().authorisation;
  scope.pace_ = builder.document().pace;
  for (const auto& entry : builder.document().windows) scope.windows_.push_back(entry.window);
  scope.blackouts_ = builder.document().blackouts;
  scope.exclusions_ = std::move(builder.in_force);
  scope.lapsed_ = std::move(builder.lapsed);
  scope.idle_ = std::move(builder.idle);
  scope.ranges_ = std::move(*ranges);
  std::uint64_t end = 0;
  for (const auto& range : scope.ranges_) scope.ends_.push_back(end += range.addresses.size());
  if (end > kMaxAddresses) {
    return document_error(name, builder.document().allow.front().line,
                          "the scope has " + std::to_string(end) +
                              " addresses; at most 2^32 can be asked one by one");
  }
  if (auto fine = check_resolvers(builder.document(), scope); !fine) return fine.error();
  for (const auto& entry : builder.document().resolvers) scope.resolvers_.push_back(entry.resolver);
  return scope;
}

Result<Scope> open_scope(const std::string& path, UnixMillis now) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return Error{ErrorCode::io, path + ": cannot read the scope document", {}};
  }
  return parse_scope(text, path, now);
}

const ScopeRange* Scope::find_range(const net::Address& ip) const {
  const auto found =
      std::lower_bound(ranges_.begin(), ranges_.end(), ip,
                       [](const ScopeRange& r, const auto& a) { return r.addresses.last < a; });
  return found != ranges_.end() && found->addresses.first <= ip ? &*found : nullptr;
}

std::optional<ApprovedTarget> Scope::approve(const net::Address& ip, net::Transport transport,
                                             std::uint16_t port) const {
  const auto* range = find_range(ip);
  if (range == nullptr || port == 0) return std::nullopt;
  return ApprovedTarget(range->area, ip, transport, port);
}

net::Address Scope::address_at(std::uint64_t index) const {
  QD_EXPECTS(index < address_count());
  const auto end = std::upper_bound(ends_.begin(), ends_.end(), index);
  const auto& range = ranges_[static_cast<std::size_t>(end - ends_.begin())];
  const std::uint64_t from_last = *end - index - 1;
  return net::Address::from_number(range.addresses.last.number() - from_last,
                                   range.addresses.last.is_v6());
}

std::optional<std::uint64_t> Scope::index_of(const net::Address& ip) const {
  const auto* range = find_range(ip);
  if (range == nullptr) return std::nullopt;
  const auto end = ends_[static_cast<std::size_t>(range - ranges_.data())];
  return end - 1 - static_cast<std::uint64_t>(range->addresses.last.number() - ip.number());
}

const Area& Scope::area_of(const net::Address& ip) const {
  const auto* range = find_range(ip);
  QD_EXPECTS(range != nullptr);
  return *range->area;
}

std::vector<std::string> Scope::zones() const {
  std::vector<std::string> zones;
  for (const auto& range : ranges_) {
    const auto& zone = range.area->zone;
    if (std::find(zones.begin(), zones.end(), zone) == zones.end()) zones.push_back(zone);
  }
  return zones;
}

const Resolver* Scope::resolver_of(const std::string& zone) const {
  const auto of = [&](const std::string& wanted) {
    return std::find_if(resolvers_.begin(), resolvers_.end(),
                        [&](const Resolver& resolver) { return resolver.zone == wanted; });
  };
  auto found = of(zone);
  if (found == resolvers_.end()) found = of("");
  return found == resolvers_.end() ? nullptr : &*found;
}

Result<void> Scope::check_valid(UnixMillis now) const {
  const auto refuse = [&](const std::string& why) {
    return Error{
        ErrorCode::refused, name_ + ": the authorisation " + authorisation_.number + " " + why, {}};
  };
  if (now < start_of(authorisation_.valid_from)) {
    return refuse("is not valid before " + to_string(authorisation_.valid_from));
  }
  if (now >= end_of(authorisation_.valid_to)) {
    return refuse("expired with " + to_string(authorisation_.valid_to) +
                  "; a new one is needed before anything may be probed");
  }
  return {};
}

std::string Scope::hash(const net::PortSet& ports) const {
  // Fields end with a byte that no text of the document can hold unescaped, so that no two
  // different scopes have one spelling.
  std::string text = "qingdan scope 1\n" + authorisation_.number + '\0';
  for (const auto& range : ranges_) {
    text += written(range.addresses) + '\0' + range.area->zone + '\0' + range.area->unit + '\0';
    // Only where set, so that documents without it keep the hash they had.
    if (range.area->ot_readonly) text += "ot-readonly" + std::string(1, '\0');
  }
  text += ports.to_string() + '\0';
  for (const auto pps : {pace_.global_pps, pace_.prefix_pps, pace_.host_pps}) {
    text += std::to_string(pps) + '\0';
  }
  if (pace_.fragile_pps != Pace().fragile_pps) {
    text += "fragile " + std::to_string(pace_.fragile_pps) + '\0';
  }
  std::vector<std::string> windows;
  for (const auto& window : windows_) {
    std::string line = window.zone + '\0';
    for (const bool day : window.days) line += day ? '1' : '0';
    windows.push_back(line + std::to_string(window.from.count()) + "-" +
                      std::to_string(window.to.count()) + '\0');
  }
  std::sort(windows.begin(), windows.end());
  for (const auto& window : windows) text += window;
  std::vector<std::string> dark;
  for (const auto& days : blackouts_) {
    dark.push_back("blackout " + to_string(days.from) + "-" + to_string(days.to) + '\0');
  }
  std::sort(dark.begin(), dark.end());
  for (const auto& days : dark) text += days;
  return net::sha256_hex(as_bytes(text));
}

}  // namespace qingdan::targets
