// fixture — registers in a directory of their own, and small worlds to put into them.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "qingdan/base/rng.h"
#include "qingdan/model/json.h"
#include "qingdan/net/digest.h"
#include "qingdan/registry/store.h"
#include "registry/migrate.h"
#include "registry/rows.h"

namespace qingdan::registry::test {

class TempDir {
 public:
  TempDir() {
    std::string name =
        (std::filesystem::temp_directory_path() / "qingdan-registry-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

template <class T>
T take(Result<T> result) {
  if (!result) FAIL(result.error().text << " [" << result.error().trail << "]");
  return std::move(*result);
}
inline void done(const Result<void>& result) {
  if (!result) FAIL(result.error().text << " [" << result.error().trail << "]");
}

constexpr const char* kZone = "公用网络区";

inline net::Address ip(const std::string& text) { return *net::parse_address(text); }

inline model::Endpoint at(const std::string& address, std::uint16_t port,
                          net::Transport transport = net::Transport::tcp) {
  return {kZone, ip(address), transport, port};
}

inline model::Run sample_run() {
  model::Run run;
  run.vantage = "v1";
  run.scope_hash = std::string(64, 'a');
  run.authorisation = "〔2026〕18号";
  run.issued_by = "市大数据管理中心";
  run.method = "connect";
  run.ports = "22,80,443";
  run.rule_release = "r1";
  run.program_version = "0.1.0";
  return run;
}

inline model::Coverage sample_coverage() {
  model::Coverage coverage;
  coverage.ports = *net::parse_ports("22,80,443");
  coverage.blocks.push_back(
      {kZone, ip("192.0.2.0"), std::vector<model::HostOutcome>(256, model::HostOutcome::silent)});
  coverage.blocks[0].outcomes[7] = model::HostOutcome::answered;
  coverage.blocks[0].outcomes[8] = model::HostOutcome::answered;
  coverage.exclusions.push_back({"192.0.2.128/25", "医疗设备", "市卫健委", "2027-01-01"});
  return coverage;
}

inline model::Claim claim(std::string_view field, std::string value, model::RunId run,
                          int confidence = 90) {
  model::Claim made;
  made.field = field;
  made.value = std::move(value);
  made.source = "probe:v1";
  made.confidence = confidence;
  made.rule = "ssh.openssh";
  made.rule_release = "r1";
  made.evidence = std::string(64, 'e');
  made.run = run;
  made.asserted_at = {1'780'000'001'000};
  return made;
}

inline model::Fact fact_of(const model::Claim& claim) {
  model::Fact fact;
  fact.value = claim.value;
  fact.source = claim.source;
  fact.confidence = claim.confidence;
  fact.rule = claim.rule;
  fact.rule_release = claim.rule_release;
  fact.evidence = claim.evidence;
  fact.run = claim.run;
  return fact;
}

inline std::string product(const std::string& name, const std::string& version,
                           const std::string& vendor = "OpenBSD") {
  model::ProductStatement statement;
  statement.vendor = vendor;
  statement.product = name;
  statement.product_zh = name == "nginx" ? "恩金克斯" : "";
  statement.version = version;
  statement.cpe = "cpe:2.3:a:x:" + name + ":" + version + ":*:*:*:*:*:*:*";
  statement.confidence = 90;
  return model::to_json(statement);
}

inline model::ServiceRecord service(const std::string& address, std::uint16_t port,
                                    model::RunId run, const std::string& protocol,
                                    const std::string& statement) {
  model::ServiceRecord made;
  made.at = at(address, port);
  made.verdict = model::Verdict::open_verified;
  made.first_seen = made.last_seen = {1'780'000'001'000};
  made.claims = {claim(model::field::kProduct, statement, run),
                 claim(model::field::kProtocol, model::to_json(protocol), run)};
  for (const auto& one : made.claims) made.facts[one.field] = fact_of(one);
  return made;
}

inline model::AssetRecord asset(const std::string& address, model::RunId run) {
  model::AssetRecord made;
  made.first_seen = made.last_seen = made.last_covered = {1'780'000'001'000};
  made.identity_rule = 4;
  made.bindings = {{kZone, ip(address), {1'780'000'001'000}, {}}};
  made.identifiers = {{model::IdentifierType::ssh_host_key, std::string(64, 'k')},
                      {model::IdentifierType::host_name, "www.example.gov.cn"}};
  made.claims = {claim(model::field::kOs, product("Debian", "12", "Debian"), run)};
  made.facts[made.claims[0].field] = fact_of(made.claims[0]);
  made.services = {service(address, 22, run, "ssh", product("OpenSSH", "9.2p1")),
                   service(address, 80, run, "http", product("nginx", "1.22.1", "F5"))};
  return made;
}

inline model::Change new_asset_change(std::int64_t index, const std::string& address,
                                      model::RunId run) {
  model::Change change;
  change.time = {1'780'000'002'000};
  change.run = run;
  change.type = model::ChangeType::asset_new;
  change.object = "asset";
  change.asset_index = index;
  change.zone = kZone;
  change.ip = ip(address);
  change.after = address;
  change.evidence = "run:" + std::to_string(run.value);
  return change;
}

// A register with one applied run that found 192.0.2.7 and 192.0.2.8.
struct Filled {
  TempDir dir;
  std::string path = dir.file("r.db");
  VirtualClock clock;
  Rng rng{1};
  Store store = take(Store::open(path, clock, rng));
  model::RunId run;

  Filled() { run = census({"192.0.2.7", "192.0.2.8"}); }

  model::RunId census(const std::vector<std::string>& addresses) {
    const auto id = take(store.begin_run(sample_run()));
    done(store.record(id, sample_coverage()));
    done(store.finish_run(id, model::RunState::finished));
    model::Reconciled reconciled;
    const auto before = take(store.load_world());
    reconciled.after = before;
    for (const auto& address : addresses) {
      reconciled.changes.push_back(
          new_asset_change(static_cast<std::int64_t>(reconciled.after.assets.size()), address, id));
      reconciled.after.assets.push_back(asset(address, id));
    }
    const auto applied = take(store.apply(before, reconciled, id));
    CHECK(applied.new_assets == addresses.size());
    return id;
  }
};

}  // namespace qingdan::registry::test
