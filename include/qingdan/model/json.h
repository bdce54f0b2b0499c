// json — the one JSON spelling of the model: members in a fixed (alphabetical) order, UTF-8 kept as
// it is, bytes that are no UTF-8 replaced by U+FFFD, empty members left out of statements. The same
// value gives the same text on every machine, so digests over it hold.
//
// The only place of the JSON library; parse_* never throws and says what is wrong in one line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "qingdan/base/result.h"
#include "qingdan/model/change.h"
#include "qingdan/model/claim.h"
#include "qingdan/model/run.h"
#include "qingdan/model/world.h"

namespace qingdan::model {

[[nodiscard]] std::string to_json(std::string_view text);  // a JSON string
[[nodiscard]] std::string to_json(const std::vector<std::string>& texts);
[[nodiscard]] std::string to_json(const ProductStatement& statement);
[[nodiscard]] std::string to_json(const std::vector<ProductStatement>& statements);
[[nodiscard]] std::string to_json(const TlsStatement& statement);
[[nodiscard]] std::string to_json(const WebsiteStatement& statement);
[[nodiscard]] std::string to_json(const CertificateStatement& statement);
[[nodiscard]] std::string to_json(const Change& change);
[[nodiscard]] std::string to_json(const AssetRecord& asset);  // whole: claims, facts, services
[[nodiscard]] std::string to_json(const Run& run);
[[nodiscard]] std::string to_json(const RunCounts& counts);
[[nodiscard]] std::string to_json(const std::vector<Exclusion>& exclusions);
[[nodiscard]] std::string to_json(const PortResult& result);  // the line of `sweep`

[[nodiscard]] Result<std::string> parse_text(std::string_view json);  // a JSON string
[[nodiscard]] Result<std::vector<std::string>> parse_texts(std::string_view json);
[[nodiscard]] Result<ProductStatement> parse_product(std::string_view json);
[[nodiscard]] Result<std::vector<ProductStatement>> parse_products(std::string_view json);
[[nodiscard]] Result<TlsStatement> parse_tls(std::string_view json);
[[nodiscard]] Result<WebsiteStatement> parse_website(std::string_view json);
[[nodiscard]] Result<CertificateStatement> parse_certificate_statement(std::string_view json);
[[nodiscard]] Result<Change> parse_change(std::string_view json);
[[nodiscard]] Result<AssetRecord> parse_asset(std::string_view json);
[[nodiscard]] Result<Run> parse_run(std::string_view json);
[[nodiscard]] Result<RunCounts> parse_run_counts(std::string_view json);
[[nodiscard]] Result<std::vector<Exclusion>> parse_exclusions(std::string_view json);

// One line of `rules identify`: what the corpus' score.py asks and expects.
struct IdentifyQuestion {
  std::string id;        // as given: a JSON text, echoed
  std::string input;
  Bytes bytes;           // from "text" or "text_b64"
  std::vector<std::pair<std::string, std::string>> extra;  // further members with string or number value
};
[[nodiscard]] Result<IdentifyQuestion> parse_question(std::string_view line);

// What is the same in every answer that names the product. The texts are not copied: they belong to
// who answered, and are good as long as that is.
struct ProductWords {
  std::string_view id, vendor, vendor_zh, product, product_zh, category, xinchuang, role;
};

// What an answer says of one product: the words that its input adds to what is always said.
struct AnswerStatement {
  const ProductWords* words{nullptr};  // null = nothing is said
  std::string_view rule;               // as the words are, not copied
  std::string name;                    // of the product, where the input says more of it
  std::string version, package, model, cpe;
  Precision precision{Precision::unknown};
  int confidence{0};

  explicit operator bool() const { return words != nullptr; }
  [[nodiscard]] std::string_view product() const {
    return words == nullptr || !name.empty() ? std::string_view(name) : words->product;
  }
};

struct IdentifyAnswer {
  std::string id;
  AnswerStatement service, os, hw;
  std::vector<AnswerStatement> also;
};
[[nodiscard]] std::string to_json(const IdentifyAnswer& answer);

// A flat object for `--format jsonl`, members in the order given. RawJson is put in as it is.
struct RawJson {
  std::string text;
};
using Cell = std::variant<std::monostate, std::string, std::int64_t, double, bool, RawJson>;
[[nodiscard]] std::string to_json_object(const std::vector<std::pair<std::string, Cell>>& members);

}  // namespace qingdan::model
