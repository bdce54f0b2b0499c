// chinese — points, not texts: what is made of them stands in text_test.
#include "base/chinese.h"

#include <catch2/catch.hpp>
#include <string>

using namespace qingdan;

TEST_CASE("usual characters earn more than rare ones and those than foreign signs",
          "[base][chinese]") {
  const auto gb = [](std::string_view bytes) { return chinese_points(bytes, Chinese::gb); };
  CHECK(gb("\xB5\xC7\xC2\xBC") > gb("\xB0\xA1\xB0\xA1"));  // 登录, 啊啊
  CHECK(gb("\xB0\xA1\xB0\xA1") > gb("\xD8\xA1\xD8\xA1"));  // the first of level 2
  CHECK(gb("\xD8\xA1\xD8\xA1") > gb("\xA4\xA2\xA4\xA2"));  // kana
  const auto big5 = [](std::string_view bytes) { return chinese_points(bytes, Chinese::big5); };
  CHECK(big5("\xBB\x4F\xA5\x5F") > gb("\xBB\x4F\xA5\x5F"));  // 臺北
  CHECK(big5("\xBB\x4F\xA5\x5F") > big5("\xC9\x40\xC9\x41"));
}

TEST_CASE("ASCII, cut characters and endless texts", "[base][chinese]") {
  CHECK(chinese_points("", Chinese::gb) == 0);
  CHECK(chinese_points("plain", Chinese::big5) == 0);
  CHECK(chinese_points("\xB5", Chinese::gb) == 0);
  CHECK(chinese_points("\x81\x30\x84", Chinese::gb) < 0);
  std::string endless;
  while (endless.size() < 1'000'000) endless += "\xB5\xC7";
  CHECK(chinese_points(endless, Chinese::gb) == 4 * 4096);
}
