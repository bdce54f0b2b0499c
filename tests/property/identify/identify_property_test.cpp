// Laws of identification: hostile bytes never break it, order never matters.
#include <catch2/catch.hpp>

#include <algorithm>

#include "identify/judge.h"
#include "qingdan/base/rng.h"
#include "qingdan/identify/identifier.h"
#include "qingdan/identify/rule_check.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {
constexpr const char* kChannels[] = {
    "ssh.stream",      "ftp.stream",     "smtp.stream",      "pop3.stream",      "imap.stream",
    "telnet.stream",   "vnc.stream",     "mysql.handshake",  "http.response",    "http.favicon",
    "tls.session",     "x509.der",       "tls.cert",         "postgresql.reply", "redis.reply",
    "memcached.reply", "mongodb.reply",  "ldap.reply",       "smb.negotiate",    "rdp.reply",
    "rtsp.response",   "sip.response",   "dns.reply",        "ntp.reply",        "snmp.engine",
    "snmp.reply",      "unknown.stream", "onvif.probematch", "nntp.banner"};

std::shared_ptr<const RuleBase> shipped() {
  auto base = RuleBase::open({std::filesystem::path(QINGDAN_SOURCE_DIR) / "fingerprints"}, "");
  if (!base) FAIL(base.error().text);
  return *base;
}

// Openings that lead the readers deep, then noise.
Bytes hostile(Rng& rng) {
  constexpr std::string_view kOpenings[] = {"",
                                            "SSH-2.0-OpenSSH_",
                                            "HTTP/1.1 200 OK\r\nServer: nginx/",
                                            "220-",
                                            "+OK ",
                                            "* OK ",
                                            "RFB 003.008\n",
                                            "\xFF\xFB\x01",
                                            "{\"subject_cn\": \"",
                                            "<Scopes>",
                                            "\x30\x82\x01\x00",
                                            "RTSP/1.0 200 OK\r\n",
                                            "SIP/2.0 200 OK\r\n",
                                            "$148\r\n"};
  Bytes bytes = to_bytes(kOpenings[rng.below(std::size(kOpenings))]);
  const auto size = rng.below(400);
  for (std::uint64_t i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(rng.next()));
  return bytes;
}

model::Observation seen(const char* channel, Bytes raw, std::uint32_t exchange) {
  model::Observation out;
  out.at = {"内网", *net::parse_address("192.0.2.7"), net::Transport::tcp, 8080};
  out.channel = channel;
  out.raw = std::move(raw);
  out.exchange = exchange;
  return out;
}
}  // namespace

TEST_CASE("fields of hostile bytes are text, and claims of them are sound",
          "[identify][property]") {
  Identifier identifier(shipped());
  Rng rng(20261122);
  for (int round = 0; round < 2000; ++round) {
    const auto* channel = kChannels[rng.below(std::size(kChannels))];
    const auto finding = identifier.identify(std::vector{seen(channel, hostile(rng), 1)});
    for (const auto& claim : finding.service_claims) {
      REQUIRE(claim.confidence >= 0);
      REQUIRE(claim.confidence <= 100);
      REQUIRE_FALSE(claim.value.empty());
    }
  }
}

TEST_CASE("what an answer says does not depend on the order of its fields",
          "[identify][property]") {
  const auto base = shipped();
  Matcher::Scratch scratch(base->matcher());
  Rng rng(7);
  std::vector<FieldValue> fields{
      {"ssh.banner", "OpenSSH_9.2p1 Debian-2+deb12u3"},
      {"http_header.server", "Apache/2.4.6 (CentOS) OpenSSL/1.0.2k-fips PHP/5.4.16"},
      {"http_header.server", "nginx/1.20.1"},
      {"mysql.banners", "5.5.5-10.11.6-MariaDB-0+deb12u1"}};
  const auto rules_of = [&](const std::vector<FieldValue>& values) {
    std::vector<std::string> out;
    for (const auto& c : judge(*base, values, scratch).candidates) {
      out.push_back(c.product->id + "|" + c.version + "|" + base->rules()[c.rule].id);
    }
    std::sort(out.begin(), out.end());
    return out;
  };
  const auto first = rules_of(fields);
  CHECK(first.size() > 4);
  for (int i = 0; i < 50; ++i) {
    std::swap(fields[rng.below(fields.size())], fields[rng.below(fields.size())]);
    CHECK(rules_of(fields) == first);
  }
}

TEST_CASE("a product never comes with the version of another response", "[identify][property]") {
  Identifier identifier(shipped());
  const auto page = [](const char* server) {
    return to_bytes("HTTP/1.1 200 OK\r\nServer: " + std::string(server) + "\r\n\r\n");
  };
  const auto finding = identifier.identify(std::vector{
      seen("http.response", page("nginx"), 1), seen("http.response", page("Apache/2.4.57"), 2)});
  for (const auto& claim : finding.service_claims) {
    if (claim.field != model::field::kProduct && claim.field != model::field::kAlso) continue;
    const auto one = model::parse_product(claim.value);
    const auto many = model::parse_products(claim.value);
    for (const auto& s : one ? std::vector{*one} : *many) {
      if (s.id == "nginx") CHECK(s.version.empty());
      if (s.id == "apache-httpd") CHECK(s.version == "2.4.57");
    }
  }
}
