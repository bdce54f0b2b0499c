// rows — the model's nouns as rows, one pair of functions each; SQL that is shared stands here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/model/run.h"
#include "qingdan/model/world.h"
#include "registry/sqlite.h"
#include "registry/words.h"

namespace qingdan::registry {

// ZC-000001 of id 1; more digits where they are needed.
[[nodiscard]] std::string asset_number(std::int64_t id);
[[nodiscard]] std::optional<model::AssetId> parse_asset_number(std::string_view text);

// Ids of zones by name, for the length of one transaction (a rollback takes new ids back).
class Zones {
 public:
  explicit Zones(Database& database) : database_(database) {}
  std::int64_t id(const std::string& name);  // makes the zone where it is new

 private:
  Database& database_;
  std::map<std::string, std::int64_t> ids_;
};

inline constexpr std::string_view kRunColumns =
    "id, kind, state, started, ended, vantage, scope_hash, authorisation, issued_by, method, "
    "ports, "
    "rule_release, program_version, failure, applied";
inline constexpr int kRunApplied = 14;
[[nodiscard]] model::Run read_run(const Use& row);
[[nodiscard]] std::optional<model::Run> find_run(Database& database, model::RunId run);

void write_coverage(Database& database, model::RunId run, const model::Coverage& coverage);
// Zeros where none were recorded.
[[nodiscard]] model::RunCounts find_counts(Database& database, model::RunId run);

// Empty where the run has none.
[[nodiscard]] model::Coverage read_coverage(Database& database, model::RunId run);
// "12a244s" and back; nullopt for a text that is none.
[[nodiscard]] std::string encode_outcomes(const std::vector<model::HostOutcome>& outcomes);
[[nodiscard]] std::optional<std::vector<model::HostOutcome>> decode_outcomes(std::string_view text);

// One asset with all that model/world.h says, in its order; nullopt = no such asset.
[[nodiscard]] std::optional<model::AssetRecord> read_asset(Words& words, model::AssetId asset);

void write_change(Database& database, const model::Change& change,
                  std::optional<model::AssetId> asset);
inline constexpr std::string_view kChangeColumns =
    "seq, at, run_id, type, object, asset_id, zone, ip, transport, port, field, before, after, "
    "cause, "
    "evidence";
[[nodiscard]] model::Change read_change(const Use& row);

// Four columns: name of the zone, ip, transport, port.
[[nodiscard]] model::Endpoint read_endpoint(const Use& row, int from);

inline constexpr std::string_view kCertificateColumns =
    "c.sha256, c.subject, c.issuer, c.san, c.key_algorithm, c.key_bits, c.signature_algorithm, "
    "c.serial, "
    "c.spki_sha256, c.not_before, c.not_after, c.self_signed";
// Without der.
[[nodiscard]] model::CertificateStatement read_certificate(Database& database, const Use& row);

// 0 is stored as NULL where a column refers to another table.
template <class Tag>
std::optional<model::Id<Tag>> reference(model::Id<Tag> id) {
  return id ? std::optional(id) : std::nullopt;
}

}  // namespace qingdan::registry
