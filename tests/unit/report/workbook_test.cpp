// workbook: what stands in the cells of the XLSX, read back from its XML.
// covers: report/columns_asset report/columns_service report/columns_ledger
#include <catch2/catch.hpp>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "qingdan/report/listing_export.h"
#include "report/sheets.h"
#include "report/workbook_limits.h"
#include "sample_listing.h"

using namespace qingdan;
using namespace qingdan::report;

namespace {

class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qingdan-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string file(const char* name) const { return path_ / name; }
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++n;
    return n;
  }

 private:
  std::filesystem::path path_;
};

struct ReadCell {
  char type;
  std::string value;
};

struct ReadBook {
  std::map<std::pair<std::string, std::string>, ReadCell> cells;  // by sheet and cell
  std::vector<std::string> sheets, parts;

  // The cell below the heading `title` in the row `row` (2 = the first of data).
  [[nodiscard]] std::string at(const std::string& sheet, const std::string& title, int row) const {
    for (const auto& [place, cell] : cells) {
      if (place.first != sheet || cell.value != title) continue;
      const auto digits = place.second.find_first_of("0123456789");
      if (place.second.substr(digits) != "1") continue;
      const auto found = cells.find({sheet, place.second.substr(0, digits) + std::to_string(row)});
      return found == cells.end() ? "" : found->second.value;
    }
    FAIL("no column " << title << " in " << sheet);
    return {};
  }
};

ReadBook read(const std::string& path) {
  const std::string command = "python3 '" + std::string(QINGDAN_SOURCE_DIR) +
                              "/tests/unit/report/read_workbook.py' '" + path + "'";
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  std::array<char, 4096> buffer{};
  for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), n);
  }
  REQUIRE(pclose(pipe) == 0);
  ReadBook book;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string sheet, cell, type, value;
    std::getline(fields, sheet, '\t');
    std::getline(fields, cell, '\t');
    if (sheet == "part") {
      book.parts.push_back(cell);
      continue;
    }
    std::getline(fields, type, '\t');
    std::getline(fields, value);
    book.cells[{sheet, cell}] = {type[0], value};
    if (book.sheets.empty() || book.sheets.back() != sheet) book.sheets.push_back(sheet);
  }
  return book;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

ExportOptions options() {
  ExportOptions options;
  options.exported_by = "王五";
  options.exported_at = sample::kCutoff;
  return options;
}

}  // namespace

TEST_CASE("every sheet is there with its headings", "[report][workbook]") {
  const Scratch scratch;
  const auto written = write_workbook(sample::small_listing(), options(), scratch.file("a.xlsx"));
  REQUIRE(written.has_value());
  CHECK(scratch.count() == 1);
  const auto book = read(scratch.file("a.xlsx"));
  REQUIRE(book.sheets.size() == all_sheets().size());
  for (std::size_t i = 0; i < book.sheets.size(); ++i) {
    CHECK(book.sheets[i] == all_sheets()[i].name);
    if (all_sheets()[i].id == SheetId::cover) continue;
    for (const auto& column : columns_of(all_sheets()[i].id)) {
      CHECK_NOTHROW(book.at(book.sheets[i], column.title, 2));
    }
  }
  REQUIRE(written->sheets.size() == all_sheets().size());
  CHECK(written->sheets[2] == std::pair<std::string, std::uint64_t>("04-1 主机与设备-身份", 2));
  CHECK(written->sha256.size() == 64);
}

TEST_CASE("foreign text is never a formula, a link or a number", "[report][workbook]") {
  const Scratch scratch;
  REQUIRE(write_workbook(sample::small_listing(), options(), scratch.file("a.xlsx")).has_value());
  const auto book = read(scratch.file("a.xlsx"));
  for (const auto& [place, cell] : book.cells) {
    INFO(place.first << " " << place.second << ": " << cell.value);
    CHECK(cell.type != 'f');
  }
  for (const auto& part : book.parts) {
    CHECK(part.find("externalLink") == std::string::npos);
    CHECK(part.find("worksheets/_rels") == std::string::npos);
  }
  CHECK(book.at("04-1 主机与设备-身份", "资产名称", 2) == "=1+1");
  CHECK(book.at("06 端口服务", "横幅摘要", 2) == "=HYPERLINK(\"http://evil.test\")");
  CHECK(book.at("08 网站与应用", "标题", 2) == "@SUM(1+1)*cmd|' /C calc'!A0");
}

TEST_CASE("identifiers, versions, ports and times are text as they are", "[report][workbook]") {
  const Scratch scratch;
  REQUIRE(write_workbook(sample::small_listing(), options(), scratch.file("a.xlsx")).has_value());
  const auto book = read(scratch.file("a.xlsx"));
  CHECK(book.at("04-1 主机与设备-身份", "操作系统版本", 2) == "1.10");
  CHECK(book.at("04-1 主机与设备-身份", "是否虚拟设备", 2) == "是");
  CHECK(book.at("04-1 主机与设备-身份", "MAC", 2) == "1e:10:00:00:00:01");
  CHECK(book.at("04-2 主机与设备-承载", "物理位置", 2) == "320400198001010012");
  CHECK(book.at("04-3 主机与设备-状态", "备注", 2) == "𠮷祥㼆\\n第二行");
  CHECK(book.at("09 证书", "序列号", 2) == "0012");
  CHECK(book.at("06 端口服务", "端口", 2) == "22");
  CHECK(book.at("08 网站与应用", "状态码", 2) == "200");
  CHECK(book.at("08 网站与应用", "favicon哈希", 2) == "-1587402");
  for (const auto& [place, cell] : book.cells) {
    if (cell.type != 'n') continue;
    // Only counts and shares are numbers.
    const auto& sheet = place.first;
    const auto letters = place.second.substr(0, place.second.find_first_of("0123456789"));
    std::size_t column = 0;
    for (const char c : letters) column = column * 26 + static_cast<std::size_t>(c - 'A' + 1);
    for (const auto& text : all_sheets()) {
      if (text.name != sheet) continue;
      const auto kind = columns_of(text.id).at(column - 1).kind;
      INFO(sheet << " " << place.second);
      CHECK((kind == Kind::count || kind == Kind::share));
    }
  }
}

TEST_CASE("the rows say what the snapshot says", "[report][workbook]") {
  const Scratch scratch;
  REQUIRE(write_workbook(sample::small_listing(), options(), scratch.file("a.xlsx")).has_value());
  const auto book = read(scratch.file("a.xlsx"));
  CHECK(book.at("04-1 主机与设备-身份", "身份可信度", 2) == "强");
  CHECK(book.at("04-1 主机与设备-身份", "身份可信度", 3) == "仅IP");
  CHECK(book.at("04-2 主机与设备-承载", "开放端口数", 2) == "2");
  CHECK(book.at("04-2 主机与设备-承载", "管理端口", 2) == "22");
  CHECK(book.at("04-2 主机与设备-承载", "数据库", 2).empty());  // its port is closed
  CHECK(book.at("04-2 主机与设备-承载", "中间件", 2) == "nginx 1.10");
  CHECK(book.at("04-3 主机与设备-状态", "资产状态", 2) == "变更");
  CHECK(book.at("04-3 主机与设备-状态", "资产状态", 3) == "未备案");
  CHECK(book.at("04-3 主机与设备-状态", "本期变更标记", 3) == "新增");
  CHECK(book.at("04-3 主机与设备-状态", "在线状态", 3) == "疑似离线");
  CHECK(book.at("05 IP地址台账", "网段", 2) == "10.98.0.0/24");
  CHECK(book.at("09 证书", "有效性", 2) == "临期");
  CHECK(book.at("09 证书", "剩余天数", 2) == "10");
  CHECK(book.at("09 证书", "域名不匹配", 2) == "other.test");
  CHECK(book.at("09 证书", "密钥算法", 2) == "SM2 256");
  CHECK(book.at("11 变更清单", "类型", 2) == "组件变化");
  CHECK(book.at("11 变更清单", "字段", 2) == "产品与版本");
  CHECK(book.at("11 变更清单", "端口", 2) == "443/tcp");
  CHECK(book.at("12 未备案与待核实", "原因", 2) == "未备案");
  CHECK(book.at("12 未备案与待核实", "原因", 3) == "单位不明");
  CHECK(book.at("14 覆盖说明", "网段", 2) == "10.98.0.0/24");
  CHECK(book.at("14 覆盖说明", "应测地址数", 2) == "2");
  CHECK(book.at("14 覆盖说明", "已测地址数", 3) == "1");
  CHECK(book.at("14 覆盖说明", "跳过", 3) == "1");
  CHECK(book.at("14 覆盖说明", "排除批准依据/异常", 4) == "医疗设备;市卫健委;至2027-01-01");
  CHECK(book.at("07 软件组件", "规范产品名", 2) == "Debian Linux");
  CHECK(book.at("07 软件组件", "位置", 3) == "10.98.0.1:22/tcp");
}

TEST_CASE("the same snapshot gives the same bytes", "[report][workbook]") {
  const Scratch scratch;
  const auto one = write_workbook(sample::small_listing(), options(), scratch.file("a.xlsx"));
  const auto two = write_workbook(sample::small_listing(), options(), scratch.file("b.xlsx"));
  REQUIRE(one.has_value());
  REQUIRE(two.has_value());
  CHECK(one->sha256 == two->sha256);
  CHECK(content(scratch.file("a.xlsx")) == content(scratch.file("b.xlsx")));
}

TEST_CASE("rows beyond the end of a sheet go on in another", "[report][workbook]") {
  auto list = sample::small_listing();
  for (int i = 3; i <= 120; ++i) {
    list.assets_.push_back(sample::asset(i, "10.98.1." + std::to_string(i)));
  }
  const Scratch scratch;
  // The longest other sheet, the dictionary, must fit for this test.
  const auto written = write_limited_workbook(list, options(), scratch.file("a.xlsx"), 51);
  REQUIRE(written.has_value());
  const auto book = read(scratch.file("a.xlsx"));
  CHECK(book.at("04-1 主机与设备-身份", "资产编号", 51) == "A100050");
  CHECK(book.at("04-1 主机与设备-身份(2)", "资产编号", 2) == "A100051");
  CHECK(book.at("04-1 主机与设备-身份(3)", "资产编号", 21) == "A100120");
  CHECK(book.at("04-1 主机与设备-身份(3)", "资产编号", 22).empty());
  CHECK(written->sheets[2].second == 120);
}

TEST_CASE("the unit profile holds that unit's rows only", "[report][workbook]") {
  auto chosen = options();
  chosen.profile = Profile::unit;
  const Scratch scratch;
  const auto without = write_workbook(sample::small_listing(), chosen, scratch.file("a.xlsx"));
  REQUIRE_FALSE(without.has_value());
  CHECK(without.error().code == ErrorCode::usage);

  chosen.unit = "没有这个单位";
  const auto unknown = write_workbook(sample::small_listing(), chosen, scratch.file("a.xlsx"));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().code == ErrorCode::input);
  CHECK(scratch.count() == 0);

  chosen.unit = "市大数据管理中心";
  REQUIRE(write_workbook(sample::small_listing(), chosen, scratch.file("a.xlsx")).has_value());
  const auto book = read(scratch.file("a.xlsx"));
  for (const auto& [place, cell] : book.cells) {
    INFO(place.first << " " << place.second);
    CHECK(cell.value.find("A100002") == std::string::npos);
    CHECK(cell.value.find("10.98.0.2") == std::string::npos);
    CHECK(cell.value.find("10.98.40.0") == std::string::npos);  // others' exclusions
  }
  CHECK(book.at("04-1 主机与设备-身份", "资产编号", 2) == "A100001");
}

TEST_CASE("the masked profile shortens people", "[report][workbook]") {
  auto chosen = options();
  chosen.profile = Profile::masked;
  const Scratch scratch;
  REQUIRE(write_workbook(sample::small_listing(), chosen, scratch.file("a.xlsx")).has_value());
  const auto book = read(scratch.file("a.xlsx"));
  CHECK(book.at("04-2 主机与设备-承载", "责任人", 2) == "张** 138****5678");
  CHECK(book.at("04-2 主机与设备-承载", "所属单位", 2) == "市大数据管理中心");
}

TEST_CASE("a text that looks like an escape stays as it was", "[report][workbook]") {
  auto list = sample::small_listing();
  list.assets_[0].facts[std::string(model::field::kName)] =
      sample::fact(model::to_json(std::string_view("_x0041_\x1b[31m")));
  const Scratch scratch;
  REQUIRE(write_workbook(list, options(), scratch.file("a.xlsx")).has_value());
  CHECK(read(scratch.file("a.xlsx")).at("04-1 主机与设备-身份", "资产名称", 2) ==
        "_x0041_\xEF\xBF\xBD[31m");
}

TEST_CASE("a text longer than a cell is cut", "[report][workbook]") {
  auto list = sample::small_listing();
  std::string name;
  for (int i = 0; i < 40'000; ++i) name += "长";
  list.assets_[0].facts[std::string(model::field::kName)] = sample::fact(model::to_json(name));
  const Scratch scratch;
  REQUIRE(write_workbook(list, options(), scratch.file("a.xlsx")).has_value());
  const auto cell = read(scratch.file("a.xlsx")).at("04-1 主机与设备-身份", "资产名称", 2);
  CHECK(cell.size() == 32'767 * 3);
  CHECK(cell.substr(cell.size() - 3) == "…");
}

TEST_CASE("an error leaves the old file and nothing else", "[report][workbook]") {
  const Scratch scratch;
  REQUIRE(write_workbook(sample::small_listing(), options(), scratch.file("a.xlsx")).has_value());
  const auto before = content(scratch.file("a.xlsx"));
  auto list = sample::small_listing();
  list.breaks_ = Error{ErrorCode::io, "the register cannot be read", {}};
  const auto broken = write_workbook(list, options(), scratch.file("a.xlsx"));
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().text == "the register cannot be read");
  CHECK(content(scratch.file("a.xlsx")) == before);
  CHECK(scratch.count() == 1);

  const auto nowhere = write_workbook(sample::small_listing(), options(), "/nonexistent/a.xlsx");
  REQUIRE_FALSE(nowhere.has_value());
  CHECK(nowhere.error().code == ErrorCode::io);
}

TEST_CASE("the list before gives the growth in sheet 01", "[report][workbook]") {
  auto before = sample::small_listing();
  before.assets_.pop_back();
  auto chosen = options();
  chosen.before = &before;
  const Scratch scratch;
  REQUIRE(write_workbook(sample::small_listing(), chosen, scratch.file("a.xlsx")).has_value());
  const auto book = read(scratch.file("a.xlsx"));
  CHECK(book.at("01 汇总统计", "分类", 2) == "资产");
  CHECK(book.at("01 汇总统计", "环比", 2) == "1");
  before.breaks_ = Error{ErrorCode::io, "the register cannot be read", {}};
  CHECK_FALSE(write_workbook(sample::small_listing(), chosen, scratch.file("a.xlsx")).has_value());
}

TEST_CASE("an empty list is a workbook too", "[report][workbook]") {
  const Scratch scratch;
  const auto written = write_workbook(sample::SampleListing(), options(), scratch.file("a.xlsx"));
  REQUIRE(written.has_value());
  CHECK(read(scratch.file("a.xlsx")).sheets.size() == all_sheets().size());
}
