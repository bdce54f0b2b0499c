#include "qingdan/net/smb_wire.h"

#include <catch2/catch.hpp>

#include "qingdan/base/text.h"
#include "unit/net/hostile.h"
#include "unit/net/smb_samples.h"

using namespace qingdan;
using namespace qingdan::net;

namespace {
Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
}  // namespace

TEST_CASE("every request is one packet whose length holds", "[net][smb]") {
  for (const auto& request :
       {build_netbios_session_request(), build_smb_multi_protocol_negotiate(),
        build_smb2_negotiate(1), build_smb2_session_setup(2), build_smb1_session_setup(7)}) {
    ByteReader reader(request);
    reader.skip(1);
    CHECK(reader.u24be() == request.size() - 4);
  }
}

TEST_CASE("the multi-protocol negotiate offers three dialects", "[net][smb]") {
  CHECK(to_hex(build_smb_multi_protocol_negotiate()) ==
        "00000045ff534d4272000000001801c80000000000000000000000000000fffe00000000002200"
        "024e54204c4d20302e313200"
        "02534d4220322e30303200"
        "02534d4220322e3f3f3f00");
}

TEST_CASE("the NetBIOS request calls *SMBSERVER", "[net][smb]") {
  const auto request = build_netbios_session_request();
  CHECK(request[0] == 0x81);
  CHECK(request.size() == 4 + 34 + 34);
  CHECK(as_text(request).substr(5, 32) == "CKFDENECFDEFFCFGEFFCCACACACACACA");
}

TEST_CASE("the SMB 2 negotiate is aligned and names its contexts", "[net][smb]") {
  const auto request = build_smb2_negotiate(1);
  ByteReader reader(BytesView(request).subspan(4 + 64));
  CHECK(reader.u16le() == 36);
  CHECK(reader.u16le() == 5);
  reader.skip(2 + 2 + 4 + 16);
  const auto contexts_at = reader.u32le();
  CHECK(contexts_at % 8 == 0);
  CHECK(reader.u16le() == 2);
  ByteReader contexts(BytesView(request).subspan(4 + contexts_at));
  CHECK(contexts.u16le() == 1);
  const auto length = contexts.u16le();
  contexts.skip(4 + length);
  contexts.skip((8 - (8 + length) % 8) % 8);
  CHECK(contexts.u16le() == 2);
  contexts.skip(contexts.u16le() + 4U);
  CHECK(contexts.ok());
  CHECK(contexts.at_end());
}

TEST_CASE("the SMB 1 session set-up uses a circuit of its own", "[net][smb]") {
  const auto request = build_smb1_session_setup(0x1234);
  ByteReader reader(BytesView(request).subspan(4 + 32 + 1 + 8));
  CHECK(reader.u16le() == 1);       // VcNumber; 0 would end the client's other circuits
  CHECK(reader.u32le() == 0x1234);  // SessionKey
}

TEST_CASE("SMB 2 answers tell dialect, GUID, time and names", "[net][smb]") {
  const auto stream = parse_smb_stream(
      joined(joined(test::smb2_negotiate_answer(0x02FF), test::smb2_negotiate_answer(0x0311)),
             test::smb2_session_answer()));
  REQUIRE(stream);
  REQUIRE(stream->messages.size() == 3);
  CHECK(stream->messages[0].negotiate2->dialect == 0x02FF);
  const auto& negotiate = *stream->messages[1].negotiate2;
  CHECK(negotiate.dialect == 0x0311);
  CHECK(negotiate.security_mode == 3);
  CHECK(negotiate.capabilities == 0x2F);
  CHECK(negotiate.guid[0] == 0xA5);
  CHECK(negotiate.system_time.value == test::kSampleMillis);
  CHECK(negotiate.start_time.value == 0);
  CHECK(stream->messages[1].offer->mechanisms.size() == 2);
  const auto& session = stream->messages[2];
  CHECK(session.command == 1);
  CHECK(session.status == 0xC000'0016);
  REQUIRE(session.challenge);
  CHECK(session.challenge->dns_computer == "files01.example.org");
}

TEST_CASE("SMB 1 answers tell OS and LAN manager", "[net][smb]") {
  const auto stream =
      parse_smb_stream(joined(test::smb1_negotiate_answer(true), test::smb1_session_answer()));
  REQUIRE(stream);
  REQUIRE(stream->messages.size() == 2);
  const auto& negotiate = *stream->messages[0].negotiate1;
  CHECK(negotiate.extended_security());
  CHECK(negotiate.guid);
  CHECK(negotiate.session_key == 0x1234);
  CHECK(negotiate.minutes_west_of_utc == -480);
  CHECK(stream->messages[0].offer);
  const auto& session = *stream->messages[1].session1;
  CHECK(session.native_os == "Windows 6.1");
  CHECK(session.native_lan_manager == "Samba 4.9.5");
  CHECK(session.domain == "EXAMPLE");
  CHECK(stream->messages[1].challenge);
}

TEST_CASE("an SMB 1 server without extended security tells its names at once", "[net][smb]") {
  const auto stream = parse_smb_stream(test::smb1_negotiate_answer(false));
  REQUIRE(stream);
  const auto& negotiate = *stream->messages[0].negotiate1;
  CHECK_FALSE(negotiate.extended_security());
  CHECK(negotiate.domain == "EXAMPLE");
  CHECK(negotiate.server == "OLDBOX");
}

TEST_CASE("a NetBIOS answer stands before the messages", "[net][smb]") {
  const auto accepted =
      parse_smb_stream(joined(*from_hex("82000000"), test::smb2_negotiate_answer(0x0202)));
  REQUIRE(accepted);
  CHECK(accepted->netbios_accepted == true);
  CHECK(accepted->messages.size() == 1);
  CHECK(parse_smb_stream(*from_hex("8300000182"))->netbios_accepted == false);
}

TEST_CASE("an offset into nowhere yields no blob", "[net][smb]") {
  auto packet = test::smb2_session_answer();
  packet[4 + 64 + 5] = 0xFF;  // high byte of SecurityBufferOffset
  const auto stream = parse_smb_stream(packet);
  REQUIRE(stream);
  CHECK_FALSE(stream->messages[0].challenge);
}

TEST_CASE("a packet is whole only when all of it is there", "[net][smb]") {
  const auto whole = test::smb2_negotiate_answer(0x0311);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(measure_smb_packet(BytesView(whole).first(size)).state == Extent::State::partial);
  }
  CHECK(measure_smb_packet(whole).size == whole.size());
  CHECK(measure_smb_packet(as_bytes("HTTP/1.1")).foreign());
  CHECK(measure_smb_packet(*from_hex("00ffffff")).foreign());
  CHECK(measure_smb_packet(*from_hex("0000002041424344")).foreign());
  CHECK_FALSE(parse_smb_stream(as_bytes("HTTP/1.1")));
}

TEST_CASE("damaged SMB answers are survived", "[net][smb]") {
  const auto parse = [](BytesView bytes) { (void)parse_smb_stream(bytes); };
  test::parse_damaged(test::smb2_session_answer(), parse);
  test::parse_damaged(test::smb2_negotiate_answer(0x0311), parse);
  test::parse_damaged(test::smb1_session_answer(), parse);
  test::parse_damaged(test::smb1_negotiate_answer(false), parse);
}
