// html — what pages say of themselves.
// covers: net/filing_number
#include "qingdan/net/html.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan::net;

TEST_CASE("the title is decoded and folded", "[net][html]") {
  CHECK(parse_html("<html><TITLE lang=zh>\n 市民 &amp; 企业\t服务&#x5E73;&#21488; \n</TITLE>")
            .title == "市民 & 企业 服务平台");
  CHECK(parse_html("<title>a&nbsp;&nbsp;b</title>").title == "a b");
  CHECK(parse_html("<title></title><title>second</title>").title.empty());
  CHECK(parse_html("<title>x</title >").title == "x");
  CHECK(parse_html("<title>cut off").title == "cut off");
  CHECK(parse_html("<title>never closed\n<body><h1>x").title == "never closed");
}

TEST_CASE("a title in script, svg or a comment is not the page's", "[net][html]") {
  CHECK(parse_html("<script>var t='<title>no</title>';</script><title>yes</title>").title == "yes");
  CHECK(parse_html("<svg><title>icon</title></svg><title>yes</title>").title == "yes");
  CHECK(parse_html("<svg/><title>yes</title>").title == "yes");
  CHECK(parse_html("<!-- <title>no</title> --><title>yes</title>").title == "yes");
  CHECK(parse_html("<!--><title>yes</title>-->").title == "yes");
  CHECK(parse_html("<style>/*<title>no</title>*/</style><title>yes</title>").title == "yes");
  CHECK(parse_html("<titles>no</titles><title>yes</title>").title == "yes");
}

TEST_CASE("metas, scripts and links are listed", "[net][html]") {
  const auto facts = parse_html(
      "<head><meta name='Generator' content=\"WordPress 6.4&#46;1\"/>"
      "<meta content=IE=edge http-equiv=X-UA-Compatible><meta property=og:title content='T'>"
      "<meta charset=utf-8><base href=/app/>"
      "<link rel='Shortcut Icon' type=x href=/fav.ico><link rel=icon href=two.png>"
      "<link href=a.css rel=stylesheet><script src=\"/js/app.1.js\"></script>"
      "<script src=/b.js/></script>");
  REQUIRE(facts.metas.size() == 3);
  CHECK(facts.metas[0] == HtmlMeta{"generator", "WordPress 6.4.1"});
  CHECK(facts.metas[1] == HtmlMeta{"x-ua-compatible", "IE=edge"});
  CHECK(facts.metas[2] == HtmlMeta{"og:title", "T"});
  CHECK(facts.generator == "WordPress 6.4.1");
  CHECK(facts.favicon == "/fav.ico");
  CHECK(facts.links.size() == 3);
  CHECK(facts.base_href == "/app/");
  CHECK(facts.scripts == std::vector<std::string>{"/js/app.1.js", "/b.js/"});
}

TEST_CASE("a login form is known by its password field", "[net][html]") {
  CHECK(parse_html("<form><input name=p TYPE='Password'></form>").has_password_field);
  CHECK_FALSE(parse_html("<input type=text value=password>").has_password_field);
  CHECK_FALSE(parse_html("<textarea><input type=password></textarea>").has_password_field);
}

TEST_CASE("a page that sends its reader on is noticed", "[net][html]") {
  CHECK(parse_html("<meta http-equiv=refresh content='0; URL=/login'>").refresh == "/login");
  CHECK(parse_html("<meta http-equiv=refresh content=\"1;url='a.html'\">").refresh == "a.html");
  CHECK(parse_html("<meta http-equiv=refresh content=30>").refresh.empty());
  CHECK(parse_html("<script>window.location.href = \"/ui/\";</script>").refresh == "/ui/");
  CHECK(parse_html("<script>top.location.replace('doc/page/login.asp?_'+(new Date()))</script>")
            .refresh.empty());
  CHECK(parse_html("<script>location='/x'</script>").refresh == "/x");
  CHECK(parse_html("<script>if (location == '/x') {}</script>").refresh.empty());
}

TEST_CASE("an ICP filing number is found and spelled officially", "[net][html]") {
  CHECK(find_icp_number("版权所有 苏ICP备12345678号-1") == "苏ICP备12345678号-1");
  CHECK(find_icp_number("<a>苏ICP备 12345678 号 - 12</a>") == "苏ICP备12345678号-12");
  CHECK(find_icp_number("备案：京icp备05000001号") == "京ICP备05000001号");
  CHECK(find_icp_number("苏ICP备&nbsp;12345678号") == "苏ICP备12345678号");
  CHECK(find_icp_number("备案 ICP备12345678号").empty());  // no province
  CHECK(find_icp_number("苏ICP备案12345678号").empty());
  CHECK(find_icp_number("苏ICP备1234号").empty());
  CHECK(find_icp_number("ICP备 苏ICP备12345678号-3") == "苏ICP备12345678号-3");
}

TEST_CASE("a public security filing number is found and spelled officially", "[net][html]") {
  CHECK(find_police_number("苏公网安备 32040002000001号") == "苏公网安备 32040002000001号");
  CHECK(find_police_number("苏公网安备32040002000001号") == "苏公网安备 32040002000001号");
  CHECK(find_police_number("公网安备 32040002000001号").empty());
  CHECK(parse_html("<p>苏公网安备&nbsp;32040002000001 号</p>").police_number ==
        "苏公网安备 32040002000001号");
}

TEST_CASE("unknown and broken character references stay as they are", "[net][html]") {
  CHECK(decode_entities("a &unknown; &amp &; &#; &#x; b") == "a &unknown; &amp &; &#; &#x; b");
  CHECK(decode_entities("&lt;&gt;&quot;&#39;&#0;&#xD800;&#x110000;") ==
        "<>\"'\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(decode_entities("&#128512;") == "\xF0\x9F\x98\x80");
}

TEST_CASE("lists and texts of a hostile page are bounded", "[net][html]") {
  std::string page;
  for (int i = 0; i < 5000; ++i) page += "<script src=a></script><meta name=a><link rel=x href=y>";
  page += "<title>" + std::string(100000, 'x') + "</title>";
  const auto facts = parse_html(page);
  CHECK(facts.scripts.size() == kHtmlItemsMax);
  CHECK(facts.metas.size() == kHtmlItemsMax);
  CHECK(facts.links.size() == kHtmlItemsMax);
  CHECK(facts.title.size() == kHtmlTextMax);
}

TEST_CASE("pages broken anywhere are read as far as they go", "[net][html]") {
  CHECK(parse_html("").title.empty());
  for (const auto* page : {"<", "</", "<!", "<!-", "<!--", "<a", "<a b", "<a b=", "<a b='", "<a/",
                           "<script", "<script>", "<title", "<title>", "&", "<?", "<a =b>"}) {
    INFO(page);
    CHECK(parse_html(page).metas.empty());
  }
}
