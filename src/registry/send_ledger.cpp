// send_ledger — see the header.
//
// hash = SHA-256 over the hash before it (64 hex digits, zeros before the first row) and, each as
// its length in decimal, ":", the text and ",": seq, run, the run's authorisation and issuer, kind,
// since, until, packets, blocks. So neither a row nor the authorisation it was sent under can be
// altered, dropped or put in without breaking every later one.
#include "registry/send_ledger.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "qingdan/base/text.h"
#include "qingdan/net/digest.h"
#include "qingdan/registry/query.h"
#include "registry/ledger.h"
#include "registry/rows.h"

namespace qingdan::registry {
namespace {

void put(Bytes& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

std::optional<std::uint64_t> get(ByteReader& reader) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = reader.u8();
    if (!reader) return std::nullopt;
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<net::Address> get_address(ByteReader& reader) {
  const auto size = reader.u8();
  if (size != 4 && size != 6) return std::nullopt;
  const auto bytes = reader.take(size == 4 ? 4 : 16);
  if (!reader) return std::nullopt;
  Bytes key{size};
  key.insert(key.end(), bytes.begin(), bytes.end());
  return parse_address_key(key);
}

void put_address(Bytes& bytes, const net::Address& address) {
  const auto key = address_key(address);
  bytes.insert(bytes.end(), key.begin(), key.end());
}

struct Row {
  std::int64_t seq{0};
  model::RunId run;
  std::string authorisation, issued_by, kind;
  UnixMillis since, until;
  std::int64_t packets{0};
  Bytes blocks;
};

std::string row_hash(std::string_view previous, const Row& row) {
  net::Sha256 digest;
  digest.update(as_bytes(previous));
  for (const auto& part :
       {std::to_string(row.seq), std::to_string(row.run.value), row.authorisation, row.issued_by,
        row.kind, std::to_string(row.since.value), std::to_string(row.until.value),
        std::to_string(row.packets), std::string(as_text(row.blocks))}) {
    digest.update(as_bytes(std::to_string(part.size()) + ":" + part + ","));
  }
  return digest.hex();
}

void append(Database& database, Row row) {
  std::string previous(kNoHash);
  row.seq = 1;
  {
    auto last = database.ask("SELECT seq, hash FROM probe_ledger ORDER BY seq DESC LIMIT 1");
    if (last.next()) {
      row.seq = last.integer(0) + 1;
      previous = to_hex(last.bytes(1));
    }
  }
  if (const auto run = find_run(database, row.run)) {
    row.authorisation = run->authorisation;
    row.issued_by = run->issued_by;
  }
  const Bytes hash = *from_hex(row_hash(previous, row));
  database.run(
      "INSERT INTO probe_ledger (seq, run_id, kind, since, until, packets, blocks, hash) VALUES "
      "(?, ?, ?, ?, ?, ?, ?, ?)",
      row.seq, row.run, row.kind, row.since, row.until, row.packets, row.blocks, hash);
}

// Rows of the ledger put together, by run, block, kind and address of ours.
class Touched {
 public:
  explicit Touched(const TouchFilter& filter) : filter_(filter) {}

  void add(model::RunId run, const model::SentBlock& sent) {
    const auto block = net::block_of(sent.block).range();
    const bool elsewhere =
        block.last < filter_.addresses.first || block.first > filter_.addresses.last;
    if (elsewhere || sent.last < filter_.from || sent.first > filter_.to) return;
    auto& row = rows_[{run.value, sent.block, sent.kind, sent.from}];
    if (row.sent.packets == 0) row.sent = sent;
    if (row.packets != 0) {
      row.sent.first = std::min(row.sent.first, sent.first);
      row.sent.last = std::max(row.sent.last, sent.last);
      row.sent.packets += sent.packets;
    }
    row.run.id = run;
    row.packets = static_cast<std::int64_t>(row.sent.packets);
  }
  [[nodiscard]] std::vector<TouchRow> take() {
    std::vector<TouchRow> rows;
    for (auto& [key, row] : rows_) rows.push_back(std::move(row));
    return rows;
  }

 private:
  using Key = std::tuple<std::int64_t, net::Address, model::SendKind, net::Address>;
  const TouchFilter& filter_;
  std::map<Key, TouchRow> rows_;
};

}  // namespace

Bytes pack_sent(std::span<const model::SentBlock> blocks, UnixMillis since) {
  std::vector<net::Address> ours;
  for (const auto& block : blocks) {
    if (std::find(ours.begin(), ours.end(), block.from) == ours.end()) ours.push_back(block.from);
  }
  Bytes bytes;
  put(bytes, ours.size());
  for (const auto& address : ours) put_address(bytes, address);
  put(bytes, blocks.size());
  for (const auto& block : blocks) {
    put_address(bytes, block.block);
    bytes.push_back(static_cast<std::uint8_t>(block.kind));
    const auto found = std::find(ours.begin(), ours.end(), block.from);
    put(bytes, static_cast<std::uint64_t>(found - ours.begin()));
    put(bytes, block.packets);
    put(bytes, static_cast<std::uint64_t>((block.first - since).count()));
    put(bytes, static_cast<std::uint64_t>((block.last - block.first).count()));
  }
  return bytes;
}

std::optional<std::vector<model::SentBlock>> unpack_sent(BytesView bytes, UnixMillis since) {
  ByteReader reader(bytes);
  std::vector<net::Address> ours;
  const auto addresses = get(reader);
  for (std::uint64_t i = 0; addresses && i < *addresses; ++i) {
    const auto address = get_address(reader);
    if (!address) return std::nullopt;
    ours.push_back(*address);
  }
  const auto count = get(reader);
  if (!count) return std::nullopt;
  std::vector<model::SentBlock> blocks;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto block = get_address(reader);
    const auto kind = reader.u8();
    const auto from = get(reader);
    const auto packets = get(reader);
    const auto first = get(reader);
    const auto length = get(reader);
    if (!block || !length || *from >= ours.size() ||
        kind > static_cast<std::uint8_t>(model::SendKind::arp)) {
      return std::nullopt;
    }
    const UnixMillis begun{since.value + static_cast<std::int64_t>(*first)};
    blocks.push_back({*block,
                      static_cast<model::SendKind>(kind),
                      ours[*from],
                      *packets,
                      begun,
                      {begun.value + static_cast<std::int64_t>(*length)}});
  }
  if (!reader.at_end()) return std::nullopt;
  return blocks;
}

void append_sent(Database& database, model::RunId run, std::span<const model::SentBlock> blocks) {
  if (blocks.empty()) return;
  Row row;
  row.run = run;
  row.kind = "sent";
  row.since = blocks.front().first;
  row.until = blocks.front().last;
  for (const auto& block : blocks) {
    row.since = std::min(row.since, block.first);
    row.until = std::max(row.until, block.last);
    row.packets += static_cast<std::int64_t>(block.packets);
  }
  row.blocks = pack_sent(blocks, row.since);
  append(database, std::move(row));
}

void append_gap(Database& database, model::RunId run, UnixMillis now) {
  auto checkpoint = database.ask("SELECT pps, at FROM run_checkpoint WHERE run_id = ?", run);
  if (!checkpoint.next()) return;  // it ended before anything was sent
  Row row;
  row.run = run;
  row.kind = "gap";
  row.since = checkpoint.time(1);
  row.until = std::max(now, row.since);
  row.since = {
      std::max(row.since.value,
               database.number("SELECT max(until) FROM probe_ledger WHERE run_id = ?", run))};
  row.until = std::max(row.until, row.since);
  const auto pps = checkpoint.integer(0);
  // Whole seconds, the broken ones at either end included (budget.h, B1).
  const auto seconds = (row.until - row.since).count() / 1000 + 2;
  row.packets = pps == 0 ? -1 : pps * seconds;
  append(database, std::move(row));
}

std::optional<std::string> find_ledger_fault(Database& database, std::uint64_t& rows) {
  std::string previous(kNoHash);
  std::int64_t seq = 0;
  auto use = database.ask(
      "SELECT l.seq, l.run_id, r.authorisation, r.issued_by, l.kind, l.since, l.until, l.packets, "
      "l.blocks, l.hash FROM probe_ledger l LEFT JOIN run r ON r.id = l.run_id ORDER BY l.seq");
  while (use.next()) {
    const auto blocks = use.bytes(8);
    const Row row{use.integer(0), {use.integer(1)}, use.text(2),
                  use.text(3),    use.text(4),      use.time(5),
                  use.time(6),    use.integer(7),   Bytes(blocks.begin(), blocks.end())};
    if (row.seq != ++seq) return "the probe ledger lacks row " + std::to_string(seq);
    const auto hash = row_hash(previous, row);
    if (to_hex(use.bytes(9)) != hash || (row.kind == "sent" && !unpack_sent(blocks, row.since))) {
      return "row " + std::to_string(seq) + " of the probe ledger was altered";
    }
    previous = hash;
    ++rows;
  }
  const auto issued =
      database.number("SELECT seq FROM sqlite_sequence WHERE name = 'probe_ledger'");
  if (issued > seq) return "the probe ledger lacks its last rows, after " + std::to_string(seq);
  return std::nullopt;
}

LedgerGaps count_ledger_gaps(Database& database) {
  LedgerGaps found;
  auto use = database.ask(
      "SELECT count(*), coalesce(sum(max(packets, 0)), 0), coalesce(sum(packets < 0), 0) "
      "FROM probe_ledger WHERE kind = 'gap'");
  if (!use.next()) return found;
  found.gaps = static_cast<std::uint64_t>(use.integer(0));
  found.packets = use.integer(1);
  found.unbounded = static_cast<std::uint64_t>(use.integer(2));
  return found;
}

Result<std::vector<TouchRow>> Query::touched(const TouchFilter& filter) const {
  auto& database = *database_;
  Reading reading(database);
  Touched together(filter);
  std::vector<TouchRow> gaps;
  auto use = database.ask(
      "SELECT seq, run_id, kind, since, until, packets, blocks FROM probe_ledger "
      "WHERE until >= ? AND since <= ? ORDER BY seq",
      filter.from, filter.to);
  while (use.next()) {
    const model::RunId run{use.integer(1)};
    if (use.view(2) == "gap") {
      TouchRow gap;
      gap.run.id = run;
      gap.gap = true;
      gap.sent.first = use.time(3);
      gap.sent.last = use.time(4);
      gap.packets = use.integer(5);
      gaps.push_back(std::move(gap));
      continue;
    }
    const auto blocks = unpack_sent(use.bytes(6), use.time(3));
    if (!blocks) {
      database.fail(
          {ErrorCode::io,
           "row " + std::to_string(use.integer(0)) + " of the probe ledger cannot be read",
           {}});
      break;
    }
    for (const auto& block : *blocks) together.add(run, block);
  }
  auto rows = together.take();
  rows.insert(rows.end(), gaps.begin(), gaps.end());
  for (auto& row : rows) row.run = registry::find_run(database, row.run.id).value_or(row.run);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return rows;
}

}  // namespace qingdan::registry
