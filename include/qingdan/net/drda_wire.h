// drda_wire — Exchange Server Attributes, with which every client of DB2 and its kin begins before
// it says who it is, and the answer. Pure, bounded. Source: The Open Group, DRDA V5 Volume 3 (DDM):
// DSS, EXCSAT, EXCSATRD; names in EBCDIC (code page 500).
//
// Channel db2.exchange = the DSS as it came.
#pragma once

#include <optional>
#include <string>

#include "qingdan/base/bytes.h"
#include "qingdan/net/frames.h"

namespace qingdan::net {

[[nodiscard]] Bytes build_drda_exchange();

inline constexpr std::size_t kDrdaMax = 8192;
[[nodiscard]] Extent measure_drda(BytesView stream);

struct DrdaAttributes {
  std::string class_name;  // SRVCLSNM: "QDB2/LINUXX8664", "IDS/UNIX64", "Apache Derby"
  std::string release;     // SRVRLSLV: "SQL11055", "CSS10140"
  std::string name;        // SRVNAM
};
[[nodiscard]] std::optional<DrdaAttributes> parse_drda(BytesView stream);

// "11.5.5" of "SQL11055" (two digits, two digits, one digit; Db2 documentation, PRDID); ""
// otherwise.
[[nodiscard]] std::string db2_version_text(std::string_view release);

}  // namespace qingdan::net
