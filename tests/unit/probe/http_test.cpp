// http — requests, redirects and icons on recorded bytes.
#include <catch2/catch.hpp>
#include <string>

#include "probe/conversations.h"
#include "recorded_peer.h"

using namespace qingdan;

namespace {

const probe::Setting kPlain{"192.0.2.7", "", 8080, false};
const probe::Setting kSecure{"[2001:db8::7]", "", 443, true};

std::string response(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}
std::string redirect(const std::string& to) {
  return "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to + "\r\n\r\n";
}

struct Asked {
  std::string request;
  std::vector<probe::Heard> heard;
  std::vector<std::unique_ptr<probe::Conversation>> next;
};
Asked ask(probe::Conversation& conversation, const std::string& reply,
          probe::End end = probe::End::closed) {
  Asked asked;
  asked.request = as_text(conversation.on_open().send);
  if (!reply.empty() && conversation.on_received(as_bytes(reply)).finished) {
    asked.heard = conversation.take();
  } else {
    conversation.on_end(end);
    asked.heard = conversation.take();
  }
  asked.next = conversation.follow_ups();
  return asked;
}
// The path of the only follow-up, "" where there is none.
std::string onward(const probe::Setting& setting, const std::string& reply) {
  auto asked = ask(*probe::make_http(setting), reply);
  if (asked.next.empty()) return "";
  REQUIRE(asked.next.size() == 1);
  const std::string request(as_text(asked.next[0]->on_open().send));
  return request.substr(4, request.find(" HTTP/") - 4);
}

}  // namespace

TEST_CASE("one honest GET, by address", "[probe][http]") {
  const auto plain = ask(*probe::make_http(kPlain), response("x"));
  CHECK(plain.request.starts_with("GET / HTTP/1.1\r\n"));
  CHECK(plain.request.find("\r\nHost: 192.0.2.7:8080\r\n") != std::string::npos);
  CHECK(plain.request.find("Authorization") == std::string::npos);
  CHECK(plain.request.find("Cookie") == std::string::npos);
  const auto secure = ask(*probe::make_http(kSecure), response("x"));
  CHECK(secure.request.find("\r\nHost: [2001:db8::7]\r\n") != std::string::npos);
}

TEST_CASE("a response is kept as it came, and known to be whole or cut", "[probe][http]") {
  const auto whole = ask(*probe::make_http(kPlain), response("body"));
  REQUIRE(whole.heard.size() == 1);
  CHECK(whole.heard[0].channel == "http.response");
  CHECK(as_text(whole.heard[0].raw) == response("body"));
  CHECK_FALSE(whole.heard[0].truncated);
  const auto until_close = ask(*probe::make_http(kPlain), "HTTP/1.0 200 OK\r\n\r\nbody");
  CHECK_FALSE(until_close.heard.at(0).truncated);
  const auto cut = ask(*probe::make_http(kPlain),
                       "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbody", probe::End::deadline);
  CHECK(cut.heard.at(0).truncated);
}

TEST_CASE("what is not HTTP is nobody's, and leads nowhere", "[probe][http]") {
  for (const auto* said : {"SSH-2.0-x\r\n", "220 hello\r\n", "RTSP/1.0 400 Bad Request\r\n\r\n"}) {
    const auto asked = ask(*probe::make_http(kPlain), said);
    REQUIRE(asked.heard.size() == 1);
    CHECK(asked.heard[0].channel == "unknown.stream");
    CHECK(asked.next.empty());
  }
  CHECK(ask(*probe::make_http(kPlain), "").heard.empty());
}

TEST_CASE("redirects stay on the endpoint or are not followed", "[probe][http]") {
  CHECK(onward(kPlain, redirect("/login")) == "/login");
  CHECK(onward(kPlain, redirect("http://192.0.2.7:8080/a?b=1")) == "/a?b=1");
  CHECK(onward(kSecure, redirect("https://[2001:DB8:0::7]/x")) == "/x");
  // Elsewhere: only the icon of this endpoint is left to ask.
  for (const auto* to : {"http://192.0.2.7/", "http://192.0.2.8:8080/", "https://192.0.2.7:8080/",
                         "http://example.com:8080/", "//evil.example/", "ftp://192.0.2.7:8080/",
                         "http://192.0.2.7:8080@evil.example/", "javascript:alert(1)",
                         "http://192.0.2.7:8080.evil.example/"}) {
    CAPTURE(to);
    CHECK(onward(kPlain, redirect(to)) == "/favicon.ico");
  }
  CHECK(onward(kSecure, redirect("http://[2001:db8::7]:443/")) == "/favicon.ico");
}

TEST_CASE("a redirect cannot add a header or a second request", "[probe][http]") {
  auto asked = ask(*probe::make_http(kPlain), redirect("/a HTTP/1.1\r\nX: y"));
  for (const auto& next : asked.next) {
    const auto step = next->on_open();
    CHECK(as_text(step.send).find("\r\nX: y") == std::string_view::npos);
  }
}

TEST_CASE("redirects end after two, and a loop at once", "[probe][http]") {
  auto first = ask(*probe::make_http(kPlain), redirect("/a"));
  auto second = ask(*first.next.at(0), redirect("/b"));
  auto third = ask(*second.next.at(0), redirect("/c"));
  CHECK(third.request.starts_with("GET /b "));
  REQUIRE(third.next.size() == 1);
  CHECK(as_text(third.next[0]->on_open().send).starts_with("GET /favicon.ico "));
  auto loop = ask(*probe::make_http(kPlain), redirect("/"));
  CHECK(as_text(loop.next.at(0)->on_open().send).starts_with("GET /favicon.ico "));
}

TEST_CASE("etcd alone is asked for its version, once", "[probe][http]") {
  const auto refusal = [](const std::string& methods, const std::string& more = "") {
    return "HTTP/1.1 404 Not Found\r\nAccess-Control-Allow-Headers: accept, content-type, "
           "authorization\r\nAccess-Control-Allow-Methods: " +
           methods + "\r\n" + more + "Content-Length: 0\r\n\r\n";
  };
  const auto etcd = refusal("POST, GET, OPTIONS, PUT, DELETE");
  auto first = ask(*probe::make_http(kPlain), etcd);
  REQUIRE(first.next.size() == 1);
  const auto second = ask(*first.next[0], etcd);
  CHECK(second.request.starts_with("GET /version HTTP/1.1\r\n"));
  CHECK(second.heard.at(0).channel == "http.response");
  CHECK(second.next.empty());
  CHECK(onward(kPlain, refusal("GET", "X-Etcd-Cluster-Id: cdf818194e3a8c32\r\n")) == "/version");
  CHECK(onward(kPlain, refusal("GET, POST")) == "/favicon.ico");
}

TEST_CASE("a page that sends its reader on is followed like a redirect", "[probe][http]") {
  CHECK(onward(kPlain, response("<meta http-equiv=refresh content='0; url=/portal/'>")) ==
        "/portal/");
  CHECK(onward(kPlain, response("<script>location.href='/seeyon/'</script>")) == "/seeyon/");
}

TEST_CASE("the icon is an icon: of the link, a picture, of bounded size", "[probe][http]") {
  CHECK(onward(kPlain, response("<link rel='shortcut icon' href='/static/f.ico'>")) ==
        "/static/f.ico");
  CHECK(onward(kPlain, response("<p>plain</p>")) == "/favicon.ico");
  CHECK(onward(kPlain, response("<link rel=icon href='data:image/png;base64,AAAA'>")).empty());
  const auto icon = [](const std::string& reply, probe::End end = probe::End::closed) {
    auto page = ask(*probe::make_http(kPlain), response("<p>plain</p>"));
    return ask(*page.next.at(0), reply, end).heard;
  };
  const auto good = icon(response("\x01\x02", "Content-Type: image/x-icon\r\n"));
  REQUIRE(good.size() == 1);
  CHECK(good[0].channel == "http.favicon");
  CHECK(as_text(good[0].raw) == "\x01\x02");
  CHECK(icon(response("<html>start page</html>")).empty());
  CHECK(icon(response("x", "Content-Type: text/html\r\n")).empty());
  CHECK(icon("HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nx").empty());
  CHECK(icon(response(std::string(70'000, 'x'), "Content-Type: image/png\r\n")).empty());
  CHECK(icon("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", probe::End::deadline).empty());
}
