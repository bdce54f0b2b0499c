#include "unit/identify/fields.h"

using namespace qingdan;
using namespace qingdan::identify;
using test::field;

TEST_CASE("a response is taken apart into status, headers and page", "[identify][dissect_http]") {
  const auto out = dissect(
      "http.response", as_bytes("HTTP/1.1 200 OK\r\nServer: nginx\r\nSet-Cookie: "
                                "a=1\r\nset-cookie: b=2\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                                "Content-Type: text/html\r\n\r\n"
                                "<html><head><title> 门户\n登录 </title><meta name=Generator "
                                "content=\"X 1\"><script src=/js/a.js></script>"
                                "<link rel=icon href=/i.ico></head><body><input "
                                "type=password>苏ICP备12345678号</body></html>"));
  CHECK(out.protocol == "http");
  CHECK(field(out, "http.status") == "200");
  CHECK(field(out, "http.status_line") == "HTTP/1.1 200 OK");
  CHECK(field(out, "http_header.server") == "nginx");
  CHECK(field(out, "http_header.cookie") == "a=1 | b=2");
  CHECK(field(out, "http_header.wwwauth") == "Basic realm=\"x\"");
  CHECK(field(out, "html_title") == "门户 登录");
  CHECK(field(out, "html_meta") == "generator=X 1");
  CHECK(field(out, "html_script") == "/js/a.js");
  CHECK(field(out, "html_link") == "/i.ico");
  CHECK(field(out, "http.body").find("<title>") != std::string::npos);
  REQUIRE(out.website);
  CHECK(out.website->status == 200);
  CHECK(out.website->server == "nginx");
  CHECK(out.website->title == "门户 登录");
  CHECK(out.website->icp.find("12345678") != std::string::npos);
  CHECK(out.website->login);
}

TEST_CASE("a mark split between chunks is whole again", "[identify][dissect_http]") {
  const auto out =
      dissect("http.response",
              as_bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n9\r\n<title>Za\r\n8\r\nbb</title\r\n1\r\n>\r\n0\r\n\r\n"));
  CHECK(field(out, "html_title") == "Zabb");
}

TEST_CASE("headers without a status line are read all the same", "[identify][dissect_http]") {
  const auto out =
      dissect("http.response_headers", as_bytes("Server: nginx\r\nX-Powered-By: PHP/8\r\n\r\n"));
  CHECK(field(out, "http_header.server") == "nginx");
  CHECK(field(out, "http_header.x-powered-by") == "PHP/8");
  CHECK_FALSE(out.website);
}

TEST_CASE("an icon is known by both its hashes", "[identify][dissect_http]") {
  const auto out = dissect("http.favicon", as_bytes("GIF89a icon"));
  CHECK(field(out, "favicon.md5") == "146782d181b6382cd9d6fa9bbb49e639");
  CHECK(field(out, "favicon.mmh3") == out.website->favicon_mmh3);
  CHECK(out.website->favicon_md5.size() == 32);
}

TEST_CASE("only a picture is an icon, whatever the path was answered with",
          "[identify][dissect_http]") {
  using namespace std::string_literals;
  for (const auto& picture :
       {"\0\0\1\0\1\0\x10\x10"s, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "GIF87a\1\0\1\0"s,
        "\xff\xd8\xff\xe0\0\x10JFIF"s, "RIFF\x24\0\0\0WEBPVP8 "s,
        "BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s, "<svg xmlns='http://www.w3.org/2000/svg'/>"s,
        "\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- made by hand -->\n<!DOCTYPE svg>\n<svg/>"s}) {
    INFO(picture);
    CHECK_FALSE(field(dissect("http.favicon", as_bytes(picture)), "favicon.mmh3").empty());
  }
  for (const auto& other : {""s, "icon"s, "<!DOCTYPE html><html><body><svg></svg></body></html>"s,
                            "<?xml"s, "BMC Console"s, "<?xml version='1.0'?><html/>"s,
                            "{\"error\":404}"s, "RIFF\x24\0\0\0WAVEfmt "s}) {
    INFO(other);
    const auto out = dissect("http.favicon", as_bytes(other));
    CHECK(out.fields.empty());
    CHECK_FALSE(out.website);
  }
}
