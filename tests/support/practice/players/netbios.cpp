// netbios — the node status response (RFC 1002 section 4.2.18) of a Windows machine, or of Samba,
// which names more services and fills the statistics with zeros.
#include "qingdan/base/text.h"
#include "roles.h"

namespace qingdan::practice {
namespace {

constexpr std::uint16_t kNodeStatus = 0x0021, kUnique = 0x0400, kGroup = 0x8400;
constexpr std::size_t kQuestion = 50;  // header, "*" in 34 bytes, type, class

void put_name(ByteWriter& out, std::string name, std::uint8_t suffix, std::uint16_t flags) {
  name.resize(15, ' ');
  out.text(name).u8(suffix).u16be(flags);
}

Bytes adapter_of(const Settings& settings) {
  std::string digits;
  for (const char c : settings.text("mac", "00:00:00:00:00:00")) {
    if (c != ':') digits += c;
  }
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != 6) {
    throw BadDescription(settings.where() + ": mac must be six bytes with colons between them");
  }
  return *bytes;
}

}  // namespace

DatagramPlayer make_netbios(const Settings& settings, const Seat&) {
  const auto computer = settings.text("computer");
  const auto group = settings.text("group", "WORKGROUP");
  const auto adapter = adapter_of(settings);
  return [=](BytesView asked) -> Bytes {
    if (asked.size() < kQuestion || (asked[2] & 0x80) != 0) return {};
    const auto type = static_cast<std::uint16_t>(asked[46] << 8 | asked[47]);
    if (type != kNodeStatus) return {};
    ByteWriter names;
    put_name(names, computer, 0x00, kUnique);
    put_name(names, group, 0x00, kGroup);
    put_name(names, computer, 0x20, kUnique);
    ByteWriter out;
    out.bytes(asked.first(2)).u16be(0x8400).u16be(0).u16be(1).u16be(0).u16be(0);
    out.bytes(asked.subspan(12, 34)).u16be(kNodeStatus).u16be(1).u32be(0);
    out.u16be(static_cast<std::uint16_t>(1 + names.size() + 46)).u8(3).bytes(names.view());
    out.bytes(adapter).fill(40);
    return std::move(out).take();
  };
}

}  // namespace qingdan::practice
