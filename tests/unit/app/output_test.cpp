#include "app/output.h"

#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::Redirected;
using app::test::Stage;

namespace {

int print_two_rows(Format format) {
  Invocation invocation;
  invocation.format = format;
  Output output(invocation, {"name", "number"});
  output.row({std::string("一"), std::int64_t{1}});
  output.row({std::monostate{}, std::int64_t{2}});
  return output.done() ? 0 : 1;
}

}  // namespace

TEST_CASE("rows are printed in the format asked for", "[app][output]") {
  const Stage stage;
  CHECK(stage.said([] { return print_two_rows(Format::jsonl); }).out ==
        "{\"name\":\"一\",\"number\":1}\n{\"name\":null,\"number\":2}\n");
  CHECK(stage.said([] { return print_two_rows(Format::csv); }).out ==
        "name,number\r\n一,1\r\n,2\r\n");
  const auto table = stage.said([] { return print_two_rows(Format::table); }).out;
  CHECK(app::test::has(table, "一"));
  CHECK(app::test::lines(table) >= 3);
}

TEST_CASE("without a terminal the format is jsonl unless another was asked for", "[app][output]") {
  const Stage stage;
  Invocation invocation;
  Format open{}, asked{};
  (void)stage.said([&] {
    open = format_of(invocation);
    invocation.format = Format::csv;
    asked = format_of(invocation);
    return 0;
  });
  CHECK(open == Format::jsonl);
  CHECK(asked == Format::csv);
}

TEST_CASE("an output that does not take everything is an error", "[app][output]") {
  int status = -1;
  {
    const Redirected full(STDOUT_FILENO, "/dev/full");
    status = print_two_rows(Format::jsonl);
  }
  CHECK(status == 1);
}

TEST_CASE("an error is one line, whatever stands in it", "[app][output]") {
  const Stage stage;
  const Error error{ErrorCode::input, "bad\nname \x1b[31m", "store: open"};
  const auto brief = stage.said([&] {
    print_error(error, false);
    return 0;
  });
  CHECK(app::test::lines(brief.err) == 1);
  CHECK(brief.err.find("qingdan: bad") == 0);
  CHECK_FALSE(app::test::has(brief.err, "\x1b"));
  CHECK_FALSE(app::test::has(brief.err, "store"));
  const auto full = stage.said([&] {
    print_error(error, true);
    return 0;
  });
  CHECK(app::test::has(full.err, "[store: open]"));
}

TEST_CASE("wrong input ends with 2, what could not be done with 3", "[app][output]") {
  CHECK(exit_status({ErrorCode::usage, "", ""}) == 2);
  CHECK(exit_status({ErrorCode::input, "", ""}) == 2);
  CHECK(exit_status({ErrorCode::io, "", ""}) == 3);
  CHECK(exit_status({ErrorCode::refused, "", ""}) == 3);
  CHECK(exit_status({ErrorCode::internal, "", ""}) == 3);
}

TEST_CASE("cells are absent where nothing is known", "[app][output]") {
  CHECK(std::holds_alternative<std::monostate>(text_cell("")));
  CHECK(std::holds_alternative<std::monostate>(time_cell({})));
  CHECK(plain_text(text_cell("x")) == "x");
  CHECK(plain_text(number_cell(7)) == "7");
  CHECK(plain_text(model::RawJson{"[1]"}) == "[1]");
  CHECK(plain_text(true) == "yes");
  CHECK(plain_text(0.5) == "0.5");
  CHECK(plain_text({}).empty());
}
