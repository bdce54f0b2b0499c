// known_devices — the register's word on who is fragile and where nobody is.
#include "app/known_devices.h"

#include <catch2/catch.hpp>

#include "qingdan/model/json.h"
#include "support/lib/scopes.h"

using namespace qingdan;
using probe::DeviceKind;

namespace {

net::Address ip(std::string_view text) { return net::parse_address(text).value(); }

model::AssetRecord asset(std::string_view address, std::string_view device_class) {
  model::AssetRecord record;
  record.bindings.push_back({"z", ip(address), {1}, {0}});
  if (!device_class.empty()) {
    record.facts[std::string(model::field::kDeviceClass)].value = model::to_json(device_class);
  }
  return record;
}

std::string product(std::string_view category) {
  model::ProductStatement statement;
  statement.product = "p";
  statement.category = category;
  return model::to_json(statement);
}

}  // namespace

TEST_CASE("printers, industrial devices and sturdy ones are known by address") {
  const auto scope = test::make_scope("192.0.2.0/24");
  model::World world;
  world.assets = {asset("192.0.2.1", "打印机"),     asset("192.0.2.2", "工控设备"),
                  asset("192.0.2.3", "不间断电源"), asset("192.0.2.4", "服务器"),
                  asset("192.0.2.5", "其他"),       asset("192.0.2.6", ""),
                  asset("198.51.100.1", "打印机")};
  auto moved = asset("192.0.2.7", "打印机");
  moved.bindings[0].until = {5};
  world.assets.push_back(moved);
  auto other_zone = asset("192.0.2.8", "打印机");
  other_zone.bindings[0].zone = "elsewhere";
  world.assets.push_back(other_zone);

  const auto known = app::known_devices(world, scope);

  CHECK(known == std::map<net::Address, DeviceKind>{{ip("192.0.2.1"), DeviceKind::printer},
                                                    {ip("192.0.2.2"), DeviceKind::industrial},
                                                    {ip("192.0.2.3"), DeviceKind::industrial},
                                                    {ip("192.0.2.4"), DeviceKind::sturdy}});
}

TEST_CASE("what open TCP ports of the scope spoke is known, and whether inside TLS") {
  const auto scope = test::make_scope("192.0.2.0/24");
  const auto service = [](std::string_view address, std::uint16_t port, std::string_view protocol) {
    model::ServiceRecord record;
    record.at = {"z", ip(address), net::Transport::tcp, port};
    if (!protocol.empty()) {
      record.facts[std::string(model::field::kProtocol)].value = model::to_json(protocol);
    }
    return record;
  };
  auto host = asset("192.0.2.4", "服务器");
  host.services = {service("192.0.2.4", 10389, "ldap"), service("192.0.2.4", 16379, "redis"),
                   service("192.0.2.4", 40000, ""),     service("192.0.2.4", 40001, "http"),
                   service("192.0.2.4", 40002, "http"), service("192.0.2.4", 161, "snmp"),
                   service("198.51.100.1", 80, "http"), service("192.0.2.4", 40003, "http")};
  host.services[1].facts[std::string(model::field::kTls)].value = "{}";
  host.services[3].vhost = "www.example.test";
  host.services[4].state = model::PortState::closed;
  host.services[5].at.transport = net::Transport::udp;
  host.services[7].at.zone = "elsewhere";
  model::World world;
  world.assets = {host};

  const auto known = app::known_protocols(world, scope);

  CHECK(known ==
        std::map<model::Endpoint, probe::Remembered>{{host.services[0].at, {"ldap", false}},
                                                     {host.services[1].at, {"redis", true}}});
}

TEST_CASE("where the class says nothing, hardware and services do") {
  const auto scope = test::make_scope("192.0.2.0/24");
  auto by_hardware = asset("192.0.2.1", "");
  by_hardware.facts[std::string(model::field::kHardware)].value = product("打印");
  auto by_service = asset("192.0.2.2", "其他");
  by_service.services.resize(2);
  by_service.services[0].facts[std::string(model::field::kProduct)].value = product("Web服务器");
  by_service.services[1].facts[std::string(model::field::kProduct)].value = product("工控");
  // Software of that trade on a machine known to be a server.
  auto server = by_service;
  server.bindings[0].ip = ip("192.0.2.3");
  server.facts[std::string(model::field::kDeviceClass)].value = model::to_json("服务器");
  model::World world;
  world.assets = {by_hardware, by_service, server};

  const auto known = app::known_devices(world, scope);

  CHECK(known.at(ip("192.0.2.1")) == DeviceKind::printer);
  CHECK(known.at(ip("192.0.2.2")) == DeviceKind::industrial);
  CHECK(known.at(ip("192.0.2.3")) == DeviceKind::sturdy);
}

TEST_CASE("dark addresses were asked, were silent, and were never anybody's") {
  const auto scope = test::make_scope("192.0.2.0/28");
  model::World world;
  world.assets = {asset("192.0.2.1", "")};
  CHECK(app::dark_addresses(world, scope, 1).empty());  // nothing was asked before
  model::Coverage earlier;
  earlier.blocks.push_back(
      {"z", ip("192.0.2.0"), std::vector<model::HostOutcome>(4, model::HostOutcome::silent)});
  earlier.blocks[0].outcomes[3] = model::HostOutcome::answered;
  world.earlier.push_back(earlier);
  CHECK(app::dark_addresses(world, scope, 1) ==
        std::set<net::Address>{ip("192.0.2.0"), ip("192.0.2.2")});
}

TEST_CASE("a finding tells what calls for care, the most careful word of several") {
  const auto finding = [](std::initializer_list<std::pair<std::string_view, std::string>> claims,
                          int confidence = 80) {
    model::Finding made;
    for (const auto& [field, value] : claims) {
      auto& list = field == model::field::kProduct ? made.service_claims : made.host_claims;
      list.emplace_back().field = field;
      list.back().value = value;
      list.back().confidence = confidence;
    }
    return app::fragile_kind(made);
  };
  using namespace model::field;
  CHECK(finding({}) == DeviceKind::unknown);
  CHECK(finding({{kDeviceClass, model::to_json(std::string_view("服务器"))}}) ==
        DeviceKind::unknown);
  CHECK(finding({{kDeviceClass, model::to_json(std::string_view("摄像机"))}}) ==
        DeviceKind::delicate);
  CHECK(finding({{kProduct, product("打印")}}) == DeviceKind::printer);
  CHECK(finding({{kHardware, product("工控")},
                 {kDeviceClass, model::to_json(std::string_view("打印机"))}}) ==
        DeviceKind::industrial);
  CHECK(finding({{kDeviceClass, "broken"}}) == DeviceKind::unknown);
  CHECK(finding({{kHardware, product("工控")}}, 35) == DeviceKind::delicate);
}
