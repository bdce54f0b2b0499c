#include "app/shipped_rules.h"

#include "unit/app/stage.h"

using namespace qingdan::app;
using qingdan::app::test::Stage;
using qingdan::app::test::write_file;

TEST_CASE("a copy of the rules alone is checked with the words of the program's own",
          "[app][shipped_rules]") {
  const Stage stage;
  write_file(stage.file("program/schema/vocabulary/input.txt"), "ssh.banner\n");
  const auto shipped = stage.file("program/fingerprints");
  const auto words = std::filesystem::path(stage.file("program/schema/vocabulary"));
  CHECK(find_vocabulary(stage.file("copy/fingerprints"), shipped) == words);
  CHECK(find_vocabulary(shipped + "/", "/nonexistent/fingerprints") == words);
  write_file(stage.file("copy/schema/vocabulary/input.txt"), "ssh.banner\n");
  CHECK(find_vocabulary(stage.file("copy/fingerprints/"), shipped) ==
        stage.file("copy/schema/vocabulary"));
  // Where neither is there, the error names the one that is asked for.
  CHECK(find_vocabulary("/opt/q/fingerprints", "/nonexistent/fingerprints") ==
        "/opt/q/schema/vocabulary");
}

TEST_CASE("the shipped rules are a directory of that name", "[app][shipped_rules]") {
  CHECK(std::filesystem::path(shipped_rules()).filename() == "fingerprints");
}
