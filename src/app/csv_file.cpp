// csv_file — see csv_file.h.
#include "app/csv_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "qingdan/net/digest.h"

namespace qingdan::app {
namespace {

report::Encoding encoding_of(const std::string& word) {
  if (word == "gb18030") return report::Encoding::gb18030;
  return word == "utf8" ? report::Encoding::utf8 : report::Encoding::utf8_bom;
}

Error cannot(const std::string& path) {
  return {ErrorCode::io, fmt::format("{}: cannot write: {}", path, std::strerror(errno)), ""};
}

Result<std::string> digest_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  net::Sha256 digest;
  Bytes piece(1 << 16);
  while (file) {
    file.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
    digest.update(BytesView(piece).first(static_cast<std::size_t>(file.gcount())));
  }
  if (!file.eof()) return cannot(path);
  return digest.hex();
}

}  // namespace

Result<report::ExportSummary> write_csv_file(const model::ListingSource& source,
                                             const report::ExportOptions& options,
                                             const std::string& sheet, const std::string& encoding,
                                             const std::string& path) {
  const std::string part = path + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  if (!file) return cannot(path);
  const auto writer = report::make_csv(file, encoding_of(encoding));
  auto summary = report::write_sheet(source, options, sheet, *writer);
  file.close();
  if (!summary || !file) {
    const Error error = !summary ? summary.error() : cannot(path);
    std::remove(part.c_str());
    return error;
  }
  auto digest = digest_of(part);
  if (!digest) return digest.error();
  if (std::rename(part.c_str(), path.c_str()) != 0) return cannot(path);
  summary->sha256 = *digest;
  return summary;
}

}  // namespace qingdan::app
