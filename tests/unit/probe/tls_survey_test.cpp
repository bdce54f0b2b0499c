// tls_survey — which hello comes after which answer, and what the hellos and their servers say.
// covers: probe/tls_hello probe/table_tls
#include "probe/tls_survey.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "support/lib/tls_peer.h"
#include "unit/probe/recorded_peer.h"

using namespace qingdan;
using net::TlsEnd;
using net::TlsKeys;
using net::TlsVersion;
using probe::TlsSurvey;

namespace {

Bytes seed(const std::string& name) {
  std::ifstream file(QINGDAN_SOURCE_DIR "/tests/fuzz/corpus/tls_wire/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The shortest hello of a server.
Bytes chooses(std::uint16_t version) {
  ByteWriter out;
  out.u8(22).u16be(version).u16be(42 + 4).u8(2).u24be(38).u16be(version).fill(32).u8(0);
  out.u16be(0x002F).u8(0).u8(14).u24be(0);
  return std::move(out).take();
}
Bytes alert(std::uint8_t description) { return {21, 3, 1, 0, 2, 2, description}; }

// What a server with versions `from` to `to` says to a hello.
Bytes server(TlsVersion from, TlsVersion to, TlsVersion offered) {
  if (offered == TlsVersion::tlcp || offered < from) return alert(net::kTlsProtocolVersion);
  return chooses(net::number_of(std::min(offered, to)));
}

// The names asked for, in order.
std::vector<std::string> questions(TlsSurvey survey, TlsVersion from, TlsVersion to) {
  std::vector<std::string> names;
  while (const auto* entry = survey.next()) {
    names.emplace_back(entry->name);
    REQUIRE(names.size() < 9);
    auto hello = entry->make({"192.0.2.1", "", 443, false});
    hello->on_open();
    const auto raw = hello->take().front().raw;
    auto asked = net::read_tls_record(raw);
    const auto said = server(from, to, asked->asked);
    asked->stream = said;
    asked->end = TlsEnd::heard;
    survey.on_answer(net::write_tls_record(*asked));
  }
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a server of today is asked four things", "[probe][tls_survey]") {
  const TlsSurvey survey({TlsVersion::tls13, -1, "ECC"});
  CHECK(questions(survey, TlsVersion::tls12, TlsVersion::tls13) ==
        Names{"tls-1.2", "tls-1.1", "tlcp", "tls-rsa"});
}

TEST_CASE("a server that goes all the way down is asked five", "[probe][tls_survey]") {
  const TlsSurvey survey({TlsVersion::tls13, -1, "RSA"});
  CHECK(questions(survey, TlsVersion::tls10, TlsVersion::tls13) ==
        Names{"tls-1.2", "tls-1.1", "tls-1.0", "tlcp", "tls-ecc"});
}

TEST_CASE("a server of 1.3 alone shows no certificate to a hello", "[probe][tls_survey]") {
  const TlsSurvey survey({TlsVersion::tls13, -1, "RSA"});
  CHECK(questions(survey, TlsVersion::tls13, TlsVersion::tls13) == Names{"tls-1.2", "tlcp"});
}

TEST_CASE("what refused the ordinary hello's versions is asked for TLCP alone",
          "[probe][tls_survey]") {
  CHECK(questions(TlsSurvey({std::nullopt, net::kTlsProtocolVersion, ""}), TlsVersion::tls10,
                  TlsVersion::tls10) == Names{"tlcp"});
  CHECK(questions(TlsSurvey({std::nullopt, -1, ""}), TlsVersion::tls10, TlsVersion::tls10) ==
        Names{"tlcp"});
}

TEST_CASE("what refused for another reason is asked for every version", "[probe][tls_survey]") {
  constexpr int kUnrecognizedName = 112;
  CHECK(questions(TlsSurvey({std::nullopt, kUnrecognizedName, ""}), TlsVersion::tls12,
                  TlsVersion::tls13) == Names{"tls-1.3", "tls-1.2", "tls-1.1", "tlcp"});
}

TEST_CASE("Y1: who keeps silent is asked nothing more", "[probe][tls_survey]") {
  TlsSurvey survey({TlsVersion::tls12, -1, "RSA"});
  REQUIRE(survey.next());
  survey.on_answer(net::write_tls_record({TlsVersion::tls11, TlsKeys::any, TlsEnd::silent, {}}));
  CHECK(survey.next() == nullptr);
  CHECK_FALSE(survey.spoke());
}

TEST_CASE("hanging up is a no to one version; so are other alerts", "[probe][tls_survey]") {
  TlsSurvey survey({TlsVersion::tls12, -1, ""});
  CHECK(survey.next()->name == "tls-1.1");
  survey.on_answer(net::write_tls_record({TlsVersion::tls11, TlsKeys::any, TlsEnd::closed, {}}));
  CHECK(survey.next()->name == "tls-1.0");
  const auto refused = alert(40);
  survey.on_answer(
      net::write_tls_record({TlsVersion::tls10, TlsKeys::any, TlsEnd::heard, refused}));
  CHECK(survey.next()->name == "tlcp");
  CHECK(survey.spoke());
}

TEST_CASE("a hello is answered, taken leave of and kept", "[probe][tls_hello]") {
  const auto flight = seed("tls12_rsa");
  for (const std::size_t piece : {1UL, 7UL, 5000UL}) {
    auto hello = probe::find_conversation("tls-1.2", net::Transport::tcp)
                     ->make({"192.0.2.1", "", 443, false});
    const auto played = test::play_stream(*hello, {flight}, piece);
    REQUIRE(played.finished);
    REQUIRE(played.sent.size() == 2);
    CHECK(played.sent[1] == net::build_tls_goodbye(0x0303));
    REQUIRE(played.heard.size() == 1);
    CHECK(played.heard[0].channel == "tls.answer");
    const auto record = net::read_tls_record(played.heard[0].raw);
    REQUIRE(record);
    CHECK(record->asked == TlsVersion::tls12);
    CHECK(record->end == TlsEnd::heard);
    CHECK(Bytes(record->stream.begin(), record->stream.end()) == flight);
  }
}

TEST_CASE("an alert is not answered; a name asked for stands in the hello", "[probe][tls_hello]") {
  auto hello = probe::find_conversation("tlcp", net::Transport::tcp)
                   ->make({"gm.example", "gm.example", 443, false});
  const auto played = test::play_stream(*hello, {alert(70)}, 100);
  CHECK(played.finished);
  REQUIRE(played.sent.size() == 1);
  CHECK(as_text(played.sent[0]).find("gm.example") != std::string_view::npos);
}

TEST_CASE("who hangs up or says something else is told apart", "[probe][tls_hello]") {
  const auto* entry = probe::find_conversation("tls-1.0", net::Transport::tcp);
  const auto end_of = [&](const std::vector<Bytes>& says, probe::End end) {
    auto hello = entry->make({"192.0.2.1", "", 443, false});
    const auto raw = test::play_stream(*hello, says, 100, end).heard.front().raw;
    return net::read_tls_record(raw)->end;
  };
  CHECK(end_of({}, probe::End::closed) == TlsEnd::closed);
  CHECK(end_of({}, probe::End::reset) == TlsEnd::closed);
  CHECK(end_of({}, probe::End::silence) == TlsEnd::silent);
  for (const auto& bytes : test::foreign_peers()) {
    auto hello = entry->make({"192.0.2.1", "", 443, false});
    CHECK(test::play_stream(*hello, {bytes}, 100).sent.size() == 1);
  }
}

TEST_CASE("OpenSSL answers our hellos as the standards say", "[probe][tls_hello]") {
  test::peers::TlsOptions options;
  options.least_version = 0x0301;
  options.most_version = 0x0304;
  options.rsa = true;
  const auto make = test::peers::tls(test::peers::silent(), options);
  const std::vector<std::pair<std::string, std::uint16_t>> cases{
      {"tls-1.3", 0x0304}, {"tls-1.2", 0x0303}, {"tls-1.1", 0x0302},
      {"tls-1.0", 0x0301}, {"tls-rsa", 0x0303}, {"tls-ecc", 0x0303}};
  for (const auto& [name, version] : cases) {
    CAPTURE(name);
    auto hello =
        probe::find_conversation(name, net::Transport::tcp)->make({"192.0.2.1", "", 443, false});
    const auto reply = make()->on_received(hello->on_open().send).send;
    const auto answer = net::parse_tls_answer(reply);
    REQUIRE(answer);
    CHECK(answer->version == version);
    CHECK(answer->complete);
    CHECK(answer->certificates.empty() == (version == 0x0304));
  }
  auto tlcp =
      probe::find_conversation("tlcp", net::Transport::tcp)->make({"192.0.2.1", "", 443, false});
  const auto refused = net::parse_tls_answer(make()->on_received(tlcp->on_open().send).send);
  CHECK((!refused || refused->version == 0));
}
