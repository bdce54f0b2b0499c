#include "qingdan/identify/rule_base.h"

#include "unit/identify/rule_directory.h"
#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::RuleDirectory;
namespace fs = std::filesystem;

namespace {
const std::string kRules = R"(
[[rule]]
id = "http.a"
input = "http_header.server"
pattern = '^nginx/(?P<version>\S+)$'
service = "nginx"
source = "test"
)";

std::size_t hits(const RuleBase& base) {
  Matcher::Scratch scratch(base.matcher());
  return base.matcher().match("http_header.server", "nginx/1.20.1", scratch).size();
}
std::vector<fs::path> files_in(const fs::path& dir) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(dir)) out.push_back(entry.path());
  return out;
}
}  // namespace

TEST_CASE("the second opening comes from the cache and answers the same", "[identify][rule_base]") {
  RuleDirectory dir;
  dir.write("RELEASE", "2026.11\n");
  dir.write("products/p.toml", test::kProducts);
  dir.write("http/a.toml", kRules);
  RuleDirectory cache;
  const auto first = RuleBase::open({dir.path()}, cache.path());
  REQUIRE(first);
  REQUIRE(files_in(cache.path()).size() == 1);
  const auto second = RuleBase::open({dir.path()}, cache.path());
  REQUIRE(second);
  CHECK((*second)->release() == (*first)->release());
  CHECK((*second)->release().starts_with("2026.11+"));
  CHECK((*second)->rules().size() == 1);
  CHECK(hits(**second) == 1);
  CHECK((*second)->find_product("nginx")->cpe == "f5:nginx");
  CHECK(files_in(cache.path()).size() == 1);

  SECTION("a damaged cache is built anew") {
    const auto file = files_in(cache.path()).front();
    const auto size = fs::file_size(file);
    fs::resize_file(file, size / 2);
    const auto third = RuleBase::open({dir.path()}, cache.path());
    REQUIRE(third);
    CHECK(hits(**third) == 1);
    CHECK(fs::file_size(file) == size);
  }
  SECTION("changed rules do not come from the cache") {
    dir.write("http/a.toml", kRules + kRules.substr(0, kRules.find("http.a")) + "http.b" +
                                 kRules.substr(kRules.find("http.a") + 6));
    const auto third = RuleBase::open({dir.path()}, cache.path());
    REQUIRE(third);
    CHECK((*third)->rules().size() == 2);
    CHECK((*third)->release() != (*first)->release());
  }
}

TEST_CASE("a cache that cannot be written costs nothing but time", "[identify][rule_base]") {
  RuleDirectory dir;
  dir.write("products/p.toml", test::kProducts);
  dir.write("http/a.toml", kRules);
  dir.write("plain", "a file where the cache directory should be");
  const auto base = RuleBase::open({dir.path()}, dir.path() / "plain");
  REQUIRE(base);
  CHECK(hits(**base) == 1);
}

TEST_CASE("of the compiled rules those that were used last are kept", "[identify][rule_base]") {
  RuleDirectory dir;
  dir.write("products/p.toml", test::kProducts);
  dir.write("http/a.toml", kRules);
  RuleDirectory cache;
  const auto open = [&](int version) {
    dir.write("RELEASE", std::to_string(version) + "\n");
    REQUIRE(RuleBase::open({dir.path()}, cache.path()));
  };
  const auto age = [&] {
    for (const auto& file : files_in(cache.path()))
      fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(2));
  };
  open(1);
  const auto first = files_in(cache.path()).front();
  for (int version = 2; version <= 4; ++version) {
    age();
    open(version);
  }
  CHECK(files_in(cache.path()).size() == 4);
  age();
  open(1);  // the oldest, but used now
  cache.write("rules-ab.bin.77.new", "half of a file");
  cache.write("notes.txt", "somebody's own");
  age();
  cache.write("rules-cd.bin.78.new", "still being written");
  open(5);
  CHECK(fs::exists(first));
  CHECK(fs::exists(cache.path() / "notes.txt"));
  CHECK(fs::exists(cache.path() / "rules-cd.bin.78.new"));
  CHECK_FALSE(fs::exists(cache.path() / "rules-ab.bin.77.new"));
  CHECK(files_in(cache.path()).size() == 6);  // four of ours and those two
}

TEST_CASE("faulty rules are refused with the place of the first fault", "[identify][rule_base]") {
  RuleDirectory dir;
  dir.write("http/a.toml", "[[rule]]\nid = \"http.a\"\ninput = \"html_title\"\n");
  const auto base = RuleBase::open({dir.path()}, "");
  REQUIRE_FALSE(base);
  CHECK(base.error().code == ErrorCode::input);
  CHECK(base.error().text.find("http/a.toml:1: http.a: needs exactly one") != std::string::npos);
}

TEST_CASE("a kind of a kind is a kind, and circles end", "[identify][rule_base]") {
  const auto base = test::make_base("", R"(
[[product]]
id = "a"
role = "os"
is_a = "b"
[[product]]
id = "b"
role = "os"
is_a = "c"
[[product]]
id = "c"
role = "os"
is_a = "a"
[[product]]
id = "d"
role = "os"
)");
  CHECK(base->is_kind_of(*base->find_product("a"), *base->find_product("c")));
  CHECK_FALSE(base->is_kind_of(*base->find_product("a"), *base->find_product("d")));
  CHECK_FALSE(base->is_kind_of(*base->find_product("d"), *base->find_product("a")));
}

TEST_CASE("rank is trust, then parts, then anchors, then literal bytes", "[identify][rule_base]") {
  CHECK(Rank{90, 1, 0, 1} > Rank{80, 2, 3, 99});
  CHECK(Rank{80, 2, 0, 1} > Rank{80, 1, 3, 99});
  CHECK(Rank{80, 1, 2, 1} > Rank{80, 1, 1, 99});
  CHECK(Rank{80, 1, 2, 5} > Rank{80, 1, 2, 4});
}
