#include "app/fieldwork.h"
// covers: app/fieldwork_hosts

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "support/lib/scopes.h"
#include "unit/app/loopback.h"
#include "unit/app/stage.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::BoundPort;
using app::test::Greeter;
using app::test::kLoopbackHost;
using app::test::take;

namespace {

struct Heard final : FieldSink {
  void on_port(const model::PortResult& result) override { results.push_back(result); }
  void on_state(FieldState told) override {
    for (auto& one : told.incidents.masked) results.push_back(std::move(one));
    for (auto& one : told.incidents.boxes) boxes.insert_or_assign(one.block, std::move(one));
    trips += told.incidents.trips.size();
    for (const auto& sent : told.sent) packets += sent.packets;
    if (!told.checkpoint) return;
    last = std::move(told.checkpoint);
    for (const auto& report : last->report) reports[report.block] = report;
  }
  void on_observations(std::vector<model::Observation> all) override {
    for (auto& one : all) observations.push_back(std::move(one));
  }
  [[nodiscard]] std::vector<model::PortResult> of(std::uint16_t port) const {
    std::vector<model::PortResult> found;
    std::copy_if(results.begin(), results.end(), std::back_inserter(found),
                 [&](const auto& result) { return result.at.port == port; });
    return found;
  }
  std::vector<model::PortResult> results;
  std::vector<model::Observation> observations;
  std::uint64_t packets{0};
  std::map<net::Prefix, model::Middlebox> boxes;  // as told last
  std::size_t trips{0};
  std::optional<model::Checkpoint> last;
  std::map<net::Address, model::PrefixReport> reports;  // a checkpoint has those that changed
};

model::Endpoint endpoint(std::uint16_t port) {
  return {"z", *net::parse_address(kLoopbackHost), net::Transport::tcp, port};
}

// Fieldwork on 127.66.240.1 with the machine's own sockets.
struct Field {
  explicit Field(const std::vector<std::uint16_t>& numbers, bool interviews,
                 std::set<model::Endpoint> known_open = {},
                 std::map<model::Endpoint, probe::Remembered> protocols = {})
      : work({scope,
              take(net::parse_ports(fmt::format("{}", fmt::join(numbers, ",")))),
              scope.pace(),
              Method::connect,
              std::move(known_open),
              interviews,
              {1, 2},
              {},
              {},
              {},
              {},
              0,
              std::move(protocols)},
             clock, stop, heard) {}

  // Of `cidr`, with interviews.
  Field(std::uint16_t port, const std::string& cidr)
      : scope(qingdan::test::make_scope(cidr)),
        work({scope,
              take(net::parse_ports(std::to_string(port))),
              scope.pace(),
              Method::connect,
              {},
              true,
              {1, 2}},
             clock, stop, heard) {}

  SystemClock clock;
  std::atomic<bool> stop{false};
  targets::Scope scope = qingdan::test::make_scope(std::string(kLoopbackHost) + "/32");
  Heard heard;
  Fieldwork work;
};

}  // namespace

TEST_CASE("every address and port of the scope comes once, excluded ones never",
          "[app][fieldwork]") {
  const auto scope = qingdan::test::make_scope(
      qingdan::test::ScopeText{{"192.0.2.0/28", "2001:db8::/124"}, {"192.0.2.4/30"}, 0, 0, 0, ""});
  const auto ports = take(net::parse_ports("22,80,U:53"));
  const PermutedSource source(scope, ports, {1, 2});
  REQUIRE(source.size() == (12 + 16) * 3);
  std::set<model::Endpoint> seen;
  for (std::uint64_t i = 0; i < source.size(); ++i) {
    const auto target = source.at(i);
    REQUIRE(target);
    seen.insert({target->zone(), target->ip(), target->transport(), target->port()});
  }
  CHECK(seen.size() == source.size());
  CHECK_FALSE(seen.contains({"z", *net::parse_address("192.0.2.5"), net::Transport::tcp, 22}));
}

TEST_CASE("a sweep tells of every port what it is, and asks no more", "[app][fieldwork]") {
  const Greeter open("SSH-2.0-OpenSSH_9.2p1\r\n");
  const BoundPort closed;
  Field field({open.port(), closed.number()}, false);
  const auto done = field.work.run();
  REQUIRE(done);
  CHECK(field.heard.results.size() == 2);
  REQUIRE(field.heard.of(open.port()).size() == 1);
  CHECK(field.heard.of(open.port())[0].verdict == model::Verdict::open);
  REQUIRE(field.heard.of(closed.number()).size() == 1);
  CHECK(field.heard.of(closed.number())[0].verdict == model::Verdict::closed);
  CHECK(field.heard.observations.empty());
  const auto counts = field.work.counts();
  CHECK(counts.addresses == 1);
  CHECK(counts.planned == 2);
  CHECK(counts.sent == 2);
  CHECK(counts.answered == 2);
  CHECK(counts.open == 1);
  CHECK(counts.conversations == 0);
  CHECK(counts.not_probed == 0);
}

TEST_CASE("an open port is interviewed and its verdict comes from there", "[app][fieldwork]") {
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  const BoundPort closed;
  Field field({ssh.port(), closed.number()}, true);
  REQUIRE(field.work.run());
  const auto verdicts = field.heard.of(ssh.port());
  REQUIRE(verdicts.size() == 2);  // as soon as it was found, and what it turned out to be
  CHECK(verdicts[0].verdict == model::Verdict::open);
  CHECK(verdicts[1].verdict == model::Verdict::open_verified);
  CHECK(field.heard.of(closed.number()).empty());  // nobody holds it open: silence and no are one
  const auto& heard = field.heard.observations;
  const auto stream = std::find_if(heard.begin(), heard.end(), [](const auto& observation) {
    return observation.channel == model::channel::kSsh;
  });
  REQUIRE(stream != heard.end());
  CHECK(stream->at == endpoint(ssh.port()));
  CHECK(app::test::has(std::string(as_text(stream->raw)), "OpenSSH_9.2p1"));

  const auto progress = field.work.progress();
  CHECK(progress.interviews.submitted == 1);
  CHECK(progress.interviews.finished == 1);
  // Sweep, three canaries, interviews: all that was begun is counted.
  CHECK(field.work.counts().sent >= 2 + 3 + 1);
  CHECK(field.work.counts().conversations >= 1);
}

TEST_CASE("where a server sends everybody makes no website, though it is asked for",
          "[app][fieldwork]") {
  const std::string end = "Content-Length: 4\r\nConnection: close\r\n\r\nhere";
  const Greeter usual("HTTP/1.1 200 OK\r\nServer: t\r\n" + end);
  const Greeter sends(fmt::format("HTTP/1.1 302 Found\r\nLocation: http://search.example:{}/\r\n{}",
                                  usual.port(), end));
  Field field({usual.port(), sends.port()}, true);
  REQUIRE(field.work.run());
  for (const auto port : {usual.port(), sends.port()}) {
    REQUIRE(field.heard.of(port).size() == 2);
    CHECK(field.heard.of(port)[1].verdict == model::Verdict::open_verified);
  }
  CHECK(field.work.progress().interviews.submitted == 3);  // once by that name, at one port
  for (const auto& seen : field.heard.observations) CHECK(seen.vhost.empty());
}

TEST_CASE("what the register remembers of a port is asked first", "[app][fieldwork]") {
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  const auto connections = [&](std::map<model::Endpoint, probe::Remembered> protocols) {
    Field field({ssh.port()}, true, {}, std::move(protocols));
    REQUIRE(field.work.run());
    return field.work.progress().interviews.connections;
  };
  const auto found = connections({});
  CHECK(found > 1);
  CHECK(connections({{endpoint(ssh.port()), {"ssh", false}}}) == found - 1);
}

TEST_CASE("F2: a port held open that refuses is asked twice before it is closed",
          "[app][fieldwork]") {
  const BoundPort held, never;
  Field field({held.number(), never.number()}, true, {endpoint(held.number())});
  REQUIRE(field.work.run());
  const auto results = field.heard.of(held.number());
  REQUIRE(results.size() == 2);
  CHECK(results[0].tries == 1);
  CHECK(results[1].verdict == model::Verdict::closed);
  CHECK(results[1].tries == 2);
  CHECK(field.heard.of(never.number()).empty());
}

TEST_CASE("coverage says of each address whether all of it was asked", "[app][fieldwork]") {
  const BoundPort closed;
  Field field({closed.number()}, false);
  REQUIRE(field.work.run());
  const auto coverage = field.work.coverage();
  CHECK(coverage.outcome("z", *net::parse_address(kLoopbackHost)) == model::HostOutcome::answered);
  CHECK(coverage.comparable(endpoint(closed.number())));
  CHECK_FALSE(coverage.comparable(endpoint(1)));
}

TEST_CASE("a run that is stopped says what it did not ask", "[app][fieldwork]") {
  const BoundPort closed;
  for (const bool interviews : {false, true}) {
    Field field({closed.number()}, interviews);
    field.stop.store(true);
    REQUIRE(field.work.run());
    CHECK(field.heard.results.empty());
    CHECK(field.work.counts().not_probed == 1);
    CHECK(field.work.coverage().outcome("z", *net::parse_address(kLoopbackHost)) ==
          model::HostOutcome::skipped);
  }
}

TEST_CASE("F3: what was sent and where it stands is told to the end", "[app][fieldwork]") {
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  const BoundPort closed;
  Field field({ssh.port(), closed.number()}, true);
  REQUIRE(field.work.run());
  CHECK(field.heard.packets == field.work.counts().sent);
  REQUIRE(field.heard.last);
  CHECK(field.heard.last->positions == 2);
  CHECK(field.heard.last->key == Key128{1, 2});
  CHECK(field.heard.last->counts.not_probed == 0);
  REQUIRE(field.heard.last->coverage);
  REQUIRE(field.heard.reports.size() == 1);
  const auto& report = field.heard.reports.begin()->second;
  CHECK(report.found_first_pass_only == 1);
  CHECK(report.asked == 2);
}

TEST_CASE("a resumed run asks what has no verdict, interviews what has no last word",
          "[app][fieldwork]") {
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
  const BoundPort held;
  const auto scope = qingdan::test::make_scope(std::string(kLoopbackHost) + "/32");
  const auto ports = take(net::parse_ports(fmt::format("{},{}", ssh.port(), held.number())));
  Resumption resumed;
  resumed.checkpoint.positions = 2;
  resumed.checkpoint.pass = 1;
  resumed.checkpoint.position = 2;
  resumed.checkpoint.pages = {{0, Bytes(model::kMarkPageBytes)}};
  resumed.checkpoint.pages[0].marks[0] = 0b1010;  // both have a verdict
  resumed.checkpoint.counts.sent = 2;
  resumed.results = {{endpoint(ssh.port()), model::Verdict::open, 0.1, 1, {1}},
                     {endpoint(held.number()), model::Verdict::closed, 0.1, 1, {1}}};
  SystemClock clock;
  std::atomic<bool> stop{false};
  Heard heard;
  Fieldwork work({scope, ports, scope.pace(), Method::connect, {}, true, {1, 2}, resumed}, clock,
                 stop, heard);
  REQUIRE(work.run());
  REQUIRE(heard.of(ssh.port()).size() == 1);
  CHECK(heard.of(ssh.port())[0].verdict == model::Verdict::open_verified);
  REQUIRE(heard.of(held.number()).size() == 1);
  CHECK(heard.of(held.number())[0].tries == 2);
  CHECK(work.counts().not_probed == 0);
  CHECK(work.counts().sent ==
        2 + heard.packets - 1);  // the confirmation is not a probe of the plan
}

TEST_CASE("what answers alike for a whole block is one machine in front, not many hosts",
          "[app][fieldwork]") {
  const Greeter first("SSH-2.0-Front\r\n", "127.66.240.16");
  std::vector<std::unique_ptr<Greeter>> others;
  for (int i = 17; i < 32; ++i) {
    const std::string text = i == 30 ? "SSH-2.0-OpenSSH_9.2p1\r\n" : "SSH-2.0-Front\r\n";
    others.push_back(
        std::make_unique<Greeter>(text, "127.66.240." + std::to_string(i), first.port()));
  }
  Field field(first.port(), "127.66.240.16/28");
  REQUIRE(field.work.run());

  REQUIRE(field.work.middleboxes().size() == 1);
  const auto box = field.work.middleboxes()[0];
  CHECK(box.block.to_string() == "127.66.240.0/24");
  CHECK(box.zone == "z");
  CHECK(box.asked == 16);
  CHECK(box.answering == 15);
  CHECK(box.ports.contains({net::Transport::tcp, first.port()}));
  std::map<net::Address, model::Verdict> last;
  for (const auto& result : field.heard.results) last[result.at.ip] = result.verdict;
  for (const auto& [ip, verdict] : last) {
    const bool own = ip.to_string() == "127.66.240.30";
    CHECK(verdict == (own ? model::Verdict::open_verified : model::Verdict::suspect_proxy));
  }
  CHECK(last.size() == 16);
  CHECK(field.work.trips().empty());
  REQUIRE(field.heard.boxes.size() == 1);
  CHECK(field.heard.boxes.begin()->second == box);
}

TEST_CASE("F4: a machine in front is recognised by what two processes heard of it",
          "[app][fieldwork]") {
  const Greeter front("SSH-2.0-Front\r\n", "127.66.240.16");
  const auto scope = qingdan::test::make_scope("127.66.240.16/28");
  const auto ports = take(net::parse_ports(std::to_string(front.port())));
  const PermutedSource source(scope, ports, {1, 2});
  probe::InterviewReport said;
  said.observations.resize(1);
  said.observations[0].channel = std::string(model::channel::kSsh);
  said.observations[0].raw = to_bytes("SSH-2.0-Front\r\n");
  for (const bool heard_before : {true, false}) {
    // The process before heard 15 of 16; this one has only the last to ask.
    Resumption resumed;
    resumed.checkpoint.positions = 16;
    resumed.checkpoint.pass = 1;
    resumed.checkpoint.pages = {{0, Bytes(model::kMarkPageBytes)}};
    for (std::uint64_t at = 0; at < source.size(); ++at) {
      const auto target = source.at(at);
      REQUIRE(target);
      if (target->ip() == *net::parse_address("127.66.240.16")) continue;
      auto& marks = resumed.checkpoint.pages[0].marks[at / 4];
      marks = static_cast<std::uint8_t>(marks | 2U << (at % 4 * 2));
      resumed.results.push_back({target->endpoint(), model::Verdict::open_verified, 0.1, 1, {1}});
      if (heard_before) resumed.shapes[target->endpoint()] = probe::shape_of(said);
    }
    SystemClock clock;
    std::atomic<bool> stop{false};
    Heard heard;
    Fieldwork work({scope, ports, scope.pace(), Method::connect, {}, true, {1, 2}, resumed}, clock,
                   stop, heard);
    REQUIRE(work.run());
    // Without a word from the others they are 15 that said nothing: a front of its own kind.
    REQUIRE(work.middleboxes().size() == 1);
    CHECK(work.middleboxes()[0].answering == (heard_before ? 16 : 15));
    CHECK(heard.boxes.size() == 1);
  }
}

TEST_CASE("F4: a host stopped by an earlier process gets nothing from this one",
          "[app][fieldwork]") {
  const Greeter ssh("SSH-2.0-OpenSSH_9.2p1\r\n");
  const auto scope = qingdan::test::make_scope(std::string(kLoopbackHost) + "/32");
  const auto ports = take(net::parse_ports(std::to_string(ssh.port())));
  // Where the run was stopped because nobody answered any more, the host is not to blame.
  for (const bool path : {false, true}) {
    Resumption resumed;
    resumed.checkpoint.positions = 1;
    resumed.trips.resize(1);
    resumed.trips[0].ip = *net::parse_address(kLoopbackHost);
    resumed.trips[0].stopped = path ? "run" : "host";
    resumed.trips[0].path = path;
    SystemClock clock;
    std::atomic<bool> stop{false};
    Heard heard;
    Fieldwork work({scope, ports, scope.pace(), Method::connect, {}, true, {1, 2}, resumed}, clock,
                   stop, heard);
    REQUIRE(work.run());
    CHECK(heard.of(ssh.port()).empty() == !path);
    CHECK((heard.packets == 0) == !path);
    CHECK(heard.trips == 0);
    CHECK(work.trips().size() == 1);  // the run has one all the same
  }
}

TEST_CASE("F6: what is told to be a printer is handled as one from then on", "[app][fieldwork]") {
  // The port that prints on printers and is an ordinary one elsewhere.
  const Greeter greeter("SSH-2.0-OpenSSH_9.2p1\r\n", kLoopbackHost, 9999);
  for (const bool told : {false, true}) {
    Field field({9999}, true);
    if (told)
      CHECK(field.work.heed(*net::parse_address(kLoopbackHost), probe::DeviceKind::printer));
    REQUIRE(field.work.run());
    REQUIRE_FALSE(field.heard.of(9999).empty());
    const auto verdict = field.heard.of(9999).back().verdict;
    CHECK(verdict == (told ? model::Verdict::open_acked : model::Verdict::open_verified));
    CHECK(field.heard.observations.empty() == told);
  }
}

TEST_CASE("a block that looks like one machine is asked where nobody is", "[app][fieldwork]") {
  if (!probe::can_send_raw()) {
    WARN("skipped: half-open probing needs CAP_NET_RAW");
    return;
  }
  const auto name = [](int last) { return "127.66.240." + std::to_string(last); };
  // Sixteen say the same, four their own; at two where nobody is only the canary ports accept.
  const Greeter first("SSH-2.0-Front\r\n", name(32));
  std::vector<std::unique_ptr<Greeter>> others;
  for (int i = 33; i < 52; ++i) {
    const std::string own = i < 48 ? "Front" : std::string(3, static_cast<char>('a' + i - 48));
    others.push_back(std::make_unique<Greeter>("SSH-2.0-" + own + "\r\n", name(i), first.port()));
  }
  for (const int dark : {60, 61}) {
    for (const std::uint16_t canary : {48'710, 48'801, 48'999}) {
      others.push_back(std::make_unique<Greeter>("SSH-2.0-Front\r\n", name(dark), canary));
    }
  }
  const auto scope = qingdan::test::make_scope("127.66.240.32/27");
  // All canary ports but those three are asked, so these are the canaries.
  const auto ports =
      take(net::parse_ports(fmt::format("{},48700-48709,48711-48800,48802-48998", first.port())));
  SystemClock clock;
  std::atomic<bool> stop{false};
  Heard heard;
  const std::set<net::Address> dark{*net::parse_address(name(60)), *net::parse_address(name(61))};
  Fieldwork work({scope, ports, scope.pace(), Method::syn, {}, true, {1, 2}, {}, {}, dark}, clock,
                 stop, heard);
  REQUIRE(work.run());

  REQUIRE(heard.boxes.size() == 1);
  const auto& box = heard.boxes.begin()->second;
  CHECK(box.dark);
  CHECK(box.answering == 16);
  CHECK(box.ports.to_string() == std::to_string(first.port()));
  std::map<model::Verdict, int> last;
  for (int i = 32; i < 64; ++i) {
    for (auto one = heard.results.rbegin(); one != heard.results.rend(); ++one) {
      if (one->at.ip != *net::parse_address(name(i)) || one->at.port != first.port()) continue;
      ++last[one->verdict];
      break;
    }
  }
  CHECK(last[model::Verdict::suspect_proxy] == 16);
  CHECK(last[model::Verdict::open_verified] == 4);
}
