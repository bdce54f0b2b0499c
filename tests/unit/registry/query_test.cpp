// Reading the register: lists, filters, single things.
// covers: registry/lines registry/lines
#include "qingdan/registry/query.h"

#include "fixture.h"

namespace qingdan::registry {
namespace {
using namespace test;

// 192.0.2.7 and .8 with SSH and nginx each, and 10.0.0.1 of another unit with DNS over UDP and a
// website.
struct Listed : Filled {
  Listed() {
    const auto id = take(store.begin_run(sample_run()));
    done(store.record(id, sample_coverage()));
    const auto before = take(store.load_world());
    model::Reconciled reconciled{before, {}};
    auto other = asset("10.0.0.1", id);
    auto unit = claim(model::field::kUnit, "\"市卫健委\"", {});
    unit.source = "manual";
    other.claims.insert(other.claims.begin(), unit);
    other.facts[unit.field] = fact_of(unit);
    other.services.clear();
    auto dns = service("10.0.0.1", 53, id, "domain", product("BIND", "9.18.24", "ISC"));
    dns.at.transport = net::Transport::udp;
    auto web = service("10.0.0.1", 8443, id, "http", product("nginx", "1.24.0", "F5"));
    web.facts[std::string(model::field::kTls)].value = R"({"version":"TLSv1.3"})";
    web.facts[std::string(model::field::kTls)].source = "probe:v1";
    web.facts[std::string(model::field::kWebsite)].value = R"({"title":"100%_门户"})";
    web.facts[std::string(model::field::kCertificate)].value = "\"" + std::string(64, 'c') + "\"";
    web.facts[std::string(model::field::kAlso)].value = "[" + product("PHP", "8.2") + "]";
    auto gone = service("10.0.0.1", 23, id, "telnet", product("telnetd", "1"));
    gone.state = model::PortState::closed;
    gone.facts.clear();
    web.facts[std::string(model::field::kProduct)].state = model::FactState::conflict;
    other.facts.at(std::string(model::field::kOs)).state = model::FactState::review;
    other.services = {gone, web, dns};
    reconciled.after.assets.push_back(other);
    reconciled.changes = {new_asset_change(2, "10.0.0.1", id)};
    model::Finding finding;
    finding.at = at("10.0.0.1", 8443);
    model::CertificateStatement certificate;
    certificate.sha256 = std::string(64, 'c');
    certificate.subject = "CN=www.example.gov.cn";
    certificate.san = {"www.example.gov.cn"};
    certificate.der = {0x30};
    finding.certificates = {certificate};
    done(store.add(id, std::vector{finding}));
    take(store.apply(before, reconciled, id));
    second = id;
  }
  model::RunId second;
};

std::vector<ServiceRow> services(const Query& query, const std::string& text) {
  std::vector<ServiceRow> rows;
  done(query.services(take(parse_filter(text)), [&](const ServiceRow& row) {
    rows.push_back(row);
    return true;
  }));
  return rows;
}

std::string places(const Query& query, const std::string& text) {
  std::string line;
  for (const auto& row : services(query, text)) {
    line +=
        (line.empty() ? "" : " ") + row.ip + ":" + std::to_string(row.port) + "/" + row.transport;
  }
  return line;
}

std::string assets(const Query& query, const std::string& text) {
  std::string line;
  done(query.assets(take(parse_filter(text)), [&](const AssetRow& row) {
    line += (line.empty() ? "" : " ") + row.asset;
    return true;
  }));
  return line;
}

TEST_CASE("lists name what is in doubt by their own keys", "[registry][query]") {
  const Listed filled;
  const auto query = take(Query::open(filled.path));
  using Keys = std::vector<std::string>;
  CHECK(services(query, "port=8443").front().doubts == Keys{"product", "os"});
  CHECK(services(query, "port=53").front().doubts == Keys{"os"});
  CHECK(services(query, "ip=192.0.2.7").front().doubts.empty());
  Keys doubts;
  done(query.assets(take(parse_filter("ip=10.0.0.1")), [&](const AssetRow& row) {
    doubts = row.doubts;
    return true;
  }));
  CHECK(doubts == Keys{"os"});
}

TEST_CASE("services come in order of address and port with what is known of them",
          "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  CHECK(places(query, "") ==
        "10.0.0.1:23/tcp 10.0.0.1:8443/tcp 10.0.0.1:53/udp 192.0.2.7:22/tcp 192.0.2.7:80/tcp "
        "192.0.2.8:22/tcp "
        "192.0.2.8:80/tcp");
  const auto rows = services(query, "asset=ZC-000003 port=8443");
  REQUIRE(rows.size() == 1);
  const auto& row = rows[0];
  CHECK(row.asset == "ZC-000003");
  CHECK(row.zone == kZone);
  CHECK(row.state == "open");
  CHECK(row.verdict == "open-verified");
  CHECK(row.tls == "TLSv1.3");
  CHECK(row.service == "http");
  CHECK(row.vendor == "F5");
  CHECK(row.product == "nginx");
  CHECK(row.product_zh == "恩金克斯");
  CHECK(row.version == "1.24.0");
  CHECK(row.cpe == "cpe:2.3:a:x:nginx:1.24.0:*:*:*:*:*:*:*");
  CHECK(row.os == "Debian 12");
  CHECK(row.confidence == 90);
  CHECK(row.rule == "ssh.openssh");
  CHECK(take(model::parse_products(row.also)).at(0).product == "PHP");
  CHECK(row.first_seen == UnixMillis{1'780'000'001'000});
}

TEST_CASE("services can be asked for by every key", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"ip=192.0.2.7", "192.0.2.7:22/tcp 192.0.2.7:80/tcp"},
      {"ip=192.0.2.0/24 port=22", "192.0.2.7:22/tcp 192.0.2.8:22/tcp"},
      {"ip=10.0.0.0-192.0.2.7 port=22-60", "10.0.0.1:23/tcp 10.0.0.1:53/udp 192.0.2.7:22/tcp"},
      {"port=53", "10.0.0.1:53/udp"},
      {"port=T:53", ""},
      {"port=U:53", "10.0.0.1:53/udp"},
      {"port=22,80 ip!=192.0.2.8", "192.0.2.7:22/tcp 192.0.2.7:80/tcp"},
      {"product=NGINX ip=192.0.2.7", "192.0.2.7:80/tcp"},
      {"product=恩金", "10.0.0.1:8443/tcp 192.0.2.7:80/tcp 192.0.2.8:80/tcp"},
      {"product=isc", "10.0.0.1:53/udp"},
      {"vendor=openbsd ip=192.0.2.8", "192.0.2.8:22/tcp"},
      {"version=1.24", "10.0.0.1:8443/tcp"},
      {"cpe=:bind:", "10.0.0.1:53/udp"},
      {"product!=nginx ip=10.0.0.1",
       "10.0.0.1:23/tcp 10.0.0.1:53/udp"},  // one has no product at all
      {"state=closed", "10.0.0.1:23/tcp"},
      {"verdict=open-acked", ""},
      {"tls=yes", "10.0.0.1:8443/tcp"},
      {"tls=TLSv1.3", "10.0.0.1:8443/tcp"},
      {"tls=no ip=10.0.0.1", "10.0.0.1:23/tcp 10.0.0.1:53/udp"},
      {"service=ssh", "192.0.2.7:22/tcp 192.0.2.8:22/tcp"},
      {"transport=udp", "10.0.0.1:53/udp"},
      {"title=0%_门", "10.0.0.1:8443/tcp"},
      {"title=0x门", ""},  // % and _ are no wildcards
      {"unit=市卫健委 state=open", "10.0.0.1:8443/tcp 10.0.0.1:53/udp"},
      {"zone=公用网络区 port=80", "192.0.2.7:80/tcp 192.0.2.8:80/tcp"},
      {"zone=x", ""},
      {"os=debian port=22", "192.0.2.7:22/tcp 192.0.2.8:22/tcp"},
      {"presence=在线 port=53", "10.0.0.1:53/udp"},
      {"rule=ssh.openssh port=53", "10.0.0.1:53/udp"},
  }));
  INFO(text);
  CHECK(places(query, text) == expected);
}

TEST_CASE("assets can be asked for by their own and their services' keys", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  const auto [text, expected] = GENERATE(table<std::string, std::string>({
      {"", "ZC-000001 ZC-000002 ZC-000003"},
      {"ip=192.0.2.0/24", "ZC-000001 ZC-000002"},
      {"ip!=192.0.2.7", "ZC-000002 ZC-000003"},
      {"zone=公用网络区 unit=市卫健委", "ZC-000003"},
      {"product=nginx port=80", "ZC-000001 ZC-000002"},
      {"product=nginx port=53", ""},  // of one service, not of two
      {"port=23", ""},                // closed
      {"port=23 state=closed", "ZC-000003"},
      {"asset=ZC-000002", "ZC-000002"},
      {"os=debian product=bind", "ZC-000003"},
  }));
  INFO(text);
  CHECK(assets(query, text) == expected);
}

TEST_CASE("an asset row counts what the list counts", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  AssetRow row;
  done(query.assets(take(parse_filter("asset=ZC-000003")), [&](const AssetRow& found) {
    row = found;
    return true;
  }));
  CHECK(row.ip == "10.0.0.1");
  CHECK(row.zone == kZone);
  CHECK(row.other_ips.empty());
  CHECK(row.unit == "市卫健委");
  CHECK(row.os == "Debian 12");
  CHECK(row.presence == "在线");
  CHECK(row.services == 2);
}

TEST_CASE("a reader that has enough ends the list", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  int rows = 0;
  done(query.services({}, [&](const ServiceRow&) { return ++rows < 2; }));
  CHECK(rows == 2);
}

TEST_CASE("a list can be read while another is being read", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  std::size_t inner = 0;
  done(query.services({}, [&](const ServiceRow&) {
    inner += services(query, "").size();
    return true;
  }));
  CHECK(inner == 49);
}

TEST_CASE("an asset is found by number and by the address it holds now", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  const auto by_number = take(query.find_asset("ZC-000001"));
  const auto by_address = take(query.find_asset("192.0.2.7"));
  REQUIRE(by_number);
  REQUIRE(by_address);
  CHECK(*by_number == *by_address);
  CHECK(by_number->services.size() == 2);
  for (const char* nobody : {"ZC-000009", "ZC-1", "192.0.2.99", "x", ""}) {
    CHECK(take(query.find_asset(nobody)) == std::nullopt);
  }
}

TEST_CASE("records are the whole register, one by one", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  std::vector<model::AssetRecord> records;
  done(query.records([&](const model::AssetRecord& record) {
    records.push_back(record);
    return true;
  }));
  CHECK(records == take(listed.store.load_world()).assets);
}

TEST_CASE("changes are numbered, ordered and filtered", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  const auto seqs = [&](const ChangeFilter& filter) {
    std::vector<std::int64_t> found;
    done(query.changes(filter, [&](const model::Change& change) {
      found.push_back(change.seq);
      return true;
    }));
    return found;
  };
  CHECK(seqs({}) == std::vector<std::int64_t>{1, 2, 3});
  CHECK(seqs({2, {}, {}}) == std::vector<std::int64_t>{3});
  CHECK(seqs({0, listed.run, {}}) == std::vector<std::int64_t>{1, 2});
  CHECK(seqs({0, listed.second, listed.run}) == std::vector<std::int64_t>{3});
  CHECK(seqs({0, {}, listed.second}).empty());
  const auto changes = take(query.changes_of({3}));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].asset_number == "ZC-000003");
  CHECK(changes[0].type == model::ChangeType::asset_new);
  CHECK(changes[0].ip == ip("10.0.0.1"));
  CHECK(changes[0].port == std::nullopt);
  CHECK(changes[0].evidence == "run:2");
}

TEST_CASE("runs come newest first with their coverage counted", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  const auto runs = take(query.runs());
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].run.id == listed.second);
  CHECK(runs[1].run.state == model::RunState::finished);
  CHECK(runs[1].applied.value != 0);
  CHECK(runs[1].answered == 2);
  CHECK(runs[1].silent == 254);
  CHECK(runs[1].skipped + runs[1].unreachable + runs[1].error == 0);
  CHECK(take(query.last_applied()) == listed.second);
  CHECK(take(query.find_run({99})) == std::nullopt);
  CHECK(take(query.coverage(listed.run)).outcome(kZone, ip("192.0.2.7")) ==
        model::HostOutcome::answered);
}

TEST_CASE("certificates say where they are shown", "[registry][query]") {
  Listed listed;
  const auto query = take(Query::open(listed.path));
  std::vector<CertificateRow> rows;
  done(query.certificates([&](const CertificateRow& row) {
    rows.push_back(row);
    return true;
  }));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].certificate.subject == "CN=www.example.gov.cn");
  CHECK(rows[0].certificate.san == std::vector<std::string>{"www.example.gov.cn"});
  CHECK(rows[0].used_at == std::vector<model::Endpoint>{at("10.0.0.1", 8443)});
  CHECK(rows[0].assets == std::vector<std::string>{"ZC-000003"});
  CHECK(rows[0].first_seen == UnixMillis{1'780'000'001'000});
}

TEST_CASE("evidence is found by place and by digest", "[registry][query]") {
  Listed listed;
  model::Observation seen;
  seen.at = at("192.0.2.7", 22);
  seen.probe = "ssh";
  seen.channel = model::channel::kSsh;
  seen.raw = to_bytes("SSH-2.0-OpenSSH_9.2\r\n");
  seen.truncated = true;
  seen.time = {5};
  done(listed.store.add(listed.second, std::vector{seen}));
  const auto query = take(Query::open(listed.path));
  const auto found = take(query.evidence(at("192.0.2.7", 22)));
  REQUIRE(found.size() == 1);
  CHECK(found[0].observation.raw == seen.raw);
  CHECK(found[0].observation.truncated);
  CHECK(found[0].sha256 == net::sha256_hex(seen.raw));
  CHECK(take(query.find_blob(found[0].sha256)) == seen.raw);
  CHECK(take(query.find_blob(std::string(64, '0'))) == std::nullopt);
  CHECK_FALSE(query.find_blob("zz"));
}

TEST_CASE("reading what is not there says so", "[registry][query]") {
  TempDir dir;
  const auto query = Query::open(dir.file("none.db"));
  REQUIRE_FALSE(query);
  CHECK_THAT(query.error().text,
             Catch::Contains("there is no register") && Catch::Contains("none.db"));
  CHECK_FALSE(std::filesystem::exists(dir.file("none.db")));
}

TEST_CASE("lists without a filter need no sorting", "[registry][query]") {
  Listed listed;
  auto& database = listed.store.database();
  auto plan = database.ask(
      "EXPLAIN QUERY PLAN SELECT s.id FROM zone z CROSS JOIN service s ON s.zone_id = z.id "
      "JOIN asset a ON a.id = s.asset_id LEFT JOIN product p ON p.id = s.product_id "
      "ORDER BY z.name, s.ip, s.transport, s.port, s.vhost");
  while (plan.next()) CHECK_THAT(plan.text(3), !Catch::Contains("TEMP B-TREE"));
}

}  // namespace
}  // namespace qingdan::registry
