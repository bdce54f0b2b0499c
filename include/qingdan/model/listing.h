// listing — what a 《网络资产清单》 is printed from: the content of one sealed snapshot, streamed.
//
// The registry implements ListingSource, report prints it. Rows are handed over one at a time and
// not kept, so a list of a million services needs no more memory than one of ten; the order stated
// at each function is part of the contract, because the printed bytes depend on it:
//   L1  the same snapshot gives the same calls in the same order, today and in five years
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/model/change.h"
#include "qingdan/model/claim.h"
#include "qingdan/model/ids.h"
#include "qingdan/model/run.h"
#include "qingdan/model/vocabulary.h"
#include "qingdan/model/world.h"

namespace qingdan::model {

struct ListingMeta {
  SnapshotId snapshot;
  std::string sha256;      // of the sealed content, hex
  std::string version;     // 清单版本, e.g. "2026-11-22/3"; "" = the snapshot's number
  UnixMillis cutoff;       // 数据截止时间: nothing later is in it
  UnixMillis period_from;  // start of 本期: after the cut-off of the list before; 0 = first list
  std::string organisation;   // whose network; "" = the authorisation's issuer
  std::string authorisation;  // number of the document, of the newest run
  std::string issued_by;
  std::string program_version;
  std::string rule_release;
};

// A run that the list rests on: those that ended in this period, or the newest one.
struct ListedRun {
  Run run;
  RunCounts counts;
  Coverage coverage;
};

// One line of the address ledger (sheet 05).
struct ListedAddress {
  std::string zone;
  net::Address ip;
  std::string asset_number;            // bound now, "" = none
  std::string unit;                    // fact asset.unit of that asset, text, "" = unknown
  std::optional<HostOutcome> outcome;  // in the newest run of the list that covered it
  UnixMillis first_answered, last_answered;
  std::uint32_t bindings{0};  // assets it was ever bound to, the present one included
  std::string anomaly;        // "伪存活" where it answers for nobody, "" = none
  std::string reverse_name{};  // 反向DNS, as the owner's name server said last; "" = none is known
};

struct CertificateUse {
  Endpoint at;
  std::string vhost;  // "" = shown to those who ask by address
  std::string asset_number;
  std::string unit;
};

struct ListedCertificate {
  CertificateStatement certificate;  // `der` may be left empty
  std::vector<CertificateUse> uses;  // by (zone, ip, transport, port, vhost)
  UnixMillis first_seen, last_seen;
};

// An error of a function is what stopped the reading; the callback is not called again after it.
class ListingSource {
 public:
  virtual ~ListingSource() = default;

  [[nodiscard]] virtual ListingMeta meta() const = 0;
  // Newest last.
  [[nodiscard]] virtual Result<void> for_each_run(
      const std::function<void(const ListedRun&)>& each) const = 0;
  // By 资产编号. Claims may be left out; facts, bindings (all, past ones too), identifiers and
  // services with their facts are needed; services by (zone, ip, transport, port, vhost).
  [[nodiscard]] virtual Result<void> for_each_asset(
      const std::function<void(const AssetRecord&)>& each) const = 0;
  // Every address that an asset is or was bound to, and every one that answered but has no asset;
  // by (zone, ip).
  [[nodiscard]] virtual Result<void> for_each_address(
      const std::function<void(const ListedAddress&)>& each) const = 0;
  // Those used by a listed service; by SHA-256.
  [[nodiscard]] virtual Result<void> for_each_certificate(
      const std::function<void(const ListedCertificate&)>& each) const = 0;
  // Of this period, by seq; asset_number is filled.
  [[nodiscard]] virtual Result<void> for_each_change(
      const std::function<void(const Change&)>& each) const = 0;
};

}  // namespace qingdan::model
