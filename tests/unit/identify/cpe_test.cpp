#include <catch2/catch.hpp>

#include "identify/combine.h"

using qingdan::identify::make_cpe;

TEST_CASE("a CPE names part, vendor, product and version", "[identify][cpe]") {
  CHECK(make_cpe("a", "f5:nginx", "1.20.1") == "cpe:2.3:a:f5:nginx:1.20.1:*:*:*:*:*:*:*");
  CHECK(make_cpe("o", "debian:debian_linux", "") ==
        "cpe:2.3:o:debian:debian_linux:*:*:*:*:*:*:*:*");
}

TEST_CASE("characters with a meaning of their own are escaped", "[identify][cpe]") {
  CHECK(make_cpe("a", "x:y", "1:9.2p1~rc+2") == "cpe:2.3:a:x:y:1\\:9.2p1\\~rc\\+2:*:*:*:*:*:*:*");
  CHECK(make_cpe("a", "x:y", "12.2(1) SE") == "cpe:2.3:a:x:y:12.2\\(1\\)_se:*:*:*:*:*:*:*");
  CHECK(make_cpe("a", "x:y", "-") == "cpe:2.3:a:x:y:\\-:*:*:*:*:*:*:*");
  CHECK(make_cpe("a", "x:y", "版") == "cpe:2.3:a:x:y:*:*:*:*:*:*:*:*");
}

TEST_CASE("a version in the dictionary's spelling goes before the daemon's", "[identify][cpe]") {
  CHECK(make_cpe("a", "ntp:ntp:4.2.6", "4.2.6@1.2089-o") ==
        "cpe:2.3:a:ntp:ntp:4.2.6:*:*:*:*:*:*:*");
  CHECK(make_cpe("a", "ntp:ntp:4.2.8:p15", "4.2.8p15@1.3728-o") ==
        "cpe:2.3:a:ntp:ntp:4.2.8:p15:*:*:*:*:*:*");
  CHECK(make_cpe("a", "x:y:1:b:c", "2") == "cpe:2.3:a:x:y:1:b\\:c:*:*:*:*:*:*");
  CHECK(make_cpe("a", "x:y:", "2") == "cpe:2.3:a:x:y:*:*:*:*:*:*:*:*");
  CHECK(make_cpe("a", "x:y:1:", "2") == "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*");
}

TEST_CASE("no vendor and product, no CPE", "[identify][cpe]") {
  CHECK(make_cpe("a", "", "1").empty());
}
