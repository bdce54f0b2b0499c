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

namespace {
const std::string kStack = kRules + R"(
[[rule]]
id = "test.stack-linux"
input = "tcp.signature"
pattern = '^4:64:'
os = "linux"
trust = 25
[[rule]]
id = "test.stack-windows"
input = "tcp.signature"
pattern = '^4:128:'
os = "windows"
trust = 60
[[rule]]
id = "test.card"
input = "eth.oui"
equals = ["00:00:5e"]
hw = "maker"
trust = 35
[[rule]]
id = "test.camera"
input = "rtsp_header.server"
pattern = '^Camera'
hw = "camera"
trust = 85
)";
const std::string kMaker = test::kProducts + R"(
[[product]]
id = "maker"
vendor = "Example"
product = ""
category = "视频监控"
role = "hardware"
)";

struct StackHost {
  Identifier identifier{test::make_base(kStack, kMaker)};
  std::vector<model::Finding> findings;
  // What a port says, and how it accepted.
  void add(model::Observation said, std::string_view look) {
    auto stack = seen(said.at.port, model::channel::kSynAck, look);
    stack.exchange = 9;
    findings.push_back(identifier.identify(std::vector{std::move(said), std::move(stack)}));
  }
  std::optional<model::Claim> find(std::string_view field) const {
    for (auto& claim : identifier.combine_host(findings)) {
      if (claim.field == field) return claim;
    }
    return std::nullopt;
  }
};
constexpr std::string_view kLook = "4:57+7:0:1460:64240,7:mss,nop,nop,sok,nop,ws:df:0";
}  // namespace

TEST_CASE("the stack makes a system surer once, however many ports show it",
          "[identify][combine_host]") {
  StackHost host;
  host.add(seen(22, "ssh.stream", kDebian), kLook);
  const auto once = host.find(model::field::kOs);
  REQUIRE(once);
  CHECK(once->confidence == 85);
  CHECK(once->reason == "依据：22/tcp test.debian 80、tcp.signature test.stack-linux 25");
  host.add(seen(9, "unknown.stream", "?"), kLook);
  CHECK(host.find(model::field::kOs) == once);
}

TEST_CASE("a stack of little trust alone says nothing, and contradicts nobody",
          "[identify][combine_host]") {
  StackHost host;
  host.add(seen(9, "unknown.stream", "?"), kLook);
  CHECK_FALSE(host.find(model::field::kOs));
  host.add(seen(445, "smb.native_os", "Windows 6.1"), kLook);
  const auto os = host.find(model::field::kOs);
  REQUIRE(os);
  CHECK(os->confidence == 80);
  CHECK(os->reason ==
        "依据：445/tcp test.windows 80；相反：tcp.signature test.stack-linux 25 Linux");
}

TEST_CASE("a stack that only one system has says it, and weighs against others",
          "[identify][combine_host]") {
  StackHost host;
  constexpr std::string_view kWindows = "4:120+8:0:1460:65535,8:mss,nop,ws,nop,nop,sok:df,id+:0";
  host.add(seen(9, "unknown.stream", "?"), kWindows);
  const auto alone = host.find(model::field::kOs);
  REQUIRE(alone);
  CHECK(model::parse_product(alone->value)->id == "windows");
  CHECK(alone->confidence == 60);
  host.add(seen(22, "ssh.stream", kDebian), kWindows);
  const auto both = host.find(model::field::kOs);
  CHECK(model::parse_product(both->value)->id == "debian");
  CHECK(both->confidence < 80);
}

TEST_CASE("the maker of the card supports any device of that maker, and is never stated",
          "[identify][combine_host]") {
  StackHost host;
  const auto look = std::string(kLook) + " 00:00:5e:00:53:01";
  host.add(seen(9, "unknown.stream", "?"), look);
  CHECK_FALSE(host.find(model::field::kHardware));
  host.add(seen(554, "rtsp_header.server", "Camera 1"), look);
  const auto device = host.find(model::field::kHardware);
  REQUIRE(device);
  CHECK(model::parse_product(device->value)->id == "camera");
  CHECK(device->confidence > 85);
}

TEST_CASE("the stack is no part of what a port says", "[identify][combine_host]") {
  StackHost host;
  host.add(seen(9, "unknown.stream", "?"), kLook);
  const auto with = host.findings.front().service_claims;
  const auto without =
      host.identifier.identify(std::vector{seen(9, "unknown.stream", "?")}).service_claims;
  CHECK(with == without);
  const auto only = host.identifier.identify(std::vector{seen(9, model::channel::kSynAck, kLook)});
  CHECK(only.service_claims.empty());
  CHECK(only.at.port == 9);
}
