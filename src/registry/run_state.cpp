// run_state — checkpoints: where a run stands, and what it said before that a resumed one must
// know.
#include "registry/run_state.h"

#include "qingdan/base/bytes.h"
#include "qingdan/registry/store.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

Bytes key_bytes(const Key128& key) {
  Bytes bytes;
  for (const auto word : key) {
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }
  return bytes;
}

Key128 read_key(BytesView bytes) {
  ByteReader reader(bytes);
  Key128 key{};
  for (auto& word : key) word = reader.u64be();
  return key;
}

void write_report(Database& database, Zones& zones, model::RunId run,
                  const model::PrefixReport& report) {
  database.run(
      "INSERT OR REPLACE INTO run_report (run_id, block, zone_id, addresses, planned, asked, "
      "answered, answered_late, found_first, found_second, found_both, missed_estimate, "
      "loss_estimate, deferred, not_probed, note) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      run, report.block, zones.id(report.zone), report.addresses, report.planned, report.asked,
      report.answered, report.answered_late, report.found_first_pass_only, report.found_second_only,
      report.found_both, report.missed_estimate, report.loss_estimate, report.deferred,
      report.not_probed, report.note);
}

}  // namespace

void write_counts(Database& database, model::RunId run, const model::RunCounts& counts) {
  database.run(
      "INSERT OR REPLACE INTO run_count (run_id, addresses, planned, sent, retried, answered, "
      "open, conversations, not_probed, names_left_out) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      run, counts.addresses, counts.planned, counts.sent, counts.retried, counts.answered,
      counts.open, counts.conversations, counts.not_probed, counts.names_left_out);
}

void write_checkpoint(Database& database, model::RunId run, const model::Checkpoint& checkpoint,
                      UnixMillis now) {
  database.run(
      "INSERT INTO run_checkpoint (run_id, order_key, positions, pass, position, pps, at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET pass = excluded.pass, "
      "position = excluded.position, pps = excluded.pps, at = excluded.at",
      run, key_bytes(checkpoint.key), checkpoint.positions, checkpoint.pass, checkpoint.position,
      checkpoint.pps, now);
  for (const auto& page : checkpoint.pages) {
    database.run("INSERT OR REPLACE INTO run_mark_page (run_id, page, marks) VALUES (?, ?, ?)", run,
                 page.page, page.marks);
  }
  for (const auto& host : checkpoint.hosts) {
    database.run(
        "INSERT OR REPLACE INTO run_host_mark (run_id, ip, answered, unreachable, heard_on_try) "
        "VALUES (?, ?, ?, ?, ?)",
        run, host.ip, host.answered, host.unreachable, host.heard_on_try);
  }
  Zones zones(database);
  for (const auto& report : checkpoint.report) write_report(database, zones, run, report);
  write_counts(database, run, checkpoint.counts);
  if (checkpoint.coverage) write_coverage(database, run, *checkpoint.coverage);
}

std::optional<model::Checkpoint> read_checkpoint(Database& database, model::RunId run) {
  model::Checkpoint checkpoint;
  auto row = database.ask(
      "SELECT order_key, positions, pass, position, pps FROM run_checkpoint WHERE run_id = ?", run);
  if (!row.next()) return std::nullopt;
  checkpoint.key = read_key(row.bytes(0));
  checkpoint.positions = static_cast<std::uint64_t>(row.integer(1));
  checkpoint.pass = static_cast<int>(row.integer(2));
  checkpoint.position = static_cast<std::uint64_t>(row.integer(3));
  checkpoint.pps = static_cast<std::uint32_t>(row.integer(4));
  auto pages =
      database.ask("SELECT page, marks FROM run_mark_page WHERE run_id = ? ORDER BY page", run);
  while (pages.next()) {
    const auto marks = pages.bytes(1);
    checkpoint.pages.push_back(
        {static_cast<std::uint64_t>(pages.integer(0)), Bytes(marks.begin(), marks.end())});
  }
  auto hosts = database.ask(
      "SELECT ip, answered, unreachable, heard_on_try FROM run_host_mark WHERE run_id = ? "
      "ORDER BY ip",
      run);
  while (hosts.next()) {
    checkpoint.hosts.push_back({hosts.address(0), hosts.integer(1) != 0, hosts.integer(2) != 0,
                                static_cast<int>(hosts.integer(3))});
  }
  checkpoint.report = read_reports(database, run);
  checkpoint.counts = find_counts(database, run);
  return checkpoint;
}

void drop_checkpoint(Database& database, model::RunId run) {
  database.run("DELETE FROM run_mark_page WHERE run_id = ?", run);
  database.run("DELETE FROM run_host_mark WHERE run_id = ?", run);
  database.run("DELETE FROM run_checkpoint WHERE run_id = ?", run);
}

std::vector<model::PrefixReport> read_reports(Database& database, model::RunId run) {
  std::vector<model::PrefixReport> reports;
  auto rows = database.ask(
      "SELECT z.name, r.block, r.addresses, r.planned, r.asked, r.answered, r.answered_late, "
      "r.found_first, r.found_second, r.found_both, r.missed_estimate, r.loss_estimate, "
      "r.deferred, r.not_probed, r.note FROM run_report r JOIN zone z ON z.id = r.zone_id "
      "WHERE r.run_id = ? ORDER BY r.block, z.name",
      run);
  const auto count = [&](int column) { return static_cast<std::uint64_t>(rows.integer(column)); };
  while (rows.next()) {
    reports.push_back({rows.text(0), rows.address(1), count(2), count(3), count(4), count(5),
                       count(6), count(7), count(8), count(9), rows.real(10), rows.real(11),
                       count(12), count(13), rows.text(14)});
  }
  return reports;
}

Result<std::optional<model::Checkpoint>> Store::load_checkpoint(model::RunId run) {
  auto& database = *held_->database;
  Reading reading(database);
  auto checkpoint = read_checkpoint(database, run);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return checkpoint;
}

Result<std::vector<model::RunId>> Store::resumable() {
  auto& database = *held_->database;
  Reading reading(database);
  std::vector<model::RunId> runs;
  auto rows = database.ask(
      "SELECT r.id FROM run r JOIN run_checkpoint c ON c.run_id = r.id WHERE r.state = 'paused' "
      "ORDER BY r.id");
  while (rows.next()) runs.push_back({rows.integer(0)});
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return runs;
}

Result<std::vector<model::PortResult>> Store::load_results(model::RunId run) {
  auto& database = *held_->database;
  Reading reading(database);
  std::vector<model::PortResult> results;
  auto rows = database.ask(
      "SELECT z.name, r.ip, r.transport, r.port, r.verdict, r.rtt_ms, r.tries, r.at, r.look "
      "FROM port_result r JOIN zone z ON z.id = r.zone_id WHERE r.run_id = ? "
      "ORDER BY r.zone_id, r.ip, r.transport, r.port",
      run);
  while (rows.next()) {
    results.push_back({read_endpoint(rows, 0), rows.word<model::Verdict>(4), rows.real(5),
                       static_cast<std::uint8_t>(rows.integer(6)), rows.time(7), rows.text(8)});
  }
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return results;
}

Result<void> Store::recall(
    model::RunId run, const std::function<void(std::vector<model::Observation>)>& on_endpoint) {
  auto& database = *held_->database;
  Reading reading(database);
  std::vector<model::Observation> together;
  // Not the order of the key: what was heard of one place comes as it was heard.
  auto rows = database.ask(
      "SELECT z.name, o.ip, o.transport, o.port, o.probe, o.channel, o.vhost, o.inside_tls, "
      "o.exchange, o.truncated, b.content, o.at FROM observation o JOIN zone z ON z.id = o.zone_id "
      "JOIN blob b ON b.sha256 = o.sha256 WHERE o.run_id = ? "
      "ORDER BY o.zone_id, o.ip, o.transport, o.port, o.position",
      run);
  while (rows.next()) {
    auto at = read_endpoint(rows, 0);
    if (!together.empty() && together.front().at != at) {
      on_endpoint(std::move(together));
      together.clear();
    }
    const auto content = rows.bytes(10);
    together.push_back({std::move(at), rows.text(4), rows.text(5), rows.text(6),
                        rows.integer(7) != 0, static_cast<std::uint32_t>(rows.integer(8)),
                        rows.integer(9) != 0, Bytes(content.begin(), content.end()),
                        rows.time(11)});
  }
  if (!together.empty()) on_endpoint(std::move(together));
  return reading.finish();
}

Result<model::Run> Store::reopen_run(model::RunId run) {
  auto& database = *held_->database;
  Transaction transaction(database);
  auto held = find_run(database, run);
  if (!held) database.fail({ErrorCode::input, "there is no run " + std::to_string(run.value), {}});
  if (held && held->state != model::RunState::paused) {
    database.fail({ErrorCode::refused,
                   "run " + std::to_string(run.value) + " is " +
                       std::string(to_string(held->state)) + "; only a paused run goes on",
                   {}});
  }
  database.run("UPDATE run SET state = 'running', failure = '' WHERE id = ?", run);
  auto done = transaction.commit();
  if (!done) return done.error();
  held->state = model::RunState::running;
  held->failure.clear();
  return std::move(*held);
}

}  // namespace qingdan::registry
