// share_wires — shares, proxies, streams and STOMP. Recorded from Debian 12: svnserve 1.14,
// rsync 3.5, git 2.39's daemon, microsocks, PHP-FPM 8.2, nginx's RTMP module
// (tests/fuzz/corpus); the frames of STOMP are laid out after its document.
// covers: net/stomp_wire net/share_wire net/relay_wire
#include <catch2/catch.hpp>
#include <set>

#include "qingdan/net/relay_wire.h"
#include "qingdan/net/share_wire.h"
#include "qingdan/net/stomp_wire.h"
#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;

namespace {

using Measure = Extent (*)(BytesView);

const std::vector<Measure> kMeasures{&measure_stomp, &measure_svn,     &measure_rsync, &measure_git,
                                     &measure_socks, &measure_fastcgi, &measure_rtmp};
const std::vector<std::pair<std::string, Measure>> kSeeds{
    {"stomp_wire/artemis", &measure_stomp},
    {"stomp_wire/rabbitmq_refused", &measure_stomp},
    {"stomp_wire/escaped", &measure_stomp},
    {"share_wire/svn", &measure_svn},
    {"share_wire/svn_mechanisms", &measure_svn},
    {"share_wire/rsync", &measure_rsync},
    {"share_wire/rsync_old", &measure_rsync},
    {"share_wire/git_error", &measure_git},
    {"share_wire/git_served", &measure_git},
    {"relay_wire/socks", &measure_socks},
    {"relay_wire/socks_password", &measure_socks},
    {"relay_wire/socks_none", &measure_socks},
    {"relay_wire/fastcgi", &measure_fastcgi},
    {"relay_wire/fastcgi_unknown", &measure_fastcgi},
    {"relay_wire/rtmp", &measure_rtmp},
    {"relay_wire/rtmp_nginx", &measure_rtmp},
    {"relay_wire/rtmp_own", &measure_rtmp}};

}  // namespace

TEST_CASE("an answer is whole at its end, and nobody else's", "[net][shares]") {
  for (const auto& [name, measure] : kSeeds) {
    const auto message = seed(name);
    for (std::size_t size = 0; size < message.size(); ++size) {
      CAPTURE(name, size);
      REQUIRE(measure(BytesView(message).first(size)).state == Extent::State::partial);
    }
    CAPTURE(name);
    CHECK(measure(message).whole());
    CHECK(measure(message).size == message.size());
    for (const auto other : kMeasures) {
      if (other != measure) CHECK_FALSE(other(message).whole());
    }
  }
  for (const auto* text : {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", "+OK\r\n",
                           "220 mail ESMTP\r\n", "ERROR\r\n", "ERROR\r\nERROR\r\nERROR\r\n", "0000",
                           "@RSYNCD: EXIT\n", "( failure ( ) ) "}) {
    for (const auto measure : kMeasures) CHECK_FALSE(measure(as_bytes(text)).whole());
  }
}

TEST_CASE("what we ask is no answer, though it be echoed", "[net][shares]") {
  for (const auto& request :
       {build_stomp_connect(), build_stomp_disconnect(), build_git_request("192.0.2.7"),
        build_git_flush(), build_socks_greeting(), build_fastcgi_get_values(),
        build_rtmp_hello()}) {
    for (const auto measure : kMeasures) CHECK_FALSE(measure(request).whole());
  }
  CHECK_FALSE(parse_rtmp(build_rtmp_hello()));
}

TEST_CASE("a broker says who it is, or why not", "[net][stomp]") {
  CHECK(as_text(build_stomp_connect()) ==
        std::string_view("CONNECT\naccept-version:1.0,1.1,1.2\nhost:/\n\n\0", 44));
  const auto in = parse_stomp(seed("stomp_wire/activemq"));
  REQUIRE(in);
  CHECK(in->connected);
  CHECK(in->find_header("server") == "ActiveMQ/5.16.3");
  CHECK(in->find_header("session").starts_with("ID:mq-01"));  // colons are values' own
  const auto out = parse_stomp(seed("stomp_wire/rabbitmq_refused"));
  REQUIRE(out);
  CHECK_FALSE(out->connected);
  CHECK(out->find_header("message") == "Bad CONNECT");
  CHECK(out->body == "Missing login or passcode header(s)");
  const auto escaped = parse_stomp(seed("stomp_wire/escaped"));
  REQUIRE(escaped);
  CHECK(escaped->find_header("message") == "no:host\nhere");
  CHECK(escaped->find_header("receipt").empty());
  // An ERROR that says nothing, a length that leads past the zero, a line that is no header.
  CHECK(measure_stomp(as_bytes("ERROR\nversion:1.2\n\n")).foreign());
  CHECK(measure_stomp(as_bytes("CONNECTED\ncontent-length:99999999999999999999\n\n")).foreign());
  CHECK(measure_stomp(as_bytes("CONNECTED\ncontent-length:1\n\nab")).foreign());
  CHECK(measure_stomp(as_bytes("CONNECTED\nno header\n")).foreign());
  CHECK(measure_stomp(as_bytes("CONNECTION")).foreign());
  CHECK(measure_stomp(as_bytes("CONNECTED\na:" + std::string(40'000, 'x'))).foreign());
}

TEST_CASE("svnserve and rsync greet", "[net][svn][rsync]") {
  const auto svn = parse_svn(seed("share_wire/svn"));
  REQUIRE(svn);
  CHECK(svn->least == 2);
  CHECK(svn->most == 2);
  CHECK(svn->line.ends_with("file-revs-reverse list ) ) )"));
  CHECK(parse_svn(seed("share_wire/svn_mechanisms")).value().least == 1);
  CHECK(measure_svn(as_bytes("( success ( ( ) ( edit-pipeline ) ) ) ")).foreign());
  CHECK(measure_svn(as_bytes("( success ( 2 2 ( ) ( a ) ) )x")).foreign());
  CHECK(measure_svn(as_bytes("( success ( 2 2 ( <")).foreign());
  CHECK(measure_svn(as_bytes("( success ( 2 2 ( " + std::string(5000, 'a'))).foreign());

  const auto rsync = parse_rsync(seed("share_wire/rsync"));
  REQUIRE(rsync);
  CHECK(rsync->protocol == "32.0");
  CHECK(rsync->line == "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4");
  CHECK(rsync->motd.empty());
  const auto more = parse_rsync(as_bytes("@RSYNCD: 31.0\nMirror of example.test\n\n"));
  REQUIRE(more);
  CHECK(more->protocol == "31.0");
  CHECK(more->motd == "Mirror of example.test");
  CHECK(measure_rsync(as_bytes("@RSYNCD: 3" + std::string(300, '0'))).foreign());
}

TEST_CASE("git refuses what it does not serve", "[net][git]") {
  const auto request = build_git_request("192.0.2.7");
  CHECK(as_text(request) ==
        std::string_view(
            "004agit-upload-pack /qingdan-no-such-repository\0host=192.0.2.7\0\0version=2\0", 74));
  CHECK(parse_git(seed("share_wire/git_error")).value().error ==
        "access denied or repository not exported: /qingdan-no-such-repository");
  const auto served = parse_git(seed("share_wire/git_served"));
  REQUIRE(served);
  CHECK(served->error.empty());
  CHECK(served->agent == "git/2.39.5");
  // References of version 0, a line of no length, a flush alone, digits that are none.
  CHECK(measure_git(as_bytes("003b0123456789012345678901234567890123456789 HEAD")).foreign());
  CHECK(measure_git(as_bytes("0004")).foreign());
  CHECK(measure_git(as_bytes("0000")).foreign());
  CHECK(measure_git(as_bytes("+12fERR ")).foreign());
  CHECK(measure_git(as_bytes("0008ERR ")).foreign());
  CHECK(measure_git(as_bytes("ffffERR ")).foreign());
}

TEST_CASE("a proxy chooses of what was offered, and says no more", "[net][socks]") {
  CHECK(build_socks_greeting() == Bytes{5, 3, 0, 1, 2});
  CHECK(parse_socks(seed("relay_wire/socks")) == 0);
  CHECK(parse_socks(seed("relay_wire/socks_password")) == 2);
  CHECK(parse_socks(seed("relay_wire/socks_none")) == 255);
  CHECK(measure_socks(Bytes{5, 3}).foreign());
  CHECK(measure_socks(Bytes{4, 0}).foreign());
  CHECK(measure_socks(Bytes{5, 0, 0}).foreign());
}

TEST_CASE("an application knows its values, or not the question", "[net][fastcgi]") {
  const auto php = parse_fastcgi(seed("relay_wire/fastcgi"));
  REQUIRE(php);
  CHECK_FALSE(php->unknown);
  REQUIRE(php->values.size() == 1);
  CHECK(php->values[0] == std::pair<std::string, std::string>{"FCGI_MPXS_CONNS", "0"});
  CHECK(parse_fastcgi(seed("relay_wire/fastcgi_unknown")).value().unknown);
  CHECK(measure_fastcgi(Bytes{1, 10, 0, 0, 0, 0, 0, 0}).foreign());  // says nothing
  CHECK(measure_fastcgi(Bytes{1, 10, 0, 1, 0, 0, 0, 0}).foreign());  // to a request
  CHECK(measure_fastcgi(Bytes{1, 10, 0, 0, 0, 3, 0, 0, 1, 0, 'A'}).foreign());
  CHECK(measure_fastcgi(Bytes{1, 11, 0, 0, 0, 8, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0}).foreign());
}

TEST_CASE("RTMP gives back what we said", "[net][rtmp]") {
  const auto mirror = parse_rtmp(seed("relay_wire/rtmp"));
  REQUIRE(mirror);
  CHECK(mirror->whole);
  CHECK(mirror->mirrored);
  CHECK(mirror->version.empty());
  const auto own = seed("relay_wire/rtmp_own");
  CHECK(parse_rtmp(own).value().version == "5.0.3.1");
  CHECK_FALSE(parse_rtmp(BytesView(own).first(1537)).value().whole);
  CHECK_FALSE(parse_rtmp(BytesView(own).first(1536)));
  auto other = own;
  other.back() ^= 1;  // S2 is not ours
  CHECK_FALSE(parse_rtmp(other));
}

TEST_CASE("to a player's digest an RTMP server answers with its own", "[net][rtmp]") {
  const auto said = seed("relay_wire/rtmp_nginx");
  const auto nginx = parse_rtmp(said);
  REQUIRE(nginx);
  CHECK(nginx->whole);
  CHECK(nginx->digest);
  CHECK(nginx->version == "13.14.10.13");
  auto damaged = said;
  damaged[100] ^= 1;  // neither S2 nor the digest is right now
  CHECK(measure_rtmp(damaged).foreign());
  CHECK_FALSE(parse_rtmp(damaged));
}

TEST_CASE("damaged answers of shares are survived", "[net][shares]") {
  const auto all = [](BytesView bytes) {
    static_cast<void>(parse_stomp(bytes));
    static_cast<void>(parse_svn(bytes));
    static_cast<void>(parse_rsync(bytes));
    static_cast<void>(parse_git(bytes));
    static_cast<void>(parse_socks(bytes));
    static_cast<void>(parse_fastcgi(bytes));
    static_cast<void>(parse_rtmp(bytes));
  };
  for (const auto& [name, measure] : kSeeds) {
    const auto message = seed(name);
    if (message.size() < 1000) test::parse_damaged(message, all);
  }
}
