// sheets — the sheets of the list and their columns: what the workbook, the CSV and the data
// dictionary (sheet 16) all read. A column is its words and the function that fills it, so the
// dictionary cannot say what the sheet does not do.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "qingdan/report/table_writer.h"

namespace qingdan::report {

enum class SheetId : std::uint8_t {
  cover,         // 00
  statistics,    // 01
  identity,      // 04-1
  carrying,      // 04-2
  state,         // 04-3
  addresses,     // 05
  services,      // 06
  components,    // 07
  websites,      // 08
  certificates,  // 09
  changes,       // 11
  doubts,        // 12
  coverage,      // 14
  dictionary,    // 16
  assets         // 04: identity, carrying and state in one row; CSV only
};

enum class Kind : std::uint8_t {
  text,    // an identifier, name, version, address, time: never a number
  count,   // a number people add up
  share,   // 0..1, printed as per cent
  contact  // a person; shortened in the masked profile
};

struct ColumnText {
  const char* title;
  const char* source;  // P probed, T traffic, I imported, M manual, D derived
  double width;        // in characters of the body font
  const char* meaning;
  const char* values;  // closed words or the form, "" = free text
  Kind kind{Kind::text};
};

template <class Row>
struct Column {
  ColumnText text;
  Cell (*value)(const Row&);
};

struct SheetText {
  SheetId id;
  std::string_view key;      // "04-1"
  std::string_view name;     // of the tab: "04-1 主机与设备-身份"
  std::string_view heading;  // on paper: "主机与设备（身份）"
};

[[nodiscard]] std::span<const SheetText> all_sheets();  // in the order of the tabs
[[nodiscard]] const SheetText& sheet_text(SheetId sheet);
[[nodiscard]] std::optional<SheetId> find_sheet(std::string_view key);
[[nodiscard]] std::vector<ColumnText> columns_of(SheetId sheet);

struct AssetView;
struct ServiceRow;
struct ComponentRow;
struct CertificateRow;
struct ChangeRow;
struct DoubtRow;
struct CoverageRow;
struct StatisticRow;
struct AddressRow;
struct FieldRow;  // of the dictionary
struct CoverRow;

[[nodiscard]] std::span<const Column<CoverRow>> cover_columns();
[[nodiscard]] std::span<const Column<StatisticRow>> statistics_columns();
[[nodiscard]] std::span<const Column<AssetView>> identity_columns();
[[nodiscard]] std::span<const Column<AssetView>> carrying_columns();
[[nodiscard]] std::span<const Column<AssetView>> state_columns();
[[nodiscard]] std::span<const Column<AddressRow>> address_columns();
[[nodiscard]] std::span<const Column<ServiceRow>> service_columns();
[[nodiscard]] std::span<const Column<ComponentRow>> component_columns();
[[nodiscard]] std::span<const Column<ServiceRow>> website_columns();
[[nodiscard]] std::span<const Column<CertificateRow>> certificate_columns();
[[nodiscard]] std::span<const Column<ChangeRow>> change_columns();
[[nodiscard]] std::span<const Column<DoubtRow>> doubt_columns();
[[nodiscard]] std::span<const Column<CoverageRow>> coverage_columns();
[[nodiscard]] std::span<const Column<FieldRow>> dictionary_columns();

// 04-2 and 04-3 begin like 04-1, with the number and the main address.
inline constexpr int kRepeatedColumns = 2;

template <class Row>
std::vector<Cell> cells_of(std::span<const Column<Row>> columns, const Row& row) {
  std::vector<Cell> cells;
  cells.reserve(columns.size());
  for (const auto& column : columns) cells.push_back(column.value(row));
  return cells;
}

}  // namespace qingdan::report
