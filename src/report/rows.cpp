// rows — parsing the statements of an asset once, and the words that its columns print.
#include "report/rows.h"

#include <algorithm>
#include <array>
#include <set>

#include "qingdan/model/json.h"
#include "report/cell_text.h"

namespace qingdan::report {
namespace {

using model::ProductStatement;
namespace field = model::field;

const model::Fact* find_fact(const model::Facts& facts, std::string_view name) {
  const auto found = facts.find(std::string(name));
  return found == facts.end() ? nullptr : &found->second;
}

std::string text_of(const model::Facts& facts, std::string_view name) {
  const auto* fact = find_fact(facts, name);
  if (fact == nullptr) return {};
  auto text = model::parse_text(fact->value);
  return text ? std::move(*text) : std::string();
}

template <class T>
std::optional<T> statement_of(const model::Facts& facts, std::string_view name,
                              Result<T> (*parse)(std::string_view)) {
  const auto* fact = find_fact(facts, name);
  if (fact == nullptr) return std::nullopt;
  auto statement = parse(fact->value);
  if (!statement) return std::nullopt;
  return std::move(*statement);
}

// Closed ports are history and belong to the changes; what merely might be open to no one.
bool is_shown(const model::ServiceRecord& service) {
  return service.state != model::PortState::closed && model::is_listed(service.verdict);
}

ServiceView make_service_view(const model::ServiceRecord& record) {
  ServiceView view;
  view.record = &record;
  view.protocol = text_of(record.facts, field::kProtocol);
  view.banner = text_of(record.facts, field::kBanner);
  view.certificate = text_of(record.facts, field::kCertificate);
  view.digest = text_of(record.facts, field::kDigest);
  view.product = statement_of(record.facts, field::kProduct, &model::parse_product);
  view.also = statement_of(record.facts, field::kAlso, &model::parse_products).value_or(view.also);
  view.tls = statement_of(record.facts, field::kTls, &model::parse_tls);
  view.website = statement_of(record.facts, field::kWebsite, &model::parse_website);
  return view;
}

// Ports by which a machine is administered, and ports whose exposure the usual baselines of
// e-government networks forbid or restrict (file sharing, databases, unauthenticated services).
constexpr std::array<std::uint16_t, 14> kManagementTcp{22,   23,   161,  623,  830,  2375, 2376,
                                                       3389, 5900, 5901, 5985, 5986, 8728, 10000};
constexpr std::array<std::uint16_t, 33> kRiskyTcp{
    21,   23,   69,   111,  135,  137,  139,  445,   512,   513,   514,
    873,  1099, 1433, 1521, 2049, 2181, 2375, 3306,  3389,  5236,  5432,
    5900, 5984, 6379, 7001, 8009, 9200, 9300, 11211, 27017, 50070, 54321};

}  // namespace

std::string AssetView::text(std::string_view name) const { return text_of(asset.facts, name); }
const model::Fact* AssetView::fact(std::string_view name) const {
  return find_fact(asset.facts, name);
}

AssetView make_asset_view(const model::AssetRecord& asset, const ListContext& context) {
  AssetView view{asset, context, {}, {}, {}};
  view.os = statement_of(asset.facts, field::kOs, &model::parse_product);
  view.hardware = statement_of(asset.facts, field::kHardware, &model::parse_product);
  for (const auto& service : asset.services) {
    if (is_shown(service)) view.services.push_back(make_service_view(service));
  }
  return view;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string line;
  std::set<std::string_view> seen;
  for (const auto& text : texts) {
    if (text.empty() || !seen.insert(text).second) continue;
    if (!line.empty()) line += ';';
    line += text;
  }
  return line;
}

std::string zone_of(const AssetView& view) {
  std::vector<std::string> zones;
  for (const auto& binding : view.asset.bindings) {
    if (binding.until.value == 0) zones.push_back(binding.zone);
  }
  return joined(zones);
}

namespace {

std::vector<std::string> addresses_now(const AssetView& view) {
  std::vector<std::string> addresses;
  for (const auto& binding : view.asset.bindings) {
    if (binding.until.value == 0) addresses.push_back(binding.ip.to_string());
  }
  return addresses;
}

}  // namespace

std::string main_address(const AssetView& view) {
  const auto addresses = addresses_now(view);
  return addresses.empty() ? std::string() : addresses.front();
}

std::string other_addresses(const AssetView& view) {
  auto addresses = addresses_now(view);
  if (!addresses.empty()) addresses.erase(addresses.begin());
  return joined(addresses);
}

std::string registration_of(const AssetView& view) {
  const auto text = view.text(field::kRegistration);
  return text.empty() ? std::string(to_string(model::Registration::unregistered)) : text;
}

namespace {

AssetNews news_for(const AssetView& view) {
  const auto found = view.context.news.find(view.asset.id);
  return found == view.context.news.end() ? AssetNews{} : found->second;
}

bool is_new(const AssetView& view) {
  return news_for(view).added || view.asset.first_seen >= view.context.meta.period_from;
}

}  // namespace

// The priority is that of register.md, Lifecycle: an alarm first, then what a person must do,
// then what happened.
std::string printed_state(const AssetView& view) {
  const auto presence = view.asset.presence;
  const auto registration = registration_of(view);
  const auto news = news_for(view);
  if (view.text(field::kLifecycle) == "已下线") {
    return presence == model::Presence::online ? "已下线且在线" : "已下线";
  }
  if (registration == to_string(model::Registration::unregistered)) return "未备案";
  if (news.back) return "恢复";
  if (is_new(view)) return "新增";
  if (presence == model::Presence::missing) return "失联";
  if (news.changed) return "变更";
  if (presence == model::Presence::suspect) return "疑似离线";
  if (presence == model::Presence::uncovered) return "未覆盖";
  if (registration == to_string(model::Registration::registered)) return "已确认";
  return registration;
}

std::string news_of(const AssetView& view) {
  const auto news = news_for(view);
  std::vector<std::string> words;
  if (is_new(view)) words.emplace_back("新增");
  if (news.back) words.emplace_back("恢复");
  if (news.changed) words.emplace_back("变更");
  return joined(words);
}

std::string identity_strength(const AssetView& view) {
  auto best = model::Strength::weak;
  for (const auto& identifier : view.asset.identifiers) {
    best = std::max(best, model::strength_of(identifier.type));
  }
  if (best == model::Strength::strong) return "强";
  if (best == model::Strength::medium) return "中";
  return view.os || view.hardware || !view.services.empty() ? "弱" : "仅IP";
}

std::string product_name(const ProductStatement& product) {
  if (!product.product_zh.empty()) return product.product_zh;
  if (!product.product.empty()) return product.product;
  return product.vendor_zh.empty() ? product.vendor : product.vendor_zh;
}

std::string product_text(const ProductStatement& product) {
  auto text = product_name(product);
  if (!product.version.empty()) text += " " + product.version;
  return text;
}

std::string xinchuang_of(const AssetView& view) {
  std::vector<std::string> words;
  const auto add = [&](const std::optional<ProductStatement>& product) {
    if (product && !product->xinchuang.empty()) {
      words.push_back(product->xinchuang + ":" + product_name(*product));
    }
  };
  add(view.os);
  add(view.hardware);
  for (const auto& service : view.services) {
    add(service.product);
    for (const auto& product : service.also) add(product);
  }
  return joined(words);
}

std::string vantage_of(std::string_view source) {
  constexpr std::string_view kProbe = "probe:";
  return source.starts_with(kProbe) ? std::string(source.substr(kProbe.size())) : std::string();
}

namespace {

// Of the host's and its services' facts.
template <class Each>
void each_source(const AssetView& view, Each each) {
  for (const auto& [name, fact] : view.asset.facts) each(fact.source);
  for (const auto& service : view.services) {
    for (const auto& [name, fact] : service.record->facts) each(fact.source);
  }
}

}  // namespace

std::string vantages_of(const AssetView& view) {
  std::set<std::string> vantages;
  each_source(view, [&](std::string_view source) { vantages.insert(vantage_of(source)); });
  return joined({vantages.begin(), vantages.end()});
}

std::string ways_of(const AssetView& view) {
  bool probed = !view.asset.services.empty();
  bool heard = false;
  bool imported = false;
  bool manual = false;
  each_source(view, [&](std::string_view source) {
    probed = probed || source.starts_with("probe:");
    heard = heard || source.starts_with("traffic:");
    imported = imported || source.starts_with("import:");
    manual = manual || source == "manual";
  });
  return joined(
      {probed ? "主动" : "", heard ? "流量" : "", imported ? "导入" : "", manual ? "人工" : ""});
}

std::string port_note(net::TransportPort port) {
  const auto in = [&](const auto& ports) {
    return std::find(ports.begin(), ports.end(), port.port) != ports.end();
  };
  if (port.transport == net::Transport::udp) {
    if (port.port == 161 || port.port == 623) return "管理";
    return port.port == 69 || port.port == 137 || port.port == 1900 || port.port == 11211 ? "高危"
                                                                                          : "";
  }
  return joined({in(kManagementTcp) ? "管理" : "", in(kRiskyTcp) ? "高危" : ""});
}

std::vector<std::uint16_t> management_ports(const AssetView& view) {
  std::set<std::uint16_t> ports;
  for (const auto& service : view.services) {
    const auto& at = service.record->at;
    if (port_note({at.transport, at.port}).starts_with("管理")) ports.insert(at.port);
  }
  return {ports.begin(), ports.end()};
}

std::size_t open_ports(const AssetView& view) {
  std::set<model::Endpoint> endpoints;
  for (const auto& service : view.services) endpoints.insert(service.record->at);
  return endpoints.size();
}

std::string products_in(const AssetView& view, std::initializer_list<std::string_view> categories) {
  std::vector<std::string> texts;
  const auto add = [&](const ProductStatement& product) {
    if (std::find(categories.begin(), categories.end(), product.category) != categories.end()) {
      texts.push_back(product_text(product));
    }
  };
  for (const auto& service : view.services) {
    if (service.product) add(*service.product);
    for (const auto& product : service.also) add(product);
  }
  return joined(texts);
}

std::string field_title(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 24> kTitles{{
      {field::kProtocol, "应用协议"},     {field::kTls, "TLS"},
      {field::kProduct, "产品与版本"},    {field::kAlso, "其他组件"},
      {field::kBanner, "横幅摘要"},       {field::kWebsite, "网站"},
      {field::kCertificate, "证书"},      {field::kDigest, "应答特征"},
      {field::kOs, "操作系统"},           {field::kHardware, "品牌型号"},
      {field::kHostName, "主机名"},       {field::kDeviceClass, "资产类别"},
      {field::kRole, "设备角色"},         {field::kMac, "MAC"},
      {field::kName, "资产名称"},         {field::kUnit, "所属单位"},
      {field::kSystem, "所属系统"},       {field::kOwner, "责任人"},
      {field::kPurpose, "用途"},          {field::kLocation, "物理位置"},
      {field::kRegistration, "登记状态"}, {field::kLifecycle, "生命周期"},
      {field::kRemark, "备注"},           {"verdict", "端口状态"},
  }};
  for (const auto& [key, title] : kTitles) {
    if (key == name) return std::string(title);
  }
  return std::string(name);
}

namespace {

bool is_contact(std::string_view name) { return name == field::kOwner; }

// A fact's JSON as a person would write it.
std::string value_text(std::string_view json, bool shortened) {
  if (auto text = model::parse_text(json)) {
    return shortened ? mask_contact(*text) : clean_text(*text);
  }
  if (const auto product = model::parse_product(json)) {
    auto text = product_text(*product);
    if (!text.empty()) return clean_text(text);
  }
  return clean_text(json);
}

}  // namespace

std::vector<DoubtRow> doubts_of(const AssetView& view) {
  std::vector<std::string> clues;
  for (const auto& service : view.services) {
    if (service.website && !service.website->title.empty()) {
      clues.push_back("标题：" + clean_text(service.website->title));
    }
    if (service.website && !service.website->icp.empty()) {
      clues.push_back("ICP：" + service.website->icp);
    }
  }
  const auto name = view.text(field::kHostName);
  if (!name.empty()) clues.push_back("主机名：" + name);
  const auto clue = joined(clues);
  const auto unit = view.text(field::kUnit);
  const auto* unit_fact = view.fact(field::kUnit);
  const auto candidate = unit.empty()                   ? std::string()
                         : unit_fact->source == "scope" ? unit + "（网段登记单位）"
                                                        : unit;
  std::vector<DoubtRow> rows;
  const auto add = [&](std::string reason, const std::string& what) {
    rows.push_back({view, std::move(reason), what, candidate});
  };
  if (registration_of(view) == to_string(model::Registration::unregistered)) add("未备案", clue);
  if (unit.empty()) add("单位不明", clue);
  for (const auto& [key, fact] : view.asset.facts) {
    const bool shortened = view.context.masked && is_contact(key);
    const auto both = field_title(key) + "：" + value_text(fact.value, shortened) + " ／ " +
                      value_text(fact.other, shortened);
    if (fact.state == model::FactState::conflict && fact.other.empty())
      add("未再测到", field_title(key) + "：" + value_text(fact.value, shortened));
    if (fact.state == model::FactState::conflict && !fact.other.empty()) add("来源冲突", both);
    if (fact.state == model::FactState::review) add("修正需复核", both);
  }
  const auto news = news_for(view);
  if (news.duplicate) add("疑似重复", clue);
  if (news.reused) add("疑似复用", clue);
  return rows;
}

std::string change_value(const ChangeRow& row, const std::string& value) {
  return row.context.masked && is_contact(row.change.field) ? mask_contact(value) : value;
}

namespace {

void count(CoverageRow& row, model::HostOutcome outcome) {
  ++row.addresses;
  switch (outcome) {
    case model::HostOutcome::answered:
      ++row.answered;
      break;
    case model::HostOutcome::silent:
      ++row.silent;
      break;
    case model::HostOutcome::skipped:
      ++row.skipped;
      break;
    case model::HostOutcome::unreachable:
      ++row.unreachable;
      break;
    case model::HostOutcome::error:
      ++row.failed;
      break;
  }
}

}  // namespace

std::vector<CoverageRow> coverage_rows(const model::ListedRun& listed, const ListContext& context) {
  std::map<std::pair<std::string, net::Address>, CoverageRow> blocks;
  for (const auto& part : listed.coverage.blocks) {
    auto number = part.first.number();
    for (const auto outcome : part.outcomes) {
      const auto ip = net::Address::from_number(number++, part.first.is_v6());
      const auto block = net::block_of(ip);
      const auto [found, fresh] =
          blocks.try_emplace({part.zone, block.base}, CoverageRow(listed, "覆盖"));
      if (fresh) {
        found->second.zone = part.zone;
        found->second.prefix = block.to_string();
        const auto anomaly = context.anomalies.find(found->first);
        if (anomaly != context.anomalies.end()) found->second.note = anomaly->second;
      }
      count(found->second, outcome);
    }
  }
  std::vector<CoverageRow> rows;
  for (auto& [key, row] : blocks) rows.push_back(std::move(row));
  for (const auto& exclusion : listed.coverage.exclusions) {
    CoverageRow row(listed, "排除");
    row.prefix = exclusion.what;
    row.note = joined(
        {exclusion.reason, exclusion.owner, exclusion.until.empty() ? "" : "至" + exclusion.until});
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace qingdan::report
