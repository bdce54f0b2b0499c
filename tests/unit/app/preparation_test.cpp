#include "app/preparation.h"

#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::has;
using app::test::take;
using app::test::TempDir;

namespace {

constexpr UnixMillis kNow{1'780'000'000'000};  // 2026-05-28T20:26:40Z

const std::string kScope = R"([authorisation]
number = "测〔2026〕1号"
issued_by = "测试"
valid_from = 2026-01-01
valid_to = 2026-12-31
[pace]
global_pps = 500
prefix_pps = 100
host_pps = 10
[[allow]]
addresses = ["192.0.2.1"]
zone = "区"
unit = "单位"
)";

struct Document {
  explicit Document(const std::string& text = kScope) { app::test::write_file(path, text); }
  TempDir dir;
  std::string path = dir.file("scope.toml");

  [[nodiscard]] Result<Prepared> prepare(const std::string& ports,
                                         const std::string& method = "auto",
                                         std::optional<std::uint32_t> pps = {},
                                         UnixMillis now = kNow) const {
    return app::prepare(path, ports, method, pps, now);
  }
};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a sound document is ready with its own pace", "[app][preparation]") {
  const auto prepared = take(Document().prepare("22,80"));
  CHECK(prepared.scope.address_count() == 1);
  CHECK(prepared.ports.to_string() == "22,80");
  CHECK(prepared.pace.global_pps == 500);
  CHECK(prepared.pace.host_pps == 10);
  CHECK_FALSE(has(prepared.note, "left out"));
}

TEST_CASE("--pps replaces the global pace only", "[app][preparation]") {
  const auto prepared = take(Document().prepare("22", "auto", 0));
  CHECK(prepared.pace.global_pps == 0);
  CHECK(prepared.pace.prefix_pps == 100);
  CHECK(prepared.pace.host_pps == 10);
}

TEST_CASE("UDP ports without a request of ours are left out, and it is said",
          "[app][preparation]") {
  const auto prepared = take(Document().prepare("22,U:53,U:9"));
  CHECK(prepared.ports.to_string() == take(net::parse_ports("22,U:53")).to_string());
  CHECK(has(prepared.note, "1 UDP port left out"));
  const auto none = Document().prepare("U:9");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::input);
  CHECK(has(none.error().text, "U:9"));
}

TEST_CASE("method udp asks no TCP port", "[app][preparation]") {
  const auto prepared = take(Document().prepare("22,U:53", "udp"));
  CHECK(prepared.ports.to_string() == take(net::parse_ports("U:53")).to_string());
  CHECK_FALSE(Document().prepare("22", "udp"));
}

TEST_CASE("outside its validity a document is refused with the day", "[app][preparation]") {
  constexpr std::int64_t kYear = 366LL * 86'400'000;
  const auto late = Document().prepare("22", "auto", {}, {kNow.value + kYear});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::refused);
  CHECK(has(late.error().text, "2026-12-31"));
  const auto early = Document().prepare("22", "auto", {}, {kNow.value - kYear});
  REQUIRE_FALSE(early);
  CHECK(early.error().code == ErrorCode::refused);
  CHECK(has(early.error().text, "2026-01-01"));
}

TEST_CASE("what is wrong with file or ports is input", "[app][preparation]") {
  const auto ports = Document().prepare("22,99999");
  REQUIRE_FALSE(ports);
  CHECK(ports.error().code == ErrorCode::input);
  const Document bad(replaced(kScope, "192.0.2.1", "192.0.2.300"));
  const auto scope = bad.prepare("22");
  REQUIRE_FALSE(scope);
  CHECK(scope.error().code == ErrorCode::input);
  CHECK(has(scope.error().text, "scope.toml:11"));
  CHECK_FALSE(prepare("/nonexistent/scope.toml", "22", "auto", {}, kNow));
}
