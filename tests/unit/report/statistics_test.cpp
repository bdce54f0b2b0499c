// The figures of sheet 01.
#include "report/statistics.h"

#include <catch2/catch.hpp>

#include <map>

#include "sample_listing.h"

using namespace qingdan;
using namespace qingdan::report;

TEST_CASE("the statistics add up", "[report][statistics]") {
  const auto list = sample::small_listing();
  ListContext context;
  context.meta = list.meta_;
  Statistics statistics;
  for (const auto& asset : list.assets_) statistics.add(make_asset_view(asset, context));
  statistics.set_coverage(10, 8);
  std::map<std::string, std::uint64_t> sums;
  std::map<std::string, std::uint64_t> counts;
  for (const auto& row : statistics.rows()) {
    sums[row.group] += row.count;
    counts[row.group + "/" + row.name] = row.count;
  }
  for (const char* group : {"所属单位", "网络区域", "资产类别", "操作系统", "登记状态", "在线状态",
                            "资产状态", "身份可信度"}) {
    INFO(group);
    CHECK(sums[group] == 2);
  }
  CHECK(counts["总体/资产"] == 2);
  CHECK(counts["总体/其中在线"] == 1);
  CHECK(counts["总体/开放端口"] == 2);
  CHECK(counts["总体/软件组件"] == 3);
  CHECK(counts["总体/网站与应用"] == 1);
  CHECK(counts["总体/未覆盖地址"] == 2);
  CHECK(counts["字段完整率/责任人"] == 1);
  CHECK(counts["中间件与Web服务器/nginx"] == 1);
}

TEST_CASE("an empty list has no shares to divide by", "[report][statistics]") {
  for (const auto& row : Statistics().rows()) {
    CHECK(row.count == 0);
    if (row.share) CHECK(*row.share == 0);
  }
}

TEST_CASE("growth is against what was there before", "[report][statistics]") {
  const auto list = sample::small_listing();
  ListContext context;
  context.meta = list.meta_;
  Statistics before;
  before.add(make_asset_view(list.assets_[0], context));
  Statistics now = before;
  now.add(make_asset_view(list.assets_[1], context));
  std::map<std::string, std::optional<double>> growth;
  for (const auto& row : now.rows(&before)) growth[row.group + "/" + row.name] = row.growth;
  CHECK(growth["总体/资产"] == 1.0);
  CHECK(growth["总体/其中在线"] == 0.0);
  CHECK_FALSE(growth["在线状态/疑似离线"].has_value());
  for (const auto& row : now.rows()) CHECK_FALSE(row.growth.has_value());
}
