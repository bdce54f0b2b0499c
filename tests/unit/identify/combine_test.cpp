#include "identify/combine.h"

#include <algorithm>

#include "unit/identify/small_base.h"

using namespace qingdan::identify;
using test::make_base;

namespace {
// Hints are made by rules, as they are in life.
const std::string kRules = R"(
[[rule]]
id = "test.nginx"
input = "http_header.server"
pattern = '^nginx(?:/(?P<version>\S+))?$'
service = "nginx"
trust = 80
[[rule]]
id = "test.nginx-page"
input = "http.body"
contains = ["nginx"]
service = "nginx"
trust = 60
[[rule]]
id = "test.tomcat"
input = "http_header.cookie"
contains = ["JSESSIONID"]
service = "tomcat"
trust = 90
[[rule]]
id = "test.portal"
input = "html_title"
contains = ["门户"]
service = "portal"
trust = 95
[[rule]]
id = "test.php"
input = "http_header.x-powered-by"
pattern = '^PHP/(?P<version>\S+)'
service = "php"
[[rule]]
id = "test.hint"
input = "html_script"
contains = ["ngx"]
service = "nginx"
trust = 20
[[rule]]
id = "test.debian"
input = "ssh.banner"
pattern = 'Debian-\S+deb(?P<os_version>\d+)'
os = "debian"
trust = 90
[[rule]]
id = "test.linux"
input = "ntp.readvar"
contains = ["Linux"]
os = "linux"
trust = 70
[[rule]]
id = "test.windows"
input = "smb.native_os"
contains = ["Windows"]
os = "windows"
trust = 88
)";

struct Fixture {
  std::shared_ptr<const RuleBase> base = make_base(kRules);
  Combined combined(const std::vector<FieldValue>& response) {
    Matcher::Scratch scratch(base->matcher());
    return combine(*base, judge(*base, response, scratch).candidates);
  }
};
}  // namespace

TEST_CASE("the Server header names what listens, the rest runs behind it", "[identify][combine]") {
  Fixture f;
  const auto out = f.combined({{"http_header.cookie", "JSESSIONID=1"},
                               {"html_title", "门户"},
                               {"http_header.server", "nginx/1.20.1"}});
  REQUIRE(out.service);
  CHECK(out.service->statement.id == "nginx");
  CHECK(out.service->statement.version == "1.20.1");
  CHECK(out.service->statement.cpe == "cpe:2.3:a:f5:nginx:1.20.1:*:*:*:*:*:*:*");
  REQUIRE(out.also.size() == 2);
  CHECK(out.also[0].statement.id == "portal");
  CHECK(out.also[1].statement.id == "tomcat");
}

TEST_CASE("without a server the application is the port's product", "[identify][combine]") {
  Fixture f;
  const auto out = f.combined({{"html_title", "门户"}, {"http_header.x-powered-by", "PHP/8.2"}});
  REQUIRE(out.service);
  CHECK(out.service->statement.id == "portal");
  REQUIRE(out.also.size() == 1);
  CHECK(out.also[0].statement.version == "8.2");
}

TEST_CASE("a framework alone does not listen", "[identify][combine]") {
  Fixture f;
  const auto out = f.combined({{"http_header.x-powered-by", "PHP/8.2"}});
  CHECK_FALSE(out.service);
  CHECK(out.also.size() == 1);
}

TEST_CASE("different fields add confidence, the same field does not (B2)", "[identify][combine]") {
  Fixture f;
  const auto once = f.combined({{"http_header.server", "nginx"}});
  const auto twice = f.combined({{"http_header.server", "nginx"}, {"http_header.server", "nginx"}});
  const auto both = f.combined({{"http_header.server", "nginx"}, {"http.body", "<hr>nginx"}});
  CHECK(once.service->statement.confidence == 80);
  CHECK(twice.service->statement.confidence == 80);
  CHECK(both.service->statement.confidence == 92);
}

TEST_CASE("a hint of little trust states nothing alone", "[identify][combine]") {
  Fixture f;
  CHECK_FALSE(f.combined({{"html_script", "/ngx.js"}}).service);
  CHECK(f.combined({{"html_script", "/ngx.js"}, {"http_header.server", "nginx"}})
            .service->statement.confidence == 84);
}

TEST_CASE("the general system supports the special one (B3)", "[identify][combine]") {
  Fixture f;
  const auto out =
      f.combined({{"ssh.banner", "OpenSSH Debian-2+deb12u3"}, {"ntp.readvar", "Linux/6"}});
  REQUIRE(out.os);
  CHECK(out.os->statement.id == "debian");
  CHECK(out.os->statement.version == "12");
  CHECK(out.os->statement.confidence == 97);
}

TEST_CASE("systems that contradict each other are in doubt (B4)", "[identify][combine]") {
  Fixture f;
  const auto out =
      f.combined({{"ssh.banner", "OpenSSH Debian-2+deb12u3"}, {"smb.native_os", "Windows 6.1"}});
  REQUIRE(out.os);
  CHECK(out.os->statement.confidence < kDoubt);
}

TEST_CASE("nothing said, nothing stated", "[identify][combine]") {
  Fixture f;
  const auto out = f.combined({{"http_header.server", "unheard-of"}});
  CHECK_FALSE(out.service);
  CHECK(out.also.empty());
  CHECK_FALSE(out.os);
}
