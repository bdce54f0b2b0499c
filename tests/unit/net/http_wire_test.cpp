// http_wire — the request we send, and responses as servers really write them.
#include "qingdan/net/http_wire.h"

#include <catch2/catch.hpp>
#include <string>

#include "qingdan/base/text.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {
std::string get(const HttpRequest& request) { return std::string(as_text(build_get(request))); }
HttpResponse response(std::string_view text) {
  auto parsed = parse_response(as_bytes(text));
  REQUIRE(parsed);
  return *parsed;
}
std::string body(const HttpResponse& r) { return std::string(as_text(r.body)); }
bool complete(std::string_view text) { return is_complete(as_bytes(text)); }
}  // namespace

TEST_CASE("the request names host, port and ourselves", "[net][http_wire]") {
  const auto text = get({"10.98.7.1", 8080, false, "/index.html?a=b"});
  CHECK(text.starts_with("GET /index.html?a=b HTTP/1.1\r\nHost: 10.98.7.1:8080\r\n"));
  CHECK(text.find("User-Agent: qingdan/") != std::string::npos);
  CHECK(text.find("Accept-Encoding: identity\r\n") != std::string::npos);
  CHECK(text.find("Connection: close\r\n") != std::string::npos);
  CHECK(text.ends_with("\r\n\r\n"));
}

TEST_CASE("the scheme's own port is left out of Host", "[net][http_wire]") {
  CHECK(get({"a.example", 80, false, "/"}).find("Host: a.example\r\n") != std::string::npos);
  CHECK(get({"a.example", 443, true, "/"}).find("Host: a.example\r\n") != std::string::npos);
  CHECK(get({"a.example", 443, false, "/"}).find("Host: a.example:443\r\n") != std::string::npos);
  CHECK(get({"[2001:db8::1]", 80, true, "/"}).find("Host: [2001:db8::1]:80\r\n") !=
        std::string::npos);
}

TEST_CASE("foreign text in host or path cannot add a header", "[net][http_wire]") {
  const auto text = get({"a\r\nX-Evil: 1", 80, false, "/a b\r\nX-Evil: 2"});
  CHECK(text.find("\nX-Evil") == std::string::npos);
  CHECK(text.starts_with("GET /a%20b%0D%0AX-Evil:%202 HTTP/1.1\r\n"));
  CHECK(get({"h", 80, false, "x"}).starts_with("GET /x "));
}

TEST_CASE("a plain response is taken apart", "[net][http_wire]") {
  const auto r = response(
      "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nset-cookie: a=1\r\nSET-COOKIE:b=2 \r\n"
      "Content-Length: 5\r\n\r\nhello, and what is not the body");
  CHECK(r.version == "1.1");
  CHECK(r.status == 200);
  CHECK(r.reason == "OK");
  CHECK(r.headers.size() == 4);
  CHECK(r.headers[1] == HttpHeader{"set-cookie", "a=1"});
  CHECK(r.headers[2] == HttpHeader{"SET-COOKIE", "b=2"});
  CHECK(r.find_header("server") == std::string_view("nginx/1.22.1"));
  CHECK(r.find_headers("Set-Cookie").size() == 2);
  CHECK_FALSE(r.find_header("Date"));
  CHECK(body(r) == "hello");
  CHECK_FALSE(r.truncated);
  CHECK(r.header_block.ends_with("Content-Length: 5\r\n\r\n"));
  CHECK(r.header_block.starts_with("HTTP/1.1 200 OK"));
}

TEST_CASE("bare line feeds, folded lines and lines without colon are borne", "[net][http_wire]") {
  const auto r =
      response("HTTP/1.0 401\nWWW-Authenticate: Basic\n  realm=\"x\"\nnonsense\nA:\n\nbody");
  CHECK(r.version == "1.0");
  CHECK(r.status == 401);
  CHECK(r.reason.empty());
  REQUIRE(r.headers.size() == 2);
  CHECK(r.headers[0].value == "Basic realm=\"x\"");
  CHECK(r.headers[1].value.empty());
  CHECK(body(r) == "body");
}

TEST_CASE("chunks are joined", "[net][http_wire]") {
  const auto r = response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
      "4\r\nwiki\r\n6;ext=1\r\npedia \r\n0\r\nTrailer: x\r\n\r\n");
  CHECK(body(r) == "wikipedia ");
  CHECK_FALSE(r.truncated);
}

TEST_CASE("a missing chunk or a short body is told as truncated", "[net][http_wire]") {
  const auto cut = response(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\nFFFFFFFFFFFFFFFFFF\r\nab");
  CHECK(cut.truncated);
  CHECK(body(cut) == "wikiab");
  const auto shorter = response("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(shorter.truncated);
  CHECK(body(shorter) == "abc");
  const auto headless = response("HTTP/1.1 200 OK\r\nServer: a\r\nX-Version: 1.2");
  CHECK(headless.truncated);
  CHECK(headless.headers.size() == 1);  // a cut value would be a wrong value
}

TEST_CASE("a body that is not chunked though the head says so is kept", "[net][http_wire]") {
  const auto r = response("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<html>hi</html>");
  CHECK(body(r) == "<html>hi</html>");
}

TEST_CASE("interim responses are passed over", "[net][http_wire]") {
  const auto r = response("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 No\r\n\r\n");
  CHECK(r.status == 404);
  CHECK(r.headers.empty());
  CHECK(r.header_block == "HTTP/1.1 404 No\r\n\r\n");
}

TEST_CASE("what is no HTTP gives nothing", "[net][http_wire]") {
  CHECK_FALSE(parse_response(as_bytes("SSH-2.0-OpenSSH_9.2\r\n")));
  CHECK_FALSE(parse_response(as_bytes("")));
  CHECK_FALSE(parse_response(as_bytes("<html></html>")));
  CHECK(response("HTTP/1.1 banana\r\n\r\n").status == 0);
  CHECK(response("HTTP/1.1").version == "1.1");
}

TEST_CASE("a response is complete when nothing more is to come", "[net][http_wire]") {
  CHECK_FALSE(complete("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"));
  CHECK_FALSE(complete("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"));
  CHECK(complete("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"));
  CHECK(complete("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  CHECK(complete("HTTP/1.1 304 Not Modified\r\n\r\n"));
  CHECK_FALSE(complete("HTTP/1.1 200 OK\r\n\r\nuntil the end"));
  CHECK_FALSE(complete("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"));
  CHECK(complete("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"));
  CHECK_FALSE(complete("HTTP/1.1 100 Continue\r\n\r\n"));
  CHECK_FALSE(complete("garbage\r\n\r\n"));
  CHECK(complete("HTTP/1.1 200 OK\r\n" + std::string(kHttpHeadMax, 'a')));  // endless headers
}

TEST_CASE("headers are bounded in number", "[net][http_wire]") {
  std::string text = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 1000; ++i) text += "A: b\r\n";
  CHECK(response(text + "\r\n").headers.size() == kHttpHeadersMax);
}

TEST_CASE("the body is read in the charset it is written in", "[net][http_wire]") {
  const std::string hello = "政务";
  const auto gbk = std::string(as_text(*from_hex("d5fecef1")));
  const auto big5 = std::string(as_text(*from_hex("ac46b0c8")));
  const auto page = [](std::string_view type, std::string_view text) {
    return decode_body(response("HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) +
                                "\r\n\r\n" + std::string(text)));
  };
  CHECK(page("text/html; charset=GBK", gbk) == hello);
  CHECK(page("text/html;charset=\"gb2312\"", gbk) == hello);
  CHECK(page("text/html; charset=big5", big5) == "政務");
  CHECK(page("text/html", "<meta charset=gb2312>" + gbk) == "<meta charset=gb2312>" + hello);
  const std::string old_meta = "<META http-equiv=Content-Type content=\"text/html; charset=gbk\">";
  CHECK(page("text/html", old_meta + gbk) == old_meta + hello);
  CHECK(page("text/html", gbk) == hello);
  CHECK(page("text/html", "\xEF\xBB\xBF" + hello) == hello);
  CHECK(page("text/html", hello) == hello);
}

TEST_CASE("a charset that the bytes contradict is passed over", "[net][http_wire]") {
  const auto gbk = std::string(as_text(*from_hex("d5fecef1")));
  const auto page = [](std::string_view type, std::string_view text) {
    return decode_body(response("HTTP/1.1 200 OK\r\nContent-Type: " + std::string(type) +
                                "\r\n\r\n" + std::string(text)));
  };
  CHECK(page("text/html; charset=utf-8", gbk) == "政务");
  CHECK(page("text/html; charset=iso-8859-1", "<meta charset=gbk>" + gbk) ==
        "<meta charset=gbk>政务");
  CHECK(page("text/html; charset=iso-8859-1", "政务") == "政务");
  CHECK(page("text/html; charset=no-such-thing", "政务") == "政务");
  // Cut in the middle of a character.
  CHECK(page("text/html; charset=utf-8", std::string("政务").substr(0, 5)) == "政");
  // A page that was moved to UTF-8 and still names what it was before.
  const std::string moved = "<meta charset=gbk><title>政务服务</title>苏ICP备00000000号";
  CHECK(page("text/html", moved) == moved);
  CHECK(page("text/html; charset=big5", moved) == moved);
}

TEST_CASE("a compressed body has no text", "[net][http_wire]") {
  CHECK(decode_body(response("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b")).empty());
}
