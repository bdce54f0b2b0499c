// agent_wire — see the header.
#include "qingdan/net/agent_wire.h"

#include <algorithm>
#include <string_view>

#include "net/stream_text.h"
#include "qingdan/base/text.h"

namespace qingdan::net {
namespace {

using State = Extent::State;

constexpr Extent kForeign{State::foreign, 0};

constexpr std::string_view kApcFirst = "APC ";
constexpr std::string_view kEpmdHead("\0\0\x11\x11", 4);  // kEpmdPort
constexpr std::uint8_t kNamesRequest = 'n';
constexpr std::string_view kNode = "name ", kNodePort = " at port ";
constexpr std::uint16_t kNrpeVersion = 2, kNrpeQuery = 1, kNrpeResponse = 2;
constexpr std::size_t kNrpeCrcAt = 4, kNrpeText = 1024;
constexpr std::string_view kZabbixHead = "ZBXD\x01";  // neither compressed nor large

// CRC-32 of IEEE 802.3, reflected, over a packet whose own four bytes of it count as zero.
std::uint32_t nrpe_crc(BytesView packet) {
  std::uint32_t crc = 0xFFFF'FFFFU;
  for (std::size_t at = 0; at < packet.size(); ++at) {
    const bool own = at >= kNrpeCrcAt && at < kNrpeCrcAt + 4;
    crc ^= own ? 0U : packet[at];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0xEDB8'8320U : 0U);
  }
  return ~crc;
}

}  // namespace

Bytes build_apcupsd_status() {
  constexpr std::string_view kStatus = "status";
  ByteWriter out;
  out.u16be(kStatus.size()).text(kStatus);
  return std::move(out).take();
}

Extent measure_apcupsd(BytesView stream) {
  ByteReader reader(stream);
  for (bool first = true; reader.position() < kApcupsdMax; first = false) {
    const std::size_t size = reader.u16be();
    if (!reader) return first && !stream.empty() && stream[0] != 0 ? kForeign : Extent{};
    if (first && (size <= kApcFirst.size() || size > 0xFF)) return kForeign;
    if (size == 0) return {State::whole, reader.position()};
    const auto rest = stream.subspan(reader.position());
    if (first && !may_begin(as_text(rest), kApcFirst)) return kForeign;
    reader.skip(size);
    if (!reader) return {};
  }
  return kForeign;
}

std::optional<ApcupsdStatus> parse_apcupsd(BytesView stream) {
  if (!measure_apcupsd(stream).whole()) return std::nullopt;
  ApcupsdStatus status;
  ByteReader reader(stream);
  for (std::size_t size = reader.u16be(); size > 0; size = reader.u16be()) {
    const auto line = as_text(reader.take(size));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto name = trim(line.substr(0, colon));
    const auto value = std::string(trim(line.substr(colon + 1)));
    if (name == "VERSION") status.version = value;
    if (name == "HOSTNAME") status.host = value;
    if (name == "MODEL") status.model = value;
  }
  return status;
}

Bytes build_epmd_names() {
  ByteWriter out;
  out.u16be(1).u8(kNamesRequest);
  return std::move(out).take();
}

Extent measure_epmd(BytesView stream) {
  const auto text = as_text(stream);
  if (!may_begin(text, kEpmdHead) || text.size() > kEpmdMax) return kForeign;
  const auto names = text.substr(std::min(text.size(), kEpmdHead.size()));
  return may_begin(names, kNode) ? Extent{} : kForeign;
}

std::optional<std::vector<std::string>> parse_epmd(BytesView stream) {
  if (stream.size() < kEpmdHead.size() || measure_epmd(stream).foreign()) return std::nullopt;
  std::vector<std::string> names;
  auto text = as_text(stream).substr(kEpmdHead.size());
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const auto port = line.find(kNodePort);
    if (!line.starts_with(kNode) || port == std::string_view::npos) return std::nullopt;
    names.emplace_back(line.substr(kNode.size(), port - kNode.size()));
  }
  return names;
}

Bytes build_zabbix_version() {
  constexpr std::string_view kItem = "agent.version";
  ByteWriter out;
  out.text(kZabbixHead).u32le(kItem.size()).u32le(0).text(kItem);
  return std::move(out).take();
}

Extent measure_zabbix(BytesView stream) {
  if (!may_begin(as_text(stream), kZabbixHead)) return kForeign;
  ByteReader reader(stream);
  reader.skip(kZabbixHead.size());
  const std::size_t size = reader.u32le();
  reader.skip(4);
  if (!reader) return {};
  if (size > kZabbixMax) return kForeign;
  reader.skip(size);
  return reader ? Extent{State::whole, reader.position()} : Extent{};
}

std::optional<std::string> parse_zabbix(BytesView stream) {
  const auto extent = measure_zabbix(stream);
  if (!extent.whole()) return std::nullopt;
  const auto data = trim(as_text(stream.first(extent.size).subspan(kZabbixHead.size() + 8)));
  const bool number = !data.empty() && data[0] >= '0' && data[0] <= '9';
  return number ? std::string(data) : std::string();
}

Bytes build_nrpe_version() {
  constexpr std::string_view kQuestion = "_NRPE_CHECK";
  const auto packet = [&](std::uint32_t crc) {
    ByteWriter out;
    out.u16be(kNrpeVersion).u16be(kNrpeQuery).u32be(crc).u16be(0).text(kQuestion);
    out.fill(kNrpePacket - out.size());
    return std::move(out).take();
  };
  return packet(nrpe_crc(packet(0)));
}

Extent measure_nrpe(BytesView stream) {
  ByteReader reader(stream);
  const auto version = reader.u16be();
  const auto type = reader.u16be();
  if (!reader) return !stream.empty() && stream[0] != 0 ? kForeign : Extent{};
  if (version != kNrpeVersion || type != kNrpeResponse) return kForeign;
  if (stream.size() < kNrpePacket) return {};
  const auto crc = reader.u32be();
  if (crc != nrpe_crc(stream.first(kNrpePacket))) return kForeign;
  return {State::whole, kNrpePacket};
}

std::optional<std::string> parse_nrpe(BytesView stream) {
  constexpr std::size_t kTextAt = 10;
  if (!measure_nrpe(stream).whole()) return std::nullopt;
  const auto text = as_text(stream.subspan(kTextAt, kNrpeText));
  return std::string(trim(text.substr(0, text.find('\0'))));
}

}  // namespace qingdan::net
