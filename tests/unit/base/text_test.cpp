#include "qingdan/base/text.h"

#include <catch2/catch.hpp>

#include "base/converter.h"
#include "qingdan/base/rng.h"

using namespace qingdan;

namespace {
std::string hex(std::string_view text) { return to_hex(as_bytes(text)); }
std::string utf8_of(std::string_view hex_text, std::string_view charset = {}) {
  return to_utf8(*from_hex(hex_text), charset);
}
std::string encoded(std::string_view text, const char* charset) {
  Converter converter(charset, "UTF-8");
  std::string out;
  REQUIRE(converter.run(text, out) == text.size());
  return out;
}
std::string read(std::string_view bytes, std::string_view charset = {}) {
  return to_utf8(as_bytes(bytes), charset);
}

const std::vector<std::string> kSimplified{
    "清单",           "登录页面",         "用户登录",
    "智慧水务",       "应急指挥",         "视频监控",
    "常州市人民政府", "滕王阁景区管理处", "欢迎使用综合办公系统，请输入用户名和密码。"};
const std::vector<std::string> kTraditional{"登入頁面",
                                            "使用者登入",
                                            "臺北市政府資訊局",
                                            "桃園市政府警察局",
                                            "無線網路設定",
                                            "圖書館館藏查詢",
                                            "歡迎光臨，請輸入帳號及密碼。"};
constexpr const char* kReplaced = "\xEF\xBF\xBD";
}  // namespace

TEST_CASE("UTF-8 is judged by RFC 3629", "[base][text]") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("清单 𠮷 㼆"));
  CHECK_FALSE(is_utf8("\xC0\xAF"));          // overlong
  CHECK_FALSE(is_utf8("\xE0\x80\x80"));      // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  CHECK_FALSE(is_utf8("\xE6\xB8"));          // cut short
  CHECK_FALSE(is_utf8("\x80"));
}

TEST_CASE("a stated charset is used", "[base][text]") {
  CHECK(utf8_of("c7e5b5a5", "GBK") == "清单");
  CHECK(utf8_of("c7e5b5a5", "gb2312") == "清单");
  CHECK(utf8_of("b2a3b3e6", "big5") == "產單");
  CHECK(utf8_of("e9", "iso-8859-1") == "é");
  CHECK(utf8_of("e6b885", "UTF8") == "清");
}

TEST_CASE("rare characters of GB18030 go there and back", "[base][text]") {
  for (const std::string text : {"𠮷", "㼆", "常州市 1.10 = é", "€"}) {
    const auto gb = to_gb18030(text);
    REQUIRE(gb.has_value());
    CHECK(to_utf8(as_bytes(*gb), "gb18030") == text);
  }
  CHECK(hex(*to_gb18030("𠮷")) == "9534b235");
}

TEST_CASE("text that is no UTF-8 cannot become GB18030", "[base][text]") {
  const auto gb = to_gb18030("ab\xFFzz");
  REQUIRE_FALSE(gb.has_value());
  CHECK(gb.error().code == ErrorCode::input);
  CHECK(gb.error().text.find("byte 2") != std::string::npos);
}

TEST_CASE("without a charset it is detected", "[base][text]") {
  CHECK(utf8_of("efbbbfe6b885") == "清");
  CHECK(utf8_of("fffe056e") == "清");
  CHECK(utf8_of("feff6e05") == "清");
  CHECK(utf8_of("c7e5b5a5") == "清单");
  CHECK(to_utf8(as_bytes("清单")) == "清单");
  CHECK(to_utf8({}).empty());
}

TEST_CASE("GB and Big5 are told apart by how usual their characters are", "[base][text]") {
  for (const auto& text : kSimplified) CHECK(read(encoded(text, "GB18030")) == text);
  for (const auto& text : kTraditional) {
    CHECK(read(encoded(text, "BIG5")) == text);
    CHECK(read(encoded(text, "GBK")) == text);
    CHECK(read(encoded(text, "BIG5-HKSCS"), "big5") == text);
  }
  // 埗 is of Hong Kong's supplement alone.
  const std::string sham = "深水埗區公立圖書館";
  for (const char* charset : {"", "big5", "Big5-HKSCS"}) {
    CHECK(read(encoded(sham, "BIG5-HKSCS"), charset) == sham);
  }
  std::string page = "<html><head><title>";
  for (const auto& text : kTraditional) page += text + "</p>\r\n<p class=\"a\">";
  CHECK(read(encoded(page, "BIG5")) == page);
  CHECK(read(encoded(page, "GBK")) == page);
}

TEST_CASE("where nothing decides it is GB, and what is declared wins", "[base][text]") {
  const std::string both = "\xB0\xA1\xB0\xA1";
  CHECK(read(both) == "啊啊");
  CHECK(read(both, "big5") == "陛陛");
}

TEST_CASE("UTF-8 is not read by a GB or Big5 that was declared", "[base][text]") {
  for (const char* charset : {"gbk", "gb2312", "GB18030", "big5", "big5-hkscs"}) {
    for (const auto& text : kSimplified) CHECK(read(text, charset) == text);
    for (const auto& text : kTraditional) CHECK(read(text, charset) == text);
    CHECK(read("<title>帝国网站管理系统</title> © 2024 – 苏ICP备", charset) ==
          "<title>帝国网站管理系统</title> © 2024 – 苏ICP备");
    CHECK(read(std::string("登录页面").substr(0, 11), charset) ==
          std::string("登录页") + kReplaced);
    CHECK(read("plain words", charset) == "plain words");
  }
  // Two bytes of each kind may be either.
  CHECK(read("\xC2\xB7\xD3\xB2", "gbk") == "路硬");
  for (const auto& text : kSimplified) CHECK(read(encoded(text, "GBK"), "gb2312") == text);
  for (const auto& text : kTraditional) CHECK(read(encoded(text, "BIG5"), "big5") == text);
}

TEST_CASE("a last character that is cut costs no other", "[base][text]") {
  const auto holds = [](const std::string& bytes, const std::string& text, const char* charset) {
    for (std::size_t size = 8; size < bytes.size(); ++size) {
      auto got = read(bytes.substr(0, size), charset);
      if (got.ends_with(kReplaced)) got.resize(got.size() - 3);
      CHECK(text.starts_with(got));
      CHECK(got.size() + 6 > size);
    }
  };
  const auto& simplified = kSimplified.back();
  const auto& traditional = kTraditional[2];
  for (const char* charset : {"", "gbk"}) holds(encoded(simplified, "GBK"), simplified, charset);
  for (const char* charset : {"", "big5"})
    holds(encoded(traditional, "BIG5"), traditional, charset);
  for (const char* charset : {"", "gbk", "big5"}) holds(simplified, simplified, charset);
  CHECK(read("登录\xE9\xA1") == std::string("登录") + kReplaced);
  CHECK(read(encoded("页𠮷", "GB18030").substr(0, 5), "gb18030") == std::string("页") + kReplaced);
  CHECK(read("caf\xE9") == "café");  // no cut character, but Latin-1
}

TEST_CASE("UTF-16 is read by its mark or its name, cut or whole", "[base][text]") {
  const std::string text = "登录页面";
  CHECK(read("\xFF\xFE" + encoded(text, "UTF-16LE")) == text);
  CHECK(read("\xFE\xFF" + encoded(text, "UTF-16BE"), "gbk") == text);
  CHECK(read(encoded(text, "UTF-16LE"), "utf-16le") == text);
  CHECK(read("\xFF\xFE" + encoded(text, "UTF-16LE").substr(0, 7)) ==
        std::string("登录页") + kReplaced);
}

TEST_CASE("whatever bytes come, the text is UTF-8 and no more than thrice as long",
          "[base][text]") {
  Rng rng(20261129);
  for (int round = 0; round < 4000; ++round) {
    std::string bytes;
    const auto size = rng.below(40);
    for (std::size_t i = 0; i < size; ++i) {
      bytes += static_cast<char>(round % 2 == 0 ? rng.below(256) : 0x80 + rng.below(128));
    }
    for (const char* charset : {"", "gbk", "big5", "utf-8"}) {
      const auto text = read(bytes, charset);
      if (!is_utf8(text) || text.size() > 3 * size) FAIL(hex(bytes) << " as " << charset);
    }
  }
}

TEST_CASE("a charset that does not exist is detected instead", "[base][text]") {
  CHECK(utf8_of("c7e5b5a5", "x-no-such") == "清单");
  CHECK(utf8_of("c7e5b5a5", "utf-8//IGNORE") == "清单");
}

TEST_CASE("bytes that do not belong become U+FFFD and the result is UTF-8", "[base][text]") {
  CHECK(utf8_of("61ff62", "utf-8") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(utf8_of("c7e5ff20b5a5", "gb18030").find("\xEF\xBF\xBD") != std::string::npos);
  for (int first = 0; first < 256; ++first) {
    for (const char* charset :
         {"", "utf-8", "gb18030", "big5", "iso-8859-1", "utf-16", "shift_jis"}) {
      const Bytes bytes{'a', static_cast<std::uint8_t>(first), 0xFE, 0x31};
      if (!is_utf8(to_utf8(bytes, charset))) FAIL(first << " as " << charset);
    }
  }
}

TEST_CASE("control characters never pass the escape", "[base][text]") {
  CHECK(escape_untrusted("a\r\n\tb") == "a\\r\\n\\tb");
  CHECK(escape_untrusted(std::string_view("\x1b[31m\0", 6)) == "\\x1b[31m\\x00");
  CHECK(escape_untrusted("\x7f\xff") == "\\x7f\\xff");
  CHECK(escape_untrusted("\xC2\x9B") == "\\xc2\\x9b");  // CSI as a C1 control
  CHECK(escape_untrusted("清单") == "清单");
  CHECK(escape_untrusted("").empty());
}

TEST_CASE("a long text is cut at a character and says so", "[base][text]") {
  CHECK(escape_untrusted("abcdef", 6) == "abcdef");
  CHECK(escape_untrusted("清单", 6) == "清单");
  CHECK(escape_untrusted("abcdefg", 6) == "abc…");
  CHECK(escape_untrusted("清单清单", 9) == "清单…");
  CHECK(escape_untrusted("清单清单", 10) == "清单…");
  CHECK(escape_untrusted(std::string(1000, 'x')).size() <= 512);
}

TEST_CASE("ASCII letters are folded, others are left", "[base][text]") {
  CHECK(to_lower_ascii("AbÉ清") == "abÉ清");
  CHECK(equals_ignoring_case("Content-Type", "content-TYPE"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
}

TEST_CASE("trim and split", "[base][text]") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n").empty());
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(split("a,", ',') == std::vector<std::string_view>{"a", ""});
}

TEST_CASE("hex goes there and back", "[base][text]") {
  CHECK(hex("\x01\xAB") == "01ab");
  CHECK(*from_hex("01AB") == Bytes{0x01, 0xAB});
  CHECK_FALSE(from_hex("1").has_value());
  CHECK_FALSE(from_hex("0g").has_value());
}

// RFC 4648 §10.
TEST_CASE("base64 gives the vectors of its RFC", "[base][text]") {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    CHECK(to_base64(as_bytes(plain)) == coded);
    CHECK(as_text(*from_base64(coded)) == plain);
  }
  CHECK(as_text(*from_base64("Zm9v\r\n YmFy")) == "foobar");
  CHECK_FALSE(from_base64("Zm9v!").has_value());
  CHECK_FALSE(from_base64("Zg==Zg").has_value());
  CHECK_FALSE(from_base64("Z").has_value());
}
