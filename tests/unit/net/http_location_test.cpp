// http_location — where redirects lead.
#include "qingdan/net/http_location.h"

#include <catch2/catch.hpp>

using namespace qingdan::net;

namespace {
const HttpLocation kBase{"http", "10.98.7.1", 8080, "/a/b?x=1"};
std::string to(std::string_view location) {
  const auto found = resolve_location(kBase, location);
  return found ? found->to_string() : "";
}
}  // namespace

TEST_CASE("absolute and relative references are resolved", "[net][http_location]") {
  CHECK(to("https://Portal.Example/login") == "https://portal.example/login");
  CHECK(to("http://10.98.7.2:81") == "http://10.98.7.2:81/");
  CHECK(to("https://[2001:DB8:0::1]:8443/x") == "https://[2001:db8::1]:8443/x");
  CHECK(to("//other.example/y") == "http://other.example/y");
  CHECK(to("/login.jsp") == "http://10.98.7.1:8080/login.jsp");
  CHECK(to("login.jsp") == "http://10.98.7.1:8080/a/login.jsp");
  CHECK(to("../c") == "http://10.98.7.1:8080/c");
  CHECK(to("./c/./d/../e/") == "http://10.98.7.1:8080/a/c/e/");
  CHECK(to("../../../..") == "http://10.98.7.1:8080/");
  CHECK(to("?y=2") == "http://10.98.7.1:8080/a/b?y=2");
  CHECK(to("") == "http://10.98.7.1:8080/a/b?x=1");
  CHECK(to("/x#fragment") == "http://10.98.7.1:8080/x");
  CHECK(to("http:login") == "http://10.98.7.1:8080/a/login");
  CHECK(to("https://h:/") == "https://h/");
}

TEST_CASE("what browsers forgive is forgiven", "[net][http_location]") {
  CHECK(to("  /login \r\n") == "http://10.98.7.1:8080/login");
  CHECK(to("\\login\\x") == "http://10.98.7.1:8080/login/x");
  CHECK(to("http:\\\\10.98.7.2\\x") == "http://10.98.7.2/x");
  CHECK(to("/a b") == "http://10.98.7.1:8080/a%20b");
  CHECK(to("/登录") == "http://10.98.7.1:8080/%E7%99%BB%E5%BD%95");
  CHECK(to("/p?u=http://x/..") == "http://10.98.7.1:8080/p?u=http://x/..");
}

TEST_CASE("what could lead elsewhere than it says is refused", "[net][http_location]") {
  for (const auto* location :
       {"javascript:alert(1)", "data:text/html,x", "ftp://h/", "http://", "http:///x", "http://@h/",
        "http://user:pass@h/", "http://h:0/", "http://h:65536/", "http://h:8a/", "http://h\r\nX/",
        "http://h h/", "http://[::1", "http://[1.2.3.4]/", "http://::1/", "http://.h/",
        "http://a..b/", "http://h%00/", "https:/path"}) {
    INFO(location);
    CHECK(to(location).empty());
  }
  CHECK(to("/" + std::string(5000, 'a')).empty());
  CHECK(to("http://" + std::string(300, 'a') + "/").empty());
}
