#include <algorithm>

#include "qingdan/identify/identifier.h"
#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {
const std::string kRules = R"(
[[rule]]
id = "test.debian"
input = "ssh.banner"
pattern = 'Debian-\S+deb(?P<os_version>\d+)'
os = "debian"
service = "nginx"
trust = 80
[[rule]]
id = "test.linux"
input = "ntp.readvar"
contains = ["Linux"]
os = "linux"
trust = 70
[[rule]]
id = "test.windows"
input = "smb.native_os"
contains = ["Windows"]
os = "windows"
trust = 80
)";

model::Observation seen(std::uint16_t port, std::string_view channel, std::string_view raw) {
  model::Observation out;
  out.at = {"内网", *net::parse_address("192.0.2.7"), net::Transport::tcp, port};
  out.channel = std::string(channel);
  out.raw = to_bytes(raw);
  return out;
}
const model::Claim* find(const std::vector<model::Claim>& claims, std::string_view field) {
  const auto found =
      std::find_if(claims.begin(), claims.end(), [&](const auto& c) { return c.field == field; });
  return found == claims.end() ? nullptr : &*found;
}

struct Host {
  Identifier identifier{test::make_base(kRules)};
  std::vector<model::Finding> findings;
  void add(const model::Observation& one) {
    findings.push_back(identifier.identify(std::vector{one}));
  }
  std::vector<model::Claim> claims() { return identifier.combine_host(findings); }
};
constexpr std::string_view kDebian = "SSH-2.0-x Debian-2+deb12u3\r\n";
}  // namespace

TEST_CASE("services that agree make the system surer", "[identify][combine_host]") {
  Host host;
  host.add(seen(22, "ssh.stream", kDebian));
  const auto one = find(host.claims(), model::field::kOs)->confidence;
  host.add(seen(123, "ntp.readvar", "system=\"Linux/6.1\""));
  const auto claims = host.claims();
  const auto* os = find(claims, model::field::kOs);
  CHECK(os->confidence > one);
  CHECK(model::parse_product(os->value)->id == "debian");
  CHECK(os->rule == "test.debian");
  CHECK(os->evidence.size() == 64);
}

TEST_CASE("services that contradict each other leave it in doubt", "[identify][combine_host]") {
  Host host;
  host.add(seen(22, "ssh.stream", kDebian));
  host.add(seen(445, "smb.native_os", "Windows 6.1"));
  CHECK(find(host.claims(), model::field::kOs)->confidence < 50);
}

TEST_CASE("a host's class and roles follow from its services", "[identify][combine_host]") {
  Host host;
  host.add(seen(22, "ssh.stream", kDebian));
  const auto claims = host.claims();
  CHECK(find(claims, model::field::kDeviceClass)->value == "\"服务器\"");
  CHECK(find(claims, model::field::kRole)->value == "\"Web服务器\"");
}

TEST_CASE("the order of the findings does not matter", "[identify][combine_host]") {
  Host host;
  host.add(seen(22, "ssh.stream", kDebian));
  host.add(seen(123, "ntp.readvar", "system=\"Linux/6.1\""));
  host.add(seen(445, "smb.native_os", "Windows 6.1"));
  const auto forth = host.claims();
  std::reverse(host.findings.begin(), host.findings.end());
  CHECK(host.claims() == forth);
}

TEST_CASE("a host of which nothing is known has no claims", "[identify][combine_host]") {
  Host host;
  CHECK(host.claims().empty());
  host.add(seen(9, "unknown.stream", "?"));
  CHECK(host.claims().empty());
}
