// statistics — counting, and the order in which sheet 01 tells it.
#include "report/statistics.h"

#include <algorithm>
#include <array>
#include <set>

namespace qingdan::report {
namespace {

namespace field = model::field;

constexpr std::string_view kNone = "（未填）";

// The groups that divide the assets, in printed order.
constexpr std::array<std::string_view, 8> kDividing{"所属单位", "网络区域",  "资产类别",
                                                    "操作系统", "登记状态",  "在线状态",
                                                    "资产状态", "身份可信度"};
// Those in which an asset may count several times or not at all.
constexpr std::array<std::string_view, 4> kCounting{"数据库", "中间件与Web服务器", "信创产品",
                                                    "变更类型"};
constexpr std::array<std::string_view, 9> kCompleteness{"资产名称",    "资产类别", "操作系统",
                                                        "主机名/FQDN", "所属单位", "所属系统",
                                                        "责任人",      "物理位置", "用途"};

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Growth over nothing is no number, so what was not there before has none.
void compare(std::vector<StatisticRow>& rows, const std::vector<StatisticRow>& before) {
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> counts;
  for (const auto& row : before) counts[{row.group, row.name}] = row.count;
  for (auto& row : rows) {
    const auto found = counts.find({row.group, row.name});
    if (found == counts.end() || found->second == 0) continue;
    const auto was = static_cast<double>(found->second);
    row.growth = (static_cast<double>(row.count) - was) / was;
  }
}

}  // namespace

void Statistics::add(const AssetView& view) {
  ++assets_;
  if (view.asset.presence == model::Presence::online) ++online_;
  ports_ += open_ports(view);
  const auto or_none = [](std::string text) { return text.empty() ? std::string(kNone) : text; };
  const std::string os = view.os ? product_name(*view.os) : std::string();
  ++tally("所属单位", or_none(view.text(field::kUnit)));
  ++tally("网络区域", or_none(zone_of(view)));
  ++tally("资产类别", or_none(view.text(field::kDeviceClass)));
  ++tally("操作系统", os.empty() ? "（未识别）" : os);
  ++tally("登记状态", registration_of(view));
  ++tally("在线状态", std::string(to_string(view.asset.presence)));
  ++tally("资产状态", printed_state(view));
  ++tally("身份可信度", identity_strength(view));
  count_products(view);

  const std::array<std::string, kCompleteness.size()> values{
      view.text(field::kName),     view.text(field::kDeviceClass), os,
      view.text(field::kHostName), view.text(field::kUnit),        view.text(field::kSystem),
      view.text(field::kOwner),    view.text(field::kLocation),    view.text(field::kPurpose)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].empty()) ++filled_[std::string(kCompleteness[i])];
  }
}

void Statistics::count_products(const AssetView& view) {
  // An asset counts once for each product, however many ports it has of it.
  std::set<std::pair<std::string, std::string>> seen;
  const auto look = [&](const model::ProductStatement& product) {
    const auto name = product_name(product);
    if (name.empty()) return;
    ++components_;
    if (product.category == "数据库") seen.emplace("数据库", name);
    if (product.category == "中间件" || product.category == "Web服务器") {
      seen.emplace("中间件与Web服务器", name);
    }
    if (!product.xinchuang.empty()) seen.emplace("信创产品", product.xinchuang + "：" + name);
  };
  if (view.os) look(*view.os);
  for (const auto& service : view.services) {
    if (service.product) look(*service.product);
    for (const auto& product : service.also) look(product);
    if (service.website) ++websites_;
  }
  for (const auto& [group, name] : seen) ++tally(group, name);
}

void Statistics::set_coverage(std::uint64_t addresses, std::uint64_t asked) {
  addresses_ = addresses;
  asked_ = asked;
}

std::vector<StatisticRow> Statistics::rows(const Statistics* before) const {
  std::vector<StatisticRow> rows;
  const auto whole = [&](const char* name, std::uint64_t count, std::optional<double> share = {}) {
    rows.push_back({"总体", name, count, share, {}});
  };
  whole("资产", assets_);
  whole("其中在线", online_, share_of(online_, assets_));
  whole("开放端口", ports_);
  whole("软件组件", components_);
  whole("网站与应用", websites_);
  whole("证书", certificates_);
  whole("授权范围内地址", addresses_);
  whole("已测地址", asked_, share_of(asked_, addresses_));
  whole("未覆盖地址", addresses_ - asked_, share_of(addresses_ - asked_, addresses_));

  const auto add_group = [&](std::string_view name, bool divides) {
    const auto found = groups_.find(std::string(name));
    if (found == groups_.end()) return;
    std::vector<std::pair<std::string, std::uint64_t>> sorted(found->second.begin(),
                                                              found->second.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    for (const auto& [value, count] : sorted) {
      const auto share = divides ? std::optional(share_of(count, assets_)) : std::nullopt;
      rows.push_back({std::string(name), value, count, share, {}});
    }
  };
  for (const auto name : kDividing) add_group(name, true);
  for (const auto name : kCounting) add_group(name, name != "变更类型");
  for (const auto name : kCompleteness) {
    const auto found = filled_.find(std::string(name));
    const auto count = found == filled_.end() ? 0 : found->second;
    rows.push_back({"字段完整率", std::string(name), count, share_of(count, assets_), {}});
  }
  if (before != nullptr) compare(rows, before->rows());
  return rows;
}

}  // namespace qingdan::report
