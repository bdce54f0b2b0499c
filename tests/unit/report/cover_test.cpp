// The words of sheet 00.
#include "report/cover.h"

#include <catch2/catch.hpp>

#include <map>

#include "sample_listing.h"

using namespace qingdan;
using namespace qingdan::report;

namespace {

std::map<std::string, std::string> cover(const ExportOptions& options,
                                         const std::vector<RunFigures>& runs) {
  const auto list = sample::small_listing();
  const auto standing = runs.empty() ? std::nullopt : std::optional(runs.front());
  std::map<std::string, std::string> items;
  for (const auto& row : cover_rows({list.meta_, options, runs, standing, 2})) {
    items[row.item] = row.content;
  }
  return items;
}

RunFigures run(std::int64_t id, model::RunState state = model::RunState::finished) {
  auto figures = RunFigures{sample::small_listing().runs_[0].run, 200, 150};
  figures.run.id = {id};
  figures.run.state = state;
  return figures;
}

}  // namespace

TEST_CASE("the cover names the snapshot, its runs and its coverage", "[report][cover]") {
  const auto items = cover({}, {run(3), run(4, model::RunState::stopped)});
  CHECK(items.at("清单版本/快照号") == "7");
  CHECK(items.at("授权文号") == "常数网安〔2026〕18号");
  CHECK(items.at("覆盖率") == "75.00%（应测 200 个地址，已测 150，未测 50；第3批）");
  CHECK(items.at("普查批次").find("第3批 全量普查（") == 0);
  CHECK(items.at("普查批次").find("\n第4批") != std::string::npos);
  CHECK(items.at("普查批次").ends_with("，未完成"));
  CHECK(items.at("本版内容SHA-256").size() == 64);
  CHECK(items.at("资产数") == "2");
  CHECK(items.contains("编制人"));
  CHECK(is_signature("批准人"));
  CHECK_FALSE(is_signature("导出人"));
}

TEST_CASE("the cover says who may read it", "[report][cover]") {
  CHECK(cover({}, {}).at("导出范围") == "全量");
  CHECK(cover({}, {}).at("覆盖率") == "没有批次");
  ExportOptions options;
  options.profile = Profile::masked;
  CHECK(cover(options, {}).at("导出范围") == "脱敏（联系人已作省略）");
  options.unit = "市教育局";
  CHECK(cover(options, {}).at("导出范围").find("仅含“市教育局”的资产；联系人") !=
        std::string::npos);
  CHECK(cover(options, {}).at("知悉范围") == "仅限市教育局");
}

TEST_CASE("the organisation is the issuer where nothing else is said", "[report][cover]") {
  auto meta = sample::small_listing().meta_;
  CHECK(organisation_of(meta) == "常州市电子政务外网");
  meta.organisation.clear();
  CHECK(organisation_of(meta) == "常州市大数据管理中心");
  meta.version = "2026-11/1";
  CHECK(snapshot_name(meta) == "2026-11/1（快照 7）");
}
