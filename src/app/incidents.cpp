// incidents — see incidents.h.
#include "app/incidents.h"

#include <algorithm>

#include <fmt/format.h>

#include "qingdan/base/log.h"

namespace qingdan::app {
namespace {

void write_down(const model::GuardTrip& trip) {
  if (trip.path) {
    log::write(log::Level::error, "probe.guard.path_lost", {{"host", trip.ip.to_string()}});
    return;
  }
  std::string before;
  if (!trip.probes.empty()) {
    const auto& last = trip.probes.back();
    before = fmt::format("{} to {}", last.what, last.port.port);
  }
  log::write(log::Level::error, "probe.guard.tripped",
             {{"host", trip.ip.to_string()},
              {"port", std::to_string(trip.sentinel)},
              {"last", before},
              {"stopped", trip.stopped}});
}

}  // namespace

void Incidents::on_trip(const probe::Trip& trip) {
  const auto wall = [&](SteadyTime at) {
    const auto ago = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - at);
    return clock_.now() + -ago;
  };
  model::GuardTrip told;
  told.zone = scope_.area_of(trip.ip).zone;
  told.ip = trip.ip;
  told.at = wall(trip.at);
  told.last_heard = wall(trip.last_heard);
  told.first_silent = wall(trip.first_silent);
  told.sentinel = trip.sentinel.port;
  told.stopped = trip.stops_run ? "run" : trip.stops_block ? "block" : "host";
  told.path = trip.path;
  for (const auto& sent : trip.probes) {
    const bool udp = sent.port.transport == net::Transport::udp;
    const std::string_view plain = udp ? "datagram" : "handshake";
    told.probes.push_back(
        {wall(sent.at), sent.port, std::string(sent.what.empty() ? plain : sent.what)});
  }
  write_down(told);
  trips_.push_back(std::move(told));
}

std::uint64_t Incidents::addresses_of(const net::Prefix& block) const {
  std::uint64_t addresses = 0;
  for (const auto& range : scope_.ranges()) {
    const auto first = std::max(range.addresses.first, block.range().first);
    const auto last = std::min(range.addresses.last, block.range().last);
    if (first <= last) addresses += net::AddressRange{first, last}.size();
  }
  return addresses;
}

// What a machine in front says is taken back from the hosts behind it: they keep what is their own.
void Incidents::settle(const probe::Front& front, TellOfIncidents& told) {
  const auto& zone = scope_.area_of(front.answering.front()).zone;
  auto& box = boxes_[front.block];
  const auto before = box;
  box.zone = zone;
  box.block = front.block;
  box.asked = front.asked;
  box.ports.insert(front.port);
  box.answering = std::max<std::uint64_t>(box.answering, front.answering.size());
  box.dark = box.dark || front.dark;
  for (const auto& ip : front.answering) {
    if (!masked_.insert({ip, front.port}).second) continue;
    model::PortResult result;
    result.at = {scope_.area_of(ip).zone, ip, front.port.transport, front.port.port};
    result.verdict = model::Verdict::suspect_proxy;
    result.tries = 1;
    result.time = clock_.now();
    told.masked.push_back(std::move(result));
  }
  if (box == before) return;
  std::erase_if(told.boxes, [&](const auto& one) { return one.block == box.block; });
  told.boxes.push_back(box);
}

TellOfIncidents Incidents::take() {
  TellOfIncidents told;
  told.trips.assign(trips_.begin() + static_cast<std::ptrdiff_t>(told_), trips_.end());
  told_ = trips_.size();
  const auto asked = [this](const net::Prefix& block) { return addresses_of(block); };
  for (const auto& front : fronts_.judge_changed(asked, dark_)) settle(front, told);
  return told;
}

std::vector<model::Middlebox> Incidents::middleboxes() const {
  std::vector<model::Middlebox> all;
  for (const auto& [block, box] : boxes_) all.push_back(box);
  return all;
}

}  // namespace qingdan::app
