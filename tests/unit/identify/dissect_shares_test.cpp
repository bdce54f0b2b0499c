#include <catch2/catch.hpp>

#include "unit/identify/fields.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::identify;
using identify::test::field;
using qingdan::test::seed;

namespace {

Dissection read(std::string_view channel, const std::string& name) {
  return dissect(channel, seed(name));
}

}  // namespace

TEST_CASE("a broker of STOMP names itself, or is known by its refusal",
          "[identify][dissect_shares]") {
  const auto in = read("stomp.frame", "stomp_wire/activemq");
  CHECK(in.protocol == "stomp");
  CHECK(in.banner == "STOMP ActiveMQ/5.16.3");
  CHECK(field(in, "stomp.server") == "ActiveMQ/5.16.3");
  CHECK(field(in, "stomp.version") == "1.2");
  CHECK(field(in, "stomp.message").empty());
  const auto out = read("stomp.frame", "stomp_wire/rabbitmq_refused");
  CHECK(out.banner == "STOMP Bad CONNECT");
  CHECK(field(out, "stomp.version") == "1.0,1.1,1.2");
  CHECK(field(out, "stomp.body").starts_with("Missing login"));
}

TEST_CASE("who speaks first is known on any port", "[identify][dissect_shares]") {
  for (const auto* channel : {"svn.greeting", "unknown.stream"}) {
    const auto svn = read(channel, "share_wire/svn");
    CHECK(svn.protocol == "svn");
    CHECK(field(svn, "svn.greeting").starts_with("( success ( 2 2 ( ) ( edit-pipeline "));
  }
  for (const auto* channel : {"rsync.greeting", "unknown.stream"}) {
    const auto rsync = read(channel, "share_wire/rsync");
    CHECK(rsync.protocol == "rsync");
    CHECK(field(rsync, "rsync.greeting") == "@RSYNCD: 32.0 sha512 sha256 sha1 md5 md4");
  }
  // As a question may have them: without their ends.
  CHECK(dissect("rsync.greeting", as_bytes("@RSYNCD: 31.0")).protocol == "rsync");
  CHECK(dissect("unknown.stream", as_bytes("( success ( 1 2 ( ) ( edit-pipeline ) ) )")).protocol ==
        "svn");
  const auto motd = dissect("rsync.greeting", as_bytes("@RSYNCD: 31.0\nhello\n"));
  CHECK(field(motd, "rsync.motd") == "hello");
}

TEST_CASE("shares and relays are told by their answers", "[identify][dissect_shares]") {
  const auto git = read("git.reply", "share_wire/git_error");
  CHECK(git.protocol == "git");
  CHECK(field(git, "git.error").starts_with("access denied or repository not exported: /"));
  CHECK(field(read("git.reply", "share_wire/git_served"), "git.agent") == "git/2.39.5");
  const auto proxy = read("socks.method", "relay_wire/socks_password");
  CHECK(proxy.protocol == "socks");
  CHECK(field(proxy, "socks.method") == "2");
  const auto php = read("fastcgi.values", "relay_wire/fastcgi");
  CHECK(php.protocol == "fastcgi");
  CHECK(field(php, "fastcgi.values") == "FCGI_MPXS_CONNS=0");
  CHECK(read("fastcgi.values", "relay_wire/fastcgi_unknown").fields.empty());
  const auto stream = read("rtmp.handshake", "relay_wire/rtmp_own");
  CHECK(stream.protocol == "rtmp");
  CHECK(field(stream, "rtmp.version") == "5.0.3.1");
  CHECK(read("rtmp.handshake", "relay_wire/rtmp").fields.empty());
}

TEST_CASE("a target of disks shows its limits and its names", "[identify][dissect_shares]") {
  const auto disk = read("iscsi.login", "iscsi_wire/tgt");
  CHECK(disk.protocol == "iscsi-target");
  CHECK(disk.banner == "iSCSI, login 0.0, 1 target: iqn.2020-01.test.example:disk");
  CHECK(field(disk, "iscsi.status") == "0.0");
  CHECK(field(disk, "iscsi.key").starts_with("TargetPortalGroupTag=1 | AuthMethod=None | HeaderD"));
  CHECK(field(disk, "iscsi.negotiated").starts_with("HeaderDigest=None DataDigest=None Default"));
  CHECK(field(disk, "iscsi.target") == "iqn.2020-01.test.example:disk");
  const auto shy = read("iscsi.login", "iscsi_wire/login");
  CHECK(field(shy, "iscsi.key") == "TargetPortalGroupTag=1 | AuthMethod=None");
  CHECK(field(shy, "iscsi.negotiated").empty());
  CHECK(read("iscsi.login", "iscsi_wire/refused").banner == "iSCSI, login 2.2");
}

TEST_CASE("other bytes under the channels of shares prove nothing", "[identify][dissect_shares]") {
  for (const auto* name : {"stomp.frame", "svn.greeting", "rsync.greeting", "git.reply",
                           "iscsi.login", "socks.method", "fastcgi.values", "rtmp.handshake"}) {
    CAPTURE(name);
    CHECK(dissect(name, as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")).protocol.empty());
  }
}
