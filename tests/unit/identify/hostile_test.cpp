// Answers made to cost much. What counts is the work that comes out of taking them apart: how many
// values the rules are asked of, and how many bytes these have together.
#include <catch2/catch.hpp>

#include <numeric>

#include "qingdan/base/rng.h"
#include "qingdan/identify/dissect.h"
#include "qingdan/identify/matcher.h"

using namespace qingdan;
using namespace qingdan::identify;

namespace {

constexpr std::size_t kMebibyte = 1 << 20;
const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";

std::string repeated(std::string_view unit, std::size_t size) {
  std::string out;
  while (out.size() < size) out += unit;
  return out;
}

std::string noise(std::size_t size) {
  Rng rng(7);
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(rng.below(256));
  return out;
}

// Bytes that the matcher would look at.
std::size_t work_of(const Dissection& taken) {
  return std::accumulate(taken.fields.begin(), taken.fields.end(), std::size_t{0},
                         [](std::size_t sum, const FieldValue& field) {
                           return sum + std::min(field.value.size(), cap_of(field.name));
                         });
}

}  // namespace

TEST_CASE("ten thousand cookies are not ten thousand values", "[identify][hostile]") {
  for (const auto* line : {"Set-Cookie: JSESSIONID=0123456789ABCDEF; Path=/\r\n", "a: b\r\n",
                           "Set-Cookie: \xff\xfe=1\r\n"}) {
    std::string raw = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 10'000; ++i) raw += line;
    const auto taken = dissect("http.response", as_bytes(raw + "\r\n"));
    CHECK(taken.fields.size() < 300);
    CHECK(work_of(taken) <= 4 * cap_of("http.headers"));
  }
}

TEST_CASE("pages of nothing but tags give bounded lists", "[identify][hostile]") {
  for (const auto* unit : {"<div>", "<", "<title>", "<meta name=a content=b>", "<script src=a>",
                           "<script src=a></script>", "<link href=x>", "<!--", "<a b='", "&#x41;",
                           "ICP\xe5\xa4\x87", "\xff"}) {
    INFO(unit);
    const auto taken = dissect("http.response", as_bytes(kHead + repeated(unit, kMebibyte)));
    CHECK(taken.fields.size() < 1000);
    CHECK(work_of(taken) <= 2 * cap_of("http.body"));
  }
}

TEST_CASE("a mebibyte of noise or repetition is bounded in every channel", "[identify][hostile]") {
  const std::vector<std::string> inputs{
      noise(kMebibyte), repeated("220-\r\n", kMebibyte), repeated("\xff\xfd\x01", kMebibyte),
      repeated("<Scopes> ", kMebibyte), std::string(kMebibyte, 0)};
  for (const auto* channel :
       {"ssh.stream", "ftp.banner", "smtp.banner", "pop3.banner", "imap4.banner", "telnet_banners",
        "mysql.banners", "dns.version_bind", "ntp.readvar", "onvif.probematch", "rtsp.response",
        "ldap.search_result", "postgresql.reply", "redis.reply", "tls.cert", "unknown"}) {
    for (const auto& input : inputs) {
      INFO(channel);
      const auto taken = dissect(channel, as_bytes(input));
      CHECK(taken.fields.size() < 20'000);
      CHECK(work_of(taken) <= 4 * kMebibyte);
    }
  }
}
