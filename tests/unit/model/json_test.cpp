// One spelling, and it reads back.
#include "qingdan/model/json.h"
// covers: model/json_identify

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::model;

namespace {

ProductStatement nginx() {
  ProductStatement s;
  s.id = "nginx";
  s.vendor = "F5";
  s.product = "nginx";
  s.product_zh = "恩静";
  s.version = "1.10";
  s.cpe = "cpe:2.3:a:f5:nginx:1.10:*:*:*:*:*:*:*";
  s.role = "server";
  s.precision = Precision::exact;
  s.confidence = 90;
  s.rule = "http.nginx";
  return s;
}

AssetRecord host() {
  AssetRecord asset;
  asset.id = {7};
  asset.number = "ZC-000007";
  asset.presence = Presence::suspect;
  asset.misses = 1;
  asset.first_seen = {1'700'000'000'000};
  asset.bindings = {{"公用网络区", *net::parse_address("2001:db8::7"), {5}, {0}}};
  asset.identifiers = {{IdentifierType::ssh_host_key, "ab"}};
  Claim claim;
  claim.field = field::kUnit;
  claim.value = to_json("市卫健委 \"一\"");
  claim.source = "manual";
  claim.run = {3};
  asset.claims = {claim};
  asset.facts["asset.unit"] =
      Fact{claim.value, FactState::manual, "manual", 100, "", "", "", {3}, ""};
  ServiceRecord service;
  service.id = {9};
  service.at = {"公用网络区", asset.bindings[0].ip, net::Transport::udp, 161};
  service.verdict = Verdict::open_verified;
  service.state = PortState::unseen;
  asset.services = {service};
  return asset;
}

}  // namespace

TEST_CASE("statements read back as they were written", "[model][json]") {
  CHECK(*parse_product(to_json(nginx())) == nginx());
  const std::vector<ProductStatement> two{nginx(), ProductStatement{}};
  CHECK(*parse_products(to_json(two)) == two);
  const TlsStatement tls{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "h2"};
  CHECK(*parse_tls(to_json(tls)) == tls);
  auto asked = tls;
  asked.accepts = {"TLSv1.2", "TLSv1.3", "TLCP"};
  asked.refuses = {"TLSv1.0", "TLSv1.1"};
  asked.keys = {"ECC", "SM2"};
  asked.certificates = {{"00ff", "SM2", "encrypt"}, {"11ff", "RSA"}};
  CHECK(*parse_tls(to_json(asked)) == asked);
  WebsiteStatement site;
  site.url = "https://192.0.2.1/";
  site.status = 200;
  site.title = "常州市政务服务\n";
  site.login = true;
  site.applications = {"Weaver e-cology"};
  CHECK(*parse_website(to_json(site)) == site);
  CertificateStatement certificate;
  certificate.sha256 = "00ff";
  certificate.san = {"a.example", "192.0.2.1"};
  certificate.key_bits = 2048;
  certificate.not_after = {1};
  certificate.der = {0, 1, 2, 255};
  CHECK(*parse_certificate_statement(to_json(certificate)) == certificate);
}

TEST_CASE("an asset with all its parts reads back as it was written", "[model][json]") {
  CHECK(*parse_asset(to_json(host())) == host());
}

TEST_CASE("a change reads back, but for the index that only a run knows", "[model][json]") {
  Change change;
  change.seq = 12;
  change.type = ChangeType::certificate_replaced;
  change.ip = *net::parse_address("192.0.2.9");
  change.port = net::TransportPort{net::Transport::tcp, 443};
  change.before = "a";
  change.cause = Cause::rules;
  CHECK(*parse_change(to_json(change)) == change);
}

TEST_CASE("a run, its counts and exclusions read back", "[model][json]") {
  Run run;
  run.id = {4};
  run.state = RunState::failed;
  run.failure = "disk full";
  const auto back = *parse_run(to_json(run));
  CHECK(back.id == run.id);
  CHECK(back.state == RunState::failed);
  CHECK(back.failure == "disk full");
  RunCounts counts;
  counts.sent = 5;
  CHECK(parse_run_counts(to_json(counts))->sent == 5);
  CHECK(parse_exclusions(
            to_json(std::vector<Exclusion>{{"192.0.2.0/24", "医疗设备", "市卫健委", ""}}))
            ->at(0)
            .reason == "医疗设备");
}

TEST_CASE("empty members are left out, so that a member added later changes no digest",
          "[model][json]") {
  CHECK(to_json(TlsStatement{"TLSv1.2", "", ""}) == R"({"version":"TLSv1.2"})");
}

TEST_CASE("bytes that are no UTF-8 come out as replacement characters, not as invalid JSON",
          "[model][json]") {
  CHECK(to_json(std::string_view("a\xff\"")) == "\"a\uFFFD\\\"\"");
}

TEST_CASE("what is not the thing asked for is an error in one line", "[model][json]") {
  for (const char* text : {"", "{", "[]", "12", "{\"version\":5}", "null"}) {
    CAPTURE(text);
    const auto parsed = parse_tls(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::input);
    CHECK(parsed.error().text.find('\n') == std::string::npos);
  }
  CHECK_FALSE(parse_product(R"({"precision":"rather"})"));
}

TEST_CASE("a line of the sweep has just its five members", "[model][json]") {
  PortResult result;
  result.at = {"区", *net::parse_address("192.0.2.1"), net::Transport::tcp, 22};
  result.verdict = Verdict::open;
  result.rtt_ms = 0.12345;
  CHECK(to_json(result) ==
        R"({"ip":"192.0.2.1","port":22,"transport":"tcp","verdict":"open","rtt_ms":0.123})");
  result.verdict = Verdict::filtered;
  result.rtt_ms = -1;
  CHECK(to_json(result) ==
        R"({"ip":"192.0.2.1","port":22,"transport":"tcp","verdict":"filtered","rtt_ms":null})");
}

TEST_CASE("a question keeps its id as given and its further members", "[model][json]") {
  const auto question =
      parse_question(R"({"id":5,"input":"ssh.banner","text":"x","favicon_mmh3":-12})");
  REQUIRE(question);
  CHECK(question->id == "5");
  CHECK(as_text(question->bytes) == "x");
  REQUIRE(question->extra.size() == 1);
  CHECK(question->extra[0] == std::pair<std::string, std::string>{"favicon_mmh3", "-12"});
  CHECK(parse_question(R"({"input":"a","text_b64":"AP8="})")->bytes == Bytes{0, 255});
}

TEST_CASE("a question without input or bytes says what is missing", "[model][json]") {
  CHECK(parse_question("nonsense").error().text == "not a JSON object");
  CHECK(parse_question(R"({"text":"x"})").error().text.find("input") != std::string::npos);
  CHECK(parse_question(R"({"input":"x"})").error().text.find("text") != std::string::npos);
  CHECK(parse_question(R"({"input":"x","text_b64":"?"})").error().text.find("text_b64") == 0);
}

TEST_CASE("an answer says null where nothing is known", "[model][json]") {
  IdentifyAnswer answer;
  answer.id = "\"a\"";
  const std::string text = to_json(answer);
  CHECK(text.find(R"("product":null)") != std::string::npos);
  CHECK(text.find(R"("also":[])") != std::string::npos);
  const ProductWords listener{"nginx", "F5", "", "nginx", "恩静", "", "", "server"};
  auto system = listener;
  system.role = "os";
  answer.service.words = &listener;
  answer.service.version = "1.10";
  answer.os = answer.service;
  answer.os.words = &system;
  const std::string full = to_json(answer);  // a system is one of the products too
  CHECK(full.find(R"("version":"1.10")") != std::string::npos);
  CHECK(full.find(R"("os_product":"nginx")") != std::string::npos);
  CHECK(full.find(R"("also":[])") == std::string::npos);
}
