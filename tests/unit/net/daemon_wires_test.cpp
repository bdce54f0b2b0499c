// daemon_wires — queues, brokers, scanners, STUN and Firebird, on messages laid out after their
// documents (tests/fuzz/corpus).
// covers: net/daemon_wire net/stun_wire net/firebird_wire
#include <catch2/catch.hpp>

#include "qingdan/net/daemon_wire.h"
#include "qingdan/net/firebird_wire.h"
#include "qingdan/net/stun_wire.h"
#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

namespace {

using Measure = Extent (*)(BytesView);

// Cut anywhere it may still become whole; it is whole at its end and never before.
void check_growing(const std::string& name, Measure measure) {
  const auto message = seed(name);
  for (std::size_t size = 0; size < message.size(); ++size) {
    CAPTURE(name, size);
    CHECK(measure(BytesView(message).first(size)).state == Extent::State::partial);
  }
  CHECK(measure(message).whole());
  CHECK(measure(message).size == message.size());
}

const std::vector<Measure> kMeasures{&measure_beanstalk, &measure_gearman, &measure_clamd,
                                     &measure_mqtt,      &measure_stun,    &measure_firebird};
const std::vector<std::pair<std::string, Measure>> kSeeds{
    {"daemon_wire/stats", &measure_beanstalk},
    {"daemon_wire/gearman", &measure_gearman},
    {"daemon_wire/clamd", &measure_clamd},
    {"daemon_wire/clamd_off", &measure_clamd},
    {"daemon_wire/mqtt5", &measure_mqtt},
    {"daemon_wire/mqtt3", &measure_mqtt},
    {"daemon_wire/mqtt5_refused", &measure_mqtt},
    {"stun_wire/binding", &measure_stun},
    {"stun_wire/error", &measure_stun},
    {"firebird_wire/cont_auth", &measure_firebird},
    {"firebird_wire/accept10", &measure_firebird},
    {"firebird_wire/accept12", &measure_firebird},
    {"firebird_wire/cond_accept", &measure_firebird},
    {"firebird_wire/reject", &measure_firebird}};

}  // namespace

TEST_CASE("an answer is whole at its end, and is nobody else's", "[net][daemons]") {
  for (const auto& [name, measure] : kSeeds) {
    check_growing(name, measure);
    const auto message = seed(name);
    for (const auto other : kMeasures) {
      CAPTURE(name);
      if (other != measure) CHECK_FALSE(other(message).whole());
    }
  }
  for (const auto* text : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "+OK\r\n",
                           "220 mail ESMTP\r\n", "ERROR\r\n", "OK ready\r\n"}) {
    for (const auto measure : kMeasures) CHECK_FALSE(measure(as_bytes(text)).whole());
  }
}

TEST_CASE("what we ask is no answer", "[net][daemons]") {
  for (const auto& request :
       {build_beanstalk_stats(), build_gearman_version(), build_clamd_version(),
        build_mqtt_connect(5), build_stun_binding(7), build_firebird_connect()}) {
    for (const auto measure : kMeasures) CHECK_FALSE(measure(request).whole());
  }
}

TEST_CASE("queues and scanners say their version", "[net][daemons]") {
  const auto stats = parse_beanstalk(seed("daemon_wire/stats"));
  REQUIRE(stats);
  CHECK(stats->version == "1.12");
  CHECK(stats->host == "queue-01");
  CHECK_FALSE(parse_beanstalk(as_bytes("OK 6\r\nfoo: 1\r\n")));
  const std::string bare = "OK 41\r\n---\ncurrent-jobs-urgent: 0\nversion: 1.10\n\r\n";
  CHECK(parse_beanstalk(as_bytes(bare)).value().version == "1.10");
  CHECK(measure_beanstalk(as_bytes("OK 99999999999999999999\r\n")).foreign());
  CHECK(measure_beanstalk(as_bytes("OK 9000\r\n")).foreign());
  CHECK(parse_gearman(seed("daemon_wire/gearman")) == "1.1.20+ds");
  CHECK_FALSE(parse_gearman(as_bytes("OK 973\r\n")));
  CHECK(parse_clamd(seed("daemon_wire/clamd")) == "ClamAV 1.4.6/27500/Sun Nov 29 08:31:02 2026");
  CHECK(parse_clamd(as_bytes("ClamAV 0.94.2\n")) == "ClamAV 0.94.2");
  CHECK(parse_clamd(seed("daemon_wire/clamd_off")) == "COMMAND UNAVAILABLE");
  CHECK_FALSE(parse_clamd(as_bytes("UNKNOWN COMMAND\n")));
}

TEST_CASE("CONNECT names nobody; what the broker says is read", "[net][mqtt]") {
  const Bytes newest{0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 30, 0, 0, 0};
  const Bytes old{0x10, 12, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 30, 0, 0};
  CHECK(build_mqtt_connect(5) == newest);
  CHECK(build_mqtt_connect(4) == old);
  const auto five = parse_mqtt(seed("daemon_wire/mqtt5"));
  REQUIRE(five);
  CHECK(five->has_properties);
  CHECK(five->reason == 0);
  CHECK(five->client_id == "auto-7CDEEC35-B3F9-1FFA-03DE-8693C31793B3");
  const auto refused = parse_mqtt(seed("daemon_wire/mqtt5_refused"));
  REQUIRE(refused);
  CHECK(refused->reason == 0x87);
  CHECK(refused->text == "no anonymous");
  const auto three = parse_mqtt(seed("daemon_wire/mqtt3"));
  REQUIRE(three);
  CHECK_FALSE(three->has_properties);
  CHECK(three->client_id.empty());
  // A property that does not exist; a length that goes on for ever.
  CHECK_FALSE(parse_mqtt(Bytes{0x20, 5, 0, 0, 2, 0x7E, 0}));
  CHECK(measure_mqtt(Bytes{0x20, 0xFF, 0xFF, 0xFF, 0xFF}).foreign());
}

TEST_CASE("a Binding is asked and answered under one number", "[net][stun]") {
  const auto request = build_stun_binding(0x0102'0304'0506'0708);
  CHECK(request == Bytes{0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4});
  const auto reply = parse_stun(seed("stun_wire/binding"));
  REQUIRE(reply);
  CHECK(reply->success);
  CHECK(reply->software == "Coturn-4.6.1 'Gorst'");
  CHECK(reply->transaction == to_bytes("qingdan12345"));
  const auto refused = parse_stun(seed("stun_wire/error"));
  REQUIRE(refused);
  CHECK_FALSE(refused->success);
  CHECK(refused->error == 401);
  CHECK(refused->software == "other 1");  // padded to four bytes
  CHECK_FALSE(parse_stun(request));
  auto beyond = seed("stun_wire/binding");
  beyond[23] = 0x80;  // the first attribute is longer than the message
  CHECK_FALSE(parse_stun(beyond));
}

TEST_CASE("a server chooses a protocol, or wants a user", "[net][firebird]") {
  const auto request = build_firebird_connect();
  ByteReader reader(request);
  CHECK(reader.u32be() == 1);
  reader.skip(12);
  CHECK(reader.u32be() == 0);  // no database
  const auto count = reader.u32be();
  CHECK(reader.u32be() == 0);  // no user
  CHECK(reader.remaining() == count * 20);
  const auto read = [](const std::string& name) {
    const auto answer = parse_firebird(seed("firebird_wire/" + name)).value();
    return answer.kind + " " + std::to_string(answer.protocol);
  };
  CHECK(read("cont_auth") == "cont_auth 0");
  CHECK(read("accept10") == "accept 10");
  CHECK(read("accept12") == "accept 12");  // its sign drawn out
  CHECK(read("cond_accept") == "cond_accept 16");
  CHECK(read("reject") == "reject 0");
  auto more = seed("firebird_wire/reject");
  more.push_back(0);
  CHECK(measure_firebird(more).foreign());
  auto other = seed("firebird_wire/accept10");
  other[7] = 9;  // a protocol nobody offered
  CHECK(measure_firebird(other).foreign());
}

TEST_CASE("damaged answers are survived", "[net][daemons]") {
  const auto all = [](BytesView bytes) {
    static_cast<void>(parse_beanstalk(bytes));
    static_cast<void>(parse_gearman(bytes));
    static_cast<void>(parse_clamd(bytes));
    static_cast<void>(parse_mqtt(bytes));
    static_cast<void>(parse_stun(bytes));
    static_cast<void>(parse_firebird(bytes));
  };
  for (const auto& [name, measure] : kSeeds) test::parse_damaged(seed(name), all);
}
