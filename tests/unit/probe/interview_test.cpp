// interview — what is asked of an open port, in which order, and when it ends.
// covers: probe/talk
#include "qingdan/probe/interview.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "qingdan/net/tls_wire.h"
#include "support/lib/tls_peer.h"
#include "unit/probe/interview_bench.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace std::chrono_literals;
using model::Verdict;
using probe::InterviewReport;
using test::Bench;
using test::channels;
using test::first;
using test::kHost;
using test::kPage;
using test::kSshIdent;
using test::Rig;
using test::seed;
namespace peers = qingdan::test::peers;

TEST_CASE("SSH on its port takes one connection and no more than an ident line") {
  Bench bench(peers::greets(kSshIdent));
  const auto report = bench.ask();
  CHECK(report.verdict == Verdict::open_verified);
  CHECK(report.service == "ssh");
  CHECK(report.connections == 1);
  CHECK(channels(report) == std::vector<std::string>{"ssh.stream"});
  CHECK(as_text(first(report, "ssh.stream").raw) == kSshIdent);
  CHECK(first(report, "ssh.stream").truncated);  // no KEXINIT came
  CHECK(first(report, "ssh.stream").probe == "ssh");
  CHECK(bench.sent().starts_with("SSH-2.0-"));
  CHECK(bench.sent().find('\n') == bench.sent().size() - 1);
  CHECK(bench.rig.net.traffic().dropped == 0);
}

TEST_CASE("a web server on 22 is found by its 400") {
  Bench bench(peers::web(kPage));
  const auto report = bench.ask();
  CHECK(report.service == "http");
  CHECK(report.verdict == Verdict::open_verified);
  CHECK(as_text(first(report, "http.response").raw).find(kPage) != std::string_view::npos);
  CHECK(report.connections == 3);  // ssh, /, icon
}

TEST_CASE("SSH on 443 is found by its banner") {
  Bench bench(peers::greets(kSshIdent), 443);
  const auto report = bench.ask();
  CHECK(report.service == "ssh");
  CHECK_FALSE(report.tls);
  CHECK(report.connections == 2);
}

TEST_CASE("a greeting on an unknown port leads to its conversation") {
  Bench bench(peers::scripted("220 mail.example.org ESMTP Postfix\r\n",
                              {{"EHLO", "250-mail.example.org\r\n250 SIZE 1000\r\n"}}),
              40025);
  const auto report = bench.ask();
  CHECK(report.service == "smtp");
  CHECK(report.connections == 2);
  CHECK(as_text(first(report, "smtp.stream").raw).find("250 SIZE") != std::string_view::npos);
  CHECK(bench.sent() == "EHLO qingdan.invalid\r\nQUIT\r\n");
}

TEST_CASE("a bare 220 is asked as mail, then as files") {
  Bench bench(peers::scripted("220 ready\r\n", {{"EHLO", "500 what?\r\n"},
                                                {"SYST", "215 UNIX Type: L8\r\n"},
                                                {"FEAT", "211-Features:\r\n UTF8\r\n211 End\r\n"}}),
              40021);
  const auto report = bench.ask();
  CHECK(report.service == "ftp");
  CHECK(channels(report) == std::vector<std::string>{"ftp.stream"});
}

TEST_CASE("HTTPS yields session, certificate and page, in one connection; the icon in another") {
  Bench bench(peers::tls(peers::web(kPage)), 443);
  const auto report = bench.ask({.tls_questions = 0});
  CHECK(report.tls);
  CHECK(report.service == "http");
  CHECK(report.connections == 2);
  CHECK(channels(report) == std::vector<std::string>{"tls.session", "x509.der", "http.response"});
  CHECK(first(report, "tls.session").exchange == first(report, "http.response").exchange);
  CHECK(first(report, "http.response").inside_tls);
  CHECK_FALSE(first(report, "x509.der").inside_tls);
}

TEST_CASE("TLS on an unknown port is found after listening, and so is what is inside") {
  Bench bench(peers::tls(peers::web(kPage)), 40443);
  const auto report = bench.ask();
  CHECK(report.tls);
  CHECK(report.service == "http");
}

TEST_CASE("a server that wants TLS on a plain port is asked inside TLS") {
  Bench bench(peers::scripted("", {{"GET ",
                                    "HTTP/1.1 400 Bad Request\r\nContent-Length: 55\r\n\r\n"
                                    "The plain HTTP request was sent to HTTPS port, sorry..",
                                    true}}),
              8080);
  const auto report = bench.ask();
  // This one only says so; it is still known by what it said.
  CHECK(report.verdict == Verdict::open_verified);
  CHECK(bench.sent().find("\x16\x03\x01") != std::string::npos);
  CHECK(report.service == "http");
}

TEST_CASE("IMAP inside TLS on 993 speaks first inside") {
  Bench bench(peers::tls(peers::scripted("* OK ready\r\n",
                                         {{"CAPABILITY", "* CAPABILITY IMAP4rev1\r\na1 OK\r\n"}})),
              993);
  const auto report = bench.ask({.tls_questions = 0});
  CHECK(report.service == "imap");
  CHECK(report.connections == 1);
  CHECK(first(report, "imap.stream").inside_tls);
}

TEST_CASE("an application of FastCGI on 9000 hangs up on a page and answers in its own words") {
  const auto values = seed("relay_wire/fastcgi");
  const std::string answer(as_text(values));
  Bench bench(peers::scripted("", {{"GET ", "", true}, {"FCGI_MPXS_CONNS", answer}}), 9000);
  const auto report = bench.ask();
  CHECK(report.service == "fastcgi");
  CHECK(report.connections == 2);
  CHECK(channels(report) == std::vector<std::string>{"fastcgi.values"});
}

TEST_CASE("a web server on 9000 is asked for nothing but pages") {
  Bench bench(peers::web(kPage), 9000);
  const auto report = bench.ask();
  CHECK(report.service == "http");
  CHECK(bench.sent().find("FCGI") == std::string::npos);
}

TEST_CASE("a broker of MQTT inside TLS answers on 8883 in one connection") {
  const auto reply = seed("daemon_wire/mqtt5");
  Bench bench(peers::tls(peers::scripted("", {{"MQTT", std::string(as_text(reply))}})), 8883);
  const auto report = bench.ask({.tls_questions = 0});
  CHECK(report.service == "mqtt");
  CHECK(report.connections == 1);
  CHECK(first(report, "mqtt.connack").inside_tls);
}

TEST_CASE("WebLogic's port is asked for pages, then by IIOP and by T3") {
  const std::string reference(as_text(seed("giop_wire/weblogic")));
  Bench bench(peers::scripted("", {{"GET ", "HTTP/1.1 404 Not Found\r\n\r\n", true},
                                   {"NameService", reference},
                                   {"t3 ", "HELO:12.2.1.4.0.false\nAS:2048\nHL:19\n\n"}}),
              7001);
  const auto report = bench.ask();
  CHECK(report.service == "http");
  CHECK(channels(report) == std::vector<std::string>{"http.response", "iiop.locate", "t3.reply"});
  CHECK(first(report, "iiop.locate").probe == "weblogic-iiop");
}

TEST_CASE("an ORB on any port is known by its refusal of a page, then asked in its own words") {
  const std::string refusal(as_text(seed("giop_wire/error")));
  const std::string reference(as_text(seed("giop_wire/websphere")));
  Bench bench(peers::scripted("", {{"GET ", refusal, true}, {"NameService", reference}}), 49153);
  const auto report = bench.ask();
  CHECK(report.service == "iiop");
  CHECK(channels(report) == std::vector<std::string>{"iiop.locate"});
}

TEST_CASE("a port that keeps quiet is acked, after the whole list was asked once") {
  Bench bench(peers::silent(), 40000);
  const auto begun = bench.rig.pacer.now();
  const auto report = bench.ask();
  CHECK(report.verdict == Verdict::open_acked);
  CHECK(report.connections == 12);
  CHECK(report.sent == 12);
  CHECK(bench.rig.pacer.now() - begun < 40s);
  CHECK(report.observations.empty());
  CHECK(report.complete);
  CHECK(bench.rig.net.traffic().dropped == 0);
}

TEST_CASE("a service on an odd port is found though it waits for its own protocol alone") {
  Bench cache(peers::scripted("", {{"version\r\n", "VERSION 1.6.18\r\n"}}), 40011);
  const auto report = cache.ask();
  CHECK(report.service == "memcached");
  CHECK(report.connections == 11);
  // What speaks at last, and is nobody we know, is not asked on and on.
  Bench strange(peers::scripted("", {{"version\r\n", "?\r\n"}}), 40011);
  CHECK(strange.ask().connections <= 13);
}

TEST_CASE("what is remembered answers in one connection; a wrong memory costs no more than one") {
  const auto ask = [](Bench& bench, probe::Remembered remembered) {
    probe::Subject subject{bench.rig.target(kHost, bench.port), 2ms, ""};
    subject.remembered = std::move(remembered);
    return bench.rig.net.await(
        probe::interview(bench.rig.pacer, *bench.tls, std::move(subject), {}));
  };
  const auto redis = peers::scripted("", {{"INFO", "$12\r\n# Server\r\nab\r\n"}});
  Bench right(redis, 40000);
  const auto report = ask(right, {"redis", false});
  CHECK(report.service == "redis");
  CHECK(report.connections == 1);
  Bench wrong(peers::web(kPage), 40000);
  const auto page = ask(wrong, {"ssh", false});
  CHECK(page.service == "http");
  Bench usual(peers::web(kPage), 22);
  CHECK(page.connections == usual.ask().connections);
}

TEST_CASE("unknown words are kept under unknown.stream") {
  Bench bench(peers::greets("QOTD: be brief\n"), 40017);
  const auto report = bench.ask();
  CHECK(report.verdict == Verdict::open_verified);
  CHECK(report.service.empty());
  CHECK(channels(report) == std::vector<std::string>{"unknown.stream"});
  CHECK(report.connections == 3);  // heard; then TLS and HTTP, no more
}

TEST_CASE("an endless banner is a tarpit, cut by the byte cap, on one connection") {
  Bench bench(peers::endless("blah blah blah\r\n"), 40001);
  const auto report = bench.ask();
  CHECK(report.verdict == Verdict::tarpit);
  CHECK(report.connections == 1);
  REQUIRE(report.observations.size() == 1);
  CHECK(report.observations[0].raw.size() <= 16'384);
}

TEST_CASE("a peer that trickles bytes is a tarpit, and what it said is kept") {
  for (const std::uint16_t port : {22, 80, 40002}) {
    Bench bench(peers::trickles("lorem ipsum ", 1s), port);
    const auto begun = bench.rig.net.virtual_clock().steady();
    const auto report = bench.ask();
    CAPTURE(port);
    CHECK(report.verdict == Verdict::tarpit);
    CHECK(report.connections == 1);
    CHECK_FALSE(report.observations.empty());
    CHECK(bench.rig.net.virtual_clock().steady() - begun <= 16s);
  }
}

TEST_CASE("an SSH tarpit that sends a line every ten seconds is one") {
  Bench bench(peers::trickles("\r\n", 5s), 22);
  const auto report = bench.ask();
  CHECK(report.connections <= 6);
  CHECK(report.service.empty());
}

TEST_CASE("accepting and leaving is acked, resetting as well") {
  CHECK(Bench(peers::closes(), 40000).ask().verdict == Verdict::open_acked);
  CHECK(Bench(peers::resets(), 40000).ask().verdict == Verdict::open_acked);
}

TEST_CASE("not one byte and no connection goes to printers and controllers") {
  for (const std::uint16_t port :
       {9100, 9109, 9112, 9116, 515, 102, 502, 2404, 4840, 9600, 20000, 44818, 47808}) {
    Bench bench(peers::greets("@PJL\r\n"), port);
    const auto report = bench.ask();
    CAPTURE(port);
    CHECK(report.verdict == Verdict::open_acked);
    CHECK(report.connections == 0);
    CHECK(bench.rig.net.traffic().attempts.empty());
    CHECK(bench.sent().empty());
  }
}

TEST_CASE("a port that is gone since the sweep stays merely open") {
  Bench bench(peers::silent(), 40000);
  bench.rig.net.host(kHost).ports.clear();
  const auto report = bench.ask();
  CHECK(report.verdict == Verdict::open);
  CHECK(report.connections == 2);
}

TEST_CASE("redirects on the endpoint are followed twice, others never") {
  const auto redirect = [](const std::string& to) {
    return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
  };
  SECTION("a chain ends after two") {
    Bench bench(peers::scripted("", {{"GET / ", redirect("/a"), true},
                                     {"GET /a ", redirect("http://192.0.2.1:8080/b"), true},
                                     {"GET /b ", redirect("/c"), true},
                                     {"GET /", redirect("/"), true}}),
                8080);
    const auto report = bench.ask();
    CHECK(bench.sent().find("GET /b ") != std::string::npos);
    CHECK(bench.sent().find("GET /c ") == std::string::npos);
    CHECK(report.connections == 4);  // /, /a, /b, icon
  }
  SECTION("to another host or port nothing is sent") {
    for (const auto* to : {"http://192.0.2.9/", "https://192.0.2.1/", "http://example.com:8080/",
                           "http://192.0.2.1:81/", "//203.0.113.1/x"}) {
      Bench bench(peers::scripted("", {{"GET ", redirect(to), true}}), 8080);
      const auto report = bench.ask();
      CAPTURE(to);
      CHECK(report.service == "http");
      for (const auto& attempt : bench.rig.net.traffic().attempts) {
        CHECK(attempt.ip == net::parse_address(kHost).value());
        CHECK(attempt.port.port == 8080);
      }
      CHECK(bench.rig.dialer.breaches() == 0);
    }
  }
}

TEST_CASE("the icon of a page comes from its link, and only where it is one") {
  const std::string page = "<link rel=icon href=/i/f.png>";
  const auto reply = [](const std::string& type, const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  Bench good(peers::scripted("", {{"GET / ", reply("text/html", page), true},
                                  {"GET /i/f.png ", reply("image/png", "\x89PNG"), true}}),
             80);
  CHECK(as_text(first(good.ask(), "http.favicon").raw) == "\x89PNG");
  Bench page_for_all(peers::web(kPage), 80);
  const auto report = page_for_all.ask();
  CHECK(channels(report) == std::vector<std::string>{"http.response"});
}

TEST_CASE("a stop in the middle keeps what was heard and says it is not complete") {
  Bench bench(peers::silent(), 40000);
  InterviewReport report;
  struct Stopper final : probe::Waiter {
    explicit Stopper(Rig& rig_of) : rig(rig_of) {}
    void on_alarm() override {
      rig.stop = true;
      rig.dialer.abort_waits();
    }
    Rig& rig;
  } stopper(bench.rig);
  const auto begun = bench.rig.net.virtual_clock().steady();
  bench.rig.net.alarms().set(begun + 3s, stopper);
  report = bench.ask();
  CHECK_FALSE(report.complete);
  CHECK(bench.rig.net.virtual_clock().steady() - begun < 4s);
  CHECK(report.verdict == Verdict::open_acked);
}

TEST_CASE("every connection takes its token") {
  test::ScopeText text{{"192.0.2.0/24"}, {}, 0, 0, 1, ""};
  Rig rig(test::make_scope(text));
  rig.net.listen(kHost, 80, peers::web(kPage));
  auto tls = std::move(probe::open_tls_context()).value();
  probe::Subject subject{rig.target(kHost, 80), 2ms, ""};
  const auto report = rig.net.await(probe::interview(rig.pacer, *tls, std::move(subject), {}));
  CHECK(report.connections == 2);
  REQUIRE(rig.net.traffic().attempts.size() == 2);
  CHECK(rig.net.traffic().attempts[1].at - rig.net.traffic().attempts[0].at >= 1s);
}

TEST_CASE(
    "a bouncer of chat that serves pages beside is asked for them too, other servers are not") {
  const std::string bouncer = ":irc.znc.in CAP unknown-nick LS :znc.in/self-message\r\n";
  const std::string page =
      "HTTP/1.0 403 Access Denied\r\nServer: ZNC 1.8.2 - https://znc.in\r\n\r\n";
  Bench znc(peers::scripted("", {{"CAP LS", bouncer, true}, {"GET ", page, true}}), 6667);
  const auto told = znc.ask();
  CHECK(told.service == "irc");
  CHECK(as_text(first(told, "irc.reply").raw) == bouncer);
  CHECK(as_text(first(told, "http.response").raw) == page);
  Bench plain(peers::scripted("", {{"CAP LS", ":irc.example.test 451 * :no\r\n", true}}), 6667);
  CHECK(plain.ask().connections == 1);
}
