// s7_wire — see the header.
#include "qingdan/net/s7_wire.h"

#include <algorithm>

namespace qingdan::net {
namespace {

constexpr std::uint8_t kTpktVersion = 3;  // RFC 1006 §6
constexpr std::size_t kTpktHeader = 4;
constexpr std::size_t kFrameLeast = 7;    // with the shortest COTP header
constexpr std::size_t kFrameMost = 8192;  // class 0 negotiates at most 2048; far above any reply
constexpr std::uint8_t kConnectionRequest = 0xE0,
                       kConnectionConfirm = 0xD0;          // ISO 8073 §13.3, §13.4
constexpr std::uint8_t kDisconnect = 0x80, kError = 0x70;  // §13.5, §13.12
constexpr std::uint8_t kData = 0xF0;                       // §13.7

constexpr std::uint8_t kS7 = 0x32;
constexpr std::uint8_t kAckData = 0x03, kUserdata = 0x07;
constexpr std::uint8_t kSetup = 0xF0;
constexpr std::uint8_t kReadListReply = 0x84;  // type 8 (response), group 4 (CPU functions)
constexpr std::uint16_t kIdentification = 0x001C;
constexpr std::size_t kRecord = 34;  // index and 32 bytes

// The transport header's fixed part: its length byte does not count itself.
struct Cotp {
  std::uint8_t type{0};
  BytesView data;
};

std::optional<Cotp> read_cotp(BytesView frame) {
  if (!measure_tpkt(frame).whole()) return std::nullopt;
  ByteReader reader(frame);
  reader.skip(kTpktHeader);
  const auto length = reader.u8();
  if (length < 2) return std::nullopt;
  const auto header = reader.take(length);
  if (!reader) return std::nullopt;
  return Cotp{static_cast<std::uint8_t>(header[0] & 0xF0), reader.rest()};
}

std::string text_of(BytesView raw) {
  std::string text(as_text(raw));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.pop_back();
  return text.substr(0, text.find('\0'));
}

// Parameter of a userdata reply: head 00 01 12, length, method, type and group, function, sequence.
bool is_list(BytesView parameter) {
  return parameter.size() >= 8 && parameter[5] == kReadListReply && parameter[6] == 1;
}

// Of a reply to the read: return code, transport size, length; then list, index, length of a
// record, number of records.
void read_records(BytesView data, S7Identity& out) {
  ByteReader reader(data);
  constexpr std::uint8_t kGood = 0xFF;
  if (reader.u8() != kGood) return;
  reader.skip(3);
  const auto list = reader.u16be();
  reader.skip(2);
  const auto size = reader.u16be();
  auto left = reader.u16be();
  if (!reader || (list & 0x00FF) != (kIdentification & 0x00FF) || size != kRecord) return;
  for (; left > 0 && reader.remaining() >= kRecord; --left) {
    const auto index = reader.u16be();
    auto text = text_of(reader.take(kRecord - 2));
    if (!text.empty()) out.records.emplace_back(index, std::move(text));
  }
}

struct S7Pdu {
  std::uint8_t kind{0};
  BytesView parameter, data;
};

std::optional<S7Pdu> read_s7(BytesView bytes) {
  ByteReader reader(bytes);
  if (reader.u8() != kS7) return std::nullopt;
  S7Pdu pdu;
  pdu.kind = reader.u8();
  reader.skip(4);  // reserved, reference
  const auto parameter = reader.u16be();
  const auto data = reader.u16be();
  if (pdu.kind == kAckData) reader.skip(2);  // error class and code
  pdu.parameter = reader.take(parameter);
  pdu.data = reader.take(data);
  if (!reader) return std::nullopt;
  return pdu;
}

}  // namespace

Bytes build_s7_connect() {
  return {kTpktVersion,
          0,
          0,
          22,
          17,
          kConnectionRequest,
          0,
          0,  // to nobody yet
          0x51,
          0x44,  // from a reference of our own
          0,     // class 0
          0xC0,
          1,
          0x0A,  // TPDU of 1024
          0xC1,
          2,
          1,
          0,  // from: a programming device
          0xC2,
          2,
          1,
          2};  // to: rack 0, slot 2
}

Bytes build_s7_setup() {
  return {
      kTpktVersion, 0,    0, 25, 2, kData, 0x80, kS7, 1, 0, 0,
      0x51,         0x44, 0, 8,  0, 0,                   // a job with 8 bytes of parameter
      kSetup,       0,    0, 1,  0, 1,     0x01, 0xE0};  // one job at a time either way, PDU of 480
}

Bytes build_s7_read_identification() {
  return {kTpktVersion, 0,    0, 33, 2,    kData, 0x80, kS7, kUserdata, 0, 0,
          0x51,         0x45, 0, 8,  0,    8,     0,    1,   0x12,      4, 0x11,
          0x44,         1,    0,  // request, CPU functions, read the status list
          0xFF,         9,    0, 4,  0x00, 0x1C,  0,    0};  // list 001C, all records
}

Extent measure_tpkt(BytesView stream) {
  using State = Extent::State;
  if (!stream.empty() && stream[0] != kTpktVersion) return {State::foreign, 0};
  if (stream.size() > 1 && stream[1] != 0) return {State::foreign, 0};
  if (stream.size() < kTpktHeader) return {State::partial, 0};
  const auto size = static_cast<std::size_t>(stream[2]) << 8 | stream[3];
  if (size < kFrameLeast || size > kFrameMost) return {State::foreign, 0};
  return {stream.size() >= size ? State::whole : State::partial, size};
}

std::optional<S7Frame> read_s7_frame(BytesView frame) {
  const auto cotp = read_cotp(frame.first(std::min(frame.size(), measure_tpkt(frame).size)));
  if (!cotp) return std::nullopt;
  if (cotp->type == kConnectionConfirm) return S7Frame::confirmed;
  if (cotp->type == kDisconnect || cotp->type == kError) return S7Frame::refused;
  if (cotp->type != kData) return S7Frame::other;
  const auto pdu = read_s7(cotp->data);
  if (!pdu) return S7Frame::other;
  if (pdu->kind == kAckData && !pdu->parameter.empty() && pdu->parameter[0] == kSetup) {
    return S7Frame::setup;
  }
  return pdu->kind == kUserdata && is_list(pdu->parameter) ? S7Frame::list : S7Frame::other;
}

std::optional<S7Identity> parse_s7_stream(BytesView stream) {
  S7Identity found;
  bool any = false;
  for (auto extent = measure_tpkt(stream); extent.whole(); extent = measure_tpkt(stream)) {
    const auto frame = stream.first(extent.size);
    stream = stream.subspan(extent.size);
    const auto kind = read_s7_frame(frame);
    if (!kind) break;
    any = true;
    found.confirmed = found.confirmed || *kind == S7Frame::confirmed;
    found.s7 = found.s7 || *kind == S7Frame::setup || *kind == S7Frame::list;
    if (*kind != S7Frame::list) continue;
    const auto pdu = read_s7(read_cotp(frame)->data);
    read_records(pdu->data, found);
  }
  if (!any) return std::nullopt;
  return found;
}

}  // namespace qingdan::net
