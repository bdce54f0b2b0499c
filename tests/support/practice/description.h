// description — the network as its TOML file tells it: hosts, what each port plays, what changes.
//
// A service line may be `like` a model (networks/models.toml) and says only what differs. What
// holds in an epoch = model, then the line, then each `change` whose epoch has come.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "settings.h"

namespace qingdan::practice {

struct Place {
  std::string ip{};
  std::string transport{};  // "tcp" "udp"
  std::uint16_t port{0};
  auto operator<=>(const Place&) const = default;
};
[[nodiscard]] std::string port_name(const Place& place);  // "tcp/80"

struct Service {
  Place at;
  std::string play;
  Settings settings;
};

// What a host does on ports of the census that no service line names.
enum class Rest { refuses, silent, accepts };

struct Host {
  std::string ip, zone, unit, system, name, device_class;
  std::string os;        // "debian 12": a product id and a version; "" = cannot be known
  std::string hostile;   // "" or the kind of mischief
  std::string must_not;  // what must not be reported of it
  std::string excluded;  // reason; "" = not excluded
  bool in_scope{true};   // false: nobody may ever touch it
  Rest rest{Rest::refuses};
  std::set<int> present;  // epochs
  nlohmann::json lines;   // its service lines
};

struct Network {
  std::string name;
  int epochs{1};
  std::string ports;         // what the census is told to ask
  std::string also_accepts;  // further ports of a host whose rest is `accepts`
  nlohmann::json authorisation, pace;
  std::vector<Host> hosts;
  std::vector<std::string> vacant;  // in scope, never there: silent
  std::string vacant_zone, vacant_unit;
  std::string resolver;  // of its scope document; "" = none
  nlohmann::json models, products;
};

// Throws BadDescription with the file and line, or host and port.
[[nodiscard]] Network read_network(const std::string& path);

[[nodiscard]] std::vector<Service> services_in(const Network& network, const Host& host, int epoch);

// "22,80,8000-8100,U:53" -> places without address.
[[nodiscard]] std::vector<Place> places_of(const std::string& ports);

// Only 127.66.0.0/16 is ever played on.
[[nodiscard]] bool is_practice_address(const std::string& ip);

}  // namespace qingdan::practice
