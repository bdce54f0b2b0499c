// scope_file: the document as written, with the line of each entry.
#include "targets/scope_file.h"

#include <catch2/catch.hpp>

using namespace qingdan;
using namespace qingdan::targets;

namespace {
const std::string kHead =
    "[authorisation]\nnumber = \" 1 \"\nissued_by = \"x\"\n"
    "valid_from = 2026-11-01\nvalid_to = 2026-11-30\n";
}

TEST_CASE("entries keep their lines and their text", "[targets][scope_file]") {
  const auto document = parse_document(kHead +
                                           "[[allow]]\naddresses = [\"10.0.0.1\", \"10.0.0.2\"]\n"
                                           "[[exclude]]\ncidr = \"10.0.0.0/31\"\n",
                                       "d");
  REQUIRE(document.has_value());
  CHECK(document->authorisation.number == "1");
  REQUIRE(document->allow.size() == 1);
  CHECK(document->allow[0].line == 6);
  CHECK(document->allow[0].what == "10.0.0.1, 10.0.0.2");
  CHECK(document->allow[0].ranges.size() == 2);
  REQUIRE(document->exclude.size() == 1);
  CHECK(document->exclude[0].line == 8);
  CHECK_FALSE(document->exclude[0].until.has_value());
}

TEST_CASE("what a document leaves out has its default", "[targets][scope_file]") {
  const auto document = parse_document(kHead + "[[window]]\n", "d");
  REQUIRE(document.has_value());
  CHECK(document->pace.global_pps == 2000);
  CHECK(document->pace.prefix_pps == 400);
  CHECK(document->pace.host_pps == 40);
  REQUIRE(document->windows.size() == 1);
  const auto& window = document->windows[0].window;
  CHECK(window.zone.empty());
  CHECK(window.days == std::array<bool, 7>{true, true, true, true, true, true, true});
  CHECK(window.from == std::chrono::hours(0));
  CHECK(window.to == std::chrono::hours(24));
}

TEST_CASE("broken TOML is reported with its line and never thrown", "[targets][scope_file]") {
  for (const std::string text : {"[", "a = \n", "\xff\xfe", "x = \"\x01\"", "[a]\n[a]\n"}) {
    const auto document = parse_document(text, "d");
    REQUIRE_FALSE(document.has_value());
    CHECK(document.error().text.rfind("d:", 0) == 0);
    CHECK(document.error().text.find('\n') == std::string::npos);
  }
}
