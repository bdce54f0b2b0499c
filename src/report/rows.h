// rows — what the columns of the list read: one asset, service, component … with its statements
// parsed once and its words worked out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "qingdan/model/listing.h"

namespace qingdan::report {

// What happened to an asset in this period.
struct AssetNews {
  bool added{false}, back{false}, changed{false}, duplicate{false}, reused{false};
};

// What every row may need to know of the whole list.
struct ListContext {
  model::ListingMeta meta;
  bool masked{false};  // names and numbers of people are shortened wherever they stand
  std::map<model::AssetId, AssetNews> news;
  std::map<std::pair<std::string, net::Address>, std::string> anomalies;  // by zone and block
};

struct ServiceView {
  const model::ServiceRecord* record{nullptr};
  std::string protocol, banner, certificate, digest;
  std::optional<model::ProductStatement> product;
  std::vector<model::ProductStatement> also;
  std::optional<model::TlsStatement> tls;
  std::optional<model::WebsiteStatement> website;
};

struct AssetView {
  const model::AssetRecord& asset;
  const ListContext& context;
  std::optional<model::ProductStatement> os, hardware;
  std::vector<ServiceView> services;  // those that the list shows

  // The text of a fact whose value is a JSON string; "" = not held.
  [[nodiscard]] std::string text(std::string_view field) const;
  [[nodiscard]] const model::Fact* fact(std::string_view field) const;
};

// Reads the statements; a value that does not parse counts as not held.
[[nodiscard]] AssetView make_asset_view(const model::AssetRecord& asset,
                                        const ListContext& context);

// Words of one asset.
[[nodiscard]] std::string zone_of(const AssetView& view);
[[nodiscard]] std::string main_address(const AssetView& view);
[[nodiscard]] std::string other_addresses(const AssetView& view);
[[nodiscard]] std::string registration_of(const AssetView& view);  // 未备案 where nothing is held
[[nodiscard]] std::string printed_state(const AssetView& view);  // 资产状态, register.md Lifecycle
[[nodiscard]] std::string news_of(const AssetView& view);        // 新增;变更 …
[[nodiscard]] std::string identity_strength(const AssetView& view);  // 强 中 弱 仅IP
[[nodiscard]] std::string xinchuang_of(const AssetView& view);
[[nodiscard]] std::string vantages_of(const AssetView& view);
[[nodiscard]] std::string ways_of(const AssetView& view);  // 主动;流量;导入;人工
[[nodiscard]] std::vector<std::uint16_t> management_ports(const AssetView& view);
[[nodiscard]] std::size_t open_ports(const AssetView& view);
// "产品 版本" of the services' products whose category is one of `categories`, each once.
[[nodiscard]] std::string products_in(const AssetView& view,
                                      std::initializer_list<std::string_view> categories);

// 管理 and 高危 of a port, "" where neither; a port can be both.
[[nodiscard]] std::string port_note(net::TransportPort port);
[[nodiscard]] std::string product_name(const model::ProductStatement& product);  // 中文名 or name
[[nodiscard]] std::string product_text(const model::ProductStatement& product);  // with version
[[nodiscard]] std::string field_title(std::string_view field);  // "操作系统" of "host.os"
[[nodiscard]] std::string joined(const std::vector<std::string>& texts);  // with ";", each once
[[nodiscard]] std::string vantage_of(std::string_view source);            // of "probe:<vantage>"

struct ServiceRow {
  const AssetView& host;
  const ServiceView& service;
};

struct ComponentRow {
  const AssetView& host;
  const model::ProductStatement& product;
  const model::Fact& fact;
  const ServiceView* service;  // nullptr: of the host itself
};

struct AddressRow {
  const model::ListedAddress& address;
};

struct CertificateRow {
  const model::ListedCertificate& listed;
  const ListContext& context;
};

struct ChangeRow {
  const model::Change& change;
  const ListContext& context;
};
// Before or after of a change, shortened where it speaks of a person.
[[nodiscard]] std::string change_value(const ChangeRow& row, const std::string& value);

struct DoubtRow {
  const AssetView& host;
  std::string reason, clue, candidate;
};
// One row for each reason there is to look at this asset.
[[nodiscard]] std::vector<DoubtRow> doubts_of(const AssetView& view);

// One block of one run, or one exclusion.
struct CoverageRow {
  CoverageRow(const model::ListedRun& of, std::string what) : listed(of), kind(std::move(what)) {}
  const model::ListedRun& listed;
  std::string kind;  // 覆盖 or 排除
  std::string zone, prefix;
  std::uint64_t addresses{0}, answered{0}, silent{0}, skipped{0}, unreachable{0}, failed{0};
  std::string note;  // an anomaly, or reason, owner and end of an exclusion
};
[[nodiscard]] std::vector<CoverageRow> coverage_rows(const model::ListedRun& listed,
                                                     const ListContext& context);

struct StatisticRow {
  std::string group, name;
  std::uint64_t count{0};
  std::optional<double> share;   // of the group's whole
  std::optional<double> growth;  // against the list before
};

struct FieldRow {
  std::string sheet;
  const char *title, *meaning, *values, *source;
};

struct CoverRow {
  std::string item, content;
};

}  // namespace qingdan::report
