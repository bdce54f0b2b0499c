// description — see description.h.
#include "description.h"

#include <arpa/inet.h>
#include <toml++/toml.h>

#include <charconv>
#include <filesystem>
#include <sstream>

namespace qingdan::practice {
namespace {

nlohmann::json to_json(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    auto object = nlohmann::json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = to_json(value);
    return object;
  }
  if (const auto* array = node.as_array()) {
    auto list = nlohmann::json::array();
    for (const auto& value : *array) list.push_back(to_json(value));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* real = node.as_floating_point()) return real->get();
  std::ostringstream date;
  if (const auto* day = node.as_date()) date << day->get();
  return date.str();
}

nlohmann::json read_toml(const std::string& path) {
  try {
    return to_json(toml::parse_file(path));
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw BadDescription(path + ":" + std::to_string(at.line) + ": " +
                         std::string(error.description()));
  }
}

// A model may be like another one; a loop of models ends at the bound.
nlohmann::json with_model(const Network& network, nlohmann::json line, const std::string& where) {
  for (int depth = 0; line.contains("like") && depth < 8; ++depth) {
    const auto name = line["like"].get<std::string>();
    if (!network.models.contains(name)) throw BadDescription(where + ": no model '" + name + "'");
    line.erase("like");
    auto merged = network.models[name];
    merged.update(line);
    line = std::move(merged);
  }
  return line;
}

std::set<int> epochs_of(const nlohmann::json& line, int epochs) {
  std::set<int> present;
  if (line.contains("present")) return line["present"].get<std::set<int>>();
  for (int epoch = 1; epoch <= epochs; ++epoch) present.insert(epoch);
  return present;
}

Rest rest_of(const Settings& host) {
  const auto word = host.text("rest", "refuses");
  if (word == "refuses") return Rest::refuses;
  if (word == "silent") return Rest::silent;
  if (word == "accepts") return Rest::accepts;
  throw BadDescription(host.where() + ": 'rest' must be refuses, silent or accepts");
}

void refuse_unread(const Settings& settings) {
  const auto unread = settings.unread();
  if (!unread.empty())
    throw BadDescription(settings.where() + ": unknown key '" + unread.front() + "'");
}

Host read_host(const Settings& table, int epochs) {
  Host host;
  host.ip = table.text("ip");
  if (!is_practice_address(host.ip)) {
    throw BadDescription(table.where() + ": ip '" + host.ip + "' is not in 127.66.0.0/16");
  }
  host.zone = table.text("zone");
  host.unit = table.text("unit");
  host.system = table.text("system");
  host.name = table.text("name");
  host.device_class = table.text("class");
  host.os = table.text("os");
  host.hostile = table.text("hostile");
  host.must_not = table.text("must_not");
  host.excluded = table.text("excluded");
  host.in_scope = table.flag("in_scope", true);
  host.rest = rest_of(table);
  host.present = epochs_of(table.values(), epochs);
  host.lines = nlohmann::json::array();
  for (const auto& line : table.tables("service")) host.lines.push_back(line.values());
  for (const auto& key : table.unread()) {
    if (key != "present") throw BadDescription(table.where() + ": unknown key '" + key + "'");
  }
  return host;
}

void read_included(Network& network, const Settings& file, const std::filesystem::path& folder) {
  for (const auto& name : file.list("include")) {
    const auto included = read_toml((folder / name).string());
    network.models.update(included.value("model", nlohmann::json::object()));
    network.products.update(included.value("product", nlohmann::json::object()));
  }
}

}  // namespace

std::string port_name(const Place& place) {
  return place.transport + "/" + std::to_string(place.port);
}

bool is_practice_address(const std::string& ip) {
  in_addr parsed{};
  if (inet_pton(AF_INET, ip.c_str(), &parsed) != 1) return false;
  return ntohl(parsed.s_addr) >> 16 == (127U << 8 | 66U);
}

std::vector<Place> places_of(const std::string& ports) {
  std::vector<Place> places;
  std::istringstream items(ports);
  for (std::string item; std::getline(items, item, ',');) {
    Place place{.transport = "tcp"};
    if (item.starts_with("U:")) {
      place.transport = "udp";
      item.erase(0, 2);
    }
    const auto dash = item.find('-');
    const int first = std::atoi(item.substr(0, dash).c_str());
    const int last = dash == std::string::npos ? first : std::atoi(item.substr(dash + 1).c_str());
    if (first < 1 || last > 65535 || last < first)
      throw BadDescription("ports: bad item '" + item + "'");
    for (int port = first; port <= last; ++port) {
      place.port = static_cast<std::uint16_t>(port);
      places.push_back(place);
    }
  }
  return places;
}

Network read_network(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const Settings file(read_toml(path), path);
  Network network;
  network.models = nlohmann::json::object();
  network.products = nlohmann::json::object();
  network.name = file.text("name");
  network.epochs = static_cast<int>(file.number("epochs", 1));
  network.ports = file.text("ports");
  network.also_accepts = file.text("also_accepts");
  network.resolver = file.text("resolver");
  read_included(network, file, folder);
  for (const auto* key : {"authorisation", "pace", "vacant"}) {
    if (!file.has(key)) throw BadDescription(path + ": no [" + std::string(key) + "]");
  }
  const Settings vacant(file.values()["vacant"], path + ", vacant");
  network.vacant = vacant.list("addresses");
  network.vacant_zone = vacant.text("zone");
  network.vacant_unit = vacant.text("unit");
  refuse_unread(vacant);
  network.authorisation = file.values()["authorisation"];
  network.pace = file.values()["pace"];
  std::set<std::string> seen;
  for (const auto& table : file.tables("host")) {
    network.hosts.push_back(read_host(table, network.epochs));
    const auto& ip = network.hosts.back().ip;
    if (!seen.insert(ip).second)
      throw BadDescription(table.where() + ": " + ip + " is described twice");
  }
  for (const auto& ip : network.vacant) {
    if (!is_practice_address(ip))
      throw BadDescription(path + ": vacant " + ip + " is not in 127.66.0.0/16");
  }
  for (const auto& key : file.unread()) {
    if (key != "authorisation" && key != "pace" && key != "vacant") {
      throw BadDescription(path + ": unknown key '" + key + "'");
    }
  }
  return network;
}

std::vector<Service> services_in(const Network& network, const Host& host, int epoch) {
  std::vector<Service> services;
  if (!host.present.contains(epoch)) return services;
  for (const auto& raw : host.lines) {
    if (!epochs_of(raw, network.epochs).contains(epoch)) continue;
    auto where = "host " + host.ip + " (" + host.name + ")";
    auto line = with_model(network, raw, where);
    const auto changes = line.value("change", nlohmann::json::array());
    for (const auto& change : changes) {
      if (change.value("epoch", 0) > epoch) continue;
      if (change.contains("like"))
        line.update(with_model(network, {{"like", change["like"]}}, where));
      auto lines = change;
      lines.erase("like");
      line.update(lines);
    }
    for (const auto* key : {"change", "epoch", "present"}) line.erase(key);
    const nlohmann::json facts = {
        {"ip", host.ip}, {"unit", host.unit}, {"name", host.name}, {"system", host.system}};
    for (const auto& [key, value] : facts.items()) {
      if (!line.contains(key)) line[key] = value;
    }
    const Settings settings(line, where);
    Service service{{host.ip, settings.text("transport", "tcp"),
                     static_cast<std::uint16_t>(settings.number("port"))},
                    settings.text("play"),
                    Settings(line, where + ", port " + std::to_string(settings.number("port")))};
    services.push_back(std::move(service));
  }
  return services;
}

}  // namespace qingdan::practice
