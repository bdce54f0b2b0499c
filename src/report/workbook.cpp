// workbook — the XLSX; the only place of libxlsxwriter.
//
//   W1  foreign text is only ever written by worksheet_write_string: no formula, link or number
//       can come of it
//   W2  constant memory: rows of a sheet are written in order and forgotten
//   W3  nothing of the machine or the moment enters the file: same calls, same bytes
// Every sheet is born in the order of the tabs; rows may then come mixed, because in
// constant-memory mode each sheet has a temporary file of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

#include "qingdan/base/contract.h"
#include "qingdan/base/handle.h"
#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"
#include "qingdan/report/listing_export.h"
#include "report/cell_print.h"
#include "report/cell_text.h"
#include "report/cover.h"
#include "report/listing_walk.h"
#include "report/sheets.h"
#include "report/workbook_limits.h"

namespace qingdan::report {
namespace {

constexpr const char* kBodyFont = "宋体";
constexpr const char* kHeadFont = "黑体";
constexpr double kBodySize = 10;
constexpr double kHeaderHeight = 32;
constexpr double kCoverSize = 12;
// Row heights are written, because not every reader measures wrapped text when it opens a file.
constexpr double kLineHeight = 13.5;  // of the body font, points
constexpr double kCoverLineHeight = 17;
constexpr double kMinRowHeight = 18;
constexpr std::size_t kMaxLines = 12;  // a longer cell is read on the screen
constexpr double kSignHeight = 40;
constexpr double kMaxRowHeight = 409;  // of the format: a higher row makes the file invalid
// Fonts differ a little from what the width of a column assumes.
constexpr double kUsableShare = 0.95;
constexpr std::uint8_t kPaperA4 = 9;  // ECMA-376 §18.3.1.63 paperSize
constexpr lxw_color_t kHeadFill = 0xDCE6F1;
constexpr lxw_color_t kRule = 0xA6A6A6;

struct Tab {
  lxw_worksheet* sheet{nullptr};
  std::string name;
  std::vector<ColumnText> columns;
  lxw_row_t next{1};
  unsigned part{1};
  std::uint64_t rows{0};
};

struct FreeWorkbook {
  void operator()(lxw_workbook* book) const { lxw_workbook_free(book); }
};

class Workbook final : public RowSink {
 public:
  Workbook(const model::ListingMeta& meta, const ExportOptions& options, lxw_row_t max_rows)
      : meta_(meta), options_(options), max_rows_(max_rows) {}

  Result<void> begin(const std::string& path, const std::string& directory);
  [[nodiscard]] bool wants(SheetId sheet) const override { return sheet != SheetId::assets; }
  void row(SheetId sheet, const std::vector<Cell>& cells) override;
  Result<ExportSummary> end();

 private:
  void make_formats();
  lxw_format* make_cell_format(const char* number_format, std::uint8_t align);
  void set_properties();
  void open_tab(Tab& tab, SheetId id);
  void set_paper(Tab& tab, SheetId id) const;
  void close_part(Tab& tab) const;
  void write_cell(const Tab& tab, lxw_col_t column, const Cell& cell);
  void write_text(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, std::string text,
                  lxw_format* format);
  void begin_cover(Tab& tab);
  void keep(lxw_error error) {
    if (error_ == LXW_NO_ERROR) error_ = error;
  }
  [[nodiscard]] Error failed(lxw_error error) const {
    return {ErrorCode::io, path_ + ": cannot write the workbook: " + lxw_strerror(error), {}};
  }

  const model::ListingMeta& meta_;
  const ExportOptions& options_;
  lxw_row_t max_rows_;
  std::string path_, directory_;
  std::unique_ptr<lxw_workbook, FreeWorkbook> book_;
  std::map<SheetId, Tab> tabs_;
  lxw_format *head_{}, *text_{}, *count_{}, *share_{}, *title_{}, *owner_{}, *item_{}, *content_{};
  lxw_error error_{LXW_NO_ERROR};
};

Result<void> Workbook::begin(const std::string& path, const std::string& directory) {
  path_ = path;
  directory_ = directory;
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  options.tmpdir = directory_.data();
  // Some readers refuse ZIP64; without it a file beyond 4 GiB is an error of the library, told as
  // such, and not a broken workbook.
  options.use_zip64 = LXW_FALSE;
  book_.reset(workbook_new_opt(path_.c_str(), &options));
  if (!book_) return failed(LXW_ERROR_MEMORY_MALLOC_FAILED);
  make_formats();
  set_properties();
  for (const auto& text : all_sheets()) {
    auto& tab = tabs_[text.id];
    tab.columns = columns_of(text.id);
    open_tab(tab, text.id);
    if (tab.sheet == nullptr) return failed(LXW_ERROR_CREATING_TMPFILE);
  }
  return {};
}

lxw_format* Workbook::make_cell_format(const char* number_format, std::uint8_t align) {
  auto* format = workbook_add_format(book_.get());
  format_set_font_name(format, kBodyFont);
  format_set_font_size(format, kBodySize);
  format_set_num_format(format, number_format);
  format_set_align(format, align);
  format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
  format_set_text_wrap(format);
  format_set_border(format, LXW_BORDER_THIN);
  format_set_border_color(format, kRule);
  return format;
}

void Workbook::make_formats() {
  text_ = make_cell_format("@", LXW_ALIGN_LEFT);
  count_ = make_cell_format("#,##0", LXW_ALIGN_RIGHT);
  share_ = make_cell_format("0.0%", LXW_ALIGN_RIGHT);
  format_set_indent(count_, 1);
  head_ = make_cell_format("@", LXW_ALIGN_CENTER);
  item_ = make_cell_format("@", LXW_ALIGN_CENTER);
  content_ = make_cell_format("@", LXW_ALIGN_LEFT);
  format_set_indent(content_, 1);
  for (auto* format : {item_, content_}) format_set_font_size(format, kCoverSize);
  for (auto* format : {head_, item_}) {
    format_set_font_name(format, kHeadFont);
    format_set_bg_color(format, kHeadFill);
  }
  title_ = workbook_add_format(book_.get());
  owner_ = workbook_add_format(book_.get());
  for (auto* format : {title_, owner_}) {
    format_set_font_name(format, kHeadFont);
    format_set_align(format, LXW_ALIGN_CENTER);
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    format_set_num_format(format, "@");
  }
  format_set_font_size(title_, 28);
  format_set_font_size(owner_, 16);
}

void Workbook::set_properties() {
  auto title = clean_text(organisation_of(meta_) + "网络资产清单");
  auto comments = clean_text("快照 " + snapshot_name(meta_) + "；SHA-256 " + meta_.sha256);
  auto author = clean_text(options_.exported_by);
  auto company = clean_text(organisation_of(meta_));
  lxw_doc_properties properties{};
  properties.title = title.data();
  properties.comments = comments.data();
  properties.author = author.data();
  properties.company = company.data();
  properties.created = static_cast<time_t>(meta_.cutoff.value / 1000);
  // Zero would mean "now", and now is not part of the snapshot.
  if (properties.created <= 0) properties.created = 1;
  keep(workbook_set_properties(book_.get(), &properties));
}

// In page headers & begins a code, and a text of theirs may be 255 characters long.
std::string header_text(std::string_view text) {
  std::string escaped;
  for (const char c : cut_for_width(clean_text(text), 60)) {
    escaped += c;
    if (c == '&') escaped += '&';
  }
  return escaped;
}

void Workbook::open_tab(Tab& tab, SheetId id) {
  const auto& words = sheet_text(id);
  tab.name = std::string(words.name);
  if (tab.part > 1) tab.name += "(" + std::to_string(tab.part) + ")";
  tab.sheet = workbook_add_worksheet(book_.get(), tab.name.c_str());
  if (tab.sheet == nullptr) return;
  set_paper(tab, id);
  for (std::size_t i = 0; i < tab.columns.size(); ++i) {
    const auto column = static_cast<lxw_col_t>(i);
    worksheet_set_column(tab.sheet, column, column, tab.columns[i].width, nullptr);
  }
  if (id == SheetId::cover) return begin_cover(tab);
  worksheet_freeze_panes(
      tab.sheet, 1,
      id == SheetId::identity || id == SheetId::carrying || id == SheetId::state ? 1 : 0);
  worksheet_repeat_rows(tab.sheet, 0, 0);
  worksheet_ignore_errors(tab.sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576");
  worksheet_set_row(tab.sheet, 0, kHeaderHeight, nullptr);
  for (std::size_t i = 0; i < tab.columns.size(); ++i) {
    write_text(tab.sheet, 0, static_cast<lxw_col_t>(i), tab.columns[i].title, head_);
  }
  tab.next = 1;
}

void Workbook::set_paper(Tab& tab, SheetId id) const {
  worksheet_set_paper(tab.sheet, kPaperA4);
  const bool upright = id == SheetId::cover || id == SheetId::statistics;
  if (upright) {
    worksheet_set_portrait(tab.sheet);
  } else {
    worksheet_set_landscape(tab.sheet);
  }
  worksheet_fit_to_pages(tab.sheet, 1, 0);
  worksheet_set_margins(tab.sheet, 0.4, 0.4, 0.75, 0.6);
  worksheet_center_horizontally(tab.sheet);
  const std::string footer =
      fmt::format("&L&8快照内容 SHA-256 {}&C&9第 &P 页，共 &N 页&R&8{}", meta_.sha256.substr(0, 16),
                  options_.unit.empty() ? "" : "仅限 " + header_text(options_.unit));
  worksheet_set_footer(tab.sheet, footer.c_str());
  if (id == SheetId::cover) return;
  const std::string header = fmt::format("&L&9{}网络资产清单&C&\"黑体\"&14{}&R&9数据截止 {}",
                                         header_text(organisation_of(meta_)),
                                         sheet_text(id).heading, format_local(meta_.cutoff));
  worksheet_set_header(tab.sheet, header.c_str());
}

void Workbook::begin_cover(Tab& tab) {
  worksheet_gridlines(tab.sheet, LXW_HIDE_ALL_GRIDLINES);
  worksheet_set_row(tab.sheet, 0, 60, nullptr);
  const auto owner = cut_for_cell(clean_text(organisation_of(meta_)));
  keep(worksheet_merge_range(tab.sheet, 0, 0, 0, 1, owner.c_str(), owner_));
  worksheet_set_row(tab.sheet, 1, 64, nullptr);
  keep(worksheet_merge_range(tab.sheet, 1, 0, 1, 1, "网 络 资 产 清 单", title_));
  worksheet_set_row(tab.sheet, 2, 18, nullptr);
  tab.next = 3;
}

void Workbook::write_text(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, std::string text,
                          lxw_format* format) {
  text = cut_for_cell(escape_xstring(cut_for_cell(clean_text(text))));
  if (text.empty()) {
    keep(worksheet_write_blank(sheet, row, column, format));
  } else {
    keep(worksheet_write_string(sheet, row, column, text.c_str(), format));
  }
}

void Workbook::write_cell(const Tab& tab, lxw_col_t column, const Cell& cell) {
  const auto kind = tab.columns[column].kind;
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    QD_EXPECTS(kind == Kind::count);
    keep(
        worksheet_write_number(tab.sheet, tab.next, column, static_cast<double>(*integer), count_));
  } else if (const auto* real = std::get_if<double>(&cell)) {
    QD_EXPECTS(kind == Kind::share);
    keep(worksheet_write_number(tab.sheet, tab.next, column, *real, share_));
  } else {
    write_text(tab.sheet, tab.next, column, plain_text(cell), text_);
  }
}

double row_height(const Tab& tab, SheetId id, const std::vector<Cell>& cells) {
  const bool cover = id == SheetId::cover;
  if (cover && is_signature(plain_text(cells[0]))) return kSignHeight;
  std::size_t lines = 1;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto* text = std::get_if<std::string>(&cells[i]);
    const double width = tab.columns[i].width * (cover ? kBodySize / kCoverSize : 1);
    if (text != nullptr)
      lines = std::max(lines, wrapped_lines(clean_text(*text), width * kUsableShare));
  }
  if (cover) return std::min(10 + kCoverLineHeight * static_cast<double>(lines), kMaxRowHeight);
  return std::max(kMinRowHeight, 4 + kLineHeight * static_cast<double>(std::min(lines, kMaxLines)));
}

void Workbook::row(SheetId id, const std::vector<Cell>& cells) {
  if (error_ != LXW_NO_ERROR) return;
  auto& tab = tabs_.at(id);
  if (tab.next >= max_rows_) {
    close_part(tab);
    ++tab.part;
    open_tab(tab, id);
    if (tab.sheet == nullptr) return keep(LXW_ERROR_CREATING_TMPFILE);
  }
  worksheet_set_row(tab.sheet, tab.next, row_height(tab, id, cells), nullptr);
  if (id == SheetId::cover) {
    write_text(tab.sheet, tab.next, 0, plain_text(cells[0]), item_);
    write_text(tab.sheet, tab.next, 1, plain_text(cells[1]), content_);
  } else {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      write_cell(tab, static_cast<lxw_col_t>(i), cells[i]);
    }
  }
  ++tab.next;
  ++tab.rows;
}

void Workbook::close_part(Tab& tab) const {
  const auto last_column = static_cast<lxw_col_t>(tab.columns.size() - 1);
  const lxw_row_t last_row = tab.next > 1 ? tab.next - 1 : 1;
  worksheet_autofilter(tab.sheet, 0, 0, last_row, last_column);
  worksheet_print_area(tab.sheet, 0, 0, last_row, last_column);
}

Result<ExportSummary> Workbook::end() {
  ExportSummary summary;
  for (auto& [id, tab] : tabs_) {
    if (id != SheetId::cover) close_part(tab);
    summary.rows += tab.rows;
    summary.sheets.emplace_back(sheet_text(id).name, tab.rows);
  }
  if (error_ != LXW_NO_ERROR) return failed(error_);
  const auto closed = workbook_close(book_.release());  // frees, whatever it returns
  if (closed != LXW_NO_ERROR) return failed(closed);
  return summary;
}

Result<std::string> digest_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  net::Sha256 digest;
  std::array<char, 65'536> buffer{};
  while (file) {
    file.read(buffer.data(), buffer.size());
    const auto size = static_cast<std::size_t>(file.gcount());
    digest.update(as_bytes(std::string_view(buffer.data(), size)));
  }
  if (!file.eof()) return Error{ErrorCode::io, path + ": cannot read back the workbook", {}};
  return digest.hex();
}

std::string reason() { return std::generic_category().message(errno); }

// Told before any work is done, and in one line of ours rather than the library's.
Result<void> check_writable(const std::string& partial, const std::string& path) {
  const UniqueFd file(::open(partial.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (file) return {};
  return Error{ErrorCode::io, path + ": cannot write the workbook here: " + reason(), {}};
}

// The name appears only when the content is on the disk.
Result<void> put_in_place(const std::string& partial, const std::string& path) {
  const UniqueFd file(::open(partial.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0 || std::rename(partial.c_str(), path.c_str()) != 0) {
    return Error{ErrorCode::io, path + ": cannot put the workbook in place: " + reason(), {}};
  }
  return {};
}

Result<ExportSummary> write_partial(const model::ListingSource& source,
                                    const ExportOptions& options, const std::string& partial,
                                    std::uint32_t max_rows) {
  const auto meta = source.meta();
  Workbook book(meta, options, max_rows);
  const auto parent = std::filesystem::path(partial).parent_path();
  if (auto begun = book.begin(partial, parent.empty() ? "." : parent.string()); !begun) {
    return begun.error();
  }
  if (auto walked = walk_listing(source, options, book); !walked) return walked.error();
  auto summary = book.end();
  if (!summary) return summary;
  auto digest = digest_of(partial);
  if (!digest) return digest.error();
  summary->sha256 = std::move(*digest);
  return summary;
}

}  // namespace

Result<ExportSummary> write_limited_workbook(const model::ListingSource& source,
                                             const ExportOptions& options, const std::string& path,
                                             std::uint32_t max_rows) {
  const std::string partial = path + ".partial";
  if (auto fine = check_writable(partial, path); !fine) return fine.error();
  auto summary = write_partial(source, options, partial, max_rows);
  if (summary) {
    auto placed = put_in_place(partial, path);
    if (!placed) summary = placed.error();
  }
  if (!summary) std::remove(partial.c_str());
  return summary;
}

Result<ExportSummary> write_workbook(const model::ListingSource& source,
                                     const ExportOptions& options, const std::string& path) {
  return write_limited_workbook(source, options, path, kMaxSheetRows);
}

}  // namespace qingdan::report
