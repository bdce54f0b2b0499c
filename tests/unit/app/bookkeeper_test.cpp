#include "app/bookkeeper.h"

#include <algorithm>
#include <thread>

#include "qingdan/registry/query.h"
#include "unit/app/stage.h"
#include "unit/identify/small_base.h"

using namespace qingdan;
using namespace qingdan::app;
using app::test::at;
using app::test::Stage;
using app::test::take;

namespace {

const std::string kSshRule = R"(
[[rule]]
id = "test.ssh"
input = "ssh.banner"
pattern = '^Example_(?P<version>\S+)'
service = "tomcat"
os = "debian"
)";

model::Observation ssh(const std::string& ip, std::uint16_t port, const std::string& vhost = "") {
  model::Observation made;
  made.at = at(ip, port);
  made.probe = "ssh";
  made.channel = std::string(model::channel::kSsh);
  made.vhost = vhost;
  made.raw = to_bytes("SSH-2.0-Example_1.0\r\n");
  made.time = {1'780'000'001'000};
  return made;
}

model::PortResult open_port(const std::string& ip, std::uint16_t port) {
  return {at(ip, port), model::Verdict::open_verified, 0.5, 1, {1'780'000'001'000}};
}

// A bookkeeper of a run that has begun, or of one that nobody began.
struct Books {
  explicit Books(bool begun = true)
      : run(begun ? take(store.begin_run(registry::test::sample_run())) : model::RunId{999}) {}
  explicit Books(const std::string& rules)
      : run(take(store.begin_run(registry::test::sample_run()))),
        identifier(identify::test::make_base(rules)) {}
  Result<void> keep() {
    bookkeeper.close();
    return bookkeeper.run();
  }
  model::RunSeen seen() {
    auto coverage = registry::test::sample_coverage();
    registry::test::done(store.record(run, coverage));
    registry::test::done(store.finish_run(run, model::RunState::finished));
    return take(store.load_seen(run));
  }

  Stage stage;
  registry::Store store = stage.open();
  model::RunId run;
  std::atomic<bool> stop{false};
  identify::Identifier identifier{identify::test::make_base(kSshRule)};
  Bookkeeper bookkeeper{store, run, identifier, stop};
};

const model::Claim* find(const std::vector<model::Claim>& claims, std::string_view field) {
  const auto found =
      std::find_if(claims.begin(), claims.end(), [&](const auto& c) { return c.field == field; });
  return found == claims.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("what the field hears is identified and kept with its bytes", "[app][bookkeeper]") {
  Books books;
  books.bookkeeper.on_port(open_port("192.0.2.7", 22));
  books.bookkeeper.on_observations({ssh("192.0.2.7", 22)});
  registry::test::done(books.keep());
  CHECK_FALSE(books.stop.load());

  const auto seen = books.seen();
  REQUIRE(seen.hosts.size() == 1);
  REQUIRE(seen.hosts[0].services.size() == 1);
  const auto& service = seen.hosts[0].services[0];
  CHECK(service.verdict == model::Verdict::open_verified);
  const auto* product = find(service.claims, model::field::kProduct);
  REQUIRE(product);
  CHECK(product->rule == "test.ssh");
  const auto query = take(registry::Query::open(books.stage.path()));
  const auto raw = take(query.find_blob(product->evidence));
  REQUIRE(raw);
  CHECK(as_text(*raw) == "SSH-2.0-Example_1.0\r\n");
}

TEST_CASE("a host is judged once, by all its ports together", "[app][bookkeeper]") {
  Books books;
  for (const std::uint16_t port : {22, 80, 443}) {
    books.bookkeeper.on_port(open_port("192.0.2.7", port));
    books.bookkeeper.on_observations({ssh("192.0.2.7", port)});
  }
  registry::test::done(books.keep());
  const auto seen = books.seen();
  REQUIRE(seen.hosts.size() == 1);
  const auto& claims = seen.hosts[0].claims;
  CHECK(std::count_if(claims.begin(), claims.end(),
                      [](const auto& c) { return c.field == model::field::kOs; }) == 1);
}

TEST_CASE("the names asked for at one port are services of their own", "[app][bookkeeper]") {
  Books books;
  books.bookkeeper.on_port(open_port("192.0.2.7", 443));
  books.bookkeeper.on_observations({ssh("192.0.2.7", 443), ssh("192.0.2.7", 443, "a.test")});
  registry::test::done(books.keep());
  const auto seen = books.seen();
  REQUIRE(seen.hosts.size() == 1);
  std::set<std::string> names;
  for (const auto& service : seen.hosts[0].services) names.insert(service.vhost);
  CHECK(names == std::set<std::string>{"", "a.test"});
}

TEST_CASE("more than one batch is kept whole, while the field goes on", "[app][bookkeeper]") {
  Books books;
  std::thread field([&] {
    for (std::uint16_t port = 1; port <= 5000; ++port) {  // more than the channel holds
      books.bookkeeper.on_port(open_port("192.0.2.7", port));
    }
    books.bookkeeper.close();
  });
  const auto kept = books.bookkeeper.run();
  field.join();
  registry::test::done(kept);
  const auto seen = books.seen();
  REQUIRE(seen.hosts.size() == 1);
  CHECK(seen.hosts[0].services.size() == 5000);
}

TEST_CASE("B4: a fragile host is told to the field, again where it could not take it",
          "[app][bookkeeper]") {
  Books books(kSshRule + "device_class = \"打印机\"\n");
  std::vector<std::pair<std::string, probe::DeviceKind>> told;
  bool takes = false;
  books.bookkeeper.warn([&](const net::Address& ip, probe::DeviceKind kind) {
    told.emplace_back(ip.to_string(), kind);
    return std::exchange(takes, true);
  });
  books.bookkeeper.on_observations({ssh("192.0.2.7", 22)});
  books.bookkeeper.on_state({{}, {}, model::Checkpoint{}});  // ends a batch
  books.bookkeeper.on_observations({ssh("192.0.2.7", 2222)});
  books.bookkeeper.on_state({{}, {}, model::Checkpoint{}});
  books.bookkeeper.on_observations({ssh("192.0.2.7", 22222)});
  registry::test::done(books.keep());
  REQUIRE(told.size() == 2);  // refused, then taken; what was taken is not told a third time
  CHECK(told[0] == told[1]);
  CHECK(told[1] == std::pair<std::string, probe::DeviceKind>{"192.0.2.7", probe::DeviceKind::printer});

  // A run that goes on warns of what the process before it identified.
  Bookkeeper again(books.store, books.run, books.identifier, books.stop);
  told.clear();
  again.warn([&](const net::Address& ip, probe::DeviceKind kind) {
    told.emplace_back(ip.to_string(), kind);
    return true;
  });
  registry::test::done(again.recall());
  CHECK(told.size() == 1);
}

TEST_CASE("nobody is warned of an ordinary host", "[app][bookkeeper]") {
  Books books;
  int told = 0;
  books.bookkeeper.warn([&](const net::Address&, probe::DeviceKind) { return ++told > 0; });
  books.bookkeeper.on_observations({ssh("192.0.2.7", 22)});
  registry::test::done(books.keep());
  CHECK(told == 0);
}

TEST_CASE("B2: the first error of the register stops the run and the field never waits",
          "[app][bookkeeper]") {
  Books books(false);
  std::thread field([&] {
    for (std::uint16_t port = 1; port <= 9000; ++port) {
      books.bookkeeper.on_port(open_port("192.0.2.7", port));
    }
    books.bookkeeper.close();
  });
  const auto kept = books.bookkeeper.run();
  field.join();
  CHECK_FALSE(kept);
  CHECK(books.stop.load());
}
