// rpc_wire — see the header.
#include "qingdan/net/rpc_wire.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "net/json_members.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};

// Do the first bytes of `stream`, as far as it goes, agree with `wanted`?
bool agrees(BytesView stream, BytesView wanted) {
  const auto size = std::min(stream.size(), wanted.size());
  return std::equal(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(size),
                    wanted.begin());
}

// Dubbo Protocol: magic, then bits and serialization, status, number, length of the body.
constexpr std::size_t kDubboHeader = 16;
constexpr std::uint16_t kDubboMagic = 0xDABB;
constexpr std::uint8_t kDubboRequest = 0x80, kDubboTwoWay = 0x40, kDubboEvent = 0x20;
constexpr std::uint8_t kDubboSerialization = 0x1F, kHessian2 = 2;
constexpr std::uint8_t kHessianNull = 'N';  // Hessian 2.0, §4.5
constexpr std::uint64_t kDubboNumber = 1;
// Response status: OK, two time-outs, a channel that is gone, and what may be wrong.
constexpr std::array<std::uint8_t, 11> kDubboStatus{20, 30, 31, 35, 40, 50, 60, 70, 80, 90, 100};

// RemotingCommand: length of all that follows; kind of header and its length; header; body.
constexpr std::size_t kRocketmqPrefix = 8;
constexpr int kRocketmqOpaque = 1;
constexpr std::uint8_t kJsonHeader = 0, kOwnHeader = 1;  // SerializeType
constexpr int kResponseFlag = 1;                         // bit 0 of flag: an answer
constexpr std::size_t kOwnHeaderLeast = 21;              // code to the length of the fields

// A header, as far as every answer has it; nothing where it is another's, or not to us.
std::optional<RocketmqAnswer> read_json_header(std::string_view header) {
  const auto code = json::number_of(header, "code");
  const auto flag = json::number_of(header, "flag");
  const auto opaque = json::number_of(header, "opaque");
  const bool ours = header.starts_with('{') && code && flag && (*flag & kResponseFlag) != 0 &&
                    opaque == kRocketmqOpaque;
  if (!ours) return std::nullopt;
  RocketmqAnswer answer;
  answer.code = *code;
  answer.version = json::number_of(header, "version").value_or(-1);
  answer.remark = json::text_of(header, "remark");
  return answer;
}

// RocketMQSerializable: code, language, version, opaque, flag, then the remark and the fields, each
// after its length.
std::optional<RocketmqAnswer> read_own_header(BytesView header) {
  ByteReader reader(header);
  RocketmqAnswer answer;
  answer.code = reader.u16be();
  reader.skip(1);
  answer.version = reader.u16be();
  const auto opaque = reader.u32be();
  const auto flag = reader.u32be();
  const auto remark = reader.u32be();
  answer.remark = std::string(as_text(reader.take(remark)));
  const auto fields = reader.u32be();
  const bool ours = reader && reader.remaining() == fields && opaque == kRocketmqOpaque &&
                    (flag & kResponseFlag) != 0;
  return ours ? std::optional(answer) : std::nullopt;
}

struct RocketmqFrame {
  std::uint8_t kind{0};
  std::size_t header{0};  // its length
  std::size_t all{0};     // of the message
};

// The prefix; nothing where it is no frame of this protocol.
std::optional<RocketmqFrame> read_frame(BytesView stream) {
  ByteReader reader(stream);
  const std::size_t length = reader.u32be();
  RocketmqFrame frame;
  frame.kind = reader.u8();
  frame.header = reader.u24be();
  frame.all = 4 + length;
  const bool sane = reader && frame.kind <= kOwnHeader && frame.header >= kOwnHeaderLeast &&
                    frame.header <= kRocketmqHeaderMax && frame.header + 4 <= length &&
                    frame.all <= kRocketmqMax;
  return sane ? std::optional(frame) : std::nullopt;
}

// Bolt's documentation: the magic, then four offers of "0, how many before, minor, major".
constexpr std::uint32_t kBoltMagic = 0x6060B017;
struct BoltRange {
  std::uint8_t most, least, major;
};
constexpr std::array<BoltRange, 4> kBolt{{{8, 0, 5}, {4, 2, 4}, {1, 1, 4}, {0, 0, 3}}};

// WireFormatInfo is data structure 1, its magic follows.
constexpr std::uint8_t kWireFormatInfo = 1;
constexpr std::string_view kOpenwireMagic = "ActiveMQ";
constexpr std::size_t kOpenwireLeast = 14;  // type, magic, version, "no properties"
constexpr std::uint32_t kOpenwireNewest = 99;

// A value of MarshallingSupport; false where its kind is none that a WireFormatInfo has. `text`:
// of strings.
bool read_value(ByteReader& reader, std::string& text) {
  switch (reader.u8()) {
    case 0:  // null
      break;
    case 1:  // boolean
    case 2:  // byte
      reader.skip(1);
      break;
    case 3:  // char
    case 4:  // short
      reader.skip(2);
      break;
    case 5:  // integer
    case 8:  // float
      reader.skip(4);
      break;
    case 6:  // long
    case 7:  // double
      reader.skip(8);
      break;
    case 9:  // string
      text = std::string(as_text(reader.take(reader.u16be())));
      break;
    default:
      return false;
  }
  return static_cast<bool>(reader);
}

}  // namespace

Bytes build_dubbo_heartbeat() {
  ByteWriter out;
  out.u16be(kDubboMagic).u8(kDubboRequest | kDubboTwoWay | kDubboEvent | kHessian2).u8(0);
  out.u64be(kDubboNumber).u32be(1).u8(kHessianNull);
  return std::move(out).take();
}

Extent measure_dubbo(BytesView stream) {
  ByteReader reader(stream);
  const auto magic = reader.u16be();
  if (!reader) return stream.empty() || stream[0] == kDubboMagic >> 8 ? Extent{} : kForeign;
  if (magic != kDubboMagic) return kForeign;
  if (stream.size() < kDubboHeader) return {};
  const auto bits = reader.u8();
  const auto status = reader.u8();
  const auto number = reader.u64be();
  const std::size_t body = reader.u32be();
  const bool known =
      std::find(kDubboStatus.begin(), kDubboStatus.end(), status) != kDubboStatus.end();
  const bool event = (bits & (kDubboRequest | kDubboTwoWay | kDubboEvent)) == kDubboEvent;
  // What refuses the event altogether need not mark its answer as one.
  const bool refusal = (bits & kDubboRequest) == 0 && status > 20;
  const bool ours = known && number == kDubboNumber && (event || refusal) && body <= kDubboBodyMax;
  if (!ours) return kForeign;
  const auto all = kDubboHeader + body;
  return stream.size() < all ? Extent{} : Extent{State::whole, all};
}

std::optional<DubboAnswer> parse_dubbo(BytesView stream) {
  if (!measure_dubbo(stream).whole()) return std::nullopt;
  return DubboAnswer{stream[3], stream[2] & kDubboSerialization};
}

Bytes build_rocketmq_cluster_query() {
  // Language OTHER and version 0: we are no client of any release.
  constexpr std::string_view kHeader = R"({"code":106,"flag":0,"language":"OTHER","opaque":1,)"
                                       R"("serializeTypeCurrentRPC":"JSON","version":0})";
  ByteWriter out;
  out.u32be(4 + kHeader.size()).u8(kJsonHeader).u24be(kHeader.size()).text(kHeader);
  return std::move(out).take();
}

Extent measure_rocketmq(BytesView stream) {
  if (stream.size() < kRocketmqPrefix) {
    // No message is longer than its first byte may say.
    const bool small = stream.empty() || stream[0] == 0;
    return small ? Extent{} : kForeign;
  }
  const auto frame = read_frame(stream);
  if (!frame) return kForeign;
  if (stream.size() < kRocketmqPrefix + frame->header) {
    const bool json = frame->kind == kJsonHeader && stream.size() > kRocketmqPrefix;
    return json && stream[kRocketmqPrefix] != '{' ? kForeign : Extent{};
  }
  if (!parse_rocketmq(stream)) return kForeign;
  return stream.size() < frame->all ? Extent{} : Extent{State::whole, frame->all};
}

std::optional<RocketmqAnswer> parse_rocketmq(BytesView stream) {
  const auto frame = read_frame(stream);
  if (!frame || stream.size() < kRocketmqPrefix + frame->header) return std::nullopt;
  const auto header = stream.subspan(kRocketmqPrefix, frame->header);
  auto answer =
      frame->kind == kJsonHeader ? read_json_header(as_text(header)) : read_own_header(header);
  if (!answer) return std::nullopt;
  const auto end = std::min(stream.size(), frame->all);
  const auto body = as_text(stream.first(end).subspan(kRocketmqPrefix + frame->header));
  answer->brokers = body.find("\"brokerAddrTable\"") != std::string_view::npos;
  return answer;
}

// MQVersion counts every release twice, as -SNAPSHOT and as such. Before 3.0.1 it has names; 3.0
// goes to 3.0.15, 3.1 and 3.2 have ten, 3.3 to 3.9 nine, as they begin with 1, later ones ten.
std::string rocketmq_version_text(int ordinal) {
  struct Series {
    int first, last;  // ordinals
    int major, minor;
    int patches;  // in a minor version
    int patch;    // the first of a minor version
  };
  constexpr std::array<Series, 5> kSeries{{{16, 45, 3, 0, 15, 1},
                                           {46, 85, 3, 1, 10, 0},
                                           {86, 211, 3, 3, 9, 1},
                                           {212, 411, 4, 0, 10, 0},
                                           {412, 611, 5, 0, 10, 0}}};
  for (const auto& series : kSeries) {
    if (ordinal < series.first || ordinal > series.last) continue;
    const int at = ordinal - series.first;
    const int minor = series.minor + at / (2 * series.patches);
    const int patch = series.patch + at / 2 % series.patches;
    return std::to_string(series.major) + "." + std::to_string(minor) + "." +
           std::to_string(patch) + (at % 2 == 0 ? "-SNAPSHOT" : "");
  }
  return {};
}

Bytes build_bolt_handshake() {
  ByteWriter out;
  out.u32be(kBoltMagic);
  for (const auto& range : kBolt) {
    out.u8(0).u8(static_cast<std::uint8_t>(range.most - range.least));
    out.u8(range.most).u8(range.major);
  }
  return std::move(out).take();
}

Extent measure_bolt(BytesView stream) {
  constexpr std::array<std::uint8_t, 2> kZeros{0, 0};
  constexpr std::size_t kSize = 4;
  if (stream.size() > kSize || !agrees(stream, kZeros)) return kForeign;
  if (stream.size() < kSize) return {};
  const bool offered = std::any_of(kBolt.begin(), kBolt.end(), [&](const BoltRange& range) {
    return stream[3] == range.major && stream[2] >= range.least && stream[2] <= range.most;
  });
  return offered ? Extent{State::whole, kSize} : kForeign;
}

std::optional<std::string> parse_bolt(BytesView stream) {
  if (!measure_bolt(stream).whole()) return std::nullopt;
  return std::to_string(stream[3]) + "." + std::to_string(stream[2]);
}

Extent measure_openwire(BytesView stream) {
  ByteReader reader(stream);
  const std::size_t size = reader.u32be();
  if (!reader) return stream.empty() || stream[0] == 0 ? Extent{} : kForeign;
  if (size < kOpenwireLeast || size > kOpenwireMax) return kForeign;
  const auto rest = stream.subspan(4);
  if (!rest.empty() && rest[0] != kWireFormatInfo) return kForeign;
  if (rest.size() > 1 && !agrees(rest.subspan(1), as_bytes(kOpenwireMagic))) return kForeign;
  return rest.size() < size ? Extent{} : Extent{State::whole, 4 + size};
}

std::optional<OpenwireInfo> parse_openwire(BytesView stream) {
  const auto extent = measure_openwire(stream);
  if (!extent.whole()) return std::nullopt;
  ByteReader reader(stream.first(extent.size));
  reader.skip(4 + 1 + kOpenwireMagic.size());
  OpenwireInfo info;
  info.version = reader.u32be();
  if (info.version == 0 || info.version > kOpenwireNewest) return std::nullopt;
  if (reader.u8() == 0) return info;  // no properties
  reader.skip(4);                     // their length: they go on to the end
  const auto count = reader.u32be();
  for (std::uint32_t i = 0; i < count && reader; ++i) {
    const auto name = as_text(reader.take(reader.u16be()));
    std::string text;
    if (!read_value(reader, text)) break;
    if (name == "ProviderName") info.provider = text;
    if (name == "ProviderVersion") info.provider_version = text;
    if (name == "PlatformDetails") info.platform = text;
  }
  return info;
}

}  // namespace qingdan::net
