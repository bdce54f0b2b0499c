// log — named events with escaped fields, to stderr.
#include "qingdan/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "qingdan/base/text.h"

namespace qingdan::log {
namespace {

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

spdlog::logger& logger() {
  static spdlog::logger* const kLogger = [] {
    // Never destroyed: a thread that ends after main must still find it.
    auto* made = new spdlog::logger("qingdan", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *kLogger;
}

}  // namespace

void set_level(Level level) { logger().set_level(native(level)); }

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!logger().should_log(native(level))) return;
  std::string line(event);
  for (const auto& field : fields) {
    line += ' ';
    line += field.key;
    line += "=\"";
    // A value that could end its own quotes could write fields of its own.
    for (const char c : escape_untrusted(field.value, 400)) {
      if (c == '"') {
        line += "\\x22";
      } else {
        line += c;
      }
    }
    line += '"';
  }
  logger().log(native(level), line);
}

}  // namespace qingdan::log
