#include "app/stop_file.h"

#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Stage;

TEST_CASE("a stop file that names a run stops that run, and goes when it obeyed",
          "[app][stop_file]") {
  const Stage stage;
  const StopFile file(stage.path());
  CHECK_FALSE(file.stops({7}));
  CHECK(file.check_absent());
  REQUIRE(file.write({7}));
  CHECK(file.stops({7}));
  CHECK_FALSE(file.stops({8}));
  CHECK(file.check_absent());  // of no concern to a new run
  file.obeyed({8});
  CHECK(file.stops({7}));
  file.obeyed({7});
  CHECK_FALSE(std::filesystem::exists(file.path()));
}

TEST_CASE("one made by hand stops every run and keeps new ones from beginning",
          "[app][stop_file]") {
  const Stage stage;
  const StopFile file(stage.path());
  app::test::write_file(file.path(), "");
  CHECK(file.stops({7}));
  CHECK(file.stops({8}));
  const auto refused = file.check_absent();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::refused);
  file.obeyed({7});
  CHECK(std::filesystem::exists(file.path()));
  CHECK(stage.run(Census{stage.file("s.toml"), "22", "auto", {}}).status == 3);
}
