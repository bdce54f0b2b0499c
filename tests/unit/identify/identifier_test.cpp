#include "qingdan/identify/identifier.h"

#include <algorithm>
#include <optional>

#include "qingdan/net/tls_wire.h"
#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::make_base;

namespace {
const std::string kRules = R"(
[[rule]]
id = "test.nginx"
input = "http_header.server"
pattern = '^nginx/(?P<version>\S+)$'
service = "nginx"
trust = 90
[[rule]]
id = "test.portal"
all = [{ input = "html_title", contains = ["门户"] }, { input = "favicon.md5", equals = ["146782d181b6382cd9d6fa9bbb49e639"] }]
service = "portal"
trust = 95
[[rule]]
id = "test.ssh"
input = "ssh.banner"
pattern = '^Example_(?P<version>\S+) on (?P<host_name>\S+)$'
service = "tomcat"
os = "debian"
[[rule]]
id = "test.camera"
input = "rtsp_header.server"
pattern = '^Camera (?P<model>\S+)'
hw = "camera"
trust = 90
)";

model::Observation seen(std::string_view channel, std::string_view raw,
                        std::uint32_t exchange = 1) {
  model::Observation out;
  out.at = {"内网", *net::parse_address("192.0.2.7"), net::Transport::tcp, 8080};
  out.channel = std::string(channel);
  out.raw = to_bytes(raw);
  out.exchange = exchange;
  return out;
}

const model::Claim* find(const std::vector<model::Claim>& claims, std::string_view field) {
  const auto found =
      std::find_if(claims.begin(), claims.end(), [&](const auto& c) { return c.field == field; });
  return found == claims.end() ? nullptr : &*found;
}

constexpr std::string_view kPage =
    "HTTP/1.1 200 OK\r\nServer: nginx/1.20.1\r\nContent-Type: "
    "text/html\r\n\r\n<title>门户</title><input type=password>";
}  // namespace

TEST_CASE("a web port yields product, website, protocol and the application",
          "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  const std::vector<model::Observation> all{seen("http.response", kPage, 1),
                                            seen("http.favicon", "GIF89a icon", 2)};
  const auto finding = identifier.identify(all);
  CHECK(finding.at == all[0].at);
  REQUIRE(find(finding.service_claims, model::field::kProtocol));
  CHECK(find(finding.service_claims, model::field::kProtocol)->value == "\"http\"");
  const auto* product = find(finding.service_claims, model::field::kProduct);
  REQUIRE(product);
  CHECK(product->rule == "test.nginx");
  CHECK(product->rule_release == "test+0");
  CHECK(product->evidence.size() == 64);
  CHECK(model::parse_product(product->value)->version == "1.20.1");
  const auto also = model::parse_products(find(finding.service_claims, model::field::kAlso)->value);
  REQUIRE(also);
  CHECK(also->at(0).id == "portal");
  const auto site =
      model::parse_website(find(finding.service_claims, model::field::kWebsite)->value);
  REQUIRE(site);
  CHECK(site->url == "http://192.0.2.7:8080/");
  CHECK(site->title == "门户");
  CHECK(site->login);
  CHECK(site->favicon_md5 == "146782d181b6382cd9d6fa9bbb49e639");
  CHECK(site->applications == std::vector<std::string>{"门户"});
  CHECK_FALSE(find(finding.service_claims, model::field::kDigest));
}

TEST_CASE("the site's url follows TLS, name and port", "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  auto one = seen("http.response", kPage);
  one.inside_tls = true;
  one.vhost = "www.example.com";
  one.at.port = 443;
  const auto finding = identifier.identify(std::vector{one});
  CHECK(model::parse_website(find(finding.service_claims, model::field::kWebsite)->value)->url ==
        "https://www.example.com/");
  CHECK(finding.vhost == "www.example.com");
}

TEST_CASE("a redirect gives the page it led to and where it pointed", "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  const auto finding = identifier.identify(
      std::vector{seen("http.response", "HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", 1),
                  seen("http.response", kPage, 2)});
  const auto site =
      model::parse_website(find(finding.service_claims, model::field::kWebsite)->value);
  CHECK(site->status == 200);
  CHECK(site->title == "门户");
  CHECK(site->location == "/login");
}

TEST_CASE("what a host says of itself becomes claims and identifiers", "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  const auto finding =
      identifier.identify(std::vector{seen("ssh.stream", "SSH-2.0-Example_1.2 on gate\r\n")});
  CHECK(model::parse_product(find(finding.host_claims, model::field::kOs)->value)->id == "debian");
  CHECK(find(finding.host_claims, model::field::kHostName)->value == "\"gate\"");
  CHECK(find(finding.host_claims, model::field::kDeviceClass)->value == "\"服务器\"");
  CHECK(finding.identifiers ==
        std::vector<model::Identifier>{{model::IdentifierType::host_name, "gate"}});
  CHECK(find(finding.service_claims, model::field::kBanner)->value ==
        "\"SSH-2.0-Example_1.2 on gate\"");
}

TEST_CASE("an unknown service has a digest and a banner that is safe to print",
          "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  const auto finding = identifier.identify(std::vector{seen("unknown.stream", "\x1b[2Jhello")});
  CHECK(find(finding.service_claims, model::field::kDigest));
  CHECK_FALSE(find(finding.service_claims, model::field::kProduct));
  CHECK_FALSE(find(finding.service_claims, model::field::kProtocol));
  CHECK(find(finding.service_claims, model::field::kBanner)->value.find('\x1b') ==
        std::string::npos);
}

TEST_CASE("a TLS handshake alone is TLS; what speaks inside decides otherwise",
          "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  const auto tls = seen("tls.session", "TLSv1.3\nTLS_AES_256_GCM_SHA384\n\n", 1);
  const auto alone = identifier.identify(std::vector{tls});
  CHECK(find(alone.service_claims, model::field::kProtocol)->value == "\"tls\"");
  CHECK(model::parse_tls(find(alone.service_claims, model::field::kTls)->value)->version ==
        "TLSv1.3");
  const auto web = identifier.identify(std::vector{tls, seen("http.response", kPage, 2)});
  CHECK(find(web.service_claims, model::field::kProtocol)->value == "\"http\"");
  CHECK(find(web.service_claims, model::field::kTls));
}

TEST_CASE("X2: one handshake tells what was agreed, not what is accepted",
          "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  const auto tls_of = [&](const std::vector<model::Observation>& heard) {
    const auto finding = identifier.identify(heard);
    return *model::parse_tls(find(finding.service_claims, model::field::kTls)->value);
  };
  auto session = seen("tls.session", "TLSv1.2\nTLS_X\nhttp/1.1\n", 1);
  const auto hello =
      seen("tls.answer",
           as_text(net::write_tls_record(
               {net::TlsVersion::tls11, net::TlsKeys::any, net::TlsEnd::closed, {}})),
           2);
  const auto unasked = tls_of({session});
  CHECK(unasked == model::TlsStatement{"TLSv1.2", "TLS_X", "http/1.1"});
  const auto asked = tls_of({session, hello});
  CHECK(asked.accepts == std::vector<std::string>{"TLSv1.2"});
  CHECK(asked.refuses == std::vector<std::string>{"TLSv1.1", "TLSv1.3"});
  session.vhost = "www.example.test";  // whose endpoint is asked by its address alone
  CHECK(tls_of({session}).accepts.empty());
}

TEST_CASE("no observations, no claims", "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  const auto finding = identifier.identify({});
  CHECK(finding.service_claims.empty());
  CHECK(finding.host_claims.empty());
}

TEST_CASE("a question is answered with products, system and device", "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  model::IdentifyQuestion question;
  question.id = "\"q1\"";
  question.input = "ssh.banner";
  question.bytes = to_bytes("Example_1.2 on gate");
  const auto answer = identifier.answer(question);
  CHECK(answer.id == "\"q1\"");
  CHECK(answer.service.words->id == "tomcat");
  CHECK(answer.service.version == "1.2");
  REQUIRE(answer.os);
  CHECK(answer.os.words->id == "debian");
  CHECK(answer.also.empty());

  question.input = "rtsp_header.server";
  question.bytes = to_bytes("Camera DS-2CD");
  const auto device = identifier.answer(question);
  CHECK_FALSE(device.service);
  REQUIRE(device.hw);
  CHECK(device.hw.product() == "Camera DS-2CD");
}

TEST_CASE("further members of a question are fields of the same response",
          "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  model::IdentifyQuestion question;
  question.input = "html_title";
  question.bytes = to_bytes("门户");
  CHECK_FALSE(identifier.answer(question).service);
  question.extra.emplace_back("favicon_md5", "146782d181b6382cd9d6fa9bbb49e639");
  CHECK(identifier.answer(question).service.words->id == "portal");
}

TEST_CASE("an object identifier may be written as from the root", "[identify][identifier]") {
  const auto set = test::make_set(
      "[[rule]]\nid = \"test.oid\"\ninput = \"snmp.sys_object_id\"\nequals = "
      "[\"1.3.6.1.4.1.9.1.1208\"]\nservice = \"nginx\"\n");
  Identifier identifier(*RuleBase::build(set, "test"));
  model::IdentifyQuestion question;
  question.input = "snmp.sys_description";
  question.bytes = to_bytes("box");
  question.extra = {{"sysObjectID", ".1.3.6.1.4.1.9.1.1208"}};
  CHECK(identifier.answer(question).service.words->id == "nginx");
}

TEST_CASE("a question asked again is answered as before, whoever asks", "[identify][identifier]") {
  const auto base = make_base(kRules);
  Identifier usual(base);
  Identifier none(base, VerdictMemory::none);
  for (int round = 0; round < 4; ++round) {
    for (const std::string text : {"Example_1.2 on gate", "Example_3 on gate", "nothing", ""}) {
      for (const std::size_t filler : {0U, 5000U}) {
        model::IdentifyQuestion question;
        question.id = std::to_string(round);
        question.input = "ssh.banner";
        question.bytes = to_bytes(text + std::string(filler, ' '));
        CHECK(model::to_json(usual.answer(question)) == model::to_json(none.answer(question)));
      }
    }
  }
}

TEST_CASE("an answer holds nothing of the one before it", "[identify][identifier]") {
  const auto base = make_base(R"(
[[rule]]
id = "test.all"
input = "html_title"
pattern = '^All (?P<version>\d)'
service = "nginx"
os = "windows"
hw = "camera"
[[rule]]
id = "test.two"
input = "html_title"
pattern = 'Two'
service = "portal"
[[rule]]
id = "test.system"
input = "html_title"
pattern = '^System'
os = "windows"
)");
  Identifier identifier(base, VerdictMemory::none);
  const std::vector<std::string> texts{"All 7", "All 7 Two", "none", "System", "Two", "All 8"};
  for (const auto& before : texts) {
    for (const auto& text : texts) {
      model::IdentifyQuestion question;
      question.input = "html_title";
      question.bytes = to_bytes(before);
      (void)identifier.answer(question);
      question.bytes = to_bytes(text);
      CHECK(model::to_json(identifier.answer(question)) ==
            model::to_json(Identifier(base, VerdictMemory::none).answer(question)));
    }
  }
  model::IdentifyQuestion question;
  question.input = "html_title";
  question.bytes = to_bytes("All 7 Two");
  const auto& all = identifier.answer(question);
  CHECK(all.also.size() == 1);
  CHECK((all.os && all.hw));
}

TEST_CASE("questions that differ only in where their parts end are two", "[identify][identifier]") {
  Identifier identifier(make_base(kRules));
  model::IdentifyQuestion whole;
  whole.input = "ssh.banner";
  whole.bytes = to_bytes("Example_1.2 on gate");
  auto parted = whole;
  parted.input = "ssh.banne";
  parted.bytes = to_bytes("rExample_1.2 on gate");
  for (int i = 0; i < 3; ++i) {
    CHECK(identifier.answer(whole).service.words->id == "tomcat");
    CHECK_FALSE(identifier.answer(parted).service);
  }
}
