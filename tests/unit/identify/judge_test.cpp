#include "identify/judge.h"

#include <algorithm>

#include "unit/identify/small_base.h"

using namespace qingdan::identify;
using test::make_base;

namespace {
std::string rule(const std::string& name, const std::string& rest) {
  return "[[rule]]\nid = \"test." + name + "\"\n" + rest + "\n";
}
std::string header(const std::string& rest) { return "input = \"http_header.server\"\n" + rest; }

std::vector<std::string> standing(const std::string& rules,
                                  const std::vector<FieldValue>& response) {
  const auto base = make_base(rules);
  Matcher::Scratch scratch(base->matcher());
  std::vector<std::string> out;
  for (const auto& c : judge(*base, response, scratch).candidates) {
    out.push_back(c.product->id + " " + std::to_string(c.confidence) +
                  (c.implied ? " implied" : ""));
  }
  std::sort(out.begin(), out.end());
  return out;
}
using Names = std::vector<std::string>;
}  // namespace

TEST_CASE("of one claim the highest rank stands (J1)", "[identify][judge]") {
  const auto rules =
      rule("general", header("contains = [\"nginx\"]\nservice = \"nginx\"\ntrust = 80")) +
      rule("special", header("contains = [\"nginx-tomcat\"]\nservice = \"tomcat\"\ntrust = 80"));
  CHECK(standing(rules, {{"http_header.server", "nginx-tomcat"}}) == Names{"tomcat 80"});
  CHECK(standing(rules, {{"http_header.server", "nginx"}}) == Names{"nginx 80"});
}

TEST_CASE("different values of one field do not compete", "[identify][judge]") {
  const auto rules =
      rule(
          "a",
          "input = \"http_header.cookie\"\ncontains = [\"ngx\"]\nservice = \"nginx\"\ntrust = 90") +
      rule("b",
           "input = \"http_header.cookie\"\ncontains = [\"JSESSIONID\"]\nservice = "
           "\"tomcat\"\ntrust = 60");
  CHECK(
      standing(rules, {{"http_header.cookie", "ngx=1"}, {"http_header.cookie", "JSESSIONID=2"}}) ==
      Names{"nginx 90", "tomcat 60"});
}

TEST_CASE("components and frameworks all stand (J2)", "[identify][judge]") {
  const auto rules =
      rule("n", header("contains = [\"nginx\"]\nservice = \"nginx\"")) +
      rule("p", header("contains = [\"PHP\"]\nservice = \"php\"\ntrust = 70")) +
      rule("p2", header("contains = [\"PHP/\"]\nservice = \"php\"\ntrust = 75")) +
      rule("o", header("contains = [\"OpenSSL\"]\nservice = \"openssl\"\ntrust = 50"));
  CHECK(standing(rules, {{"http_header.server", "nginx OpenSSL PHP/8"}}) ==
        Names{"nginx 80", "openssl 50", "php 75"});
}

TEST_CASE("equal ranks that differ state both with half the confidence (J3)", "[identify][judge]") {
  const auto rules = rule("a", header("contains = [\"abc\"]\nservice = \"nginx\"")) +
                     rule("b", header("contains = [\"bcd\"]\nservice = \"tomcat\""));
  CHECK(standing(rules, {{"http_header.server", "abcd"}}) == Names{"nginx 40", "tomcat 40"});
}

TEST_CASE("rules of little trust do not compete (J4)", "[identify][judge]") {
  const auto rules =
      rule("weak", header("contains = [\"abcdefgh\"]\nservice = \"tomcat\"\ntrust = 30")) +
      rule("strong", header("contains = [\"abc\"]\nservice = \"nginx\""));
  CHECK(standing(rules, {{"http_header.server", "abcdefgh"}}) == Names{"nginx 80", "tomcat 30"});
}

TEST_CASE("what is beaten does not stand", "[identify][judge]") {
  const auto rules =
      rule("a", header("contains = [\"PHP\"]\nservice = \"php\"")) +
      rule("b", header("contains = [\"PHP fake\"]\nservice = \"openssl\"\nbeats = [\"test.a\"]"));
  CHECK(standing(rules, {{"http_header.server", "PHP fake"}}) == Names{"openssl 80"});
  CHECK(standing(rules, {{"http_header.server", "PHP"}}) == Names{"php 80"});
}

TEST_CASE("a conjunction holds when all its parts do", "[identify][judge]") {
  const auto rules =
      rule("all",
           "all = [{ input = \"html_title\", equals = [\"登录\"] }, { input = \"http.body\", "
           "pattern = 'v(?P<version>[0-9.]+)' }]\nservice = \"portal\"");
  CHECK(standing(rules, {{"html_title", "登录"}, {"http.body", "v2.1"}}) == Names{"portal 80"});
  CHECK(standing(rules, {{"html_title", "登录"}}).empty());
  CHECK(standing(rules, {{"html_title", "登"}, {"http.body", "v2.1"}}).empty());
}

TEST_CASE("a product that runs on one system only implies it", "[identify][judge]") {
  const auto rules = rule("iis", header("contains = [\"IIS\"]\nservice = \"iis\"\ntrust = 90"));
  CHECK(standing(rules, {{"http_header.server", "IIS"}}) == Names{"iis 90", "windows 72 implied"});
}

TEST_CASE("words of a rule come with its number", "[identify][judge]") {
  const auto base = make_base(rule("a",
                                   "input = \"telnet_banners\"\npattern = '^(?P<host_name>\\w+) "
                                   "login:'\nprotocol = \"telnet\"\ndevice_class = \"服务器\""));
  Matcher::Scratch scratch(base->matcher());
  const auto judgement = judge(*base, {{"telnet_banners", "gate login:"}}, scratch);
  REQUIRE(judgement.matched == std::vector<std::uint32_t>{0});
  CHECK(judgement.host_names.at(0).text == "gate");
  CHECK(judgement.protocols.at(0).text == "telnet");
  CHECK(judgement.device_classes.at(0).text == "服务器");
}
