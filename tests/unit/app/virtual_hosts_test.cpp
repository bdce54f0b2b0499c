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
  const auto told = app::names_in(seen);
  CHECK(told.certified == Names{"portal.example"});
  CHECK(told.wildcards == Names{"*.portal.example"});
  REQUIRE(told.redirects.size() == 1);
  CHECK(told.redirects[0].name == "login.portal.example");
  CHECK(told.redirects[0].port == 443);
  CHECK(app::names_in(report(80, {page(302, "", "Location: /in\r\n")})).redirects.empty());
  CHECK(app::names_in(report(80, {page(302, "", "Location: http://192.0.2.9/\r\n")}))
            .redirects.empty());
}

TEST_CASE("W3: what everybody gets is no website, whatever its status", "[app][virtual_hosts]") {
  using app::Backing;
  const app::Page usual{200, 7, probe::Subject::Web::plain},
      refused{403, 8, probe::Subject::Web::plain};
  const auto is = [](const app::Page& by_address, std::optional<app::Page> by_name,
                     Backing backing) {
    return app::is_website(by_address, "192.0.2.7", by_name, "www.example.cn", backing);
  };
  // Its own name, same page.
  CHECK(is(usual, app::Page{200, 7, probe::Subject::Web::plain}, Backing::endpoint));
  CHECK_FALSE(is(usual, app::Page{200, 7, probe::Subject::Web::plain}, Backing::host));
  CHECK_FALSE(is(usual, app::Page{200, 7, probe::Subject::Web::plain}, Backing::redirect));
  for (const auto backing : {Backing::endpoint, Backing::host, Backing::redirect}) {
    CHECK(is(refused, app::Page{200, 9, probe::Subject::Web::plain}, backing));
    CHECK_FALSE(is(refused, app::Page{403, 8, probe::Subject::Web::plain}, backing));
    CHECK_FALSE(is(usual, std::nullopt, backing));
    CHECK_FALSE(is(usual, app::Page{421, 9, probe::Subject::Web::plain}, backing));
    CHECK_FALSE(is(usual, app::Page{400, 9, probe::Subject::Web::plain}, backing));
  }
  CHECK(is(usual, app::Page{404, 9, probe::Subject::Web::plain}, Backing::host));
  CHECK_FALSE(is(usual, app::Page{404, 9, probe::Subject::Web::plain}, Backing::redirect));
  // A stranger that is sent away.
  CHECK_FALSE(is(usual, app::Page{301, 0, probe::Subject::Web::plain, "http://www.example.org/"},
                 Backing::redirect));
  CHECK(is(usual, app::Page{301, 0, probe::Subject::Web::plain, "/start"}, Backing::redirect));
}

TEST_CASE("a name is asked at every web server of its host, once", "[app][virtual_hosts]") {
  VirtualHosts hosts({});
  CHECK(hosts.on_report(report(80, {page(200, "a")}), result(80)).empty());
  const auto asked =
      hosts.on_report(report(443, {page(200, "b"), true, certificate()}), result(443));
  CHECK(names_of(asked) == Names{"portal.example:80", "portal.example:443"});
  CHECK(asked[0].web == probe::Subject::Web::plain);
  CHECK(asked[1].web == probe::Subject::Web::tls);
  CHECK(hosts.web_of(at(443)) == probe::Subject::Web::tls);
  CHECK(hosts.web_of(at(80)) == probe::Subject::Web::plain);
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

namespace {

// Everything that `turn` asks of one web server of which the register holds these.
Names asked_in(std::uint64_t turn, const app::KnownNames& known) {
  VirtualHosts hosts(known, turn);
  auto names = names_of(hosts.on_report(report(80, {page(200, "a")}), result(80)));
  CHECK(names.size() == app::kNamesPerSite);
  std::size_t all = 0;
  for (const auto& [ip, of_host] : known.hosts) all += of_host.size();
  CHECK(hosts.left_out() == all - app::kNamesPerSite);
  return names;
}

}  // namespace

TEST_CASE("W2: names of one endpoint are bounded, and every run asks others",
          "[app][virtual_hosts]") {
  app::KnownNames known;
  for (int i = 0; i < 100; ++i) {
    known.hosts[at(80).ip].insert("www" + std::to_string(i) + ".example.cn");
  }
  std::set<std::string> all;
  for (std::uint64_t turn = 0; turn < 13; ++turn) {
    for (const auto& name : asked_in(turn, known)) all.insert(name);
  }
  CHECK(all.size() == 100);
}

TEST_CASE("W2: the endpoint's own come first, then what the register holds of it",
          "[app][virtual_hosts]") {
  app::KnownNames known;
  for (int i = 0; i < 10; ++i) known.hosts[at(443).ip].insert("a" + std::to_string(i) + ".cn");
  known.hosts[at(443).ip].insert("z.example.cn");
  known.websites[at(443)].insert("z.example.cn");
  VirtualHosts hosts(known);
  const auto asked =
      names_of(hosts.on_report(report(443, {page(200, "b"), true, certificate()}), result(443)));
  REQUIRE(asked.size() == app::kNamesPerSite);
  CHECK(asked[0] == "portal.example:443");
  CHECK(asked[1] == "z.example.cn:443");
  CHECK(hosts.left_out() == 4);
}

TEST_CASE(
    "W1: what only a redirect tells is asked where it leads, and is no website there "
    "unless it shows a page",
    "[app][virtual_hosts]") {
  VirtualHosts hosts({});
  const std::string away = "Location: http://search.example/\r\n";
  CHECK(hosts.on_report(report(8080, {page(200, "b")}), result(8080)).empty());
  CHECK(hosts.on_report(report(8081, {page(302, "", away)}), result(8081)).empty());
  const auto asked = hosts.on_report(report(80, {page(200, "a")}), result(80));
  REQUIRE(names_of(asked) == Names{"search.example:80"});
  SECTION("everybody's page") {
    CHECK_FALSE(hosts.on_answer(report(80, {page(200, "a")}, "search.example")).website);
  }
  SECTION("its own") {
    CHECK(hosts.on_answer(report(80, {page(200, "s")}, "search.example")).website);
  }
}

TEST_CASE("W1: a server that sends everybody away has no website of where it sends them",
          "[app][virtual_hosts]") {
  VirtualHosts hosts({});
  const auto sent = page(302, "", "Location: http://search.example/\r\n");
  REQUIRE(hosts.on_report(report(80, {sent}), result(80)).size() == 1);
  CHECK_FALSE(hosts.on_answer(report(80, {sent}, "search.example")).website);
}

TEST_CASE("W1: a redirect to a name of another host is asked there", "[app][virtual_hosts]") {
  app::KnownNames known;
  known.hosts[*net::parse_address("192.0.2.8")].insert("www.example.cn");
  VirtualHosts hosts(known);
  const auto sent = page(302, "", "Location: http://www.example.cn/\r\n");
  CHECK(hosts.on_report(report(80, {sent}), result(80)).empty());
  auto other = report(80, {page(200, "c")});
  other.at.ip = *net::parse_address("192.0.2.8");
  CHECK(names_of(hosts.on_report(other, result(80))) == Names{"www.example.cn:80"});
}

TEST_CASE("a name that a wildcard covers counts as the host's once a redirect spells it",
          "[app][virtual_hosts]") {
  VirtualHosts hosts({});
  const std::string on = "Location: https://login.portal.example/\r\n";
  CHECK(hosts.on_report(report(80, {page(301, "", on)}), result(80)).empty());
  const auto asked =
      hosts.on_report(report(8443, {page(200, "b"), true, certificate()}), result(8443));
  CHECK(names_of(asked) == Names{"login.portal.example:80", "portal.example:80",
                                 "portal.example:8443", "login.portal.example:8443"});
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
  REQUIRE(known.hosts.size() == 1);
  CHECK(known.hosts.begin()->second == std::set<std::string>{"srv.example.cn", "www.example.cn"});
  REQUIRE(known.websites.size() == 1);
  CHECK(known.websites.at(at(443)) == std::set<std::string>{"www.example.cn"});
}

TEST_CASE("web servers of a host are asked for what the name server calls it") {
  VirtualHosts hosts({});
  hosts.learn_reverse_name(at(80).ip, "Portal.example.cn");
  hosts.learn_reverse_name(at(80).ip, "printer");  // no name of the DNS
  const auto plain = report(80, {page(200, "welcome")});
  CHECK(names_of(hosts.on_report(plain, result(80))) == Names{"portal.example.cn:80"});
  const auto answer = hosts.on_answer(report(80, {page(200, "the portal")}, "portal.example.cn"));
  CHECK(answer.website);
  CHECK(answer.result);
}

TEST_CASE("a page that everybody gets is no website for a reverse name's sake") {
  VirtualHosts hosts({});
  hosts.learn_reverse_name(at(80).ip, "host-7.example.cn");
  CHECK(hosts.on_report(report(80, {page(200, "welcome")}), result(80)).size() == 1);
  CHECK_FALSE(hosts.on_answer(report(80, {page(200, "welcome")}, "host-7.example.cn")).website);
}

TEST_CASE("who speaks HTTP/2 alone is asked for names in it") {
  VirtualHosts hosts({});
  auto seen = report(443, {page(200, "welcome"), true, certificate()});
  for (auto& one : seen.observations) one.probe = "http2";
  const auto asked = hosts.on_report(seen, result(443));
  REQUIRE_FALSE(asked.empty());
  CHECK(asked[0].web == probe::Subject::Web::h2);
  CHECK(hosts.web_of(at(443)) == probe::Subject::Web::h2);
}
