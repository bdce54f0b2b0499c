// sample_listing — a snapshot made up for the tests: hosts with services, among them names and
// banners that try to break a sheet.
#pragma once

#include <string>
#include <vector>

#include "qingdan/model/json.h"
#include "qingdan/model/listing.h"

namespace qingdan::report::sample {

inline constexpr UnixMillis kCutoff{1795312800000};  // 2026-11-22T02:00:00Z
inline constexpr std::int64_t kDay = 86'400'000;

inline model::Fact fact(std::string json, std::string source = "probe:本地") {
  model::Fact fact;
  fact.value = std::move(json);
  fact.source = std::move(source);
  fact.confidence = 90;
  fact.evidence = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  return fact;
}

inline model::ProductStatement product(const std::string& vendor, const std::string& name,
                                       const std::string& version, const std::string& category,
                                       const std::string& role = "server") {
  model::ProductStatement p;
  p.vendor = vendor;
  p.product = name;
  p.version = version;
  p.category = category;
  p.role = role;
  p.rule = "sample." + name;
  p.precision = version.empty() ? model::Precision::unknown : model::Precision::exact;
  p.confidence = 95;
  p.cpe = "cpe:2.3:a:" + vendor + ":" + name + ":" + version + ":*:*:*:*:*:*:*";
  return p;
}

inline model::ServiceRecord service(const std::string& ip, std::uint16_t port,
                                    const model::ProductStatement& p, const std::string& protocol,
                                    const std::string& banner) {
  model::ServiceRecord record;
  record.at = {"公用网络区", *net::parse_address(ip), net::Transport::tcp, port};
  record.verdict = model::Verdict::open_verified;
  record.first_seen = {kCutoff.value - 40 * kDay};
  record.last_seen = {kCutoff.value - 3'600'000};
  record.facts[std::string(model::field::kProtocol)] = fact(model::to_json(protocol));
  record.facts[std::string(model::field::kBanner)] = fact(model::to_json(banner));
  if (!p.product.empty()) {
    auto held = fact(model::to_json(p));
    held.rule = p.rule;
    record.facts[std::string(model::field::kProduct)] = held;
  }
  return record;
}

inline void add_website(model::ServiceRecord& record, const std::string& title) {
  model::WebsiteStatement site;
  site.url = "http://" + record.at.ip.to_string() + ":" + std::to_string(record.at.port) + "/";
  site.status = 200;
  site.title = title;
  site.server = "nginx/1.10";
  site.favicon_mmh3 = "-1587402";
  site.icp = "苏ICP备2026000001号";
  site.login = true;
  site.applications = {"政务服务平台"};
  record.facts[std::string(model::field::kWebsite)] = fact(model::to_json(site));
}

inline model::AssetRecord asset(std::int64_t id, const std::string& ip) {
  model::AssetRecord record;
  record.id = {id};
  record.number = "A" + std::to_string(100000 + id);
  record.first_seen = {kCutoff.value - 40 * kDay};
  record.last_seen = record.last_covered = {kCutoff.value - 3'600'000};
  record.bindings.push_back({"公用网络区", *net::parse_address(ip), record.first_seen, {}});
  return record;
}

class SampleListing final : public model::ListingSource {
 public:
  SampleListing() {
    meta_.snapshot = {7};
    meta_.sha256 = "5a105e8b9d40e1329780d62ea2265d8a5a105e8b9d40e1329780d62ea2265d8a";
    meta_.cutoff = kCutoff;
    meta_.period_from = {kCutoff.value - 30 * kDay};
    meta_.organisation = "常州市电子政务外网";
    meta_.authorisation = "常数网安〔2026〕18号";
    meta_.issued_by = "常州市大数据管理中心";
    meta_.program_version = "0.1.0";
    meta_.rule_release = "2026.11.22";
  }

  model::ListingMeta meta_;
  std::vector<model::ListedRun> runs_;
  std::vector<model::AssetRecord> assets_;
  std::vector<model::ListedAddress> addresses_;
  std::vector<model::ListedCertificate> certificates_;
  std::vector<model::Change> changes_;
  std::optional<Error> breaks_;  // reported by the asset stream

  [[nodiscard]] model::ListingMeta meta() const override { return meta_; }
  [[nodiscard]] Result<void> for_each_run(
      const std::function<void(const model::ListedRun&)>& each) const override {
    for (const auto& run : runs_) each(run);
    return {};
  }
  [[nodiscard]] Result<void> for_each_asset(
      const std::function<void(const model::AssetRecord&)>& each) const override {
    for (const auto& asset : assets_) each(asset);
    if (breaks_) return *breaks_;
    return {};
  }
  [[nodiscard]] Result<void> for_each_address(
      const std::function<void(const model::ListedAddress&)>& each) const override {
    for (const auto& address : addresses_) each(address);
    return {};
  }
  [[nodiscard]] Result<void> for_each_certificate(
      const std::function<void(const model::ListedCertificate&)>& each) const override {
    for (const auto& certificate : certificates_) each(certificate);
    return {};
  }
  [[nodiscard]] Result<void> for_each_change(
      const std::function<void(const model::Change&)>& each) const override {
    for (const auto& change : changes_) each(change);
    return {};
  }
};

inline void add_run(SampleListing& list) {
  model::ListedRun run;
  run.run.id = {3};
  run.run.started = {kCutoff.value - 7'200'000};
  run.run.ended = kCutoff;
  run.run.state = model::RunState::finished;
  run.run.vantage = "本地";
  run.run.method = "connect";
  run.run.ports = "22,80,443,3306,U:53";
  using Outcome = model::HostOutcome;
  model::CoverageBlock block{
      "公用网络区",
      *net::parse_address("10.98.0.254"),
      {Outcome::answered, Outcome::silent, Outcome::skipped, Outcome::unreachable, Outcome::error}};
  run.coverage.blocks.push_back(block);
  run.coverage.exclusions.push_back({"10.98.40.0/24", "医疗设备", "市卫健委", "2027-01-01"});
  list.runs_.push_back(run);
}

inline void add_certificate(SampleListing& list) {
  model::ListedCertificate listed;
  listed.certificate.sha256 = std::string(63, 'a') + "1";
  listed.certificate.subject = "CN=zw.example.test,O==cmd|' /C calc'!A0";
  listed.certificate.issuer = "CN=示例根";
  listed.certificate.san = {"zw.example.test", "*.gov.example.test"};
  listed.certificate.serial = "0012";
  listed.certificate.key_algorithm = "SM2";
  listed.certificate.key_bits = 256;
  listed.certificate.not_before = {kCutoff.value - 100 * kDay};
  listed.certificate.not_after = {kCutoff.value + 10 * kDay};
  const model::Endpoint at{"公用网络区", *net::parse_address("10.98.0.1"), net::Transport::tcp,
                           443};
  listed.uses.push_back({at, "a.gov.example.test", "A100001", "市大数据管理中心"});
  listed.uses.push_back({at, "other.test", "A100001", "市大数据管理中心"});
  list.certificates_.push_back(listed);
}

inline void add_ledger(SampleListing& list) {
  list.addresses_.push_back({"公用网络区",
                             *net::parse_address("10.98.0.1"),
                             "A100001",
                             "市大数据管理中心",
                             model::HostOutcome::answered,
                             {kCutoff.value - 40 * kDay},
                             kCutoff,
                             2,
                             ""});
  list.addresses_.push_back({"公用网络区",
                             *net::parse_address("10.98.0.2"),
                             "A100002",
                             "",
                             model::HostOutcome::silent,
                             {kCutoff.value - kDay},
                             {kCutoff.value - kDay},
                             1,
                             ""});
  model::Change change;
  change.seq = 12;
  change.time = kCutoff;
  change.run = {3};
  change.type = model::ChangeType::component_changed;
  change.object = "service";
  change.asset = {1};
  change.asset_number = "A100001";
  change.ip = net::parse_address("10.98.0.1").value();
  change.port = net::TransportPort{net::Transport::tcp, 443};
  change.field = std::string(model::field::kProduct);
  change.before = "nginx 1.9";
  change.after = "nginx 1.10";
  change.evidence = "run:3";
  list.changes_.push_back(change);
}

// Two assets: a registered server of a unit, and one that nobody knows.
inline SampleListing small_listing() {
  SampleListing list;
  add_run(list);
  add_certificate(list);
  auto known = asset(1, "10.98.0.1");
  const auto set = [&](std::string_view name, const std::string& text, const char* source) {
    known.facts[std::string(name)] = fact(model::to_json(text), source);
  };
  set(model::field::kName, "=1+1", "manual");
  set(model::field::kUnit, "市大数据管理中心", "scope");
  set(model::field::kOwner, "张三丰 13812345678", "manual");
  set(model::field::kRegistration, "已备案", "manual");
  set(model::field::kLocation, "320400198001010012", "import:1");
  set(model::field::kRemark, "𠮷祥㼆\n第二行", "manual");
  known.facts[std::string(model::field::kHardware)] =
      fact(model::to_json(product("VMware", "Virtual Machine", "", "云与虚拟化", "hardware")));
  known.facts[std::string(model::field::kOs)] =
      fact(model::to_json(product("Debian", "Debian Linux", "1.10", "操作系统", "os")));
  known.identifiers.push_back({model::IdentifierType::mac, "1e:10:00:00:00:01"});
  known.services.push_back(service("10.98.0.1", 22,
                                   product("OpenBSD", "OpenSSH", "9.2p1", "远程登录"), "ssh",
                                   "=HYPERLINK(\"http://evil.test\")"));
  known.services.push_back(service("10.98.0.1", 443, product("F5", "nginx", "1.10", "Web服务器"),
                                   "http", "HTTP/1.1 200"));
  add_website(known.services.back(), "@SUM(1+1)*cmd|' /C calc'!A0");
  auto closed =
      service("10.98.0.1", 3306, product("MariaDB", "MariaDB", "10.11", "数据库"), "mysql", "");
  closed.state = model::PortState::closed;
  known.services.push_back(closed);
  list.assets_.push_back(known);

  auto unknown = asset(2, "10.98.0.2");
  unknown.first_seen = {kCutoff.value - kDay};
  unknown.presence = model::Presence::suspect;
  list.assets_.push_back(unknown);
  add_ledger(list);
  return list;
}

}  // namespace qingdan::report::sample
