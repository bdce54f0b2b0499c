#include "report/cell_text.h"

#include <catch2/catch.hpp>

#include "qingdan/base/rng.h"
#include "qingdan/base/text.h"

using namespace qingdan;
using namespace qingdan::report;

namespace {
const std::string kBad = "\xEF\xBF\xBD";
}

TEST_CASE("what a cell cannot hold or a reader cannot see is replaced", "[report][cell_text]") {
  CHECK(clean_text("清单 𠮷 㼆 1.10") == "清单 𠮷 㼆 1.10");
  CHECK(clean_text("a\r\nb\nc\td") == "a\nb\nc\td");
  CHECK(clean_text(std::string_view("a\0b\x1b[1m", 7)) == "a" + kBad + "b" + kBad + "[1m");
  CHECK(clean_text("a\rb") == "a" + kBad + "b");
  CHECK(clean_text("\xff") == kBad);
  CHECK(clean_text("\xC2\x9B") == kBad);                              // C1 control
  CHECK(clean_text("exe.\xE2\x80\xAEgnp") == "exe." + kBad + "gnp");  // right-to-left override
  CHECK(clean_text("\xEF\xBF\xBE") == kBad);                          // U+FFFE, not XML
}

TEST_CASE("cleaning any bytes gives valid UTF-8 and is final", "[report][cell_text]") {
  Rng rng(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (std::uint64_t n = rng.below(12); n > 0; --n) bytes += static_cast<char>(rng.below(256));
    const auto clean = clean_text(bytes);
    REQUIRE(is_utf8(clean));
    REQUIRE(clean_text(clean) == clean);
  }
}

TEST_CASE("a cell is cut at its UTF-16 length", "[report][cell_text]") {
  CHECK(cut_for_cell(std::string(32'767, 'x')).size() == 32'767);
  const auto cut = cut_for_cell(std::string(32'768, 'x'));
  CHECK(cut == std::string(32'766, 'x') + "…");
  // Each counts two units.
  std::string pairs;
  for (int i = 0; i < 16'384; ++i) pairs += "𠮷";
  CHECK(cut_for_cell(pairs).size() == 16'383 * 4 + 3);
}

TEST_CASE("text that looks like an escape is spelt out", "[report][cell_text]") {
  CHECK(escape_xstring("_x0041_") == "_x005F_x0041_");
  CHECK(escape_xstring("a_x00e4_b_x005F_") == "a_x005F_x00e4_b_x005F_x005F_");
  CHECK(escape_xstring("_x41_ _x0041 _xZZZZ_") == "_x41_ _x0041 _xZZZZ_");
}

TEST_CASE("the CSV guard goes on and comes off without loss", "[report][cell_text]") {
  for (const std::string text : {"=1+1", "+1", "-1", "@a", "\ta", "\ra", "'a", "''", "'", "a", "",
                                 "1.10", "0012", "a=b", "'=1"}) {
    CHECK(unprotect_formula(protect_formula(text)) == text);
    const auto guarded = protect_formula(text);
    CHECK((guarded.empty() || std::string_view("=+-@\t\r").find(guarded[0]) == std::string::npos));
  }
  CHECK(protect_formula("=1") == "'=1");
  CHECK(protect_formula("'=1") == "''=1");
  CHECK(protect_formula("清单") == "清单");
}

TEST_CASE("people are shortened", "[report][cell_text]") {
  CHECK(mask_contact("张三丰") == "张**");
  CHECK(mask_contact("13812345678") == "138****5678");
  CHECK(mask_contact("张三 0519-85681234") == "张** ****-856****1234");
  CHECK(mask_contact("张三；李四") == "张**");
  CHECK(mask_contact("Li Si, 12") == "L** S**, **");
  CHECK(mask_contact("").empty());
}

TEST_CASE("wide characters take two columns of a terminal", "[report][cell_text]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("清单") == 4);
  CHECK(display_width("𠮷，é") == 5);
  CHECK(display_width("e\xCC\x81") == 1);  // combining acute
  CHECK(cut_for_width("清单清单", 8) == "清单清单");
  CHECK(cut_for_width("清单清单", 7) == "清单清…");
  CHECK(cut_for_width("清单清单", 6) == "清单…");
  CHECK(cut_for_width("abc", 0).empty());
  for (std::size_t width = 1; width < 10; ++width) {
    CHECK(display_width(cut_for_width("a清b单c", width)) <= width);
  }
}

TEST_CASE("words wrap whole where they fit, wide characters anywhere", "[report][cell_text]") {
  CHECK(wrapped_lines("", 10) == 1);
  CHECK(wrapped_lines("2026-11-22 10:00:00", 10) == 2);
  CHECK(wrapped_lines("2026-11-22 10:00:00", 19) == 1);
  CHECK(wrapped_lines("清单清单清单", 5) == 3);
  CHECK(wrapped_lines("abcdefghijk", 4) == 3);
  CHECK(wrapped_lines("ab abcdefghijk", 4) == 4);
  CHECK(wrapped_lines("a\nb\n", 4) == 3);
  CHECK(wrapped_lines("清单", 0) == 2);
}
