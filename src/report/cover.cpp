// cover — the words of sheet 00.
#include "report/cover.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace qingdan::report {
namespace {

std::string kind_text(model::RunKind kind) {
  return kind == model::RunKind::census ? "全量普查" : "增量探测";
}

std::string runs_text(const std::vector<RunFigures>& runs) {
  std::string text;
  for (const auto& [run, addresses, asked] : runs) {
    text += fmt::format("{}第{}批 {}（{} 至 {}）", text.empty() ? "" : "\n", run.id.value,
                        kind_text(run.kind), format_local(run.started), format_local(run.ended));
    if (run.state == model::RunState::stopped || run.state == model::RunState::failed) {
      text += "，未完成";
    }
  }
  return text;
}

std::string coverage_text(const std::optional<RunFigures>& standing) {
  if (!standing) return "没有批次";
  const auto share = standing->addresses == 0 ? 0.0
                                              : static_cast<double>(standing->asked) /
                                                    static_cast<double>(standing->addresses);
  return fmt::format("{:.2f}%（应测 {} 个地址，已测 {}，未测 {}；第{}批）", share * 100,
                     standing->addresses, standing->asked, standing->addresses - standing->asked,
                     standing->run.id.value);
}

std::string profile_text(const ExportOptions& options) {
  std::string text = options.profile == Profile::masked ? "脱敏（联系人已作省略）" : "全量";
  if (!options.unit.empty()) {
    text = "按单位分发：仅含“" + options.unit + "”的资产" +
           (options.profile == Profile::masked ? "；联系人已作省略" : "");
  }
  return text;
}

constexpr std::array<const char*, 3> kSigners{"编制人", "审核人", "批准人"};
constexpr const char* kSignatureLine = "签字：　　　　　　　　　　　　日期：　　　　年　　月　　日";

// What a reader must know before comparing two lists.
constexpr const char* kHowToRead =
    "1. "
    "列入清单的端口均经验证：对端完成了协议握手或应答了数据，或完整接受了连接。代理代答、蜜罐和“全"
    "端口"
    "开放”的应答不计入。\n"
    "2. “未覆盖”“无法判断”不等于不存在；失联、关闭只在按计划覆盖且无应答时判定。覆盖情况见“14 "
    "覆盖说明”。\n"
    "3. 版本取自对端应答；发行版在不改版本号的情况下修补漏洞，应结合“发行版包版本”判断。\n"
    "4. 编号、地址、端口、版本、时间均按文本存放，时间为本机时区；空白表示尚无依据，不表示“无”。\n"
    "5. 列的含义、取值和来源见“16 数据字典”。";

}  // namespace

std::string organisation_of(const model::ListingMeta& meta) {
  return meta.organisation.empty() ? meta.issued_by : meta.organisation;
}

std::string snapshot_name(const model::ListingMeta& meta) {
  const auto number = std::to_string(meta.snapshot.value);
  return meta.version.empty() ? number : meta.version + "（快照 " + number + "）";
}

bool is_signature(std::string_view item) {
  return std::find(kSigners.begin(), kSigners.end(), item) != kSigners.end();
}

std::vector<CoverRow> cover_rows(const CoverFacts& facts) {
  const auto& meta = facts.meta;
  std::vector<CoverRow> rows;
  const auto add = [&](const char* item, std::string content) {
    rows.push_back({item, std::move(content)});
  };
  add("清单版本/快照号", snapshot_name(meta));
  add("数据截止时间", format_local(meta.cutoff));
  add("本期起始时间", meta.period_from.value == 0 ? "首期清单" : format_local(meta.period_from));
  add("普查批次", runs_text(facts.runs));
  add("覆盖率", coverage_text(facts.standing));
  add("资产数", std::to_string(facts.assets));
  add("授权文号", meta.authorisation);
  add("签发单位", meta.issued_by);
  if (facts.standing) {
    add("观测点", facts.standing->run.vantage);
    add("探测方式与端口集", facts.standing->run.method + "；" + facts.standing->run.ports);
  }
  add("导出范围", profile_text(facts.options));
  add("知悉范围", facts.options.unit.empty() ? "" : "仅限" + facts.options.unit);
  add("导出人", facts.options.exported_by);
  add("导出时间", format_local(facts.options.exported_at));
  add("程序与规则库版本", "qingdan " + meta.program_version + "；规则库 " + meta.rule_release);
  add("本版内容SHA-256", meta.sha256);
  add("口径说明", kHowToRead);
  for (const auto* const signer : kSigners) add(signer, kSignatureLine);
  return rows;
}

}  // namespace qingdan::report
