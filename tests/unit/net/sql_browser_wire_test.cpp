#include "qingdan/net/sql_browser_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {

Bytes browser_reply(std::string_view text) {
  ByteWriter out;
  out.u8(5).u16le(static_cast<std::uint16_t>(text.size())).text(text);
  return std::move(out).take();
}
constexpr std::string_view kTwo =
    "ServerName;SQL01;InstanceName;MSSQLSERVER;IsClustered;No;Version;15.0.2000.5;tcp;1433;;"
    "ServerName;SQL01;InstanceName;ZWFW;IsClustered;Yes;Version;13.2.5026.0;np;"
    "\\\\SQL01\\pipe\\MSSQL$ZWFW\\sql\\query;;";

}  // namespace

TEST_CASE("each instance has its name, version and port", "[net][sql_browser]") {
  CHECK(build_sql_browser_request() == Bytes{3});
  const auto instances = parse_sql_browser_reply(browser_reply(kTwo));
  REQUIRE(instances);
  REQUIRE(instances->size() == 2);
  CHECK((*instances)[0].server == "SQL01");
  CHECK((*instances)[0].instance == "MSSQLSERVER");
  CHECK((*instances)[0].version == "15.0.2000.5");
  CHECK((*instances)[0].tcp == "1433");
  CHECK_FALSE((*instances)[0].clustered);
  CHECK((*instances)[1].clustered);
  CHECK((*instances)[1].tcp.empty());
}

TEST_CASE("other bytes and wrong lengths are no list", "[net][sql_browser]") {
  CHECK_FALSE(parse_sql_browser_reply(build_sql_browser_request()));
  CHECK_FALSE(parse_sql_browser_reply(browser_reply("hello;world;;")));
  auto longer = browser_reply(kTwo);
  longer[2] = 0x7F;
  CHECK_FALSE(parse_sql_browser_reply(longer));
  std::string many;
  for (int i = 0; i < 200; ++i) many += "ServerName;A;;";
  CHECK(parse_sql_browser_reply(browser_reply(many))->size() == 64);
  test::parse_damaged(browser_reply(kTwo),
                      [](BytesView bytes) { return parse_sql_browser_reply(bytes); });
}
