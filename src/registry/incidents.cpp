// incidents — see the header; the Store's and the Query's functions of this kind.
#include "registry/incidents.h"

#include "qingdan/registry/query.h"
#include "qingdan/registry/store.h"
#include "registry/rows.h"
#include "registry/store_held.h"

namespace qingdan::registry {
namespace {

net::Transport transport_of(std::string_view word) {
  return word == "udp" ? net::Transport::udp : net::Transport::tcp;
}

void read_probes(Database& database, model::RunId run, model::GuardTrip& trip) {
  auto rows = database.ask(
      "SELECT transport, at, port, what FROM guard_probe WHERE run_id = ? "
      "AND zone_id = (SELECT id FROM zone WHERE name = ?) AND ip = ? ORDER BY position",
      run, trip.zone, trip.ip);
  while (rows.next()) {
    trip.probes.push_back(
        {rows.time(1),
         {transport_of(rows.view(0)), static_cast<std::uint16_t>(rows.integer(2))},
         rows.text(3)});
  }
}

}  // namespace

void write_trips(Database& database, model::RunId run, std::span<const model::GuardTrip> trips) {
  Zones zones(database);
  for (const auto& trip : trips) {
    const auto zone = zones.id(trip.zone);
    database.run("DELETE FROM guard_probe WHERE run_id = ? AND zone_id = ? AND ip = ?", run, zone,
                 trip.ip);
    database.run(
        "INSERT OR REPLACE INTO guard_trip (run_id, zone_id, ip, at, last_heard, first_silent, sentinel, "
        "stopped, path) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        run, zone, trip.ip, trip.at, trip.last_heard, trip.first_silent, trip.sentinel,
        trip.stopped, trip.path);
    int position = 0;
    for (const auto& probe : trip.probes) {
      database.run(
          "INSERT INTO guard_probe (run_id, zone_id, ip, position, at, transport, port, what) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          run, zone, trip.ip, position++, probe.at, net::to_string(probe.port.transport),
          probe.port.port, probe.what);
    }
  }
}

void write_middleboxes(Database& database, model::RunId run,
                       std::span<const model::Middlebox> boxes) {
  Zones zones(database);
  for (const auto& box : boxes) {
    database.run(
        "INSERT OR REPLACE INTO middlebox (run_id, zone_id, first, bits, ports, asked, answering, dark) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        run, zones.id(box.zone), box.block.base, static_cast<int>(box.block.bits),
        box.ports.to_string(), box.asked, box.answering, box.dark);
  }
}

std::vector<model::GuardTrip> read_trips(Database& database, model::RunId run) {
  std::vector<model::GuardTrip> trips;
  auto rows = database.ask(
      "SELECT z.name, t.ip, t.at, t.last_heard, t.first_silent, t.sentinel, t.stopped, t.path "
      "FROM guard_trip t JOIN zone z ON z.id = t.zone_id WHERE t.run_id = ? "
      "ORDER BY t.at, z.name, t.ip",
      run);
  while (rows.next()) {
    model::GuardTrip trip;
    trip.zone = rows.text(0);
    trip.ip = rows.address(1);
    trip.at = rows.time(2);
    trip.last_heard = rows.time(3);
    trip.first_silent = rows.time(4);
    trip.sentinel = static_cast<std::uint16_t>(rows.integer(5));
    trip.stopped = rows.text(6);
    trip.path = rows.integer(7) != 0;
    read_probes(database, run, trip);
    trips.push_back(std::move(trip));
  }
  return trips;
}

std::vector<model::Middlebox> read_middleboxes(Database& database,
                                               std::optional<model::RunId> run) {
  std::vector<model::Middlebox> boxes;
  auto rows = database.ask(
      "SELECT z.name, m.first, m.bits, m.ports, m.asked, m.answering, m.dark, "
      "(SELECT min(o.run_id) FROM middlebox o JOIN run r ON r.id = o.run_id "
      " WHERE o.zone_id = m.zone_id AND o.first = m.first AND (r.applied <> 0 OR o.run_id = ?1)), "
      "(SELECT max(o.run_id) FROM middlebox o JOIN run r ON r.id = o.run_id "
      " WHERE o.zone_id = m.zone_id AND o.first = m.first AND (r.applied <> 0 OR o.run_id = ?1)), "
      "m.run_id FROM middlebox m JOIN zone z ON z.id = m.zone_id JOIN run n ON n.id = m.run_id "
      "WHERE m.run_id = ?1 OR (?1 IS NULL AND n.applied <> 0) ORDER BY z.name, m.first, m.run_id",
      run);
  while (rows.next()) {
    model::Middlebox box;
    box.zone = rows.text(0);
    box.block = {rows.address(1), static_cast<std::uint8_t>(rows.integer(2))};
    auto ports = net::parse_ports(rows.view(3));
    if (!ports) {
      database.fail(ports.error().in("middlebox of run " + std::to_string(rows.integer(9))));
      break;
    }
    box.ports = std::move(*ports);
    box.asked = static_cast<std::uint64_t>(rows.integer(4));
    box.answering = static_cast<std::uint64_t>(rows.integer(5));
    box.dark = rows.integer(6) != 0;
    box.first_run = {rows.integer(7)};
    box.last_run = {rows.integer(8)};
    const bool again =
        !boxes.empty() && boxes.back().zone == box.zone && boxes.back().block == box.block;
    if (again) boxes.pop_back();
    boxes.push_back(std::move(box));
  }
  return boxes;
}

Result<void> Store::record(model::RunId run, std::span<const model::GuardTrip> trips) {
  Transaction transaction(*held_->database);
  write_trips(*held_->database, run, trips);
  return transaction.commit();
}

Result<void> Store::record(model::RunId run, std::span<const model::Middlebox> boxes) {
  Transaction transaction(*held_->database);
  write_middleboxes(*held_->database, run, boxes);
  return transaction.commit();
}

Result<std::vector<model::GuardTrip>> Store::load_trips(model::RunId run) {
  auto& database = *held_->database;
  Reading reading(database);
  auto trips = read_trips(database, run);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return trips;
}

Result<std::vector<model::GuardTrip>> Query::trips(model::RunId run) const {
  Reading reading(*database_);
  auto trips = read_trips(*database_, run);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return trips;
}

Result<std::vector<model::Middlebox>> Query::middleboxes(std::optional<model::RunId> run) const {
  Reading reading(*database_);
  auto boxes = read_middleboxes(*database_, run);
  auto outcome = reading.finish();
  if (!outcome) return outcome.error();
  return boxes;
}

}  // namespace qingdan::registry
