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

// Removes the unfinished file where anything failed.
class Part {
 public:
  explicit Part(const std::string& path) : target_(path), name_(path + ".part") {}
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  ~Part() {
    if (!placed_) std::remove(name_.c_str());
  }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool place() {
    placed_ = std::rename(name_.c_str(), target_.c_str()) == 0;
    return placed_;
  }

 private:
  const std::string target_, name_;
  bool placed_ = false;
};

}  // namespace

Result<report::ExportSummary> write_csv_file(const model::ListingSource& source,
                                             const report::ExportOptions& options,
                                             const std::string& sheet, const std::string& encoding,
                                             const std::string& path) {
  Part part(path);
  std::ofstream file(part.name(), std::ios::binary | std::ios::trunc);
  if (!file) return cannot(path);
  const auto writer = report::make_csv(file, encoding_of(encoding));
  auto summary = report::write_sheet(source, options, sheet, *writer);
  file.close();
  if (!summary) return summary.error();
  if (!file) return cannot(path);
  auto digest = digest_of(part.name());
  if (!digest) return digest.error();
  if (!part.place()) return cannot(path);
  summary->sha256 = *digest;
  return summary;
}

}  // namespace qingdan::app
