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
  const auto claims = host.claims();
  const auto* os = find(claims, model::field::kOs);
  CHECK(os->confidence < 50);
  // Who says what, and the value that people must decide about.
  CHECK(os->reason == "依据：22/tcp test.debian 80；相反：445/tcp test.windows 80 Windows");
  CHECK(model::parse_product(os->basis_value)->id == "windows");
}

TEST_CASE("a contradiction that weighs little leaves no doubt, but is told",
          "[identify][combine_host]") {
  Host host;
  host.add(seen(22, "ssh.stream", kDebian));
  host.add(seen(2222, "ssh.stream", kDebian));
  host.add(seen(123, "ntp.readvar", "system=\"Linux/6.1\""));
  host.add(seen(445, "smb.native_os", "Windows 6.1"));
  const auto claims = host.claims();
  const auto* os = find(claims, model::field::kOs);
  CHECK(os->confidence >= 50);
  CHECK(os->basis_value.empty());
  CHECK(os->reason.find("123/udp") == std::string::npos);
  CHECK(os->reason.find("22/tcp test.debian 80、2222/tcp test.debian 80、123/tcp test.linux 70") !=
        std::string::npos);
  CHECK(os->reason.find("相反：445/tcp test.windows 80 Windows") != std::string::npos);
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

namespace {
const std::string kClasses = R"(
[[rule]]
id = "test.debian"
input = "ssh.banner"
pattern = 'Debian'
os = "debian"
trust = 90
[[rule]]
id = "test.camera"
input = "rtsp_header.server"
pattern = '^Camera'
hw = "camera"
trust = 85
[[rule]]
id = "test.printer"
input = "ftp.banner"
pattern = 'printer'
protocol = "ftp"
device_class = "打印机"
trust = 88
)";
}  // namespace

TEST_CASE("a known device decides the class, whatever runs on it", "[identify][combine_host]") {
  Identifier identifier(test::make_base(kClasses));
  std::vector<model::Finding> findings;
  for (const auto& one :
       {seen(22, "ssh.stream", kDebian), seen(554, "rtsp_header.server", "Camera 1")})
    findings.push_back(identifier.identify(std::vector{one}));
  const auto claims = identifier.combine_host(findings);
  const auto* found = find(claims, model::field::kDeviceClass);
  CHECK(found->value == "\"摄像机\"");
  CHECK(found->confidence >= 50);
  CHECK(found->reason == "依据：554/tcp test.camera 85；相反：22/tcp test.debian 90 服务器");
}

TEST_CASE("classes that contradict each other are in doubt", "[identify][combine_host]") {
  Identifier identifier(test::make_base(kClasses));
  std::vector<model::Finding> findings;
  for (const auto& one : {seen(22, "ssh.stream", kDebian), seen(21, "ftp.banner", "printer ready")})
    findings.push_back(identifier.identify(std::vector{one}));
  const auto claims = identifier.combine_host(findings);
  const auto* found = find(claims, model::field::kDeviceClass);
  CHECK(found->confidence < 50);
  CHECK(found->value == "\"服务器\"");
  CHECK(found->basis_value == "\"打印机\"");
}
