// netbios_wire — see the header.
#include "qingdan/net/netbios_wire.h"

#include <algorithm>

namespace qingdan::net {

namespace {

constexpr std::uint16_t kNodeStatus = 0x0021;  // RFC 1002 §4.2.1.3, NBSTAT
constexpr std::uint16_t kInternet = 0x0001;
constexpr std::uint16_t kResponse = 0x8000;
constexpr std::uint16_t kRcodeMask = 0x000F;
constexpr std::uint16_t kGroupBit = 0x8000;  // §4.2.18, NAME_FLAGS
constexpr std::size_t kNameSize = 15;
constexpr std::uint8_t kWorkstation = 0x00;
constexpr std::uint8_t kFileServer = 0x20;

// RFC 1001 §14.1: each half byte becomes a letter from 'A' on. "*" is padded with zeros here, not
// with spaces (RFC 1002 §4.2.17).
void put_wildcard(ByteWriter& out) { out.u8(32).text("CK").fill(30, 'A').u8(0); }

// The name of the record: 32 letters, perhaps a scope after them, or a pointer (RFC 1002 §4.2.18
// shows no pointer, RFC 883 allows it).
bool skip_name(ByteReader& reader) {
  constexpr int kLabelsMax = 128;
  for (int i = 0; i < kLabelsMax; ++i) {
    const auto length = reader.u8();
    if (!reader) return false;
    if ((length & 0xC0) == 0xC0) {
      reader.skip(1);
      return reader.ok();
    }
    if (length == 0) return true;
    reader.skip(length);
  }
  return false;
}

std::string name_of(BytesView raw) {
  auto text = as_text(raw);
  const auto last = text.find_last_not_of(std::string_view(" \0", 2));
  return std::string(text.substr(0, last == text.npos ? 0 : last + 1));
}

}  // namespace

Bytes build_netbios_status_request(std::uint16_t id) {
  ByteWriter out;
  out.u16be(id).u16be(0).u16be(1).u16be(0).u16be(0).u16be(0);
  put_wildcard(out);
  out.u16be(kNodeStatus).u16be(kInternet);
  return std::move(out).take();
}

std::optional<NetbiosStatus> parse_netbios_status(BytesView datagram) {
  ByteReader reader(datagram);
  NetbiosStatus status;
  status.id = reader.u16be();
  const auto flags = reader.u16be();
  const auto questions = reader.u16be();
  const auto answers = reader.u16be();
  reader.skip(4);
  const bool positive = (flags & kResponse) != 0 && (flags & kRcodeMask) == 0;
  if (!reader || !positive || questions != 0 || answers == 0) return std::nullopt;
  if (!skip_name(reader)) return std::nullopt;
  const auto type = reader.u16be();
  reader.skip(6);  // class, time to live
  reader.skip(2);  // length: old stacks count it wrong, the datagram's end is what bounds us
  if (!reader || type != kNodeStatus) return std::nullopt;
  const auto count = reader.u8();
  for (int i = 0; i < count && reader; ++i) {
    NetbiosName name;
    name.name = name_of(reader.take(kNameSize));
    name.suffix = reader.u8();
    name.group = (reader.u16be() & kGroupBit) != 0;
    if (reader) status.names.push_back(std::move(name));
  }
  const auto unit = reader.take(6);
  status.unit_id.assign(unit.begin(), unit.end());
  status.truncated = !reader;
  return status;
}

std::string NetbiosStatus::computer() const {
  for (const auto suffix : {kWorkstation, kFileServer}) {
    const auto found = std::find_if(names.begin(), names.end(), [suffix](const auto& name) {
      return !name.group && name.suffix == suffix && !name.name.empty();
    });
    if (found != names.end()) return found->name;
  }
  return {};
}

std::string NetbiosStatus::group() const {
  const auto found = std::find_if(names.begin(), names.end(), [](const auto& name) {
    return name.group && name.suffix == kWorkstation && !name.name.empty();
  });
  return found == names.end() ? std::string() : found->name;
}

}  // namespace qingdan::net
