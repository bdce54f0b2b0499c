// Spellings of the tables: numbers of assets, outcomes of coverage.
#include "registry/rows.h"

#include "fixture.h"

namespace qingdan::registry {
namespace {
using namespace test;
using model::HostOutcome;

TEST_CASE("资产编号 has one spelling", "[registry][rows]") {
  CHECK(asset_number(1) == "ZC-000001");
  CHECK(asset_number(1234567) == "ZC-1234567");
  for (const std::int64_t id : {1, 999999, 1000000, 123456789}) {
    CHECK(parse_asset_number(asset_number(id)) == model::AssetId{id});
  }
  for (const char* wrong : {"", "ZC-", "ZC-1", "ZC-0000001", "ZC-00000x", "zc-000001", "ZC-000000",
                            "ZC--00001", "ZC-99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(parse_asset_number(wrong));
  }
}

TEST_CASE("outcomes are run-length coded and come back", "[registry][rows]") {
  CHECK(encode_outcomes({}).empty());
  CHECK(encode_outcomes({HostOutcome::answered, HostOutcome::answered, HostOutcome::silent,
                         HostOutcome::skipped, HostOutcome::unreachable, HostOutcome::error}) ==
        "2a1s1k1u1e");
  Rng rng(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<HostOutcome> outcomes;
    while (outcomes.size() < 300) {
      outcomes.insert(outcomes.end(), rng.below(20), static_cast<HostOutcome>(rng.below(5)));
    }
    CHECK(decode_outcomes(encode_outcomes(outcomes)) == outcomes);
  }
}

TEST_CASE("a damaged text of outcomes is none", "[registry][rows]") {
  for (const char* wrong :
       {"a", "1", "1x", "0a", "-1a", "1a2", "1a 1s", "99999999999a", "16777216a1s"}) {
    INFO(wrong);
    CHECK_FALSE(decode_outcomes(wrong));
  }
}

}  // namespace
}  // namespace qingdan::registry
