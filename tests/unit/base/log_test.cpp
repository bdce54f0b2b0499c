#include "qingdan/base/log.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <cstdio>
#include <string>

#include "qingdan/base/handle.h"

using namespace qingdan;

namespace {

// What `body` writes to stderr.
template <class Body>
std::string stderr_of(Body body) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::fflush(stderr);
  const UniqueFd saved(dup(STDERR_FILENO));
  dup2(fileno(file), STDERR_FILENO);
  body();
  std::fflush(stderr);
  dup2(saved.get(), STDERR_FILENO);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("a line is an event with escaped fields", "[base][log]") {
  const auto text = stderr_of([] {
    log::write(log::Level::warn, "probe.guard.tripped",
               {{"host", "10.0.0.1"}, {"said", "a\n\x1b[2J"}});
  });
  CHECK(text.find("warning probe.guard.tripped host=\"10.0.0.1\" said=\"a\\n\\x1b[2J\"\n") !=
        std::string::npos);
}

TEST_CASE("lines below the level are not written", "[base][log]") {
  CHECK(stderr_of([] { log::write(log::Level::info, "quiet.event"); }).empty());
  log::set_level(log::Level::info);
  CHECK_FALSE(stderr_of([] { log::write(log::Level::info, "quiet.event"); }).empty());
  log::set_level(log::Level::warn);
}

TEST_CASE("a value cannot end its own quotes", "[base][log]") {
  const auto text = stderr_of([] { log::write(log::Level::error, "e", {{"a", "x\" b=\"y"}}); });
  CHECK(text.find("a=\"x\\x22 b=\\x22y\"\n") != std::string::npos);
}
