// query — reading the register beside its writer. Each call sees one moment of it; a list that is
// being streamed does not change under the reader. Nothing here writes.
//
// Rows come by callback and are never capped; a callback that returns false ends the list.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "qingdan/base/clock.h"
#include "qingdan/base/result.h"
#include "qingdan/model/change.h"
#include "qingdan/model/checkpoint.h"
#include "qingdan/model/run.h"
#include "qingdan/model/world.h"

namespace qingdan::registry {

class Database;

// One condition of a filter; several must all hold. `negated` = written with !=.
struct Term {
  std::string key;
  std::string value;
  bool negated{false};
  std::size_t at{0};  // byte offset in the text, for messages
};
struct Filter {
  std::vector<Term> terms;
};

// QUERY = term { ["&&"] term }; term = key ("=" | "!=") value; value = word or "…" (\" for a
// quote).
//   ip        address, prefix or range     port     a port set: 22,8000-8100; any transport unless
//   T: U: product   part of its name, Chinese name or vendor, any case vendor version cpe title os
//   host name   part of it asset zone transport vhost state verdict service rule unit system class
//   presence registration
//             the whole word                tls      yes, no, or a version
// All keys may be asked of both lists; assets are those with one open service that meets what is
// asked of services. An unknown key or a bad value is an Error with its column.
[[nodiscard]] Result<Filter> parse_filter(std::string_view text);

struct ServiceRow {   // keys of `services list`
  std::string asset;  // 资产编号
  std::string zone, ip;
  std::uint16_t port{0};
  std::string transport, vhost, state, verdict;
  std::string tls;      // "TLSv1.3", "" = none
  std::string service;  // "ssh"
  std::string vendor, product, product_zh, version, cpe;
  std::string os;  // "Debian 12"
  int confidence{0};
  std::string rule;
  std::string also;  // JSON array of product statements, "" = none
  UnixMillis first_seen, last_seen;
  std::vector<std::string> doubts;  // 待核实: which of these keys; vendor to cpe are one, "product"
};

struct AssetRow {                     // keys of `assets list`
  std::string asset, name, ip, zone;  // ip: the oldest binding that holds now, or the last one
  std::vector<std::string> other_ips;
  std::string unit, system, os, device_class, host;
  std::string presence, registration, lifecycle;
  std::uint64_t services{0};  // open and listed
  UnixMillis first_seen, last_seen;
  std::vector<std::string> doubts;  // 待核实: which of these keys
};

struct CertificateRow {
  model::CertificateStatement certificate;  // without der
  std::vector<model::Endpoint> used_at;     // services that show it now
  std::vector<std::string> assets;
  UnixMillis first_seen, last_seen;
};

struct RunRow {
  model::Run run;
  model::RunCounts counts;
  UnixMillis applied;  // 0 = not in the register
  std::uint64_t answered{0}, silent{0}, skipped{0}, unreachable{0}, error{0};  // addresses
  std::uint64_t deferred{0};   // probes that wait for a window
  double lost_estimate{-1};    // probes without an answer for the network's sake; -1 = unknown
  double missed_estimate{-1};  // open ports not found
};

// Whether a network was touched, and what is to be looked at (runs touched).
struct TouchFilter {
  net::AddressRange addresses;
  UnixMillis from, to{std::numeric_limits<std::int64_t>::max()};  // both included
};
struct TouchRow {
  model::Run run;
  bool gap{false};  // nobody knows what was sent then; `sent` has only the times
  model::SentBlock sent;
  std::int64_t packets{0};  // of a gap: at most; -1 = no bound
};

struct ChangeFilter {
  std::int64_t after_seq{0};              // only later ones
  std::optional<model::RunId> run;        // of this run
  std::optional<model::RunId> since_run;  // of runs after this one, up to and including `run`
};

class Query {
 public:
  // Error where there is no such file, it is no register or of a newer program. Opens for reading
  // only; an older register is refused with the hint to let a writing command migrate it.
  [[nodiscard]] static Result<Query> open(const std::string& path);
  Query(Query&&) noexcept;
  Query& operator=(Query&&) noexcept;
  ~Query();

  // Ordered by zone, ip, transport, port, vhost.
  [[nodiscard]] Result<void> services(const Filter& filter,
                                      const std::function<bool(const ServiceRow&)>& on_row) const;
  // Ordered by 资产编号.
  [[nodiscard]] Result<void> assets(const Filter& filter,
                                    const std::function<bool(const AssetRow&)>& on_row) const;
  // By 资产编号 or an address it is bound to now; of merged ones the survivor, with what is known
  // of them. nullopt = none such.
  [[nodiscard]] Result<std::optional<model::AssetRecord>> find_asset(std::string_view name) const;
  // All records with everything, by id, streamed one at a time; those that were merged as they are
  // kept, each for itself.
  [[nodiscard]] Result<void> records(
      const std::function<bool(const model::AssetRecord&)>& on_row) const;
  // Ordered by seq.
  [[nodiscard]] Result<void> changes(const ChangeFilter& filter,
                                     const std::function<bool(const model::Change&)>& on_row) const;
  // Changes of one asset, oldest first.
  [[nodiscard]] Result<std::vector<model::Change>> changes_of(model::AssetId asset) const;
  // Newest first.
  [[nodiscard]] Result<std::vector<RunRow>> runs() const;
  [[nodiscard]] Result<std::optional<RunRow>> find_run(model::RunId run) const;
  [[nodiscard]] Result<model::Coverage> coverage(model::RunId run) const;
  // By block; empty where the run kept none.
  [[nodiscard]] Result<std::vector<model::PrefixReport>> reports(model::RunId run) const;
  // What the probe ledger says was sent to the blocks of these addresses, one row per run, block,
  // kind and address of ours, and the gaps of its record within the time.
  [[nodiscard]] Result<std::vector<TouchRow>> touched(const TouchFilter& filter) const;
  // Hosts the run stopped probing, by time, with what was sent to them before.
  [[nodiscard]] Result<std::vector<model::GuardTrip>> trips(model::RunId run) const;
  // What the newest applied run that was told anything knows of 反向DNS of an address.
  struct ReverseNameTold {
    model::ReverseName told;
    model::RunId run;
  };
  [[nodiscard]] Result<std::optional<ReverseNameTold>> reverse_name(const std::string& zone,
                                                                    const net::Address& ip) const;
  // Of one run, or of all that are in the register, as the newest saw them; by (zone, block).
  [[nodiscard]] Result<std::vector<model::Middlebox>> middleboxes(
      std::optional<model::RunId> run) const;
  // The last run that is in the register; nullopt = none yet.
  [[nodiscard]] Result<std::optional<model::RunId>> last_applied() const;
  [[nodiscard]] Result<void> certificates(
      const std::function<bool(const CertificateRow&)>& on_row) const;
  // Raw bytes by SHA-256 (hex).
  [[nodiscard]] Result<std::optional<Bytes>> find_blob(std::string_view sha256) const;
  struct Evidence {
    model::Observation observation;  // raw filled
    model::RunId run;
    std::string sha256;
  };
  // What was observed at one endpoint, newest run first.
  [[nodiscard]] Result<std::vector<Evidence>> evidence(const model::Endpoint& at) const;

 private:
  explicit Query(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace qingdan::registry
