#include "qingdan/app/settings.h"

#include <stdlib.h>

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::take;

namespace {

// Letters, and what a printer of TOML must escape: quotes, backslashes, control bytes, Chinese.
std::string some_text(Rng& rng) {
  static const std::vector<std::string> kPieces{"a",    "/",    "\"", "\\", "\n",  "\t",
                                                "\x01", "'",    " ",  "#",  "=",   "局",
                                                "'''",  "\x7f", "]",  "🌐",  "\r\n"};
  std::string text;
  for (auto n = 1 + rng.below(12); n > 0; --n) text += kPieces[rng.below(kPieces.size())];
  return text;
}

Settings some_settings(Rng& rng) {
  Settings made;
  made.register_path = some_text(rng);
  made.vantage = some_text(rng);
  for (auto n = rng.below(4); n > 0; --n) made.rule_directories.push_back(some_text(rng));
  if (rng.below(2) == 0) made.cache_directory = some_text(rng);
  return made;
}

std::string fault(const std::string& toml) {
  const auto parsed = parse_settings(toml, "s.toml", {});
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::input);
  return parsed.error().text;
}

// Sets a variable of the environment while it lives.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* old = ::getenv(name)) old_ = old;
    ::setenv(name, value, 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() { old_ ? ::setenv(name_, old_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("settings printed read back the same", "[app][settings]") {
  Rng rng(20261122);
  for (int i = 0; i < 500; ++i) {
    const auto made = some_settings(rng);
    const auto printed = print_settings(made);
    INFO(printed);
    CHECK(take(parse_settings(printed, "printed", {})) == made);
  }
}

TEST_CASE("what a file does not say stays as it was", "[app][settings]") {
  Settings base;
  base.register_path = "old.db";
  base.rule_directories = {"shipped"};
  const auto read = take(parse_settings("vantage = \"机房\"\n", "s.toml", base));
  CHECK(read.vantage == "机房");
  CHECK(read.register_path == "old.db");
  CHECK(read.rule_directories == base.rule_directories);
}

TEST_CASE("a file's rule directories replace those before", "[app][settings]") {
  Settings base;
  base.rule_directories = {"shipped"};
  CHECK(take(parse_settings("rules = [\"a\", \"b\"]", "s.toml", base)).rule_directories ==
        std::vector<std::string>{"a", "b"});
}

TEST_CASE("a wrong settings file names file, line and what is wrong", "[app][settings]") {
  CHECK(has(fault("vantage = \"x\"\nregistre = \"y\"\n"), "s.toml:2: unknown key \"registre\""));
  CHECK(has(fault("\n\nvantage = 5\n"), "s.toml:3: vantage must be a text"));
  CHECK(has(fault("register = \"\"\n"), "s.toml:1: register"));
  CHECK(has(fault("cache = true\n"), "s.toml:1: cache"));
  CHECK(has(fault("rules = \"a\"\n"), "s.toml:1: rules must be a list"));
  CHECK(has(fault("rules = []\n"), "s.toml:1: rules"));
  CHECK(has(fault("rules = [\n\"a\",\n7]\n"), "s.toml:3: each of rules"));
  CHECK(has(fault("vantage = \"x\"\nvantage"), "s.toml:2: "));
  CHECK(has(fault("vantage = \"\xff\""), "s.toml:1: "));
}

TEST_CASE("a settings file that is not there is named", "[app][settings]") {
  const auto read = open_settings("/nonexistent/s.toml", {});
  REQUIRE_FALSE(read);
  CHECK(has(read.error().text, "/nonexistent/s.toml"));
}

TEST_CASE("the environment says where register, rules and cache are", "[app][settings]") {
  const Environment path("QINGDAN_REGISTER", "/data/r.db");
  const Environment rules("QINGDAN_FINGERPRINTS", "/data/rules");
  const Environment cache("XDG_CACHE_HOME", "/data/cache");
  const auto made = default_settings();
  CHECK(made.register_path == "/data/r.db");
  CHECK(made.rule_directories == std::vector<std::string>{"/data/rules"});
  CHECK(made.cache_directory == "/data/cache/qingdan");
}

TEST_CASE("an empty variable is as good as none", "[app][settings]") {
  const Environment path("QINGDAN_REGISTER", "");
  const Environment cache("XDG_CACHE_HOME", "");
  const Environment home("HOME", "/home/ops");
  const auto made = default_settings();
  CHECK(made.register_path == "qingdan.db");
  CHECK(made.cache_directory == "/home/ops/.cache/qingdan");
}
