#include "qingdan/base/text.h"

#include <catch2/catch.hpp>

using namespace qingdan;

namespace {
std::string hex(std::string_view text) { return to_hex(as_bytes(text)); }
std::string utf8_of(std::string_view hex_text, std::string_view charset = {}) {
  return to_utf8(*from_hex(hex_text), charset);
}
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
