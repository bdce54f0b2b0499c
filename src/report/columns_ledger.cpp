// columns_ledger — sheets 00, 01, 05 IP地址台账, 11 变更清单, 12 未备案与待核实, 14 覆盖说明, 16
// 数据字典.
#include "report/cell_text.h"
#include "report/rows.h"
#include "report/sheets.h"

namespace qingdan::report {
namespace {

Cell text(std::string value) { return value.empty() ? Cell{} : Cell{std::move(value)}; }
Cell count(std::uint64_t value) { return static_cast<std::int64_t>(value); }

template <class Row>
Cell nothing(const Row&) {
  return {};
}

constexpr Column<CoverRow> kCover[]{
    {{"项目", "D", 20, "封面与说明的条目", ""}, [](const CoverRow& r) { return text(r.item); }},
    {{"内容", "D/M", 78, "条目的内容；编制、审核、批准人由人填写", ""},
     [](const CoverRow& r) { return text(r.content); }},
};

constexpr Column<StatisticRow> kStatistics[]{
    {{"统计项", "D", 22, "按什么统计", ""}, [](const StatisticRow& r) { return text(r.group); }},
    {{"分类", "D", 44, "统计项中的一类", ""}, [](const StatisticRow& r) { return text(r.name); }},
    {{"数量", "D", 14, "属于该类的资产或记录数", "", Kind::count},
     [](const StatisticRow& r) { return count(r.count); }},
    {{"占比", "D", 12, "占本统计项全体的比例", "", Kind::share},
     [](const StatisticRow& r) { return r.share ? Cell{*r.share} : Cell{}; }},
    {{"环比", "D", 12, "与上期清单相比的变化，没有上期数据时为空", "", Kind::share},
     [](const StatisticRow& r) { return r.growth ? Cell{*r.growth} : Cell{}; }},
};

constexpr Column<AddressRow> kAddresses[]{
    {{"网络区域", "I/D", 14, "授权书所列网络区域", ""},
     [](const AddressRow& r) { return text(r.address.zone); }},
    {{"IP", "P/T/I", 18, "地址", ""},
     [](const AddressRow& r) { return text(r.address.ip.to_string()); }},
    {{"网段", "I", 18, "所在的 /24 或 /64", "CIDR"},
     [](const AddressRow& r) { return text(net::block_of(r.address.ip).to_string()); }},
    {{"网段归属单位/用途", "I", 18, "网段登记的单位与用途", ""}, nothing<AddressRow>},
    {{"分配状态", "I", 10, "地址分配情况", "已分配、未分配、保留"}, nothing<AddressRow>},
    {{"占用资产编号", "D", 14, "当前绑定的资产", ""},
     [](const AddressRow& r) { return text(r.address.asset_number); }},
    {{"实际归属单位", "D", 18, "占用资产的所属单位", ""},
     [](const AddressRow& r) { return text(r.address.unit); }},
    {{"登记与实际是否一致", "D", 10, "网段登记单位与实际归属是否一致", "是、否"},
     nothing<AddressRow>},
    {{"角色", "P/D/M", 8, "地址的角色", "主、辅、VIP、NAT、LB"}, nothing<AddressRow>},
    {{"NAT对应地址", "I/M", 14, "地址转换的另一侧", ""}, nothing<AddressRow>},
    {{"反向DNS", "P", 16, "授权书所列解析服务器最近一次回答的名字", ""},
     [](const AddressRow& r) { return text(r.address.reverse_name); }},
    {{"本批覆盖结果", "D", 9, "最近一个批次的探测结果", "应答、静默、跳过、不可达、出错"},
     [](const AddressRow& r) {
       return r.address.outcome ? text(std::string(to_string(*r.address.outcome))) : Cell{};
     }},
    {{"首次应答", "D", 11, "第一次应答的时间", "YYYY-MM-DD HH:MM:SS"},
     [](const AddressRow& r) { return text(format_local(r.address.first_answered)); }},
    {{"末次应答", "D", 11, "最近一次应答的时间", "YYYY-MM-DD HH:MM:SS"},
     [](const AddressRow& r) { return text(format_local(r.address.last_answered)); }},
    {{"占用历史次数", "D", 9, "绑定过的资产数，含当前", "", Kind::count},
     [](const AddressRow& r) { return count(r.address.bindings); }},
    {{"异常", "D", 12, "台账异常", "未分配在用、冲突、伪存活"},
     [](const AddressRow& r) { return text(r.address.anomaly); }},
};

std::string change_object(const model::Change& change) {
  if (change.object == "asset") return "资产";
  if (change.object == "service") return "端口服务";
  if (change.object == "certificate") return "证书";
  if (change.object == "run") return "批次";
  if (change.object == "prefix") return "网段";
  return change.object;
}

std::string change_port(const model::Change& change) {
  if (!change.port) return {};
  return std::to_string(change.port->port) + "/" + std::string(to_string(change.port->transport));
}

constexpr Column<ChangeRow> kChanges[]{
    {{"变更编号", "D", 9, "登记册中的序号", ""},
     [](const ChangeRow& r) { return text(std::to_string(r.change.seq)); }},
    {{"时间", "D", 11, "确认变更的时间", "YYYY-MM-DD HH:MM:SS"},
     [](const ChangeRow& r) { return text(format_local(r.change.time)); }},
    {{"批次", "D", 7, "由哪个批次发现", ""},
     [](const ChangeRow& r) {
       return r.change.run ? text(std::to_string(r.change.run.value)) : Cell{};
     }},
    {{"类型", "D", 11, "变更类型",
      "新增资产、失联、恢复、新增端口、关闭端口、组件变化、证书更换等"},
     [](const ChangeRow& r) { return text(std::string(to_string(r.change.type))); }},
    {{"对象", "D", 9, "变更的对象", "资产、端口服务、证书、批次、网段"},
     [](const ChangeRow& r) { return text(change_object(r.change)); }},
    {{"资产编号", "D", 11, "涉及的资产", ""},
     [](const ChangeRow& r) { return text(r.change.asset_number); }},
    {{"网络区域", "D", 11, "授权书所列网络区域", ""},
     [](const ChangeRow& r) { return text(r.change.zone); }},
    {{"IP", "D", 14, "涉及的地址", ""},
     [](const ChangeRow& r) { return r.change.ip ? text(r.change.ip->to_string()) : Cell{}; }},
    {{"端口", "D", 9, "涉及的端口", "端口/协议"},
     [](const ChangeRow& r) { return text(change_port(r.change)); }},
    {{"字段", "D", 12, "变更的列", ""},
     [](const ChangeRow& r) {
       return r.change.field.empty() ? Cell{} : text(field_title(r.change.field));
     }},
    {{"原值", "D", 26, "变更前", ""},
     [](const ChangeRow& r) { return text(change_value(r, r.change.before)); }},
    {{"新值", "D", 26, "变更后", ""},
     [](const ChangeRow& r) { return text(change_value(r, r.change.after)); }},
    {{"证据号", "D", 18, "原始应答的摘要（前16位）或批次号", ""},
     [](const ChangeRow& r) {
       const auto& evidence = r.change.evidence;
       return text(evidence.starts_with("run:") ? evidence : evidence.substr(0, 16));
     }},
    {{"原因", "D", 10, "变更的来由", "实测、导入、人工、指纹库更新、策略更新、合并拆分"},
     [](const ChangeRow& r) { return text(std::string(to_string(r.change.cause))); }},
    {{"处置状态", "M", 9, "处置进展", "待处置、处置中、已处置"}, nothing<ChangeRow>},
    {{"处置人", "M", 9, "由谁处置", "", Kind::contact}, nothing<ChangeRow>},
    {{"期限", "M", 11, "处置期限", "YYYY-MM-DD"}, nothing<ChangeRow>},
};

constexpr Column<DoubtRow> kDoubts[]{
    {{"资产编号", "D", 11, "待核实的资产", ""},
     [](const DoubtRow& r) { return text(r.host.asset.number); }},
    {{"IP", "D", 15, "当前的主地址", ""},
     [](const DoubtRow& r) { return text(main_address(r.host)); }},
    {{"网络区域", "D", 12, "授权书所列网络区域", ""},
     [](const DoubtRow& r) { return text(zone_of(r.host)); }},
    {{"资产类别", "D", 11, "设备类别", ""},
     [](const DoubtRow& r) { return text(r.host.text(model::field::kDeviceClass)); }},
    {{"原因", "D", 11, "为什么待核实",
      "未备案、单位不明、来源冲突、未再测到、修正需复核、疑似重复、疑似复用"},
     [](const DoubtRow& r) { return text(r.reason); }},
    {{"线索", "D", 44, "可帮助认领的线索", "标题、备案号、主机名；冲突的各值"},
     [](const DoubtRow& r) { return text(r.clue); }},
    {{"候选单位及依据", "D", 24, "可能的归属", ""},
     [](const DoubtRow& r) { return text(r.candidate); }},
    {{"核实人", "M", 10, "由谁核实", "", Kind::contact}, nothing<DoubtRow>},
    {{"期限", "M", 12, "核实期限", "YYYY-MM-DD"}, nothing<DoubtRow>},
    {{"结论", "M", 18, "核实的结论", ""}, nothing<DoubtRow>},
};

Cell planned(const CoverageRow& row, std::uint64_t value) {
  return row.kind == "覆盖" ? count(value) : Cell{};
}

// The cover has the whole set; in every row of this sheet its beginning and its size are enough.
std::string ports_text(const CoverageRow& row) {
  constexpr std::size_t kColumns = 56;
  const auto& ports = row.listed.run.ports;
  if (display_width(ports) <= kColumns) return ports;
  const auto count = row.listed.coverage.ports.size();
  return cut_for_width(ports, kColumns) +
         (count == 0 ? "（全文见封面）" : "（共" + std::to_string(count) + "个，全文见封面）");
}

constexpr Column<CoverageRow> kCoverage[]{
    {{"批次", "D", 7, "批次号", ""},
     [](const CoverageRow& r) { return text(std::to_string(r.listed.run.id.value)); }},
    {{"类别", "D", 7, "覆盖的网段，或排除项", "覆盖、排除"},
     [](const CoverageRow& r) { return text(r.kind); }},
    {{"网络区域", "I/D", 14, "授权书所列网络区域", ""},
     [](const CoverageRow& r) { return text(r.zone); }},
    {{"网段", "I", 20, "/24 或 /64；排除项照授权书原文", "CIDR 或地址范围"},
     [](const CoverageRow& r) { return text(r.prefix); }},
    {{"应测地址数", "D", 9, "授权范围内的地址", "", Kind::count},
     [](const CoverageRow& r) { return planned(r, r.addresses); }},
    {{"已测地址数", "D", 9, "全部计划端口都问过的地址", "", Kind::count},
     [](const CoverageRow& r) { return planned(r, r.answered + r.silent + r.unreachable); }},
    {{"应答", "D", 8, "有应答的地址", "", Kind::count},
     [](const CoverageRow& r) { return planned(r, r.answered); }},
    {{"静默", "D", 8, "问过而无应答的地址", "", Kind::count},
     [](const CoverageRow& r) { return planned(r, r.silent); }},
    {{"不可达", "D", 8, "网络回告不可达的地址", "", Kind::count},
     [](const CoverageRow& r) { return planned(r, r.unreachable); }},
    {{"跳过", "D", 8, "未问或未问全的地址", "", Kind::count},
     [](const CoverageRow& r) { return planned(r, r.skipped); }},
    {{"失败", "D", 8, "本机无法发出的地址", "", Kind::count},
     [](const CoverageRow& r) { return planned(r, r.failed); }},
    {{"端口集", "D", 30, "每个地址问过的端口", "U: 为 UDP"},
     [](const CoverageRow& r) { return text(ports_text(r)); }},
    {{"观测点", "D", 12, "从哪里探测", ""},
     [](const CoverageRow& r) { return text(r.listed.run.vantage); }},
    {{"开始时间", "D", 11, "批次开始", "YYYY-MM-DD HH:MM:SS"},
     [](const CoverageRow& r) { return text(format_local(r.listed.run.started)); }},
    {{"结束时间", "D", 11, "批次结束", "YYYY-MM-DD HH:MM:SS"},
     [](const CoverageRow& r) { return text(format_local(r.listed.run.ended)); }},
    {{"丢包估计", "D", 9, "路径丢包率的估计", "百分数"}, nothing<CoverageRow>},
    {{"排除批准依据/异常", "M/D", 28, "排除的理由、批准人与期限；网段级异常", ""},
     [](const CoverageRow& r) { return text(r.note); }},
};

constexpr Column<FieldRow> kDictionary[]{
    {{"工作表", "D", 24, "所在的工作表", ""}, [](const FieldRow& r) { return text(r.sheet); }},
    {{"列名", "D", 20, "列标题", ""}, [](const FieldRow& r) { return text(r.title); }},
    {{"含义", "D", 44, "这一列说的是什么", ""}, [](const FieldRow& r) { return text(r.meaning); }},
    {{"取值", "D", 44, "封闭的取值或书写形式，空为任意文本", ""},
     [](const FieldRow& r) { return text(r.values); }},
    {{"来源", "D", 10, "P探测 T流量 I导入 M人工 D推导", ""},
     [](const FieldRow& r) { return text(r.source); }},
};

constexpr SheetText kSheets[]{
    {SheetId::cover, "00", "00 封面与说明", "封面与说明"},
    {SheetId::statistics, "01", "01 汇总统计", "汇总统计"},
    {SheetId::identity, "04-1", "04-1 主机与设备-身份", "主机与设备（身份）"},
    {SheetId::carrying, "04-2", "04-2 主机与设备-承载", "主机与设备（承载）"},
    {SheetId::state, "04-3", "04-3 主机与设备-状态", "主机与设备（状态）"},
    {SheetId::addresses, "05", "05 IP地址台账", "IP地址台账"},
    {SheetId::services, "06", "06 端口服务", "端口服务"},
    {SheetId::components, "07", "07 软件组件", "软件组件"},
    {SheetId::websites, "08", "08 网站与应用", "网站与应用"},
    {SheetId::certificates, "09", "09 证书", "证书"},
    {SheetId::changes, "11", "11 变更清单", "变更清单"},
    {SheetId::doubts, "12", "12 未备案与待核实", "未备案与待核实"},
    {SheetId::coverage, "14", "14 覆盖说明", "覆盖说明"},
    {SheetId::dictionary, "16", "16 数据字典", "数据字典"},
};
constexpr SheetText kAssets{SheetId::assets, "04", "04 主机与设备", "主机与设备"};

template <class Row>
std::vector<ColumnText> texts_of(std::span<const Column<Row>> columns) {
  std::vector<ColumnText> texts;
  for (const auto& column : columns) texts.push_back(column.text);
  return texts;
}

}  // namespace

std::span<const Column<CoverRow>> cover_columns() { return kCover; }
std::span<const Column<StatisticRow>> statistics_columns() { return kStatistics; }
std::span<const Column<AddressRow>> address_columns() { return kAddresses; }
std::span<const Column<ChangeRow>> change_columns() { return kChanges; }
std::span<const Column<DoubtRow>> doubt_columns() { return kDoubts; }
std::span<const Column<CoverageRow>> coverage_columns() { return kCoverage; }
std::span<const Column<FieldRow>> dictionary_columns() { return kDictionary; }

std::span<const SheetText> all_sheets() { return kSheets; }

const SheetText& sheet_text(SheetId sheet) {
  for (const auto& text : kSheets) {
    if (text.id == sheet) return text;
  }
  return kAssets;
}

std::optional<SheetId> find_sheet(std::string_view key) {
  if (key == kAssets.key) return SheetId::assets;
  for (const auto& text : kSheets) {
    if (text.key == key) return text.id;
  }
  return std::nullopt;
}

std::vector<ColumnText> columns_of(SheetId sheet) {
  switch (sheet) {
    case SheetId::cover:
      return texts_of(cover_columns());
    case SheetId::statistics:
      return texts_of(statistics_columns());
    case SheetId::identity:
      return texts_of(identity_columns());
    case SheetId::carrying:
      return texts_of(carrying_columns());
    case SheetId::state:
      return texts_of(state_columns());
    case SheetId::addresses:
      return texts_of(address_columns());
    case SheetId::services:
      return texts_of(service_columns());
    case SheetId::components:
      return texts_of(component_columns());
    case SheetId::websites:
      return texts_of(website_columns());
    case SheetId::certificates:
      return texts_of(certificate_columns());
    case SheetId::changes:
      return texts_of(change_columns());
    case SheetId::doubts:
      return texts_of(doubt_columns());
    case SheetId::coverage:
      return texts_of(coverage_columns());
    case SheetId::dictionary:
      return texts_of(dictionary_columns());
    case SheetId::assets:
      break;
  }
  // 04-2 and 04-3 begin with the number and the address again; one row has them once.
  auto all = texts_of(identity_columns());
  for (const auto& more : {texts_of(carrying_columns()), texts_of(state_columns())}) {
    all.insert(all.end(), more.begin() + kRepeatedColumns, more.end());
  }
  return all;
}

}  // namespace qingdan::report
