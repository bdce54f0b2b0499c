// scope: what a document allows, and what it is told when it is wrong.
#include "qingdan/targets/scope.h"

#include <catch2/catch.hpp>

#include <fstream>

#include "qingdan/targets/calendar.h"

using namespace qingdan;
using namespace qingdan::targets;
using std::chrono::day;
using std::chrono::month;
using std::chrono::year;

namespace {

const std::string kHead = R"(
[authorisation]
number     = "常数网安〔2026〕18号"
issued_by  = "常州市大数据管理中心"
valid_from = 2026-11-01
valid_to   = 2027-10-31
)";

Scope scope_of(const std::string& body, UnixMillis now = {}) {
  auto scope = parse_scope(kHead + body, "s.toml", now);
  INFO((scope ? "" : scope.error().text));
  REQUIRE(scope.has_value());
  return std::move(*scope);
}

std::string error_of(const std::string& text) {
  const auto scope = parse_scope(text, "s.toml");
  REQUIRE_FALSE(scope.has_value());
  CHECK(scope.error().code == ErrorCode::input);
  CHECK(scope.error().text.find('\n') == std::string::npos);
  return scope.error().text;
}

net::Address ip(std::string_view text) { return *net::parse_address(text); }

bool approved(const Scope& scope, std::string_view address) {
  return scope.approve(ip(address), net::Transport::tcp, 22).has_value();
}

Day on(int y, unsigned m, unsigned d) { return Day{year(y), month(m), day(d)}; }

net::PortSet ports(std::string_view spec) { return *net::parse_ports(spec); }

}  // namespace

TEST_CASE("the document of the design is read whole", "[targets][scope]") {
  const auto scope = scope_of(R"(
[pace]
global_pps = 1000
prefix_pps = 0
[[allow]]
cidr = "10.98.0.0/16"
zone = "公用网络区"
unit = "市大数据管理中心"
[[allow]]
addresses = ["192.168.7.7", "2001:db8::7"]
zone = "专用网络区"
[[exclude]]
cidr   = "10.98.40.0/24"
reason = "医疗设备"
owner  = "市卫健委"
until  = 2027-01-01
[[window]]
zone = "公用网络区"
days = ["mon", "Tue"]
from = 20:00:00
to   = 06:00:00
)");
  CHECK(scope.authorisation().number == "常数网安〔2026〕18号");
  CHECK(scope.authorisation().issued_by == "常州市大数据管理中心");
  CHECK(scope.authorisation().valid_from == on(2026, 11, 1));
  CHECK(scope.authorisation().valid_to == on(2027, 10, 31));
  CHECK(scope.pace().global_pps == 1000);
  CHECK(scope.pace().prefix_pps == 0);
  CHECK(scope.pace().host_pps == 40);
  CHECK(scope.address_count() == 65536 - 256 + 2);
  REQUIRE(scope.exclusions().size() == 1);
  CHECK(scope.exclusions()[0].what == "10.98.40.0/24");
  CHECK(scope.exclusions()[0].reason == "医疗设备");
  CHECK(scope.exclusions()[0].owner == "市卫健委");
  CHECK(scope.exclusions()[0].until == "2027-01-01");
  CHECK(scope.zones() == std::vector<std::string>{"公用网络区", "专用网络区"});
  CHECK(scope.area_of(ip("2001:db8::7")).zone == "专用网络区");
  CHECK(scope.area_of(ip("10.98.0.1")).unit == "市大数据管理中心");
  REQUIRE(scope.windows().size() == 1);
  CHECK(scope.windows()[0].days == std::array<bool, 7>{false, true, true});
  CHECK(scope.windows()[0].from == std::chrono::hours(20));
  CHECK(scope.windows()[0].to == std::chrono::hours(6));
}

TEST_CASE("a target is minted inside allow and outside exclude only", "[targets][scope]") {
  const auto scope = scope_of(R"(
[[allow]]
cidr = "10.0.0.0/24"
zone = "甲"
unit = "乙"
[[exclude]]
range = "10.0.0.10-10.0.0.20"
)");
  CHECK(approved(scope, "10.0.0.0"));
  CHECK(approved(scope, "10.0.0.9"));
  CHECK_FALSE(approved(scope, "10.0.0.10"));
  CHECK_FALSE(approved(scope, "10.0.0.20"));
  CHECK(approved(scope, "10.0.0.21"));
  CHECK(approved(scope, "10.0.0.255"));
  CHECK_FALSE(approved(scope, "10.0.1.0"));
  CHECK_FALSE(approved(scope, "9.255.255.255"));
  CHECK_FALSE(approved(scope, "::ffff:10.0.0.1"));
  CHECK_FALSE(approved(scope, "::10.0.0.1"));

  const auto target = scope.approve(ip("10.0.0.9"), net::Transport::udp, 53);
  REQUIRE(target.has_value());
  CHECK(target->endpoint() == model::Endpoint{"甲", ip("10.0.0.9"), net::Transport::udp, 53});
  CHECK(target->unit() == "乙");
  CHECK_FALSE(scope.approve(ip("10.0.0.9"), net::Transport::tcp, 0).has_value());
}

TEST_CASE("the i-th address and the index of an address are inverse", "[targets][scope]") {
  const auto scope = scope_of(R"(
[[allow]]
range = "10.0.0.250-10.0.1.5"
[[allow]]
addresses = ["10.0.9.9", "10.0.9.7", "10.0.9.8"]
[[allow]]
cidr = "2001:db8::/120"
[[exclude]]
addresses = ["10.0.0.255", "2001:db8::80"]
)");
  REQUIRE(scope.address_count() == 11 + 3 + 255);
  net::Address before = ip("0.0.0.0");
  for (std::uint64_t i = 0; i < scope.address_count(); ++i) {
    const auto address = scope.address_at(i);
    CHECK(before < address);
    CHECK(scope.index_of(address) == i);
    before = address;
  }
  CHECK(scope.address_at(0) == ip("10.0.0.250"));
  CHECK_FALSE(scope.index_of(ip("10.0.0.255")).has_value());
  CHECK_FALSE(scope.index_of(ip("2001:db8::80")).has_value());
  CHECK(scope.ranges().size() == 5);
}

TEST_CASE("allow entries of one area may overlap and are counted once", "[targets][scope]") {
  const auto scope = scope_of(R"(
[[allow]]
cidr = "10.0.0.0/24"
[[allow]]
range = "10.0.0.128-10.0.1.127"
[[allow]]
cidr = "10.0.0.0/25"
)");
  CHECK(scope.address_count() == 384);
  CHECK(scope.ranges().size() == 1);
}

TEST_CASE("an exclude lapses after its day and not before", "[targets][scope]") {
  const std::string body = R"(
[[allow]]
cidr = "10.0.0.0/30"
[[exclude]]
addresses = ["10.0.0.1"]
until = 2027-01-01
)";
  const auto last_moment = UnixMillis{end_of(on(2027, 1, 1)).value - 1};
  CHECK(scope_of(body).address_count() == 3);
  CHECK(scope_of(body, last_moment).address_count() == 3);
  const auto after = scope_of(body, end_of(on(2027, 1, 1)));
  CHECK(after.address_count() == 4);
  CHECK(after.exclusions().empty());
  CHECK(after.lapsed_exclusions().size() == 1);
}

TEST_CASE("an exclude that takes nothing away is reported", "[targets][scope]") {
  const auto scope = scope_of(R"(
[[allow]]
cidr = "10.0.0.0/24"
[[exclude]]
cidr = "10.0.1.0/24"
[[exclude]]
cidr = "10.0.0.0/30"
)");
  REQUIRE(scope.idle_exclusions().size() == 1);
  CHECK(scope.idle_exclusions()[0].what == "10.0.1.0/24");
}

TEST_CASE("validity covers both its days", "[targets][scope]") {
  const auto scope = scope_of("[[allow]]\ncidr = \"10.0.0.0/24\"\n");
  const auto early = scope.check_valid({start_of(on(2026, 11, 1)).value - 1});
  REQUIRE_FALSE(early.has_value());
  CHECK(early.error().code == ErrorCode::refused);
  CHECK(early.error().text ==
        "s.toml: the authorisation 常数网安〔2026〕18号 is not valid before 2026-11-01");
  CHECK(scope.check_valid(start_of(on(2026, 11, 1))).has_value());
  CHECK(scope.check_valid({end_of(on(2027, 10, 31)).value - 1}).has_value());
  const auto late = scope.check_valid(end_of(on(2027, 10, 31)));
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().text.find("expired with 2027-10-31") != std::string::npos);
}

TEST_CASE("the hash holds the meaning of the scope, not its spelling", "[targets][scope]") {
  const auto base =
      scope_of("[[allow]]\ncidr = \"10.0.0.0/24\"\n[[exclude]]\ncidr=\"10.0.0.0/28\"\n");
  const auto same = scope_of("# again\n[[allow]]\nrange = \"10.0.0.16-10.0.0.255\"\n");
  const auto hash = base.hash(ports("22,80"));
  CHECK(hash.size() == 64);
  CHECK(same.hash(ports("80,22")) == hash);
  CHECK(base.hash(ports("22")) != hash);
  CHECK(base.hash(ports("22,U:80")) != hash);
  CHECK(scope_of("[[allow]]\ncidr = \"10.0.0.0/24\"\n").hash(ports("22,80")) != hash);
  CHECK(scope_of("[[allow]]\nrange = \"10.0.0.16-10.0.0.255\"\nunit = \"x\"\n")
            .hash(ports("22,80")) != hash);
  CHECK(scope_of("[pace]\nhost_pps = 7\n[[allow]]\nrange = \"10.0.0.16-10.0.0.255\"\n")
            .hash(ports("22,80")) != hash);
  CHECK(scope_of("[[allow]]\nrange = \"10.0.0.16-10.0.0.255\"\n[[window]]\nfrom = 20:00:00\n")
            .hash(ports("22,80")) != hash);
}

TEST_CASE("industrial devices may be asked only where the document says so", "[targets][scope]") {
  const auto scope = scope_of(
      "[[allow]]\ncidr = \"10.0.0.0/24\"\n"
      "[[allow]]\ncidr = \"10.0.1.0/24\"\nclasses = [\"ot-readonly\"]\n");
  const auto plain = net::parse_address("10.0.0.1").value();
  const auto plant = net::parse_address("10.0.1.1").value();
  CHECK_FALSE(scope.approve(plain, net::Transport::tcp, 502)->ot_readonly());
  CHECK(scope.approve(plant, net::Transport::tcp, 502)->ot_readonly());
  CHECK(scope.pace().fragile_pps == 4);
  const auto without = scope_of("[[allow]]\ncidr = \"10.0.1.0/24\"\n");
  const auto with = scope_of("[[allow]]\ncidr = \"10.0.1.0/24\"\nclasses = [\"ot-readonly\"]\n");
  CHECK(without.hash(ports("22")) != with.hash(ports("22")));
  const auto faster = scope_of("[pace]\nfragile_pps = 10\n[[allow]]\ncidr = \"10.0.1.0/24\"\n");
  CHECK(without.hash(ports("22")) != faster.hash(ports("22")));
  CHECK(error_of(kHead + "[pace]\nfragile_pps = 0\n")
            .starts_with("s.toml:8: fragile_pps = 0: printers and industrial"));
  CHECK(error_of(kHead + "[[allow]]\ncidr = \"10.0.0.0/24\"\nclasses = [\"never-payload\"]\n")
            .find("classes: \"never-payload\" is no class that can be allowed") !=
        std::string::npos);
}

TEST_CASE("every mistake in a document is one line with its place", "[targets][scope]") {
  struct Case {
    std::string body, says;
  };
  const std::vector<Case> cases{
      {"[[allow]]\ncidr = \"10.0.0.1/24\"\n",
       "s.toml:8: prefix \"10.0.0.1/24\": host bits are "
       "set; is 10.0.0.0/24 meant?"},
      {"[[allow]]\nrange = \"10.0.0.9-10.0.0.1\"\n", "s.toml:8: range"},
      {"[[allow]]\naddresses = [\n\"10.0.0.9\",\n\"10.0.0\"\n]\n", "s.toml:10: address"},
      {"[[allow]]\naddresses = []\n", "s.toml:8: addresses is empty"},
      {"[[allow]]\naddresses = [1]\n", "s.toml:8: addresses: expected texts"},
      {"[[allow]]\ncidr = 10\n", "s.toml:8: cidr: expected a text"},
      {"[[allow]]\nzone = \"甲\"\n", "s.toml:7: [[allow]] needs one of cidr, range and addresses"},
      {"[[allow]]\ncidr = \"10.0.0.0/8\"\nrange = \"10.0.0.1\"\n",
       "s.toml:7: [[allow]] needs only one of"},
      {"[[allow]]\ncidr = \"10.0.0.0/8\"\nzon = \"甲\"\n",
       "s.toml:9: [[allow]]: unknown key \"zon\" (known: cidr, range, addresses, zone, unit, "
       "classes)"},
      {"[allow]\ncidr = \"10.0.0.0/8\"\n", "s.toml:7: write [[allow]] with double brackets"},
      {"[[exclud]]\ncidr = \"10.0.0.0/8\"\n", "s.toml:7: the document: unknown key \"exclud\""},
      {"", "s.toml:1: the scope is empty: the document has no [[allow]]"},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\n[[exclude]]\ncidr = \"10.0.0.0/16\"\n",
       "s.toml:7: the scope is empty: exclude takes away every allowed address"},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\nzone = \"甲\"\n[[allow]]\ncidr = \"10.0.0.128/25\"\n"
       "zone = \"乙\"\n",
       "s.toml:10: [[allow]] overlaps that of line 7 at 10.0.0.128"},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\nunit = \"甲\"\n[[allow]]\naddresses = [\"10.0.0.3\"]\n",
       "s.toml:10: [[allow]] overlaps that of line 7 at 10.0.0.3"},
      {"[[allow]]\ncidr = \"2001:db8::/64\"\n", "more than 2^32 addresses"},
      {"[[allow]]\ncidr = \"224.0.0.0/8\"\n", "holds multicast addresses"},
      {"[[allow]]\ncidr = \"0.0.0.0/0\"\n", "holds the unspecified address"},
      {"[[allow]]\naddresses = [\"255.255.255.255\"]\n", "holds the broadcast address"},
      {"[[allow]]\naddresses = [\"ff02::1\"]\n", "holds multicast addresses"},
      {"[[allow]]\naddresses = [\"::ffff:10.0.0.1\"]\n", "holds IPv4-mapped addresses"},
      {"[[allow]]\naddresses = [\"fe80::1\"]\n", "holds link-local addresses"},
      {"[pace]\nhost_pps = -1\n", "s.toml:8: host_pps = -1: packets per second are 0"},
      {"[pace]\nglobal_pps = 9000000\n", "s.toml:8: global_pps = 9000000"},
      {"[pace]\nhost_pps = 4.5\n", "s.toml:8: host_pps: expected a whole number"},
      {"[pace]\nhosts_pps = 4\n", "s.toml:8: [pace]: unknown key"},
      {"pace = 3\n", "s.toml:7: [authorisation]: unknown key \"pace\""},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\n[[exclude]]\nreason = \"x\"\n",
       "s.toml:9: [[exclude]] needs one of"},
      {"[[exclude]]\ncidr = \"10.0.0.0/24\"\nuntil = \"2027-01-01\"\n",
       "s.toml:9: until: expected a day without quotes"},
      {"[[window]]\ndays = [\"monday\"]\n", "s.toml:8: days: \"monday\" is none of"},
      {"[[window]]\nfrom = 20:00:00\nto = 20:00:00\n", "s.toml:9: from and to are the same"},
      {"[[window]]\nfrom = \"20:00\"\n", "s.toml:8: from: expected a time"},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\n[[window]]\nzone = \"丙\"\n",
       "s.toml:9: [[window]] names the zone \"丙\""},
      {"[[allow]\n", "s.toml:7: "},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\ncidr = \"10.0.1.0/24\"\n", "s.toml:9: "},
  };
  for (const auto& [body, says] : cases) {
    const auto said = error_of(kHead + body);
    INFO(body << "\nsaid: " << said << "\nwanted: " << says);
    CHECK(said.find(says) != std::string::npos);
  }
}

TEST_CASE("a resolver is in scope, and one for each zone", "[targets][scope]") {
  const std::pair<std::string, std::string> cases[] = {
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\n[[resolver]]\naddress = \"10.0.1.1\"\n",
       "s.toml:9: [[resolver]] 10.0.1.1 is not in scope"},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\n[[exclude]]\ncidr = \"10.0.0.1/32\"\nreason = \"x\"\n"
       "owner = \"y\"\n[[resolver]]\naddress = \"10.0.0.1\"\n",
       "s.toml:13: [[resolver]] 10.0.0.1 is not in scope"},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\n[[resolver]]\naddress = \"10.0.0.1\"\nzone = \"丙\"\n",
       "s.toml:9: [[resolver]] names the zone \"丙\""},
      {"[[allow]]\ncidr = \"10.0.0.0/24\"\n[[resolver]]\naddress = \"10.0.0.1\"\n[[resolver]]\n"
       "address = \"10.0.0.2\"\n",
       "s.toml:11: [[resolver]] is the second one for every zone"},
      {"[[resolver]]\nzone = \"丙\"\n", "s.toml:7: [[resolver]] needs address"},
      {"[[resolver]]\naddress = \"ns1\"\n", "s.toml:8: "},
  };
  for (const auto& [body, says] : cases) {
    const auto said = error_of(kHead + body);
    INFO(body << "\nsaid: " << said << "\nwanted: " << says);
    CHECK(said.find(says) != std::string::npos);
  }
}

TEST_CASE("a zone is asked of its own resolver, else of the one for all", "[targets][scope]") {
  const auto scope = scope_of(
      "[[allow]]\ncidr = \"10.0.0.0/24\"\nzone = \"甲\"\n[[allow]]\ncidr = \"10.0.1.0/24\"\n"
      "zone = \"乙\"\n[[resolver]]\naddress = \"10.0.0.53\"\n[[resolver]]\n"
      "address = \"10.0.1.53\"\nzone = \"乙\"\n");
  REQUIRE(scope.resolvers().size() == 2);
  REQUIRE(scope.resolver_of("甲") != nullptr);
  CHECK(scope.resolver_of("甲")->ip.to_string() == "10.0.0.53");
  CHECK(scope.resolver_of("乙")->ip.to_string() == "10.0.1.53");
  CHECK(scope_of("[[allow]]\ncidr = \"10.0.0.0/24\"\n").resolver_of("甲") == nullptr);
}

TEST_CASE("an authorisation must be whole", "[targets][scope]") {
  const std::string allow = "[[allow]]\ncidr = \"10.0.0.0/24\"\n";
  CHECK(error_of(allow) == "s.toml:1: the document needs [authorisation]");
  const std::string rest = "valid_from = 2026-11-01\nvalid_to = 2026-11-30\n" + allow;
  CHECK(error_of("[authorisation]\nissued_by = \"x\"\n" + rest) ==
        "s.toml:1: [authorisation] needs number");
  CHECK(error_of("[authorisation]\nnumber = \"\"\nissued_by = \"x\"\n" + rest) ==
        "s.toml:2: number is empty");
  CHECK(error_of("[authorisation]\nnumber = \"1\"\n" + rest) ==
        "s.toml:1: [authorisation] needs issued_by");
  CHECK(error_of("[authorisation]\nnumber = \"1\"\nissued_by = \"x\"\nvalid_from = 2026-11-01\n" +
                 allow) == "s.toml:1: [authorisation] needs valid_to");
  CHECK(error_of("[authorisation]\nnumber = \"1\"\nissued_by = \"x\"\nvalid_from = 2026-11-02\n"
                 "valid_to = 2026-11-01\n" +
                 allow) == "s.toml:5: valid_to 2026-11-01 lies before valid_from 2026-11-02");
  CHECK(error_of("[authorisation]\nnumber = \"1\"\nissued_by = \"x\"\nvalid_from = 2026-02-30\n")
            .rfind("s.toml:4: ", 0) == 0);
}

TEST_CASE("a file that cannot be read is an error of the machine", "[targets][scope]") {
  const auto scope = open_scope("/nonexistent/scope.toml");
  REQUIRE_FALSE(scope.has_value());
  CHECK(scope.error().code == ErrorCode::io);
  CHECK(scope.error().text.find("/nonexistent/scope.toml") == 0);
}

TEST_CASE("a copy of a target outlives its scope", "[targets][scope]") {
  std::optional<ApprovedTarget> target;
  {
    const auto scope =
        scope_of("[[allow]]\ncidr = \"10.0.0.0/24\"\nzone = \"一个很长的网络区域名称\"\n");
    target = scope.approve(ip("10.0.0.1"), net::Transport::tcp, 22);
  }
  REQUIRE(target.has_value());
  CHECK(target->zone() == "一个很长的网络区域名称");
}
