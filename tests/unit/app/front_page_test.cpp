// front_page — pages that everybody gets, and those that differ.
#include "app/front_page.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using app::Page;

namespace {

constexpr const char* kAddress = "192.0.2.7";
constexpr const char* kName = "www.example.cn";

model::Observation http(const std::string& raw) {
  model::Observation seen;
  seen.channel = "http.response";
  seen.raw = to_bytes(raw);
  return seen;
}

std::optional<Page> shown(const std::vector<std::string>& answers) {
  probe::InterviewReport report;
  for (const auto& one : answers) report.observations.push_back(http(one));
  return app::page_of(report);
}

Page one(const std::string& head, const std::string& body = "") {
  const auto page = shown({"HTTP/1.1 " + head + "\r\n\r\n" + body});
  REQUIRE(page);
  return *page;
}

bool alike(const Page& by_address, const Page& by_name) {
  return app::alike(by_address, kAddress, by_name, kName);
}

}  // namespace

TEST_CASE("a page that repeats whom it was asked as is one page", "[app][front_page]") {
  const auto by_address = one("404 Not Found", "<h1>No / at 192.0.2.7:8080</h1> 0.012 s");
  CHECK(alike(by_address, one("404 Not Found", "<h1>No / at www.example.cn:8080</h1> 0.3 s")));
  CHECK_FALSE(alike(by_address, one("404 Not Found", "<h1>Nothing at www.example.cn</h1>")));
  CHECK_FALSE(alike(by_address, one("403 Not Found", "<h1>No / at www.example.cn:8080</h1> 0.3")));
  CHECK(alike(one("200 OK", "at [2001:db8::7]"), one("200 OK", "at www.example.cn")));
  CHECK_FALSE(alike(one("200 OK", "[1]"), one("200 OK", "www.example.cn")));
}

TEST_CASE("tokens, dates and cookies make no page of its own", "[app][front_page]") {
  const auto first = one("200 OK\r\nDate: Mon\r\nSet-Cookie: a=b\r\nX-Request-Id: q",
                         "<input value=\"6fA90bC1d2E3f4a5b6\"><title>a</title>");
  CHECK(alike(first, one("200 OK\r\nDate: Tue\r\nSet-Cookie: c=d\r\nX-Request-Id: r",
                         "<input value=\"01bBc3aA5e7F9d0c1b2a\"><title>a</title>")));
  CHECK_FALSE(
      alike(first, one("200 OK", "<input value=\"01bBc3aA5e7F9d0c1b2a\"><title>b</title>")));
  CHECK_FALSE(alike(one("200 OK\r\nServer: a", "x"), one("200 OK\r\nServer: b", "x")));
}

TEST_CASE("redirects are alike that lead to one place, the name and the address being one",
          "[app][front_page]") {
  const auto sent = [](const std::string& where, const char* status = "302 Found") {
    return one(std::string(status) + "\r\nLocation: " + where, where);
  };
  CHECK(alike(sent("http://search.example/"), sent("http://search.example/")));
  CHECK(alike(sent("https://192.0.2.7/"), sent("https://www.example.cn/")));
  CHECK(alike(sent("http://www.example.cn/"), sent("http://www.example.cn/")));
  CHECK(alike(sent("/in?from=http%3A%2F%2F192.0.2.7%2F"),
              sent("/in?from=http%3A%2F%2Fwww.example.cn%2F")));
  CHECK_FALSE(alike(sent("https://192.0.2.7/"), sent("http://www.example.cn/")));
  CHECK_FALSE(alike(sent("http://a.example/"), sent("http://b.example/")));
  CHECK_FALSE(alike(sent("/a"), sent("/b")));
  CHECK_FALSE(alike(sent("/a"), sent("/a", "301 Moved")));
  CHECK_FALSE(alike(sent("/a"), one("302 Found")));
}

TEST_CASE("of redirects that were followed the page at the end counts too", "[app][front_page]") {
  const std::string go = "HTTP/1.1 302 Found\r\nLocation: /in\r\n\r\n";
  const auto ends_on = [&](const std::string& title) {
    return *shown({go, "HTTP/1.1 200 OK\r\n\r\n<title>" + title + "</title>"});
  };
  CHECK(ends_on("a").status == 302);
  CHECK(alike(ends_on("a"), ends_on("a")));
  CHECK_FALSE(alike(ends_on("a"), ends_on("b")));
  CHECK(alike(ends_on("a"), *shown({go})));
}

TEST_CASE("what a name shows itself is a page, or leads to one of that name", "[app][front_page]") {
  CHECK(app::shows_itself(one("200 OK"), kName));
  CHECK(app::shows_itself(one("301 Moved\r\nLocation: https://www.example.cn/"), kName));
  CHECK(app::shows_itself(one("301 Moved\r\nLocation: /a"), kName));
  CHECK_FALSE(app::shows_itself(one("301 Moved\r\nLocation: https://www.example.org/"), kName));
  CHECK_FALSE(app::shows_itself(one("404 Not Found"), kName));
  CHECK_FALSE(app::shows_itself(one("301 Moved"), kName));
}

TEST_CASE("no HTTP is no page", "[app][front_page]") {
  CHECK_FALSE(shown({}));
  CHECK_FALSE(shown({"SSH-2.0-x\r\n"}));
}
