// iscsi_wire — see the header.
#include "qingdan/net/iscsi_wire.h"

#include <array>
#include <string_view>
#include <utility>

#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};

// RFC 7143 §11.2.1.2: opcodes; 0x40 asks for immediate delivery.
constexpr std::uint8_t kLoginRequest = 0x43, kTextRequest = 0x44, kLogoutRequest = 0x46;
constexpr std::uint8_t kLoginResponse = 0x23, kTextResponse = 0x24, kReject = 0x3F;
// §11.12.1 to .3: T, the stages of now and next: 0 security, 1 operational, 3 full feature phase.
constexpr std::uint8_t kToOperational = 0x81, kToFull = 0x87;
constexpr std::uint8_t kTransit = 0x80, kStages = 0x0F, kNow = 0x0C, kLoginReserved = 0x30;
constexpr std::uint8_t kFinal = 0x80, kTextReserved = 0x3F;  // §11.11.1: F and C
constexpr std::size_t kHeader = 48;
constexpr std::size_t kTaskTagAt = 16, kStatSnAt = 24, kStatusAt = 36;
constexpr std::uint32_t kLoginTag = 0x71'64'00'01, kTextTag = 0x71'64'00'02;
constexpr std::uint32_t kLogoutTag = 0x71'64'00'03, kNoTag = 0xFFFF'FFFF;
constexpr std::uint32_t kCmdSn = 1;  // immediate commands do not count on, §4.2.2.1
// §11.12.5: a random qualifier. Together with the name it is ours alone, so that no session of an
// initiator is taken for reinstated (§6.3.5).
constexpr std::array<std::uint8_t, 6> kIsid{0x80, 0, 0, 0x71, 0, 0x64};

// Whatever a target could grant is asked for, so that its answers are its own limits. The last
// three are younger than most targets (RFC 7144 §7, RFC 7145 §6.3): which one is known tells them
// apart.
constexpr std::array<std::string_view, 19> kOffers{"HeaderDigest=None",
                                                   "DataDigest=None",
                                                   "MaxRecvDataSegmentLength=65536",
                                                   "DefaultTime2Wait=2",
                                                   "DefaultTime2Retain=0",
                                                   "ErrorRecoveryLevel=0",
                                                   "IFMarker=No",
                                                   "OFMarker=No",
                                                   "InitialR2T=Yes",
                                                   "ImmediateData=Yes",
                                                   "MaxBurstLength=16776192",
                                                   "FirstBurstLength=16776192",
                                                   "MaxOutstandingR2T=65535",
                                                   "MaxConnections=65535",
                                                   "DataPDUInOrder=Yes",
                                                   "DataSequenceInOrder=Yes",
                                                   "iSCSIProtocolLevel=1",
                                                   "TaskReporting=RFC3720",
                                                   "RDMAExtensions=No"};
constexpr std::array<std::string_view, 3> kIntroduction{
    "InitiatorName=iqn.2026-01.test.example:qingdan", "SessionType=Discovery",
    "AuthMethod=CHAP,None"};
constexpr std::array<std::string_view, 1> kNames{"SendTargets=All"};

template <std::size_t N>
Bytes text_of(const std::array<std::string_view, N>& keys) {
  ByteWriter text;
  for (const auto key : keys) text.text(key).u8(0);
  return std::move(text).take();
}

struct Request {
  std::uint8_t opcode, flags;
  std::uint32_t tag;
  std::uint32_t answers;  // ExpStatSN: the next that we wait for
  Bytes text{};
};

Bytes build(const Request& request) {
  const bool login = request.opcode == kLoginRequest;
  ByteWriter out;
  out.u8(request.opcode).u8(request.flags).u8(0).u8(0);  // version 0 is RFC 7143's, §11.12.4
  out.u8(0).u24be(static_cast<std::uint32_t>(request.text.size()));
  if (login) {
    out.bytes(kIsid).u16be(0);  // TSIH 0: a new session
  } else {
    out.fill(8);
  }
  out.u32be(request.tag);
  out.u32be(request.opcode == kTextRequest ? kNoTag : 0);  // a new text exchange; else CID 0
  out.u32be(kCmdSn).u32be(request.answers).fill(kHeader - out.size());
  return std::move(out.bytes(request.text).fill((4 - request.text.size() % 4) % 4)).take();
}

struct Pdu {
  std::uint8_t opcode{0}, flags{0}, status_class{0}, status_detail{0};
  std::uint32_t stat_sn{0};
  std::vector<std::string_view> keys;  // views into the PDU

  [[nodiscard]] bool is_login() const { return opcode == kLoginResponse; }
  [[nodiscard]] bool is_past_authentication() const { return (flags & kNow) != 0; }
};

// `bytes` as measured whole.
Pdu read(BytesView bytes) {
  Pdu pdu;
  ByteReader reader(bytes);
  pdu.opcode = reader.u8();
  pdu.flags = reader.u8();
  reader.skip(3);
  const auto size = reader.u24be();
  reader.skip(kStatSnAt - reader.position());
  pdu.stat_sn = reader.u32be();
  reader.skip(kStatusAt - reader.position());
  if (pdu.is_login()) {
    pdu.status_class = reader.u8();
    pdu.status_detail = reader.u8();
  }
  if (pdu.opcode == kReject) return pdu;  // its data is the header of what it rejects
  for (const auto key : split(as_text(bytes.subspan(kHeader, size)), '\0')) {
    if (key.find('=') != std::string_view::npos) pdu.keys.push_back(key);
  }
  return pdu;
}

// What may stand in the first four bytes; `known` of them have come.
bool may_be(BytesView head) {
  if (head.empty()) return true;
  const bool login = head[0] == kLoginResponse;
  if (!login && head[0] != kTextResponse && head[0] != kReject) return false;
  if (head.size() < 2) return true;
  if (login) return (head[1] & kLoginReserved) == 0;
  return head[0] == kReject ? head[1] == kFinal : (head[1] & kTextReserved) == 0;
}

IscsiTurn answer_login(const Pdu& pdu) {
  const bool refused = pdu.status_class != 0;
  const bool at_stage = (pdu.flags & kTransit) != 0;
  const auto next = pdu.stat_sn + 1;
  if (refused || !at_stage) return {true, true, {}};
  switch (pdu.flags & kStages) {
    case kToOperational& kStages:
      return {true, false, build({kLoginRequest, kToFull, kLoginTag, next, text_of(kOffers)})};
    case kToFull& kStages:
      return {true, false, build({kTextRequest, kFinal, kTextTag, next, text_of(kNames)})};
    default:
      return {true, true, {}};
  }
}

}  // namespace

Bytes build_iscsi_login() {
  return build({kLoginRequest, kToOperational, kLoginTag, 0, text_of(kIntroduction)});
}

Extent measure_iscsi(BytesView stream) {
  constexpr std::size_t kRead = kTaskTagAt + 4;
  if (!may_be(stream.first(std::min(stream.size(), kRead)))) return kForeign;
  if (stream.size() < kRead) return {};
  ByteReader reader(stream);
  const auto opcode = reader.u8();
  reader.skip(1);
  const bool version = opcode == kReject || reader.u16be() == 0;
  reader.skip(4 - reader.position());
  const bool plain = reader.u8() == 0;  // no additional header
  const std::size_t size = reader.u24be();
  reader.skip(kTaskTagAt - reader.position());
  const auto tag = reader.u32be();
  const auto expected = opcode == kLoginResponse ? kLoginTag
                        : opcode == kReject      ? kNoTag
                                                 : kTextTag;
  if (!version || !plain || size > kIscsiTextMax || tag != expected) return kForeign;
  const auto all = kHeader + (size + 3) / 4 * 4;
  return stream.size() < all ? Extent{} : Extent{State::whole, all};
}

IscsiTurn answer_iscsi(BytesView bytes) {
  if (!measure_iscsi(bytes).whole()) return {};
  const auto pdu = read(bytes);
  if (pdu.is_login()) return answer_login(pdu);
  if (pdu.opcode == kReject) return {true, true, {}};
  // Reason 0: the session ends, §11.14.1.
  return {true, true, build({kLogoutRequest, kFinal, kLogoutTag, pdu.stat_sn + 1, {}})};
}

std::optional<IscsiDiscovery> parse_iscsi(BytesView stream) {
  constexpr std::string_view kTarget = "TargetName=";
  IscsiDiscovery heard;
  for (bool first = true;; first = false) {
    const auto extent = measure_iscsi(stream);
    if (!extent.whole()) return first ? std::nullopt : std::optional(heard);
    const auto pdu = read(stream.first(extent.size));
    if (first && !pdu.is_login()) return std::nullopt;
    if (pdu.is_login()) {
      heard.status_class = pdu.status_class;
      heard.status_detail = pdu.status_detail;
    }
    for (const auto key : pdu.keys) {
      if (!pdu.is_login()) {
        if (key.starts_with(kTarget)) heard.targets.emplace_back(key.substr(kTarget.size()));
        continue;
      }
      heard.keys.emplace_back(key);
      if (pdu.is_past_authentication()) heard.negotiated.emplace_back(key);
    }
    stream = stream.subspan(extent.size);
  }
}

}  // namespace qingdan::net
