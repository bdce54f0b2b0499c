// plan — see plan.h.
#include "plan.h"

#include <arpa/inet.h>

#include <charconv>
#include <fstream>

#include "practice/player.h"

namespace qingdan::city {
namespace {

using practice::BadDescription;

std::uint32_t address_of(const std::string& text) {
  in_addr parsed{};
  if (inet_pton(AF_INET, text.c_str(), &parsed) != 1)
    throw BadDescription("'" + text + "' is no IPv4 address");
  return ntohl(parsed.s_addr);
}

// "tcp/80"
std::pair<Transport, std::uint16_t> opening_of(const std::string& text) {
  const bool udp = text.starts_with("udp/");
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + std::min<std::size_t>(4, text.size()), end, port);
  if ((!udp && !text.starts_with("tcp/")) || read.ec != std::errc() || read.ptr != end || port == 0)
    throw BadDescription("'" + text + "' is no tcp/PORT or udp/PORT");
  return {udp ? Transport::udp : Transport::tcp, port};
}

void seat(Plan& plan, std::uint32_t ip, const std::string& opening, const std::string& kind) {
  const auto [transport, port] = opening_of(opening);
  const auto found = plan.kinds.find(kind);
  if (found == plan.kinds.end()) throw BadDescription(opening + ": no kind '" + kind + "'");
  const auto* role = practice::find_role(found->second.settings.text("play"));
  const bool udp = transport == Transport::udp;
  if (role == nullptr || (udp ? role->make_datagram == nullptr : role->make == nullptr))
    throw BadDescription(opening + ": nobody plays '" + kind + "' there");
  plan.seats[seat_key(ip, port, transport)] = &found->second;
  if (udp) plan.datagram_ports.insert(port);
}

}  // namespace

Plan read_plan(const std::string& path) {
  std::ifstream file(path);
  const auto json = nlohmann::json::parse(file, nullptr, false);
  if (json.is_discarded() || !json.contains("kinds") || !json.contains("hosts") ||
      !json.contains("block"))
    throw BadDescription(path + ": no plan with 'block', 'kinds' and 'hosts'");
  Plan plan;
  plan.block = address_of(json["block"].get<std::string>());
  for (const auto& [name, values] : json["kinds"].items())
    plan.kinds.emplace(name, Kind{name, practice::Settings(values, "kind " + name)});
  for (const auto& [address, openings] : json["hosts"].items()) {
    const auto ip = address_of(address);
    for (const auto& [opening, kind] : openings.items())
      seat(plan, ip, opening, kind.get<std::string>());
  }
  return plan;
}

}  // namespace qingdan::city
