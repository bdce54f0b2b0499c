// listing_export — profiles, and one sheet of the list into any table writer.
#include "qingdan/report/listing_export.h"

#include "report/cell_text.h"
#include "report/listing_walk.h"
#include "report/sheets.h"

namespace qingdan::report {
namespace {

class OneSheet final : public RowSink {
 public:
  OneSheet(SheetId sheet, TableWriter& writer) : sheet_(sheet), writer_(writer) {}
  [[nodiscard]] bool wants(SheetId sheet) const override { return sheet == sheet_; }
  void row(SheetId, const std::vector<Cell>& cells) override {
    writer_.row(cells);
    ++rows_;
  }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  SheetId sheet_;
  TableWriter& writer_;
  std::uint64_t rows_{0};
};

}  // namespace

std::string_view to_string(Profile profile) {
  switch (profile) {
    case Profile::full:
      return "full";
    case Profile::unit:
      return "unit";
    case Profile::masked:
      return "masked";
  }
  return {};
}

std::optional<Profile> parse_profile(std::string_view text) {
  for (const auto profile : {Profile::full, Profile::unit, Profile::masked}) {
    if (to_string(profile) == text) return profile;
  }
  return std::nullopt;
}

Result<ExportSummary> write_sheet(const model::ListingSource& source, const ExportOptions& options,
                                  std::string_view sheet, TableWriter& writer) {
  const auto id = find_sheet(sheet);
  if (!id) {
    std::string known(sheet_text(SheetId::assets).key);
    for (const auto& text : all_sheets()) known += ", " + std::string(text.key);
    return Error{ErrorCode::usage,
                 "there is no sheet " + std::string(sheet) + "; it is one of " + known,
                 {}};
  }
  std::vector<std::string> titles;
  for (const auto& column : columns_of(*id)) titles.emplace_back(column.title);
  writer.begin(titles);
  OneSheet sink(*id, writer);
  if (auto walked = walk_listing(source, options, sink); !walked) return walked.error();
  if (auto ended = writer.end(); !ended) return ended.error();
  ExportSummary summary;
  summary.rows = sink.rows();
  summary.sheets.emplace_back(sheet_text(*id).name, sink.rows());
  return summary;
}

}  // namespace qingdan::report
