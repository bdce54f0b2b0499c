// The three writers: CSV, JSON lines, text table.
// covers: report/csv report/ndjson report/text_table report/cell_print
#include "qingdan/report/table_writer.h"

#include <catch2/catch.hpp>

#include <sstream>

#include "qingdan/base/text.h"
#include "report/cell_text.h"

using namespace qingdan;
using namespace qingdan::report;

namespace {

using Rows = std::vector<std::vector<Cell>>;

std::string written(TableWriter& writer, std::ostringstream& out, const Rows& rows,
                    const std::vector<std::string>& columns = {"a", "b"}) {
  writer.begin(columns);
  for (const auto& row : rows) writer.row(row);
  REQUIRE(writer.end().has_value());
  return out.str();
}

std::string csv(const Rows& rows, Encoding encoding = Encoding::utf8) {
  std::ostringstream out;
  return written(*make_csv(out, encoding), out, rows);
}

std::string ndjson(const Rows& rows) {
  std::ostringstream out;
  return written(*make_ndjson(out), out, rows);
}

std::string table(const Rows& rows, std::size_t width = 0) {
  std::ostringstream out;
  return written(*make_text_table(out, width), out, rows, {"名称", "n"});
}

Cell text(const char* value) { return std::string(value); }
Cell integer(std::int64_t value) { return value; }

// Just enough of RFC 4180 to read our own lines back.
Rows read_csv(std::string_view in) {
  Rows rows{{}};
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const char c = in[i];
    if (quoted && c == '"' && i + 1 < in.size() && in[i + 1] == '"') {
      field += in[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '\n')) {
      rows.back().emplace_back(std::string(unprotect_formula(field)));
      field.clear();
      if (c == '\n') rows.emplace_back();
    } else if (quoted || c != '\r') {
      field += c;
    }
  }
  rows.pop_back();
  return rows;
}

const std::vector<const char*> kHostile{
    "=HYPERLINK(\"http://x\")", "+1",  "-1",         "@x",       "'quoted", "''", "1.10",   "0012",
    "320400198001010012",       "a,b", "say \"hi\"", "one\ntwo", "𠮷㼆",    "",   " 清单 ", "a;b"};

}  // namespace

TEST_CASE("CSV is RFC 4180 with CR LF", "[report][csv]") {
  CHECK(csv({{text("x"), integer(-5)}, {text("a,b"), text("\"q\"")}, {Cell{}, text("l1\nl2")}}) ==
        "a,b\r\nx,-5\r\n\"a,b\",\"\"\"q\"\"\"\r\n,\"l1\nl2\"\r\n");
}

TEST_CASE("cells of CSV keep their types", "[report][csv]") {
  CHECK(csv({{true, 0.125}, {RawJson{"[1,2]"}, Cell{}}}) == "a,b\r\ntrue,0.125\r\n\"[1,2]\",\r\n");
}

TEST_CASE("no text of CSV begins a formula", "[report][csv]") {
  CHECK(csv({{text("=1+1"), text("@x")}}) == "a,b\r\n'=1+1,'@x\r\n");
  CHECK(csv({{text("'=1"), text("-")}}) == "a,b\r\n''=1,'-\r\n");
}

TEST_CASE("what went into CSV comes out of it, in every encoding", "[report][csv]") {
  Rows rows;
  for (const auto* one : kHostile) {
    for (const auto* two : kHostile) rows.push_back({text(one), text(two)});
  }
  for (const auto encoding : {Encoding::utf8, Encoding::utf8_bom, Encoding::gb18030}) {
    const auto bytes = csv(rows, encoding);
    CHECK(bytes.starts_with("\xEF\xBB\xBF") == (encoding == Encoding::utf8_bom));
    const auto charset = encoding == Encoding::gb18030 ? "gb18030" : "utf-8";
    const auto read = read_csv(to_utf8(as_bytes(bytes), charset));
    REQUIRE(read.size() == rows.size() + 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(std::get<std::string>(read[i + 1][k]) == std::get<std::string>(rows[i][k]));
      }
    }
  }
}

TEST_CASE("GB18030 is what it says", "[report][csv]") {
  const auto bytes = csv({{text("清单"), text("𠮷")}}, Encoding::gb18030);
  CHECK(to_hex(as_bytes(bytes)) ==
        "612c620d0a"
        "c7e5b5a5"
        "2c"
        "9534b235"
        "0d0a");
}

TEST_CASE("a stream that fails is an error at the end", "[report][table_writer]") {
  for (int kind = 0; kind < 3; ++kind) {
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    const auto writer = kind == 0   ? make_csv(out, Encoding::utf8)
                        : kind == 1 ? make_ndjson(out)
                                    : make_text_table(out, 80);
    writer->begin({"a"});
    writer->row({text("x")});
    const auto ended = writer->end();
    REQUIRE_FALSE(ended.has_value());
    CHECK(ended.error().code == ErrorCode::io);
  }
}

TEST_CASE("JSON lines keep order and types", "[report][ndjson]") {
  CHECK(ndjson({{text("清\"\n"), integer(7)}, {Cell{}, RawJson{"[1,{\"k\":2}]"}}}) ==
        "{\"a\":\"清\\\"\\n\",\"b\":7}\n{\"a\":null,\"b\":[1,{\"k\":2}]}\n");
  CHECK(ndjson({{true, 0.5}}) == "{\"a\":true,\"b\":0.5}\n");
}

TEST_CASE("a table lines up wide characters; numbers stand right", "[report][text_table]") {
  CHECK(table({{text("清单"), integer(5)}, {text("abcdef"), integer(10)}}) ==
        "名称     n\n清单     5\nabcdef  10\n");
}

TEST_CASE("a table fits the terminal", "[report][text_table]") {
  const auto out = table({{text("一段很长很长很长的文字"), integer(12345)}}, 20);
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) CHECK(display_width(line) <= 20);
  CHECK(out.find("…") != std::string::npos);
}

TEST_CASE("nothing a peer says moves the cursor", "[report][text_table]") {
  const auto out = table({{text("a\x1b[2J\nb\xE2\x80\xAE"), integer(1)}});
  CHECK(out.find('\x1b') == std::string::npos);
  CHECK(std::count(out.begin(), out.end(), '\n') == 2);
}

TEST_CASE("rows beyond those measured are printed as they come", "[report][text_table]") {
  Rows rows(1500, {text("short"), integer(1)});
  rows.back() = {text("a much longer text than all before"), integer(1)};
  const auto out = table(rows);
  CHECK(std::count(out.begin(), out.end(), '\n') == 1501);
  CHECK(out.find("a mu…") != std::string::npos);
}

TEST_CASE("an empty table is its heading", "[report][text_table]") {
  CHECK(table({}) == "名称  n\n");
}
