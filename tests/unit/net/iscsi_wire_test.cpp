// iscsi_wire — a discovery session as recorded from tgt 1.0.85, with and without its end.
#include "qingdan/net/iscsi_wire.h"

#include <catch2/catch.hpp>

#include "unit/net/hostile.h"
#include "unit/seed.h"

using namespace qingdan;
using namespace qingdan::net;
using qingdan::test::seed;
using State = Extent::State;

namespace {

// The PDUs of a stream, each measured.
std::vector<Bytes> pdus_of(BytesView stream) {
  std::vector<Bytes> all;
  for (auto extent = measure_iscsi(stream); extent.whole(); extent = measure_iscsi(stream)) {
    all.emplace_back(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(extent.size));
    stream = stream.subspan(extent.size);
  }
  CHECK(stream.empty());
  return all;
}

std::string_view text_of(BytesView pdu) { return as_text(pdu.subspan(48)); }

}  // namespace

TEST_CASE("the login is of nobody, for discovery alone", "[net][iscsi]") {
  const auto request = build_iscsi_login();
  CHECK(request.size() == 48 + 92);
  CHECK(request[0] == 0x43);
  CHECK(request[1] == 0x81);
  CHECK(text_of(request).starts_with("InitiatorName=iqn.2026-01.test."));
  CHECK(as_text(request).find("TargetName") == std::string_view::npos);
}

TEST_CASE("each answer says what is asked next", "[net][iscsi]") {
  const auto pdus = pdus_of(seed("iscsi_wire/tgt"));
  REQUIRE(pdus.size() == 3);
  const auto limits = answer_iscsi(pdus[0]);
  CHECK((limits.ours && !limits.last));
  REQUIRE(limits.send.size() > 48);
  CHECK(limits.send[0] == 0x43);
  CHECK(limits.send[1] == 0x87);
  CHECK(limits.send[27] == 1);  // CmdSN
  const auto names = answer_iscsi(pdus[1]);
  CHECK((names.ours && !names.last));
  CHECK(names.send[0] == 0x44);
  CHECK(text_of(names.send) == std::string_view("SendTargets=All\0", 16));
  CHECK(names.send[31] == pdus[1][27] + 1);  // ExpStatSN: the next one
  const auto goodbye = answer_iscsi(pdus[2]);
  CHECK((goodbye.ours && goodbye.last));
  CHECK(goodbye.send.size() == 48);
  CHECK(goodbye.send[0] == 0x46);
  CHECK(goodbye.send[31] == pdus[2][27] + 1);
}

TEST_CASE("who refuses, wants a secret, or moves in circles is left", "[net][iscsi]") {
  CHECK(answer_iscsi(seed("iscsi_wire/refused")).last);
  CHECK(answer_iscsi(seed("iscsi_wire/refused")).send.empty());
  auto secret = pdus_of(seed("iscsi_wire/tgt")).front();
  secret[1] = 0x00;  // it stays in the security stage
  CHECK(answer_iscsi(secret).last);
  CHECK(answer_iscsi(secret).send.empty());
  secret[1] = 0x8F;  // from a stage that there is not
  CHECK(answer_iscsi(secret).last);
  CHECK_FALSE(answer_iscsi(build_iscsi_login()).ours);
}

TEST_CASE("a discovery is read as far as it went", "[net][iscsi]") {
  const auto stream = seed("iscsi_wire/tgt");
  const auto all = parse_iscsi(stream);
  REQUIRE(all);
  CHECK(all->status_class == 0);
  CHECK(all->keys.size() == 2 + 18);
  CHECK(all->negotiated.size() == 18);
  CHECK(all->negotiated.back() == "RDMAExtensions=No");
  CHECK(all->targets == std::vector<std::string>{"iqn.2020-01.test.example:disk"});
  const auto login = parse_iscsi(seed("iscsi_wire/login"));
  REQUIRE(login);
  CHECK(login->keys == std::vector<std::string>{"TargetPortalGroupTag=1", "AuthMethod=None"});
  CHECK(login->targets.empty());
  const auto refused = parse_iscsi(seed("iscsi_wire/refused"));
  REQUIRE(refused);
  CHECK(refused->status_class == 2);
  CHECK(refused->status_detail == 2);
  CHECK(refused->keys.empty());
  const auto names_alone = pdus_of(stream)[2];
  CHECK_FALSE(parse_iscsi(names_alone));
}

TEST_CASE("a PDU is whole at its end, under a tag of ours", "[net][iscsi]") {
  for (const auto& pdu : pdus_of(seed("iscsi_wire/tgt"))) {
    for (std::size_t size = 0; size < pdu.size(); ++size) {
      CAPTURE(size);
      REQUIRE(measure_iscsi(BytesView(pdu).first(size)).state == State::partial);
    }
    for (const std::size_t at : {1U, 4U, 5U, 19U}) {  // flags, headers, sizes, another's tag
      auto other = pdu;
      other[at] ^= 0x30;
      CAPTURE(at);
      CHECK(measure_iscsi(other).foreign());
    }
  }
  for (const std::size_t at : {2U, 3U}) {  // versions, of a login
    auto other = seed("iscsi_wire/login");
    other[at] ^= 0x30;
    CHECK(measure_iscsi(other).foreign());
  }
}

TEST_CASE("a rejection ends it, and its data are no keys", "[net][iscsi]") {
  Bytes reject(96, 0);
  reject[0] = 0x3F;
  reject[1] = 0x80;
  reject[2] = 0x04;  // protocol error
  reject[7] = 48;
  for (std::size_t at = 16; at < 20; ++at) reject[at] = 0xFF;
  reject[60] = '=';
  REQUIRE(measure_iscsi(reject).whole());
  CHECK(answer_iscsi(reject).last);
  CHECK(answer_iscsi(reject).send.empty());
  auto stream = seed("iscsi_wire/login");
  stream.insert(stream.end(), reject.begin(), reject.end());
  CHECK(parse_iscsi(stream).value().keys.size() == 2);
  CHECK_FALSE(parse_iscsi(reject));
}

TEST_CASE("damaged PDUs are read without harm", "[net][iscsi]") {
  const auto all = [](BytesView bytes) {
    static_cast<void>(answer_iscsi(bytes));
    static_cast<void>(parse_iscsi(bytes));
  };
  for (const auto* name : {"iscsi_wire/tgt", "iscsi_wire/login", "iscsi_wire/refused"}) {
    test::parse_damaged(seed(name), all);
  }
}
