// columns_service — sheets 06 端口服务, 07 软件组件, 08 网站与应用, 09 证书.
#include <algorithm>

#include "qingdan/base/text.h"
#include "report/cell_text.h"
#include "report/rows.h"
#include "report/sheets.h"

namespace qingdan::report {
namespace {

namespace field = model::field;
using model::ProductStatement;

// Enough to tell two pieces of evidence apart on paper; the register holds the whole digest.
constexpr std::size_t kEvidenceDigits = 16;
// Within so many days of its end a certificate needs its owner's attention.
constexpr std::int64_t kExpiringDays = 30;
constexpr std::int64_t kDayMillis = 86'400'000;

Cell text(std::string value) { return value.empty() ? Cell{} : Cell{std::move(value)}; }

const ProductStatement& product_of(const ServiceRow& row) {
  static const ProductStatement kUnknown;
  return row.service.product ? *row.service.product : kUnknown;
}

const model::Fact* fact_of(const ServiceRow& row, std::string_view name) {
  const auto found = row.service.record->facts.find(std::string(name));
  return found == row.service.record->facts.end() ? nullptr : &found->second;
}

std::string evidence_of(const model::Fact& fact) {
  return fact.evidence.substr(0, kEvidenceDigits);
}

std::string protocol_text(const ServiceRow& row) {
  auto line = row.service.protocol;
  if (line.empty()) line = row.service.digest.empty() ? "" : "未识别";
  if (!row.service.tls) return line;
  const auto& tls = *row.service.tls;
  line += (line.empty() ? "" : " ") + ("/" + tls.version);
  if (tls.accepts.empty()) return line + "（仅握手所见）";
  // All that it takes, where it was asked for more than the best.
  if (tls.accepts.size() > 1) line += "（支持 " + joined(tls.accepts) + "）";
  return line;
}

std::string version_source(const ServiceRow& row) {
  const auto& product = product_of(row);
  const auto* fact = fact_of(row, field::kProduct);
  if (product.version.empty() || fact == nullptr) return {};
  return (fact->rule.empty() ? std::string("人工或导入") : "规则 " + fact->rule) + "；" +
         std::string(to_string(product.precision));
}

Cell confidence_of(const model::Fact* fact) {
  return fact == nullptr ? Cell{} : Cell{static_cast<std::int64_t>(fact->confidence)};
}

std::string state_text(const ServiceRow& row) {
  const auto& record = *row.service.record;
  if (record.state == model::PortState::unseen) return "本期未应答";
  return record.verdict == model::Verdict::open_verified ? "开放" : "开放（未应答数据）";
}

std::string first_evidence(const ServiceRow& row) {
  for (const auto name : {field::kProduct, field::kBanner, field::kProtocol}) {
    const auto* fact = fact_of(row, name);
    if (fact != nullptr && !fact->evidence.empty()) return evidence_of(*fact);
  }
  return {};
}

std::string vantage_text(const ServiceRow& row) {
  std::vector<std::string> vantages;
  for (const auto& [name, fact] : row.service.record->facts) {
    vantages.push_back(vantage_of(fact.source));
  }
  std::sort(vantages.begin(), vantages.end());
  return joined(vantages);
}

constexpr ColumnText kNumber{"资产编号", "D", 11, "所在资产的编号", ""};

constexpr Column<ServiceRow> kServices[]{
    {kNumber, [](const ServiceRow& r) { return text(r.host.asset.number); }},
    {{"网络区域", "I/D", 11, "授权书所列网络区域", ""},
     [](const ServiceRow& r) { return text(r.service.record->at.zone); }},
    {{"IP", "P/T", 14, "服务地址", ""},
     [](const ServiceRow& r) { return text(r.service.record->at.ip.to_string()); }},
    {{"端口", "P/T", 7, "端口号", "1-65535"},
     [](const ServiceRow& r) { return text(std::to_string(r.service.record->at.port)); }},
    {{"传输协议", "P/T", 7, "传输层协议", "tcp、udp"},
     [](const ServiceRow& r) {
       return text(std::string(to_string(r.service.record->at.transport)));
     }},
    {{"虚拟主机", "P/T", 14, "按域名区分的站点，空为按地址访问", ""},
     [](const ServiceRow& r) { return text(r.service.record->vhost); }},
    {{"状态", "P/T", 10, "端口状态", "开放、开放（未应答数据）、本期未应答"},
     [](const ServiceRow& r) { return text(state_text(r)); }},
    {{"应用协议/TLS", "P/T", 14, "应用层协议与加密版本；仅握手所见：未逐一询问支持的版本",
      "IANA 短名"},
     [](const ServiceRow& r) { return text(protocol_text(r)); }},
    {{"厂商", "P/T", 12, "产品厂商", ""},
     [](const ServiceRow& r) {
       const auto& p = product_of(r);
       return text(p.vendor_zh.empty() ? p.vendor : p.vendor_zh);
     }},
    {{"产品", "P/T", 15, "规范产品名", ""},
     [](const ServiceRow& r) { return text(product_name(product_of(r))); }},
    {{"版本", "P/T", 11, "应答中的版本", ""},
     [](const ServiceRow& r) { return text(product_of(r).version); }},
    {{"版本来源与精度", "D", 15, "由哪条规则得出、精确到什么程度",
      "规则号；精确、到次版本、区间、未知"},
     [](const ServiceRow& r) { return text(version_source(r)); }},
    {{"置信度", "D", 7, "识别结论的置信度", "0-100", Kind::count},
     [](const ServiceRow& r) { return confidence_of(fact_of(r, field::kProduct)); }},
    {{"CPE", "D", 23, "通用平台枚举", "CPE 2.3"},
     [](const ServiceRow& r) { return text(product_of(r).cpe); }},
    {{"横幅摘要", "P", 23, "应答摘要，控制字符已转义", "不超过200字节"},
     [](const ServiceRow& r) { return text(r.service.banner); }},
    {{"管理或高危端口", "D", 9, "按端口号给出的提示", "管理、高危"},
     [](const ServiceRow& r) {
       return text(port_note({r.service.record->at.transport, r.service.record->at.port}));
     }},
    {{"是否登记允许", "M", 8, "该端口是否经审批开放", "是、否"},
     [](const ServiceRow&) { return Cell{}; }},
    {{"所属系统", "D/M", 14, "所属业务系统", ""},
     [](const ServiceRow& r) { return text(r.host.text(field::kSystem)); }},
    {{"首次发现", "D", 11, "第一次确认开放", "YYYY-MM-DD HH:MM:SS"},
     [](const ServiceRow& r) { return text(format_local(r.service.record->first_seen)); }},
    {{"最近发现", "D", 11, "最近一次确认开放", "YYYY-MM-DD HH:MM:SS"},
     [](const ServiceRow& r) { return text(format_local(r.service.record->last_seen)); }},
    {{"观测点", "D", 10, "从哪里探测", ""},
     [](const ServiceRow& r) { return text(vantage_text(r)); }},
    {{"证据号", "D", 17, "原始应答 SHA-256 的前16位", "十六进制"},
     [](const ServiceRow& r) { return text(first_evidence(r)); }},
};

std::string component_place(const ComponentRow& row) {
  if (row.service == nullptr) return main_address(row.host);
  const auto& at = row.service->record->at;
  const auto ip = at.ip.is_v6() ? "[" + at.ip.to_string() + "]" : at.ip.to_string();
  return ip + ":" + std::to_string(at.port) + "/" + std::string(to_string(at.transport));
}

constexpr Column<ComponentRow> kComponents[]{
    {{"类别", "D", 10, "产品类别", "操作系统、数据库、中间件等"},
     [](const ComponentRow& r) { return text(r.product.category); }},
    {{"厂商", "D", 14, "厂商名", ""},
     [](const ComponentRow& r) {
       return text(r.product.vendor_zh.empty() ? r.product.vendor : r.product.vendor_zh);
     }},
    {{"规范产品名", "D", 18, "规则库中的产品名", ""},
     [](const ComponentRow& r) { return text(r.product.product); }},
    {{"中文名", "D", 14, "通行的中文名", ""},
     [](const ComponentRow& r) { return text(r.product.product_zh); }},
    {{"版本", "P/T/I", 12, "应答中的版本", ""},
     [](const ComponentRow& r) { return text(r.product.version); }},
    {{"发行版包版本", "P/I", 16, "发行版的软件包版本", "epoch:ver-rel"},
     [](const ComponentRow& r) { return text(r.product.package); }},
    {{"版本精度", "D", 9, "版本确认到什么程度", "精确、到次版本、区间、未知"},
     [](const ComponentRow& r) { return text(std::string(to_string(r.product.precision))); }},
    {{"CPE 2.3", "D", 25, "通用平台枚举", "cpe:2.3:…"},
     [](const ComponentRow& r) { return text(r.product.cpe); }},
    {{"识别依据", "D", 17, "指纹规则号", ""},
     [](const ComponentRow& r) {
       return text(r.product.rule.empty() ? r.fact.rule : r.product.rule);
     }},
    {{"置信度", "D", 7, "识别结论的置信度", "0-100", Kind::count},
     [](const ComponentRow& r) {
       const int own = r.product.confidence;
       return Cell{static_cast<std::int64_t>(own > 0 ? own : r.fact.confidence)};
     }},
    {{"信创类别", "D", 10, "信创目录中的类别", ""},
     [](const ComponentRow& r) { return text(r.product.xinchuang); }},
    {{"停止支持日期", "I/D", 11, "厂商停止支持的日期", "YYYY-MM-DD"},
     [](const ComponentRow&) { return Cell{}; }},
    {{"命中漏洞数", "D", 8, "确认、可能、候选", "", Kind::count},
     [](const ComponentRow&) { return Cell{}; }},
    {kNumber, [](const ComponentRow& r) { return text(r.host.asset.number); }},
    {{"位置", "D", 20, "所在的端口，空端口为主机本身", "IP:端口/协议"},
     [](const ComponentRow& r) { return text(component_place(r)); }},
    {{"首次发现", "D", 11, "所在端口或主机第一次发现", "YYYY-MM-DD HH:MM:SS"},
     [](const ComponentRow& r) {
       return text(format_local(r.service != nullptr ? r.service->record->first_seen
                                                     : r.host.asset.first_seen));
     }},
    {{"最近发现", "D", 11, "所在端口或主机最近发现", "YYYY-MM-DD HH:MM:SS"},
     [](const ComponentRow& r) {
       return text(format_local(r.service != nullptr ? r.service->record->last_seen
                                                     : r.host.asset.last_seen));
     }},
};

const model::WebsiteStatement& site(const ServiceRow& row) { return *row.service.website; }

std::string framework_text(const ServiceRow& row) {
  std::vector<std::string> texts;
  for (const auto& product : row.service.also) {
    if (product.role == "framework" || product.role == "component") {
      texts.push_back(product_text(product));
    }
  }
  return joined(texts);
}

constexpr Column<ServiceRow> kWebsites[]{
    {kNumber, [](const ServiceRow& r) { return text(r.host.asset.number); }},
    {{"URL", "P/T/I", 26, "访问地址", ""}, [](const ServiceRow& r) { return text(site(r).url); }},
    {{"域名", "P/T", 16, "按域名访问时的域名", ""},
     [](const ServiceRow& r) { return text(r.service.record->vhost); }},
    {{"解析IP", "P/T", 14, "服务地址", ""},
     [](const ServiceRow& r) { return text(r.service.record->at.ip.to_string()); }},
    {{"标题", "P", 26, "首页标题", ""}, [](const ServiceRow& r) { return text(site(r).title); }},
    {{"状态码", "P", 7, "HTTP 状态码", "100-599"},
     [](const ServiceRow& r) {
       return site(r).status == 0 ? Cell{} : text(std::to_string(site(r).status));
     }},
    {{"跳转至", "P", 20, "未跟随的跳转地址", ""},
     [](const ServiceRow& r) { return text(site(r).location); }},
    {{"应用指纹", "P", 18, "识别出的应用", "以分号分隔"},
     [](const ServiceRow& r) { return text(joined(site(r).applications)); }},
    {{"Web服务器", "P", 16, "Server 头", ""},
     [](const ServiceRow& r) { return text(site(r).server); }},
    {{"框架", "P", 16, "识别出的框架与组件", "以分号分隔"},
     [](const ServiceRow& r) { return text(framework_text(r)); }},
    {{"favicon哈希", "P", 13, "图标的 MurmurHash3", "有符号32位整数"},
     [](const ServiceRow& r) { return text(site(r).favicon_mmh3); }},
    {{"ICP备案号", "P/M", 18, "页面标注的备案号", ""},
     [](const ServiceRow& r) { return text(site(r).icp); }},
    {{"公安备案号", "P/M", 18, "页面标注的公安备案号", ""},
     [](const ServiceRow& r) { return text(site(r).police); }},
    {{"IPv6支持", "P", 8, "以 IPv6 地址应答", "是"},
     [](const ServiceRow& r) { return text(r.service.record->at.ip.is_v6() ? "是" : ""); }},
    {{"登录入口", "P", 8, "页面含登录表单", "是、否"},
     [](const ServiceRow& r) { return text(site(r).login ? "是" : "否"); }},
    {{"证书", "D", 17, "叶证书 SHA-256 的前16位", "十六进制"},
     [](const ServiceRow& r) { return text(r.service.certificate.substr(0, kEvidenceDigits)); }},
    {{"所属系统", "D/M", 14, "所属业务系统", ""},
     [](const ServiceRow& r) { return text(r.host.text(field::kSystem)); }},
    {{"所属单位", "D/M", 16, "归属的单位", ""},
     [](const ServiceRow& r) { return text(r.host.text(field::kUnit)); }},
    {{"首次发现", "D", 11, "第一次应答", "YYYY-MM-DD HH:MM:SS"},
     [](const ServiceRow& r) { return text(format_local(r.service.record->first_seen)); }},
    {{"最近发现", "D", 11, "最近一次应答", "YYYY-MM-DD HH:MM:SS"},
     [](const ServiceRow& r) { return text(format_local(r.service.record->last_seen)); }},
};

std::int64_t days_left(const CertificateRow& row) {
  const auto left = row.listed.certificate.not_after.value - row.context.meta.cutoff.value;
  return left >= 0 ? left / kDayMillis : -((-left + kDayMillis - 1) / kDayMillis);
}

std::string validity_text(const CertificateRow& row) {
  const auto& certificate = row.listed.certificate;
  const auto cutoff = row.context.meta.cutoff;
  if (certificate.not_before > cutoff) return "尚未生效";
  if (certificate.not_after < cutoff) return "已过期";
  return days_left(row) < kExpiringDays ? "临期" : "有效";
}

// RFC 6125 §6.4.3: the wildcard stands for the whole left-most label.
bool covers(std::string_view pattern, std::string_view name) {
  if (equals_ignoring_case(pattern, name)) return true;
  const auto dot = name.find('.');
  return pattern.starts_with("*.") && dot != std::string_view::npos &&
         equals_ignoring_case(pattern.substr(1), name.substr(dot));
}

// Only where it was shown for a name can the name be compared.
std::string mismatch_text(const CertificateRow& row) {
  const auto& names = row.listed.certificate.san;
  std::vector<std::string> wrong;
  bool named = false;
  for (const auto& use : row.listed.uses) {
    if (use.vhost.empty()) continue;
    named = true;
    const auto fits = [&](const std::string& san) { return covers(san, use.vhost); };
    if (std::none_of(names.begin(), names.end(), fits)) wrong.push_back(use.vhost);
  }
  if (!wrong.empty()) return joined(wrong);
  return named ? "否" : "";
}

std::string uses_text(const CertificateRow& row) {
  std::vector<std::string> places;
  for (const auto& use : row.listed.uses) {
    const auto ip = use.at.ip.is_v6() ? "[" + use.at.ip.to_string() + "]" : use.at.ip.to_string();
    places.push_back(ip + ":" + std::to_string(use.at.port));
  }
  return joined(places);
}

std::string numbers_text(const CertificateRow& row) {
  std::vector<std::string> numbers;
  for (const auto& use : row.listed.uses) numbers.push_back(use.asset_number);
  return joined(numbers);
}

constexpr Column<CertificateRow> kCertificates[]{
    {{"SHA-256", "P/T", 23, "证书（DER）的摘要", "64位十六进制"},
     [](const CertificateRow& r) { return text(r.listed.certificate.sha256); }},
    {{"主体", "P/T", 22, "证书主体", "RFC 4514"},
     [](const CertificateRow& r) { return text(r.listed.certificate.subject); }},
    {{"主体别名", "P/T", 20, "SAN，以分号分隔", ""},
     [](const CertificateRow& r) { return text(joined(r.listed.certificate.san)); }},
    {{"颁发者", "P/T", 22, "证书颁发者", "RFC 4514"},
     [](const CertificateRow& r) { return text(r.listed.certificate.issuer); }},
    {{"序列号", "P/T", 20, "证书序列号", "十六进制"},
     [](const CertificateRow& r) { return text(r.listed.certificate.serial); }},
    {{"密钥算法", "P/T", 10, "公钥算法与长度", "RSA、ECC、SM2 等"},
     [](const CertificateRow& r) {
       const auto& c = r.listed.certificate;
       return text(c.key_bits > 0 ? c.key_algorithm + " " + std::to_string(c.key_bits)
                                  : c.key_algorithm);
     }},
    {{"签名算法", "P/T", 16, "签名算法", ""},
     [](const CertificateRow& r) { return text(r.listed.certificate.signature_algorithm); }},
    {{"有效期起", "P", 11, "生效时间", "YYYY-MM-DD HH:MM:SS"},
     [](const CertificateRow& r) { return text(format_local(r.listed.certificate.not_before)); }},
    {{"有效期止", "P", 11, "失效时间", "YYYY-MM-DD HH:MM:SS"},
     [](const CertificateRow& r) { return text(format_local(r.listed.certificate.not_after)); }},
    {{"剩余天数", "D", 8, "自数据截止时间起，负数为已过期", "", Kind::count},
     [](const CertificateRow& r) { return Cell{days_left(r)}; }},
    {{"有效性", "D", 8, "30天内到期为临期", "有效、临期、已过期、尚未生效"},
     [](const CertificateRow& r) { return text(validity_text(r)); }},
    {{"自签", "D", 6, "由自身签发", "是、否"},
     [](const CertificateRow& r) { return text(r.listed.certificate.self_signed ? "是" : "否"); }},
    {{"域名不匹配", "D", 14, "按域名访问而证书不含该域名的域名", "域名；否；空为未按域名访问"},
     [](const CertificateRow& r) { return text(mismatch_text(r)); }},
    {{"使用位置", "D", 22, "出示该证书的端口", "IP:端口，以分号分隔"},
     [](const CertificateRow& r) { return text(uses_text(r)); }},
    {{"资产编号", "D", 12, "使用它的资产", "以分号分隔"},
     [](const CertificateRow& r) { return text(numbers_text(r)); }},
    {{"首次发现", "D", 11, "第一次见到", "YYYY-MM-DD HH:MM:SS"},
     [](const CertificateRow& r) { return text(format_local(r.listed.first_seen)); }},
    {{"最近发现", "D", 11, "最近一次见到", "YYYY-MM-DD HH:MM:SS"},
     [](const CertificateRow& r) { return text(format_local(r.listed.last_seen)); }},
};

}  // namespace

std::span<const Column<ServiceRow>> service_columns() { return kServices; }
std::span<const Column<ComponentRow>> component_columns() { return kComponents; }
std::span<const Column<ServiceRow>> website_columns() { return kWebsites; }
std::span<const Column<CertificateRow>> certificate_columns() { return kCertificates; }

}  // namespace qingdan::report
