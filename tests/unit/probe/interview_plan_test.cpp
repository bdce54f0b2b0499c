// interview_plan — the order of lesson 22, without a network.
#include "probe/interview_plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace qingdan;
using probe::InterviewPlan;

namespace {

std::vector<std::string> order(InterviewPlan& plan) {
  std::vector<std::string> names;
  while (const auto attempt = plan.next()) {
    names.push_back((attempt->tls ? "tls:" : "") + std::string(attempt->entry->name));
  }
  return names;
}
std::vector<std::string> order(std::uint16_t port) {
  InterviewPlan plan(port);
  return order(plan);
}

}  // namespace

TEST_CASE("the port's usual conversation comes first, then TLS, then HTTP") {
  const auto ssh = order(22);
  REQUIRE(ssh.size() > 3);
  CHECK(ssh[0] == "ssh");
  CHECK(ssh[1] == "tls:http");
  CHECK(ssh[2] == "http");
  CHECK(order(443)[0] == "tls:http");
  CHECK(order(443)[1] == "http");
  CHECK(order(993)[0] == "tls:imap");
}

TEST_CASE("what a port hints at second comes after the first, and before all guesses") {
  const auto nine = order(9000);
  REQUIRE(nine.size() > 4);
  CHECK(nine[0] == "http");
  CHECK(nine[1] == "fastcgi");
  CHECK(nine[2] == "tls:http");
  CHECK(nine[3] == "postgresql");
  InterviewPlan plan(9000);
  CHECK_FALSE(plan.next()->second);
  CHECK(plan.next()->second);
  CHECK_FALSE(plan.next()->second);
}

TEST_CASE("what a port hints at second is asked of who turns out to speak it") {
  InterviewPlan plan(88);
  CHECK(plan.next()->entry->name == "http");
  plan.on_heard("kerberos", false);
  CHECK(order(plan) == std::vector<std::string>{"kerberos", "tls:http"});
}

TEST_CASE("what a port hints at second is not asked of who is known by its words") {
  const auto left = [](std::string_view kind) {
    InterviewPlan plan(9000);
    CHECK(plan.next()->entry->name == "http");
    plan.on_heard(kind, false);
    return order(plan);
  };
  CHECK(left("") == std::vector<std::string>{"fastcgi", "tls:http"});
  CHECK(left("ssh") == std::vector<std::string>{"ssh", "tls:http"});
  CHECK(left("tls") == std::vector<std::string>{"tls:http"});
  InterviewPlan plan(9000);
  CHECK(plan.next()->entry->name == "http");
  plan.on_wants_tls();
  const auto rest = order(plan);
  CHECK(rest.front() == "tls:http");
  CHECK(std::find(rest.begin(), rest.end(), "fastcgi") == rest.end());
}

TEST_CASE("who is asked with care is asked what the port hints at first and nothing else") {
  InterviewPlan careful(9000, true);
  CHECK(order(careful) == std::vector<std::string>{"http"});
  InterviewPlan told(9000);
  CHECK(told.next()->entry->name == "http");
  told.on_gentle();
  CHECK(order(told).empty());
}

TEST_CASE("brokers and relays that begin with TLS are asked their own words inside") {
  CHECK(order(8883)[0] == "tls:mqtt");
  CHECK(order(5671)[0] == "tls:amqp");
  CHECK(order(5349)[0] == "tls:stun");
  CHECK(order(61614)[0] == "tls:stomp");
  CHECK(order(61617)[0] == "tls:openwire");
  // TLS where it is not expected: the words of the port, inside.
  InterviewPlan plan(1883);
  CHECK(plan.next()->entry->name == "mqtt");
  plan.on_heard("tls", false);
  const auto next = plan.next();
  CHECK(next->tls);
  CHECK(next->entry->name == "mqtt");
}

TEST_CASE("a port nobody hints at is listened to, then TLS, HTTP, and the rest by yield") {
  const auto unknown = order(40000);
  REQUIRE(unknown.size() > 5);
  CHECK(unknown[0] == "listen");
  CHECK(unknown[1] == "tls:http");
  CHECK(unknown[2] == "http");
  CHECK(unknown[3] == "postgresql");
  CHECK(unknown[4] == "redis");
}

TEST_CASE("what the bytes look like is asked next, once") {
  InterviewPlan plan(40000);
  CHECK(plan.next()->entry->name == "listen");
  plan.on_heard("ssh", false);
  const auto next = plan.next();
  CHECK(next->entry->name == "ssh");
  CHECK(next->hinted);
  plan.on_heard("ssh", false);
  CHECK(order(plan) == std::vector<std::string>{"tls:http", "http"});
}

TEST_CASE("an answer to the wrong question still names the right one") {
  InterviewPlan plan(80);  // a redis on the web's port says -ERR to GET
  CHECK(plan.next()->entry->name == "http");
  plan.on_heard("redis", false);
  CHECK(plan.next()->entry->name == "redis");
}

TEST_CASE("a doubtful greeting is asked as both") {
  InterviewPlan plan(40000);
  CHECK(plan.next()->entry->name == "listen");
  plan.on_heard("ftp-or-smtp", false);
  CHECK(plan.next()->entry->name == "smtp");
  CHECK(plan.next()->entry->name == "ftp");
}

TEST_CASE("a peer that spoke is not asked as what it would have answered otherwise") {
  InterviewPlan plan(40000);
  CHECK(plan.next()->entry->name == "listen");
  plan.on_heard("", false);
  CHECK(order(plan) == std::vector<std::string>{"tls:http", "http"});
}

TEST_CASE("where TLS stands, everything goes on inside") {
  InterviewPlan plan(443);
  CHECK(plan.next()->tls);
  plan.on_tls();
  const auto rest = order(plan);
  CHECK(rest.size() > 1);
  for (const auto& name : rest) CHECK(name.starts_with("tls:"));
  CHECK(rest[0] == "tls:http2");
  CHECK(rest[1] == "tls:listen");
}

TEST_CASE("TLS seen on a plain attempt brings TLS forward") {
  InterviewPlan plan(22);
  CHECK(plan.next()->entry->name == "ssh");
  plan.on_heard("tls", false);
  const auto next = plan.next();
  CHECK(next->tls);
  CHECK(next->entry->name == "http");
}

TEST_CASE("servers that want TLS are known by their words") {
  CHECK(
      probe::asks_for_tls("HTTP/1.1 400 Bad Request\r\n\r\n<center>The plain HTTP request was "
                          "sent to HTTPS port</center>"));
  CHECK(
      probe::asks_for_tls("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an "
                          "HTTPS server.\n"));
  CHECK_FALSE(probe::asks_for_tls("HTTP/1.1 200 OK\r\n\r\nwe love HTTPS"));
}

TEST_CASE("a known web server is asked as one and nothing else, whatever its port") {
  using Web = probe::Subject::Web;
  for (const std::uint16_t port : {22, 443, 40443}) {
    for (const auto web : {Web::plain, Web::tls, Web::h2c, Web::h2}) {
      InterviewPlan plan(port);
      plan.only_web(web);
      const auto first = plan.next();
      REQUIRE(first);
      CHECK(first->tls == (web == Web::tls || web == Web::h2));
      CHECK(first->entry->name == (web == Web::plain || web == Web::tls ? "http" : "http2"));
      CHECK_FALSE(plan.next());
    }
  }
}

TEST_CASE("what the register remembers of the port goes first, then the usual order") {
  const auto after = [](std::uint16_t port, const probe::Remembered& remembered) {
    InterviewPlan plan(port);
    plan.remember(remembered);
    return order(plan);
  };
  auto usual = order(40000);
  const auto ldap = after(40000, {"ldap", false});
  CHECK(ldap[0] == "ldap");
  std::erase(usual, "ldap");
  CHECK(std::vector<std::string>(ldap.begin() + 1, ldap.end()) == usual);
  CHECK(after(40000, {"redis", true})[0] == "tls:redis");
  CHECK(after(40000, {"redis", true})[1] == "listen");
  CHECK(after(40000, {"http", true})[0] == "tls:http");
  CHECK(after(40000, {"tls", true})[0] == "tls:http");
  // TLS was begun by its own words, or is not where it begins.
  CHECK(after(40000, {"smtp", true})[0] == "smtp");
  CHECK(after(40000, {"ms-wbt-server", true})[0] == "rdp");
  CHECK(after(40000, {"rfb", false})[0] == "vnc");
  CHECK(after(22, {"http", false})[0] == "http");
  CHECK(after(22, {"http", false})[1] == "ssh");
  CHECK(after(22, {"ssh", false}) == order(22));
  for (const char* none : {"", "no-such", "tls-1.3", "t3-later", "modbus", "snmp", "listen"}) {
    CHECK(after(40000, {none, false}) == order(40000));
  }
}

TEST_CASE("memory alone asks nothing of what needs care") {
  InterviewPlan careful(9999, true);
  careful.remember({"http", false});
  CHECK(order(careful) == std::vector<std::string>{"listen"});
  InterviewPlan told(22);
  told.remember({"http", false});
  told.on_gentle();
  CHECK(order(told) == std::vector<std::string>{"ssh"});
  InterviewPlan same(22);
  same.remember({"ssh", false});
  same.on_gentle();
  CHECK(order(same) == std::vector<std::string>{"ssh"});
}
