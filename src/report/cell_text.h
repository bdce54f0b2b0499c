// cell_text — foreign text made fit for a cell. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qingdan::report {

// Valid UTF-8 without what a sheet cannot hold or a reader cannot see: control characters (line
// feed and tab stay), bidirectional overrides, non-characters become U+FFFD; CR LF becomes LF.
[[nodiscard]] std::string clean_text(std::string_view text);

// A cell of a workbook holds 32 767 UTF-16 units; longer text is cut and ends in "…".
[[nodiscard]] std::string cut_for_cell(std::string text);

// Office software reads _xHHHH_ in a string as the character U+HHHH (ECMA-376 §22.9.2.19
// ST_Xstring); text that merely looks so gets its underscore spelt out.
[[nodiscard]] std::string escape_xstring(std::string text);

// The CSV rule of table_writer.h, and its inverse.
[[nodiscard]] std::string protect_formula(std::string text);
[[nodiscard]] std::string_view unprotect_formula(std::string_view text);

// 张三丰 → 张**, 13812345678 → 138****5678.
[[nodiscard]] std::string mask_contact(std::string_view text);

// Columns a terminal needs: East Asian wide characters two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view utf8);
// Lines that a text takes in `width` columns when words are kept whole where they fit and wide
// characters may be parted anywhere, as office programs do.
[[nodiscard]] std::size_t wrapped_lines(std::string_view utf8, double width);
// At most `width` columns; ends in "…" where cut.
[[nodiscard]] std::string cut_for_width(std::string_view utf8, std::size_t width);

}  // namespace qingdan::report
