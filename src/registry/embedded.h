// embedded — files of schema/migrations as the build put them into the program
// (scripts/cmake/embed.py), ordered by name.
#pragma once

#include <span>
#include <string_view>

namespace qingdan::registry {

struct EmbeddedFile {
  std::string_view name;  // "0001_runs.sql"
  std::string_view content;
};

[[nodiscard]] std::span<const EmbeddedFile> embedded_migrations();

}  // namespace qingdan::registry
