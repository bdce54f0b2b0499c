// giop_wire — see the header.
#include "qingdan/net/giop_wire.h"

#include <algorithm>

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr std::string_view kMagic = "GIOP";
constexpr std::size_t kHeader = 12;                                     // §9.4.1
constexpr std::uint8_t kLocateRequest = 3;                              // §9.4.1
constexpr int kForward = 2, kForwardForEver = 3, kSystemException = 4;  // §9.4.6.1
constexpr std::uint32_t kIiopProfile = 0, kOrbType = 0;                 // §7.6.3, §7.6.6.1
constexpr std::uint32_t kProfilesMax = 16, kComponentsMax = 64;
constexpr std::string_view kObject = "NameService";

// CDR, §9.3: numbers lie at multiples of their size, counted from where the message or the
// encapsulation begins.
class Cdr {
 public:
  Cdr(BytesView bytes, bool little) : reader_(bytes), little_(little) {}

  void align(std::size_t size) { reader_.skip((size - reader_.position() % size) % size); }
  std::uint8_t octet() { return reader_.u8(); }
  std::uint16_t u16() {
    align(2);
    return little_ ? reader_.u16le() : reader_.u16be();
  }
  std::uint32_t u32() {
    align(4);
    return little_ ? reader_.u32le() : reader_.u32be();
  }
  BytesView octets() {
    const auto size = u32();
    return reader_.take(size);
  }
  // Its zero is counted, and taken off.
  std::string text() {
    auto text = as_text(octets());
    if (text.ends_with('\0')) text.remove_suffix(1);
    return text.size() > kGiopTextMax ? std::string() : std::string(text);
  }
  explicit operator bool() const { return reader_.ok(); }
  [[nodiscard]] std::size_t left() const { return reader_.remaining(); }

 private:
  ByteReader reader_;
  bool little_;
};

// An encapsulation begins with its own byte order, §9.3.3.
Cdr open_encapsulation(BytesView bytes) {
  Cdr inside(bytes, !bytes.empty() && (bytes[0] & 1) != 0);
  inside.octet();
  return inside;
}

void read_profile(BytesView data, GiopAnswer& answer) {
  auto profile = open_encapsulation(data);
  profile.octet();
  const auto minor = profile.octet();
  auto host = profile.text();
  const auto port = profile.u16();
  const auto key = profile.octets();
  if (!profile) return;
  answer.host = std::move(host);
  answer.port = port;
  const auto kept = key.first(std::min(key.size(), kGiopTextMax));
  answer.key.assign(kept.begin(), kept.end());
  if (minor == 0) return;  // §9.7.2: 1.0 has no components
  const auto count = profile.u32();
  for (std::uint32_t i = 0; i < std::min(count, kComponentsMax) && profile; ++i) {
    const auto tag = profile.u32();
    const auto component = profile.octets();
    if (tag == kOrbType && profile) answer.orb_type = open_encapsulation(component).u32();
  }
}

void read_reference(Cdr& body, GiopAnswer& answer) {
  answer.type_id = body.text();
  const auto count = body.u32();
  for (std::uint32_t i = 0; i < std::min(count, kProfilesMax) && body; ++i) {
    const auto tag = body.u32();
    const auto data = body.octets();
    if (body && tag == kIiopProfile && answer.host.empty()) read_profile(data, answer);
  }
}

// §9.4.6.2 has the body follow at once; WebLogic begins it at a multiple of eight, as bodies of
// replies do (§9.4.2.2). A text's size is never zero, so four zeros are that gap.
void read_body(Cdr& body, GiopAnswer& answer) {
  Cdr ahead = body;
  if (ahead.left() >= 8 && ahead.u32() == 0) body = ahead;
  if (answer.status == kForward || answer.status == kForwardForEver) read_reference(body, answer);
  if (answer.status != kSystemException) return;
  answer.exception = body.text();
  answer.minor_code = body.u32();
}

}  // namespace

Bytes build_giop_locate() {
  ByteWriter out;
  out.text(kMagic).u8(1).u8(2).u8(0).u8(kLocateRequest);
  // The number of the request, the target by its key (§9.4.2.1), a gap of two.
  out.u32be(4 + 2 + 2 + 4 + kObject.size()).u32be(1).u16be(0).u16be(0);
  out.u32be(kObject.size()).text(kObject);
  return std::move(out).take();
}

Extent measure_giop(BytesView stream) {
  const auto text = as_text(stream);
  const auto begun = std::min(text.size(), kMagic.size());
  if (text.substr(0, begun) != kMagic.substr(0, begun)) return {State::foreign, 0};
  if (stream.size() < kHeader) return {};
  const bool answer = stream[7] >= static_cast<std::uint8_t>(GiopKind::locate_reply) &&
                      stream[7] <= static_cast<std::uint8_t>(GiopKind::error);
  Cdr sizes(stream.subspan(8, 4), (stream[6] & 1) != 0);
  const std::size_t size = kHeader + sizes.u32();
  if (stream[4] != 1 || !answer || size > kGiopMax) return {State::foreign, 0};
  return size <= stream.size() ? Extent{State::whole, size} : Extent{};
}

std::optional<GiopAnswer> parse_giop(BytesView stream) {
  const auto extent = measure_giop(stream);
  if (!extent.whole()) return std::nullopt;
  const auto message = stream.first(extent.size);
  GiopAnswer answer;
  answer.kind = static_cast<GiopKind>(message[7]);
  answer.major = message[4];
  answer.minor = message[5];
  if (answer.kind != GiopKind::locate_reply) return answer;
  Cdr body(message, (message[6] & 1) != 0);
  for (std::size_t i = 0; i < kHeader; ++i) body.octet();
  const auto request = body.u32();
  const auto status = body.u32();
  constexpr std::uint32_t kStatusMost = 5;
  if (!body || request != 1 || status > kStatusMost) return std::nullopt;
  answer.status = static_cast<int>(status);
  read_body(body, answer);
  return answer;
}

}  // namespace qingdan::net
