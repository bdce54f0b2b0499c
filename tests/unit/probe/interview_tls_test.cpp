// interview, of ports that speak TLS: what is asked inside and beside it.
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
using test::seed;
namespace peers = qingdan::test::peers;

namespace {

test::MakePeer speaks_http2_alone() {
  peers::TlsOptions options;
  options.alpn = "h2";
  const std::string answer(as_text(seed("h2_exchange/nghttpd")));
  return peers::tls(peers::scripted("", {{"GET ", "", true}, {"PRI * HTTP/2.0", answer}}), options);
}

}  // namespace

TEST_CASE("HTTP/2 is spoken with who takes it by ALPN and says nothing to HTTP/1.1") {
  Bench bench(speaks_http2_alone(), 8443);
  const auto report = bench.ask({.tls_questions = 0});
  CHECK(report.service == "http2");
  CHECK(report.verdict == Verdict::open_verified);
  const auto& page = first(report, "http.response");
  CHECK(as_text(page.raw).starts_with("HTTP/2 200\r\n"));
  CHECK(page.inside_tls);
  CHECK_FALSE(page.truncated);
}

TEST_CASE("who does not take HTTP/2 by ALPN is not sent a byte of it") {
  Bench bench(peers::tls(peers::scripted("", {{"GET ", "", true}})), 8443);
  const auto report = bench.ask({.tls_questions = 0});
  CHECK(report.service == "tls");
  CHECK(bench.sent().find("PRI * HTTP/2.0") == std::string::npos);
}

TEST_CASE("HTTP/2 without TLS is known by its greeting") {
  const auto answer = seed("h2_exchange/nghttpd");
  Bench bench(peers::scripted(std::string("\0\0\0\4\0\0\0\0\0", 9),
                              {{"PRI * HTTP/2.0", std::string(as_text(answer)).substr(15)}}),
              18'080);
  const auto report = bench.ask();
  CHECK(report.service == "http2");
  CHECK(report.connections <= 3);
}

TEST_CASE("an alert verifies the port as TLS and ends the interview") {
  test::peers::TlsOptions options;
  options.refuse = true;
  Bench bench(peers::tls(peers::silent(), options), 443);
  const auto report = bench.ask({.tls_questions = 0});
  CHECK(report.verdict == Verdict::open_verified);
  CHECK(report.service == "tls");
  CHECK(report.tls);
  CHECK(report.connections == 1);
}

namespace {

// The first lines of what was kept of hellos.
std::vector<std::string> hellos(const InterviewReport& report) {
  std::vector<std::string> lines;
  for (const auto& seen : report.observations) {
    if (seen.channel != "tls.answer") continue;
    const auto text = as_text(seen.raw);
    lines.emplace_back(text.substr(0, text.find('\n')));
  }
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("what speaks TLS is asked for its versions and its other key, five times at most") {
  test::peers::TlsOptions options;
  options.least_version = 0x0301;
  options.most_version = 0x0304;
  options.rsa = true;
  Bench bench(peers::tls(peers::web(kPage), options), 443);
  const auto report = bench.ask();
  CHECK(report.connections == 7);  // /, icon, five hellos
  CHECK(hellos(report) == Lines{"TLSv1.2 any heard", "TLSv1.1 any heard", "TLSv1.0 any heard",
                                "TLCP any closed", "TLSv1.2 RSA heard"});
  std::set<std::uint32_t> exchanges;
  for (const auto& seen : report.observations) {
    if (seen.channel == "tls.answer") CHECK(exchanges.insert(seen.exchange).second);
  }
  CHECK_FALSE(exchanges.contains(first(report, "http.response").exchange));
}

TEST_CASE("a web server of 1.3 is asked for HTTP/2 beside") {
  test::peers::TlsOptions options;
  options.alpn = "h2";
  Bench bench(peers::tls(peers::web(kPage), options), 443);
  const auto report = bench.ask();
  const auto record = net::read_tls_record(first(report, "tls.answer").raw);
  REQUIRE(record);
  CHECK(net::parse_tls_answer(record->stream)->alpn == "h2");
}

TEST_CASE("what refuses the ordinary hello is asked by others") {
  test::peers::TlsOptions options;
  options.refuse = true;
  Bench bench(peers::tls(peers::silent(), options), 443);
  const auto report = bench.ask();
  CHECK(report.connections == 6);
  CHECK(hellos(report).size() == 5);
}

TEST_CASE("a server of TLCP alone is found by its own hello") {
  const auto flight = std::string(as_text(seed("tls_wire/tlcp")));
  const std::string record{0x16, 0x01, 0x01};
  for (const bool alerts : {true, false}) {
    const std::string refusal = alerts ? std::string{0x15, 1, 1, 0, 2, 2, 70} : "";
    Bench bench(peers::scripted("", {{record, flight, false}, {"", refusal, true}}), 443);
    const auto report = bench.ask();
    CAPTURE(alerts);
    CHECK(report.tls);
    CHECK(report.service == "tls");
    CHECK(report.verdict == Verdict::open_verified);
    CHECK(hellos(report) == Lines{"TLCP any heard"});
  }
}

TEST_CASE("a port that only hints at TLS keeps nothing of a TLCP hello it hangs up on") {
  Bench bench(peers::closes(), 443);
  const auto report = bench.ask();
  CHECK_FALSE(report.tls);
  CHECK(hellos(report).empty());
}

TEST_CASE("mail that offers STARTTLS shows certificate and versions, without a transaction") {
  const auto before = peers::scripted(
      "220 mail.example.org ESMTP Postfix\r\n",
      {{"EHLO", "250-mail.example.org\r\n250 STARTTLS\r\n"}, {"QUIT", "221 bye\r\n", true}});
  Bench bench(peers::starts_tls(before, "STARTTLS", "220 ready\r\n", peers::tls(peers::silent())),
              25);
  const auto report = bench.ask();
  CHECK(report.service == "smtp");
  CHECK(report.tls);
  CHECK(channels(report).size() == 3 + hellos(report).size());
  CHECK(first(report, "tls.session").probe == "smtp-starttls");
  CHECK_FALSE(first(report, "x509.der").raw.empty());
  CHECK(hellos(report) == Lines{"TLSv1.2 any heard", "TLSv1.1 any heard", "TLSv1.0 any heard",
                                "TLCP any closed", "TLSv1.2 RSA heard"});
  CHECK(bench.sent().find("MAIL") == std::string::npos);
  CHECK(bench.sent().find("AUTH") == std::string::npos);
}

TEST_CASE("mail that offers no TLS is asked for none") {
  Bench bench(peers::scripted("220 mail.example.org ESMTP Postfix\r\n",
                              {{"EHLO", "250-mail.example.org\r\n250 SIZE 1000\r\n"}}),
              25);
  const auto report = bench.ask();
  CHECK(report.connections == 1);
  CHECK_FALSE(report.tls);
}

TEST_CASE("a server of HTTP/2 alone is asked for a name in its own frames, by Host and SNI") {
  Bench bench(speaks_http2_alone(), 8443);
  probe::Subject subject{bench.rig.target(kHost, 8443), 2ms, "www.example.test", false,
                         probe::Subject::Web::h2};
  const auto report = bench.rig.net.await(
      probe::interview(bench.rig.pacer, *bench.tls, std::move(subject), {.tls_questions = 0}));
  CHECK(report.connections == 1);
  CHECK(report.vhost == "www.example.test");
  CHECK(as_text(first(report, "http.response").raw).starts_with("HTTP/2 200\r\n"));
}

TEST_CASE("an agent without a certificate is asked again without one, and no other server is") {
  const auto answer = std::string(as_text(seed("agent_wire/nrpe")));
  peers::TlsOptions options;
  options.anonymous = true;
  const auto agent = peers::scripted("", {{"_NRPE_CHECK", answer}});
  Bench bench(peers::tls(agent, options), 5666);
  const auto report = bench.ask({.tls_questions = 0});
  CHECK(report.service == "nrpe");
  CHECK(report.tls);
  CHECK(report.connections == 3);  // plain, refused, let in
  CHECK(first(report, "nrpe.version").inside_tls);
  std::vector<std::string> sessions;
  for (const auto& seen : report.observations) {
    if (seen.channel == "tls.session") sessions.emplace_back(as_text(seen.raw));
  }
  REQUIRE(sessions.size() == 2);
  CHECK(sessions[0] == "TLS\n\n\nalert: handshake failure\n");
  CHECK(sessions[1].starts_with("TLSv1.2\nTLS_"));
  CHECK(sessions[1].find("_anon_") != std::string::npos);
  // With a certificate, and in plain words.
  Bench usual(peers::tls(agent), 5666);
  const auto with = usual.ask({.tls_questions = 0});
  CHECK(with.service == "nrpe");
  CHECK(first(with, "x509.der").raw.size() > 100);
  Bench plain(agent, 5666);
  CHECK(plain.ask().connections == 1);
  Bench elsewhere(peers::tls(agent, options), 443);
  CHECK(elsewhere.ask({.tls_questions = 0}).connections == 1);
}
