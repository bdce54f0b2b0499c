// scope_file — the scope document as written, each entry with its line. Knows TOML and nothing of
// what the entries mean together; scope.cpp does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/model/run.h"
#include "qingdan/net/address.h"
#include "qingdan/targets/scope.h"

namespace qingdan::targets {

struct AllowEntry {
  std::vector<net::AddressRange> ranges;
  Area area;
  std::string what;  // as written
  std::uint32_t line{0};
};

struct ExcludeEntry {
  std::vector<net::AddressRange> ranges;
  model::Exclusion text;
  std::optional<Day> until;
  std::uint32_t line{0};
};

struct WindowEntry {
  Window window;
  std::uint32_t line{0};
};

struct ResolverEntry {
  Resolver resolver;
  std::uint32_t line{0};
};

struct ScopeDocument {
  Authorisation authorisation;
  Pace pace;
  std::vector<AllowEntry> allow;
  std::vector<ExcludeEntry> exclude;
  std::vector<WindowEntry> windows;
  std::vector<Blackout> blackouts;
  std::vector<ResolverEntry> resolvers;
};

// Errors are `name:line: …`, ErrorCode::input.
[[nodiscard]] Result<ScopeDocument> parse_document(std::string_view toml, std::string_view name);

// The one form of an error in a document.
[[nodiscard]] Error document_error(std::string_view name, std::uint32_t line, std::string text);

}  // namespace qingdan::targets
