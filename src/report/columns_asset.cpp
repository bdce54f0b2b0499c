// columns_asset — sheets 04-1 to 04-3, one row per asset. Columns that only people or imports can
// fill are there and stay empty until they do: the sheet goes out to be filled in.
#include <algorithm>

#include "report/cell_text.h"
#include "report/rows.h"
#include "report/sheets.h"

namespace qingdan::report {
namespace {

namespace field = model::field;
using View = AssetView;

// A device of this category is a virtual machine (fingerprints/products/makers.toml).
constexpr std::string_view kVirtual = "云与虚拟化";

Cell text(std::string value) { return value.empty() ? Cell{} : Cell{std::move(value)}; }
Cell count(std::size_t value) { return static_cast<std::int64_t>(value); }
Cell nothing(const View&) { return {}; }

Cell number(const View& v) { return text(v.asset.number); }
Cell name(const View& v) { return text(v.text(field::kName)); }
Cell address(const View& v) { return text(main_address(v)); }

std::string hardware_text(const View& v) {
  if (!v.hardware) return {};
  const auto& h = *v.hardware;
  const auto& vendor = h.vendor_zh.empty() ? h.vendor : h.vendor_zh;
  std::string line = vendor;
  for (const auto& part : {product_name(h), h.model}) {
    if (part.empty() || line.find(part) != std::string::npos) continue;
    line += (line.empty() ? "" : " ") + part;
  }
  return line;
}

// What is not known to be virtual may be all the same: the cell stays empty then.
bool is_virtual(const View& v) { return v.hardware && v.hardware->category == kVirtual; }

std::string serials(const View& v) {
  std::vector<std::string> found;
  for (const auto& identifier : v.asset.identifiers) {
    if (identifier.type == model::IdentifierType::serial) found.push_back(identifier.value);
  }
  return joined(found);
}

std::string macs(const View& v) {
  std::vector<std::string> found{v.text(field::kMac)};
  for (const auto& identifier : v.asset.identifiers) {
    if (identifier.type == model::IdentifierType::mac) found.push_back(identifier.value);
  }
  return joined(found);
}

std::string ports_text(const View& v) {
  std::vector<std::string> ports;
  for (const auto port : management_ports(v)) ports.push_back(std::to_string(port));
  return joined(ports);
}

std::string corrected_fields(const View& v) {
  std::vector<std::string> titles;
  for (const auto& [key, fact] : v.asset.facts) {
    if (fact.source == "manual") titles.push_back(field_title(key));
  }
  return joined(titles);
}

std::string doubtful_fields(const View& v) {
  std::vector<std::string> titles;
  for (const auto& [key, fact] : v.asset.facts) {
    if (fact.state == model::FactState::conflict || fact.state == model::FactState::review) {
      titles.push_back(field_title(key));
    }
  }
  return joined(titles);
}

constexpr ColumnText kNumber{"资产编号", "D", 11, "登记册给出的编号，永不重复使用", ""};
constexpr ColumnText kMainAddress{"主IP", "P/T/I", 14, "当前绑定的第一个地址", "IPv4 或 IPv6"};

constexpr Column<View> kIdentity[]{
    {kNumber, number},
    {{"资产名称", "I/M", 16, "单位登记的名称", ""}, name},
    {{"资产类别", "D/M", 10, "设备类别（系统单元）", "服务器、网络设备、安全设备、打印机等"},
     [](const View& v) { return text(v.text(field::kDeviceClass)); }},
    {{"设备角色", "D/M", 12, "承担的角色，多个以分号分隔", "数据库、中间件、Web等"},
     [](const View& v) { return text(v.text(field::kRole)); }},
    {kMainAddress, address},
    {{"其他IP", "P/T/I", 14, "同一资产当前的其他地址", "以分号分隔"},
     [](const View& v) { return text(other_addresses(v)); }},
    {{"网络区域", "I/D", 12, "授权书所列网络区域", ""},
     [](const View& v) { return text(zone_of(v)); }},
    {{"MAC", "P/T", 16, "网卡物理地址", "aa:bb:cc:dd:ee:ff"},
     [](const View& v) { return text(macs(v)); }},
    {{"主机名/FQDN", "P/T/I", 18, "设备自报或登记的主机名", ""},
     [](const View& v) { return text(v.text(field::kHostName)); }},
    {{"操作系统", "P/T/I", 16, "规范产品名", ""},
     [](const View& v) { return v.os ? text(product_name(*v.os)) : Cell{}; }},
    {{"操作系统版本", "P/I", 11, "能够确认的版本", ""},
     [](const View& v) { return v.os ? text(v.os->version) : Cell{}; }},
    {{"CPU架构", "P/I", 8, "处理器架构", "x86_64、aarch64 等"}, nothing},
    {{"是否虚拟设备", "P/I/M", 8, "虚拟机或云主机填“是”", "是、否"},
     [](const View& v) { return is_virtual(v) ? text("是") : Cell{}; }},
    {{"云实例ID", "I", 12, "政务云平台的实例编号", ""}, nothing},
    {{"品牌型号", "P/I/M", 18, "厂商、产品与型号", ""},
     [](const View& v) { return text(hardware_text(v)); }},
    {{"序列号", "P/I/M", 14, "设备序列号", ""}, [](const View& v) { return text(serials(v)); }},
    {{"信创标识", "D/M", 16, "属于信创目录的产品", "类别:产品，以分号分隔"},
     [](const View& v) { return text(xinchuang_of(v)); }},
    {{"身份可信度", "D", 9, "识别这台设备的依据有多强", "强、中、弱、仅IP"},
     [](const View& v) { return text(identity_strength(v)); }},
};

constexpr Column<View> kCarrying[]{
    {kNumber, number},
    {kMainAddress, address},
    {{"数据库", "D", 18, "本机服务中的数据库与缓存", "产品 版本，以分号分隔"},
     [](const View& v) {
       return text(products_in(v, {"数据库", "缓存", "大数据"}));
     }},
    {{"中间件", "D", 20, "Web服务器、中间件、消息队列", "产品 版本，以分号分隔"},
     [](const View& v) {
       return text(products_in(v, {"中间件", "Web服务器", "消息队列", "应用框架"}));
     }},
    {{"主要应用", "D/M", 20, "识别出的应用系统", "产品 版本，以分号分隔"},
     [](const View& v) {
       return text(
           products_in(v, {"办公系统", "业务应用", "政务应用", "内容管理", "邮件", "财务ERP",
                           "报表BI", "运维监控", "代码托管", "视频会议", "视频监控"}));
     }},
    {{"开放端口数", "D", 8, "经验证开放的端口", "", Kind::count},
     [](const View& v) { return count(open_ports(v)); }},
    {{"管理端口", "D", 12, "其中可用于远程管理的端口", "以分号分隔"},
     [](const View& v) { return text(ports_text(v)); }},
    {{"所属系统", "I/M/D", 16, "所属业务系统，可多个", "以分号分隔"},
     [](const View& v) { return text(v.text(field::kSystem)); }},
    {{"承载角色", "M/D", 10, "在系统中承担的角色", ""}, nothing},
    {{"承载性", "M/D", 7, "对系统的承载程度", "1-5"}, nothing},
    {{"所属单位", "I/M/D", 18, "资产归属的单位", ""},
     [](const View& v) { return text(v.text(field::kUnit)); }},
    {{"责任部门", "I/M", 12, "单位内的责任部门", ""}, nothing},
    {{"责任人", "I/M", 9, "资产责任人", "", Kind::contact},
     [](const View& v) { return text(v.text(field::kOwner)); }},
    {{"联系方式", "I/M", 13, "责任人电话", "", Kind::contact}, nothing},
    {{"运维单位", "I/M", 14, "承担运维的单位", ""}, nothing},
    {{"物理位置", "I/M", 16, "机房-机柜-U位", ""},
     [](const View& v) { return text(v.text(field::kLocation)); }},
    {{"用途", "I/M", 16, "资产用途", ""},
     [](const View& v) { return text(v.text(field::kPurpose)); }},
    {{"是否热备", "M", 7, "有热备设备填“是”", "是、否"}, nothing},
};

constexpr Column<View> kState[]{
    {kNumber, number},
    {kMainAddress, address},
    {{"资产状态", "D", 10, "按优先级合成的一个状态，见登记册生命周期",
      "新增、未备案、已确认、变更、疑似离线、失联、恢复、已下线、未覆盖"},
     [](const View& v) { return text(printed_state(v)); }},
    {{"登记状态", "D/M", 9, "是否经审批登记", "未备案、待确认、已备案、已注销、已排除"},
     [](const View& v) { return text(registration_of(v)); }},
    {{"在线状态", "D", 9, "依据探测覆盖判定", "在线、疑似离线、失联、未覆盖"},
     [](const View& v) { return text(std::string(to_string(v.asset.presence))); }},
    {{"生命周期", "M/D", 9, "建设与退役阶段", "待上线、在用、停用、已下线"},
     [](const View& v) { return text(v.text(field::kLifecycle)); }},
    {{"首次发现", "D", 11, "第一次有应答的时间", "YYYY-MM-DD HH:MM:SS"},
     [](const View& v) { return text(format_local(v.asset.first_seen)); }},
    {{"最近发现", "D", 11, "最近一次有应答的时间", "YYYY-MM-DD HH:MM:SS"},
     [](const View& v) { return text(format_local(v.asset.last_seen)); }},
    {{"发现方式", "D", 10, "由哪些来源发现", "主动、流量、导入、人工"},
     [](const View& v) { return text(ways_of(v)); }},
    {{"观测点", "D", 12, "从哪里探测", ""}, [](const View& v) { return text(vantages_of(v)); }},
    {{"最近一次覆盖时间", "D", 11, "最近一次按计划探测过的时间", "YYYY-MM-DD HH:MM:SS"},
     [](const View& v) { return text(format_local(v.asset.last_covered)); }},
    {{"连续未响应次数", "D", 9, "已覆盖而无应答的连续批次数", "", Kind::count},
     [](const View& v) { return count(static_cast<std::size_t>(std::max(v.asset.misses, 0))); }},
    {{"C/I/A", "D/M", 8, "保密性、完整性、可用性赋值", "各1-5"}, nothing},
    {{"资产价值等级", "D", 8, "资产价值", "1-5"}, nothing},
    {{"重要程度", "D", 9, "三档", "非常重要、重要、一般"}, nothing},
    {{"是否重点/理由", "D/M", 14, "是否列入重点资产库及理由", ""}, nothing},
    {{"评分依据", "D", 14, "价值评分的依据", ""}, nothing},
    {{"人工修正字段", "D", 14, "当前以人工修正为准的列", "以分号分隔"},
     [](const View& v) { return text(corrected_fields(v)); }},
    {{"待核实项", "D", 14, "来源冲突或修正需复核的列", "以分号分隔"},
     [](const View& v) { return text(doubtful_fields(v)); }},
    {{"本期变更标记", "D", 10, "本期内发生过的变化", "新增、恢复、变更"},
     [](const View& v) { return text(news_of(v)); }},
    {{"备注", "M", 18, "备注", ""}, [](const View& v) { return text(v.text(field::kRemark)); }},
};

}  // namespace

std::span<const Column<AssetView>> identity_columns() { return kIdentity; }
std::span<const Column<AssetView>> carrying_columns() { return kCarrying; }
std::span<const Column<AssetView>> state_columns() { return kState; }

}  // namespace qingdan::report
