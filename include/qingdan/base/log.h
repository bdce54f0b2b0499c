// log — the only door to logging. Lines are named events with fields; names and what they tell an
// operator stand in schema/log_events.toml.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace qingdan::log {

enum class Level { debug, info, warn, error };

struct Field {
  std::string_view key;
  std::string value;
};

// To stderr. Default: warn. Call before the first line is written.
void set_level(Level level);

// Values are escaped here; callers pass foreign bytes as they are. Thread-safe.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});

}  // namespace qingdan::log
