// virtual_hosts — names, and which of their answers are websites.
#include "app/virtual_hosts.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

using namespace qingdan;
using app::VirtualHosts;
using probe::InterviewReport;

namespace {

using Names = std::vector<std::string>;

model::Endpoint at(std::uint16_t port, const char* ip = "192.0.2.7") {
  return {"z", *net::parse_address(ip), net::Transport::tcp, port};
}

Bytes certificate() {  // CN=portal.example, also *.portal.example
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/x509/rsa.der", std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string page(int status, const std::string& title, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers + "\r\n<title>" + title +
         "</title>";
}

struct Said {
  std::string http{};
  bool tls{false};
  Bytes der{};
};
InterviewReport report(std::uint16_t port, const Said& said, const std::string& vhost = "") {
  InterviewReport made;
  made.at = at(port);
  made.vhost = vhost;
  model::Observation seen;
  seen.at = made.at;
  seen.vhost = vhost;
  seen.inside_tls = said.tls;
  if (!said.der.empty()) {
    seen.channel = "x509.der";
    seen.raw = said.der;
    made.observations.push_back(seen);
  }
  if (!said.http.empty()) {
    seen.channel = "http.response";
    seen.raw = to_bytes(said.http);
    made.observations.push_back(seen);
  }
  return made;
}

model::PortResult result(std::uint16_t port) {
  model::PortResult made;
  made.at = at(port);
  made.verdict = model::Verdict::open_verified;
  made.tries = 1;
  return made;
}

Names names_of(const std::vector<VirtualHosts::Question>& questions) {
  Names names;
  for (const auto& question : questions) {
    names.push_back(question.name + ":" + std::to_string(question.at.port));
  }
  return names;
}

}  // namespace

TEST_CASE("only names of the DNS may stand in a Host header", "[app][virtual_hosts]") {
  CHECK(app::host_name_of(" WWW.Example.GOV.cn. ") == "www.example.gov.cn");
  CHECK(app::host_name_of("xn--fiqs8s.example"));
  for (const auto* bad :
       {"", ".", "localhost", "*.example.cn", "192.0.2.1", "2001:db8::1", "a b.cn", "a..cn",
        "-a.cn", "a.cn\r\nX: y", "host.invalid", "x.123", "a.localhost"}) {
    CAPTURE(bad);
    CHECK_FALSE(app::host_name_of(bad));
  }
  CHECK_FALSE(app::host_name_of(std::string(64, 'a') + ".cn"));
}

TEST_CASE("names come from the leaf and from redirects, each once", "[app][virtual_hosts]") {
  const auto seen = report(
      443, {page(302, "", "Location: https://login.portal.example/in\r\n"), true, certificate()});
  CHECK(app::names_in(seen) == Names{"portal.example", "login.portal.example"});
  CHECK(app::names_in(report(80, {page(302, "", "Location: /in\r\n")})).empty());
  CHECK(app::names_in(report(80, {page(302, "", "Location: http://192.0.2.9/\r\n")})).empty());
}

TEST_CASE("W3: an error everybody gets is no website, another page is", "[app][virtual_hosts]") {
  const app::Page usual{200, 7, false}, refused{403, 8, false};
  CHECK(app::is_website(usual, app::Page{200, 7, false}));  // its own name, same page
  CHECK(app::is_website(refused, app::Page{200, 9, false}));
  CHECK(app::is_website(usual, app::Page{404, 9, false}));
  CHECK_FALSE(app::is_website(refused, app::Page{403, 8, false}));
  CHECK_FALSE(app::is_website(usual, std::nullopt));
}

TEST_CASE("a name is asked at every web server of its host, once", "[app][virtual_hosts]") {
  VirtualHosts hosts({});
  CHECK(hosts.on_report(report(80, {page(200, "a")}), result(80)).empty());
  const auto asked =
      hosts.on_report(report(443, {page(200, "b"), true, certificate()}), result(443));
  CHECK(names_of(asked) == Names{"portal.example:80", "portal.example:443"});
  CHECK_FALSE(asked[0].tls);
  CHECK(asked[1].tls);
  CHECK(hosts.over_tls(at(443)));
  CHECK_FALSE(hosts.over_tls(at(80)));
  // Another host's names are not this one's.
  auto other = report(443, {page(200, "c"), true, {}});
  other.at.ip = *net::parse_address("192.0.2.8");
  CHECK(hosts.on_report(other, result(443)).empty());
}

TEST_CASE("the verdict on an endpoint waits for its own names", "[app][virtual_hosts]") {
  VirtualHosts hosts({});
  const auto first = report(443, {page(403, "no"), true, certificate()});
  REQUIRE(hosts.on_report(first, result(443)).size() == 1);
  const auto answer =
      hosts.on_answer(report(443, {page(200, "portal"), true, {}}, "portal.example"));
  CHECK(answer.website);
  REQUIRE(answer.result);
  CHECK(answer.result->at == at(443));
  CHECK(answer.result->tries == 1);
}

TEST_CASE("a name that was cut short is asked again with its endpoint", "[app][virtual_hosts]") {
  VirtualHosts hosts({});
  const auto first = report(443, {page(403, "no"), true, certificate()});
  REQUIRE(hosts.on_report(first, result(443)).size() == 1);
  auto cut = report(443, {}, "portal.example");
  cut.complete = false;
  const auto answer = hosts.on_answer(cut);
  CHECK_FALSE(answer.website);
  REQUIRE(answer.result);
  CHECK(answer.result->tries == 0);
}

TEST_CASE("W2: names of one endpoint and of one host are bounded", "[app][virtual_hosts]") {
  app::KnownNames known;
  for (int i = 0; i < 100; ++i) {
    known[at(80).ip].insert("www" + std::to_string(i) + ".example.cn");
  }
  VirtualHosts hosts(known);
  CHECK(hosts.on_report(report(80, {page(200, "a")}), result(80)).size() == app::kNamesPerSite);
}

TEST_CASE("the register's names are websites it held and what its hosts call themselves",
          "[app][virtual_hosts]") {
  model::World world;
  model::AssetRecord asset;
  asset.facts[std::string(model::field::kHostName)].value = "\"srv.example.cn\"";
  model::ServiceRecord service;
  service.at = at(443);
  asset.services.push_back(service);
  service.vhost = "www.example.cn";
  asset.services.push_back(service);
  service.vhost = "old.example.cn";
  service.state = model::PortState::closed;
  asset.services.push_back(service);
  world.assets.push_back(asset);
  const auto known = app::known_names(world);
  REQUIRE(known.size() == 1);
  CHECK(known.begin()->second == std::set<std::string>{"srv.example.cn", "www.example.cn"});
}
